#!/usr/bin/env bash
# The archive of a release, with its digest beside it: the program, completions, manual pages, and what to read.
#
#     archive.sh TAG TARGET BINARY DIR
#
# BINARY was built for TARGET and runs here. Writes DIR/zonegate-TAG-TARGET.tar.gz and the same with .sha256 added.
set -euo pipefail
tag=$1 target=$2 binary=$3
mkdir -p "$4"
out=$(cd "$4" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

name=zonegate-$tag-$target
mkdir -p "$scratch/$name/completions" "$scratch/$name/man"
cp "$binary" "$root"/{README.md,CHANGELOG.md,LICENSE-APACHE,LICENSE-MIT} "$scratch/$name/"
"$binary" completions bash >"$scratch/$name/completions/zonegate.bash"
"$binary" completions elvish >"$scratch/$name/completions/zonegate.elv"
"$binary" completions fish >"$scratch/$name/completions/zonegate.fish"
"$binary" completions powershell >"$scratch/$name/completions/_zonegate.ps1"
"$binary" completions zsh >"$scratch/$name/completions/_zonegate"
"$binary" man "$scratch/$name/man"

tar -czf "$out/$name.tar.gz" -C "$scratch" "$name"
cd "$out"
if command -v sha256sum >/dev/null; then
  sha256sum "$name.tar.gz" >"$name.tar.gz.sha256"
else
  shasum --algorithm 256 "$name.tar.gz" >"$name.tar.gz.sha256"
fi
