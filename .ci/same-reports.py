#!/usr/bin/env python3
"""same-reports.py BINARY COMMITTED REMADE: compares the JSON reports on the plans of two folders of cases.

Places may differ, since terraform writes identifiers and times of its own; what is found and what is not checked may not.
"""
import json
import pathlib
import subprocess
import sys


def report(binary, case):
    """What the report says, in an order of its own."""
    arguments = case / "arguments"
    inputs = arguments.read_text().split() if arguments.exists() else ["plan.json"]
    done = subprocess.run([binary, "check", "--format", "json", "--all", *inputs], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, cwd=case)
    told = json.loads(done.stdout)
    return {
        "exit code": done.returncode,
        "findings": sorted([f["rule"], f["status"], f["severity"], f["cause"], f["names"], f["also"]]
                           for f in told["findings"]),
        "gaps": sorted([gap["rule"], gap["severity"], gap["reason"]] for gap in told["gaps"]),
    }


def main():
    binary, committed, remade = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    binary = str(pathlib.Path(binary).resolve())
    cases = sorted(path.parent.relative_to(committed) for path in committed.glob("*/*/main.tf"))
    different = 0
    for case in cases:
        old, new = (report(binary, folder / case) for folder in (committed, remade))
        if old != new:
            different += 1
            print(f"{case}: the plan made anew is reported differently", file=sys.stderr)
            for part in old:
                if old[part] != new[part]:
                    print(f"  {part}, committed: {old[part]}\n  {part}, made anew: {new[part]}", file=sys.stderr)
    print(f"same-reports: {len(cases)} plans made anew, {different} reported differently")
    sys.exit(1 if different or not cases else 0)


main()
