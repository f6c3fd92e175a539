#!/usr/bin/env python3
"""Runs the example pipelines for Terraform, and holds them to their word: what is applied is what was checked.

    release-gate.py BINARY

BINARY is zonegate. Everything in docs/examples is run as it stands there, with bash; in place of terraform stands a
program whose saved plan is the JSON that it shows. Between the two jobs somebody meddles with what the first one kept.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "testdata/terraform"
GOOD = CASES / "an-alias-at-the-apex-stands-beside-an-mx/plan.json"
OTHER = CASES / "nothing-changes-beside-an-old-bad-pair/plan.json"
BAD = CASES / "a-cname-is-created-beside-an-mx/plan.json"

TERRAFORM = """#!/bin/sh
set -eu
case "$1" in
init) ;;
plan) while [ "$1" != -out ]; do shift; done; cp "$PLANNED" "$2" ;;
show) [ "$2" = -json ]; cat "$3" ;;
apply) [ "$2" = -input=false ]; cp "$3" "$APPLIED" ;;
*) exit 1 ;;
esac
"""


def github(jobs):
    """The jobs of the workflow as scripts; what the action and the artifacts do is done by their scripts' own means."""
    for name in ["plan", "apply"]:
        lines = []
        for step in jobs[name]["steps"]:
            given = step.get("with", {})
            if "run" in step:
                lines.append(step["run"])
            elif step["uses"].startswith("OWNER/zonegate@"):
                lines.append(f"zonegate check --format human --format json={given['json-file']} -- {given['inputs']}")
            elif step["uses"].startswith("actions/upload-artifact@"):
                kept = given["path"].split()
        yield lines, kept


def gitlab(jobs):
    """The same of a pipeline of GitLab."""
    for name in ["plan", "apply"]:
        yield jobs[name]["script"], jobs["plan"]["artifacts"]["paths"]


def run(lines, directory, planned, applied):
    """The exit code and what was printed."""
    environment = {"PATH": f"{directory.parent}/bin:{os.environ['PATH']}", "PLANNED": planned, "APPLIED": applied}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(lines)]
    done = subprocess.run(
        command, cwd=directory, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout


def pipeline(jobs, binary, planned, meddle=lambda kept: None):
    """Runs both jobs, each in a directory of its own: what was applied, and what was printed last."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        (scratch / "bin").mkdir()
        (scratch / "bin/terraform").write_text(TERRAFORM)
        (scratch / "bin/terraform").chmod(0o755)
        (scratch / "bin/zonegate").symlink_to(binary)
        kept = scratch / "kept"
        kept.mkdir()
        applied = scratch / "applied"
        for at, (lines, names) in enumerate(jobs):
            directory = scratch / str(at)
            (directory / "ci").mkdir(parents=True)
            shutil.copy(ROOT / "docs/examples/apply-checked-plan.sh", directory / "ci")
            if at == 1:
                meddle(kept)
                for name in names:
                    shutil.copy(kept / name, directory)
            code, printed = run(lines, directory, planned, applied)
            if code != 0:
                break
            if at == 0:
                for name in names:
                    shutil.copy(directory / name, kept)
        return applied.read_bytes() if applied.exists() else None, printed


def report_on(plan, binary):
    """The report that zonegate writes on a plan."""
    return subprocess.run([binary, "check", plan, "--format", "json"], capture_output=True, text=True).stdout


def main():
    binary = Path(sys.argv[1]).resolve()
    failing = report_on(GOOD, binary).replace('"exit_code": 0', '"exit_code": 1')
    meddling = {
        "another plan": lambda kept: shutil.copy(OTHER, kept / "tfplan"),
        "one space more": lambda kept: (kept / "tfplan").write_text(GOOD.read_text() + " "),
        "a report on another plan": lambda kept: (kept / "report.json").write_text(report_on(OTHER, binary)),
        "a report that did not pass": lambda kept: (kept / "report.json").write_text(failing),
        "a report that is none": lambda kept: (kept / "report.json").write_text("{}"),
        "an empty report": lambda kept: (kept / "report.json").write_text(""),
    }
    assert failing != report_on(GOOD, binary)
    for path, jobs_of in [("terraform-github.yml", github), ("terraform-gitlab.yml", gitlab)]:
        text = (ROOT / "docs/examples" / path).read_text()
        document = yaml.safe_load(text)
        jobs = list(jobs_of(document.get("jobs", document)))
        applied, printed = pipeline(jobs, binary, GOOD)
        assert applied == GOOD.read_bytes(), f"{path}: the plan that was checked is not applied:\n{printed}"
        applied, printed = pipeline(jobs, binary, BAD)
        assert applied is None and "error[cname-with-mx]" in printed, f"{path}: a bad plan is applied:\n{printed}"
        for what, meddle in meddling.items():
            applied, printed = pipeline(jobs, binary, GOOD, meddle)
            assert applied is None and "is not applied" in printed, f"{path}: {what} is applied:\n{printed}"
        print(f"{path}: what is applied is what was checked, and {len(meddling)} swaps are refused")


main()
