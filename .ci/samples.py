#!/usr/bin/env python3
"""samples.py BINARY: checks sample plans that others made, against what has to be found in them.

The samples lie in ../shared/lab/terraform/samples, which is only read; without them there is nothing to do. Each folder
holds a plan, expected.json says which rules have to fire for which hosts and which exit codes are right. The files in
`confusables` are passed by mistake: each is refused, but for two that hold a plan after all, and for a state.
"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

SAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "shared/lab/terraform/samples"
# A plan in UTF-16, and one that Terragrunt wrote its prefix before.
PLANS_AFTER_ALL = {"01-utf16le-bom-powershell.json", "05-terragrunt-prefix.json"}
# A state alone: it is read, and nothing is compared.
STATES = {"16-show-state.json"}
# Not in expected.json: how often each rule has to fire.
COUNTS = {"k-10k": {"cname-with-mx": 10, "mx-exchange-is-cname": 10}}

# The folders in which the code that was planned lies beside the plan, by how their names start.
WITH_CODE = ("b-", "c-", "f-", "t-", "u-")

faults = []


def check(binary, name, plan):
    """The exit code and the report, which is a valid document whatever the exit code."""
    done = subprocess.run([binary, "check", "--format", "json", plan], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)
    report = json.loads(done.stdout)
    if report["summary"]["exit_code"] != done.returncode:
        faults.append(f"{name}: the report names another exit code than {done.returncode}")
    return done.returncode, report


def was_checked(code, report):
    """Whether a plan was read and compared, nothing in the way."""
    kinds = [entry["kind"] for entry in report["inputs"]]
    return code in (0, 1) and kinds == ["terraform-plan"] and report["summary"]["compared"]


def sample(binary, folder, expected):
    name = folder.name
    with tempfile.NamedTemporaryFile(suffix=".json") as unpacked:
        plan = folder / "plan.json"
        if not plan.exists():
            unpacked.write(gzip.decompress((folder / "plan.json.gz").read_bytes()))
            unpacked.flush()
            plan = unpacked.name
        code, report = check(binary, name, plan)
    introduced = [found for found in report["findings"] if found["status"] == "introduced"]
    for rule, host in expected.get("must", []):
        if not any(host == found["names"][0] and rule in [found["rule"], *found["also"]] for found in introduced):
            faults.append(f"{name}: {rule} has to fire for {host}")
    for rule, count in COUNTS.get(name, {}).items():
        number = sum(found["rule"] == rule for found in introduced)
        if number != count:
            faults.append(f"{name}: {rule} has to fire {count} times, not {number} times")
    if name.startswith(WITH_CODE):
        for label in (label for found in introduced for label in found["labels"]):
            # What the change takes away is in the code no more.
            if "delete" in label["text"] or "gone" in label["text"]:
                continue
            if not label["path"].endswith(".tf") or label["planned"] is None:
                faults.append(f"{name}: {label['address']} is not shown in its code")
    if code not in expected.get("exit", [0, 1]):
        faults.append(f"{name}: the exit code is {code}, where {expected['exit']} is right")
    if code == 0 and not was_checked(code, report):
        faults.append(f"{name}: the exit code is 0, but nothing was checked")


def confusable(binary, file):
    code, report = check(binary, file.name, file)
    if file.name in PLANS_AFTER_ALL:
        if not was_checked(code, report):
            faults.append(f"{file.name}: this is a plan, but the exit code is {code}")
    elif file.name in STATES:
        kinds = [entry["kind"] for entry in report["inputs"]]
        if code != 0 or kinds != ["terraform-state"] or report["summary"]["compared"]:
            faults.append(f"{file.name}: this is a state, but the exit code is {code}")
    elif code != 2 or not any(gap["rule"] == "input-unreadable" for gap in report["gaps"]):
        faults.append(f"{file.name}: this is no plan, but the exit code is {code}")


def main():
    if not SAMPLES.exists():
        print("samples: skipped, as there are none")
        return
    expected = json.loads((SAMPLES / "expected.json").read_text())
    folders = sorted(path.parent for path in SAMPLES.glob("*/plan.json*"))
    for folder in folders:
        sample(sys.argv[1], folder, expected.get(folder.name, {}))
    for name in sorted(expected.keys() - {folder.name for folder in folders}):
        faults.append(f"{name}: expected, but there is no such plan")
    files = sorted((SAMPLES / "confusables").iterdir())
    for file in files:
        confusable(sys.argv[1], file)
    print("".join(f"{fault}\n" for fault in faults), end="", file=sys.stderr)
    print(f"samples: {len(folders)} plans and {len(files)} other files tried, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
