#!/usr/bin/env bash
# Both hooks of .pre-commit-hooks.yaml as the pre-commit program runs them, in a repository made for it: a bad change is
# stopped with a report, a good one and one that somebody answers for are not.
#
#     pre-commit.sh TOOLS
#
# TOOLS is a virtual environment that has pre-commit. Of this repository, what is committed is tried.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
PATH=$(realpath "$1")/bin:$PATH
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Nothing of whoever runs this: neither their environments nor their hooks.
export PRE_COMMIT_HOME=$scratch/home GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.com GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.com

fail() {
  printf 'pre-commit.sh: %s\n' "$1"
  cat "$scratch/out"
  exit 1
}
# Runs a command that ends with this exit code and prints all these texts.
expect() { # CODE TEXT... -- COMMAND...
  local expected=$1 code=0 texts=()
  shift
  while [ "$1" != -- ]; do
    texts+=("$1")
    shift
  done
  shift
  "$@" >"$scratch/out" 2>&1 || code=$?
  [ "$code" = "$expected" ] || fail "exit code $code in place of $expected: $*"
  for text in "${texts[@]}"; do
    grep -qF -- "$text" "$scratch/out" || fail "no '$text' in what this prints: $*"
  done
}

git clone --quiet "$root" "$scratch/zonegate"
git init --quiet "$scratch/dns"
cd "$scratch/dns"
mkdir zones
cat >config.yaml <<'END'
providers:
  zones: {class: octodns.provider.yaml.YamlProvider, directory: ./zones}
zones:
  example.com.: {sources: [zones], targets: []}
END
cat >zones/example.com.yaml <<'END'
shop:
  - type: MX
    value: {exchange: mx1.example.net., preference: 10}
www:
  type: A
  value: 192.0.2.1
END
git add .
git commit --quiet -m "Two hosts"

good() { sed -i "s/192\.0\.2\.[0-9]*/192.0.2.$1/" zones/example.com.yaml; }
bad() { sed -i '/^shop:/a\  - {type: CNAME, value: shops.example.org.}' zones/example.com.yaml; }
answered() { sed -i '/type: CNAME/i\  # zonegate: allow cname-with-mx -- mail moves away today' zones/example.com.yaml; }
again() { git checkout --quiet HEAD -- .; }

bad
git add .
report=('error[cname-with-mx]' '[zones/example.com.yaml:2:' 'type: CNAME, value: shops.example.org.' 'value: {exchange: mx1.example.net.' 'so this mx is never seen')
expect 1 "${report[@]}" -- pre-commit try-repo "$scratch/zonegate" zonegate --all-files
again

for hook in zonegate zonegate-wheel; do
  cat >.pre-commit-config.yaml <<END
repos:
  - repo: $scratch/zonegate
    rev: $(git -C "$scratch/zonegate" rev-parse HEAD)
    hooks: [{id: $hook}]
END
  git add .
  expect 0 Passed -- pre-commit run
  git commit --quiet -m "Look at every commit with $hook"
  pre-commit install >"$scratch/out"

  bad
  git add .
  expect 1 "${report[@]}" -- git commit -m "Bad, and staged"
  again
  bad
  expect 1 "${report[@]}" -- git commit -am "Bad, and staged by the commit"
  again
  # What is staged counts, not what lies about.
  good "${#hook}"
  git add .
  bad
  expect 0 Passed -- git commit -m "Good, with something bad unstaged"
  again
  bad
  answered
  git add .
  expect 0 Passed '1 suppressed' 'mail moves away today' -- pre-commit run --verbose
  expect 0 Passed -- git commit -m "Answered for"
  git revert --no-edit HEAD >"$scratch/out"
done
printf 'the hooks stop a bad commit, and no other\n'
