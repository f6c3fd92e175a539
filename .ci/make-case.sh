#!/usr/bin/env bash
# make-case.sh CASE-FOLDER...: writes plan.json of each folder anew, with a real terraform.
#
# LAB names a directory with `terraformrc`, which points terraform at stand-ins for the providers (see remake-plans.sh).
# The stand-ins keep the records that exist in the file that DNSFAKE_STORE names. All work is done in a scratch
# directory; only plan.json is written.
#
# A case is main.tf, to be planned, and before/main.tf, if it is there, to be applied first. A file `steps` may say
# more, one step a line:
#   # ...              a remark
#   first: COMMAND     run before the apply
#   between: COMMAND   run after the apply; terraform.tfstate and store.ndjson lie in the working directory
#   plan: OPTIONS      options for terraform plan
#   fails: REASON      terraform plan has to end with an error, and still to write a plan
#   after: COMMAND     run on the finished plan.json
set -euo pipefail
: "${LAB:?must name the directory with terraformrc}"
export TF_CLI_CONFIG_FILE=$LAB/terraformrc TF_IN_AUTOMATION=1 TF_INPUT=0 TF_CLI_ARGS=-no-color

# What the step says; nothing if there is no such step.
step() { [ ! -e "$case/steps" ] || sed -n "s/^$1: //p" "$case/steps"; }
run() { bash -euo pipefail -c "$(step "$1")"; }
# Copies the configuration of a folder here, without what is no configuration.
configuration() { tar -C "$1" -c --exclude=./before --exclude=./steps --exclude=./plan.json --exclude='./expected.*' . | tar -xm; }

make_plan() {
  run first
  if [ -d "$case/before" ]; then
    configuration "$case" # the modules
    configuration "$case/before"
    terraform init
    terraform apply -auto-approve
  fi
  run between
  configuration "$case"
  terraform init
  options=()
  eval "options=($(step plan))"
  outcome=succeeds wanted=succeeds
  terraform plan -out tfplan.bin "${options[@]}" || outcome=fails
  [ -z "$(step fails)" ] || wanted=fails
  [ $outcome = $wanted ]
  terraform show -json tfplan.bin >plan.json
  run after
}

for folder; do
  case=$(cd "$folder" && pwd)
  scratch=$(mktemp -d)
  export DNSFAKE_STORE=$scratch/store.ndjson
  # In a subshell of its own right: within a condition `set -e` would not hold.
  set +e
  (set -e; cd "$scratch"; make_plan) >"$scratch.log" 2>&1
  status=$?
  set -e
  if [ $status != 0 ]; then
    echo "$folder: no plan could be made" >&2
    tail -n 30 "$scratch.log" >&2
    exit 1
  fi
  cp "$scratch/plan.json" "$case/plan.json"
  rm -rf "$scratch" "$scratch.log"
done
