#!/usr/bin/env bash
# remake-plans.sh BINARY: plans every case under testdata that has code anew with a real terraform, and compares the reports
# on the new plans with those on the plans that are committed. Does nothing where terraform or the lab is missing.
#
# The lab (../shared/lab/terraform) builds stand-ins for the providers, so that no account and no registry is needed.
# Needs protoc and jq. Writes to target/ and to a temporary directory.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
lab=$root/../shared/lab/terraform
binary=$(realpath "$1")

if ! command -v terraform >/dev/null || [ ! -x "$lab/setup.sh" ]; then
  echo "remake-plans: skipped, as there is no terraform or no lab"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work/tmp
mkdir "$TMPDIR"
# Building the stand-ins takes a minute or two, so they are kept for as long as their source stays the same.
source=$(find "$lab" -path "$lab/samples" -prune -o -type f -exec sha256sum {} + | sed "s|$lab||" | sort | sha256sum)
LAB=$(realpath -m "${CARGO_TARGET_DIR:-$root/target}/lab-${source::16}")
export LAB
(cd "$work" && env -u CARGO_TARGET_DIR "$lab/setup.sh" >"$work/setup.log" 2>&1) || { cat "$work/setup.log" >&2; exit 1; }

cp -r "$root/testdata" "$work/cases"
cases() { find "$work/cases" -mindepth 3 -maxdepth 3 -name main.tf -printf '%h\0'; }
cases | xargs -0 -I {} rm -f {}/plan.json
cases | xargs -0 -n 6 -P "$(nproc)" "$here/make-case.sh"
python3 "$here/same-reports.py" "$binary" "$root/testdata" "$work/cases"
