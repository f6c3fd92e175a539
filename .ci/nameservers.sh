#!/usr/bin/env bash
# nameservers.sh DIR: puts name servers and their checkers of zone files into DIR, where this machine lacks them.
#
# The packages of the system are unpacked there, not installed: nothing is started, now or when the machine boots, and
# root is only needed where apt has no lists of packages yet. DIR/run COMMAND… runs a command with them, and DIR/versions
# says which they are.
set -euo pipefail
dir=$1
packages=(bind9-utils knot knot-dnssecutils nsd pdns-backend-bind pdns-server validns)

[ ! -e "$dir/run" ] || exit 0
mkdir -p "$dir"
dir=$(realpath "$dir")
[ "$(id -u)" -ne 0 ] || apt-get update -qq
# What apt would install: those that are not there yet, with all that they need.
plan=$(apt-get install --simulate --no-install-recommends "${packages[@]}")
mapfile -t missing < <(awk '$1 == "Inst" { print $2 }' <<<"$plan")
rm -rf "$dir/packages" "$dir/root"
mkdir "$dir/packages" "$dir/root"
if [ ${#missing[@]} -gt 0 ]; then
  # Without a user of its own apt can write where only this one may.
  (cd "$dir/packages" && apt-get download -qq -o "APT::Sandbox::User=$(id -un)" "${missing[@]}")
  for package in "$dir"/packages/*.deb; do
    dpkg-deb --extract "$package" "$dir/root"
  done
fi
for package in "${packages[@]}"; do
  # Of a package that was removed, dpkg knows no version.
  version=$(awk -v package="$package" '$1 == "Inst" && $2 == package { print substr($3, 2) }' <<<"$plan")
  printf '%s %s\n' "$package" "${version:-$(dpkg-query --show --showformat '${Version}' "$package")}"
done >"$dir/versions"

libraries=/usr/lib/$(gcc -print-multiarch)
modules=$dir/root$libraries/pdns
[ -d "$modules" ] || modules=$libraries/pdns
cat >"$dir/run.new" <<END
#!/bin/sh
export PATH="$dir/root/usr/sbin:$dir/root/usr/bin:\$PATH:/usr/sbin:/sbin"
export LD_LIBRARY_PATH="$dir/root$libraries"
export PDNS_MODULES="$modules"
exec "\$@"
END
chmod +x "$dir/run.new"
mv "$dir/run.new" "$dir/run"
