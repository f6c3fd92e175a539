#!/bin/sh
# Applies a saved plan of Terraform, if it is the very plan that zonegate has passed.
#
#     apply-checked-plan.sh TFPLAN REPORT
#
# REPORT is what `zonegate check plan.json --format json=REPORT` wrote, and plan.json what `terraform show -json TFPLAN`
# printed. Needs jq. With OpenTofu, set TERRAFORM=tofu.
set -eu
plan=$1
report=$2
terraform=${TERRAFORM:-terraform}

shown=$(mktemp)
trap 'rm -f "$shown"' EXIT
"$terraform" show -json "$plan" >"$shown"
digest=$(sha256sum <"$shown" | cut -d ' ' -f 1)

# Of an empty file some versions of jq say nothing, and succeed; as a list (--slurp) it is empty, and fails.
holds() { jq --exit-status --slurp --arg digest "$digest" ".[0] | $1" "$report" >/dev/null; }
if ! holds '.format == "zonegate-report" and .summary.exit_code == 0'; then
  echo "$plan is not applied: zonegate did not pass what $report is about" >&2
  exit 1
fi
if ! holds 'any(.inputs[]; .sha256 == $digest)'; then
  echo "$plan is not applied: it is not the plan that $report is about" >&2
  exit 1
fi
"$terraform" apply -input=false "$plan"
