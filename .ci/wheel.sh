#!/usr/bin/env bash
# The source distribution and the wheel, each installed into an environment that has nothing else.
#
#     wheel.sh TOOLS
#
# TOOLS is a virtual environment that has maturin. What cargo builds goes to CARGO_TARGET_DIR.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Builds the source distribution of this checkout, and the wheel of what is in that: it holds all that it takes.
"$tools/bin/maturin" build --quiet --release --sdist --out "$scratch/dist"
python3 -m venv "$scratch/clean"
"$scratch/clean/bin/pip" install --quiet --no-index "$scratch"/dist/*.whl

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
[ "$("$scratch/clean/bin/zonegate" --version)" = "zonegate $version" ]
[ "$("$scratch/clean/bin/pip" show zonegate | sed -n 's/^Version: //p')" = "$version" ]
code=0
"$scratch/clean/bin/zonegate" check testdata/terraform/a-cname-is-created-beside-an-mx/plan.json >"$scratch/out" || code=$?
[ "$code" = 1 ]
grep -qF 'error[cname-with-mx]' "$scratch/out"
printf 'the wheel holds a program that works\n'
