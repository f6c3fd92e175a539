#!/usr/bin/env python3
"""Runs zonegate on a pseudo terminal: progress, links, and what is written when nobody watches.

Usage: terminal.py ZONEGATE
"""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PLAN = os.path.join(ROOT, "testdata/terraform/a-cname-is-created-beside-an-mx/plan.json")
LINK = "\x1b]8;;https://example.com/rules/cname_with_mx.md\x1b\\cname-with-mx\x1b]8;;\x1b\\"


def run(zonegate, arguments, wait=0.0, typed=None, **environment):
    """What comes out of a terminal, and the exit code; a plan named PIPE arrives after `wait` seconds."""
    with tempfile.TemporaryDirectory() as directory:
        pipe = os.path.join(directory, "plan.json")
        os.mkfifo(pipe)

        def write():
            with open(PLAN, "rb") as plan, open(pipe, "wb") as out:
                time.sleep(wait)
                out.write(plan.read())

        if "PIPE" in arguments:
            threading.Thread(target=write, daemon=True).start()
        leader, follower = pty.openpty()
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm"} | environment
        command = [zonegate] + [pipe if word == "PIPE" else word for word in arguments]
        child = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=environment)
        os.close(follower)
        if typed is not None:
            os.write(leader, typed)
        output = b""
        while select.select([leader], [], [], 30)[0]:
            try:
                output += os.read(leader, 65536)
            except OSError:  # the other end is closed
                break
        os.close(leader)
        return child.wait(), output.decode().replace("\r\n", "\n")


def expect(condition, what, output):
    if not condition:
        sys.exit(f"terminal.py: {what}\n{output!r}")


def main(zonegate):
    code, slow = run(zonegate, ["check", "PIPE"], wait=1.5)
    expect(code == 1, f"the exit code is {code}", slow)
    line = re.compile(r"[|/\\-] reading \S*/plan\.json")
    expect(line.search(slow), "after half a second a line says what is read", slow)
    progress, report = slow[: slow.rindex("reading")], slow[slow.rindex("reading") :]
    expect("cname-with-mx" not in progress, "the report comes after the progress", slow)
    expect("\x1b[2K" in report.split("error", 1)[0], "the line is erased before the report", slow)

    for what, arguments, wait, environment in [
        ("a quick run", ["check", "PIPE"], 0.0, {}),
        ("--quiet", ["check", "PIPE", "--quiet"], 1.0, {}),
        ("a dumb terminal", ["check", "PIPE"], 1.0, {"TERM": "dumb"}),
        ("a pipeline", ["check", "PIPE"], 1.0, {"CI": "true"}),
    ]:
        _, output = run(zonegate, arguments, wait, **environment)
        expect("reading" not in output and "\x1b[2K" not in output, f"{what} shows no progress", output)

    code, typed = run(zonegate, ["check", "-"], typed=b"{\n\x04\x04")
    expect("reads a plan from this terminal" in typed and code == 2, "who has to type is told so", typed)

    pages = {"ZONEGATE_RULE_PAGES": "https://example.com/rules", "TERM_PROGRAM": "WezTerm"}
    expect(LINK in run(zonegate, ["check", PLAN], **pages)[1], "a rule is a link", "")
    for what, arguments, environment in [
        ("a terminal without links", [], pages | {"TERM_PROGRAM": "other"}),
        ("--color never", ["--color", "never"], pages),
        ("an address that is none", [], pages | {"ZONEGATE_RULE_PAGES": "javascript:alert(1)"}),
        ("a dumb terminal", [], pages | {"TERM": "dumb"}),
    ]:
        _, output = run(zonegate, ["check", PLAN] + arguments, **environment)
        expect("\x1b]8" not in output and "cname-with-mx" in output, f"{what} has no links", output)
    print("the terminal shows what it should")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
