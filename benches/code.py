#!/usr/bin/env python3
"""code.py [BINARY]: measures how long findings take to be found in Terraform code, and prints a Markdown table.

BINARY is target/release/zonegate unless told. Each case is a directory of code with a plan of a few records, ten of
which clash; what is measured is the whole run, the best of five. Every place has to be one in the code.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
RUNS = 5
FINDINGS = 10


def record(name, kind):
    data = ["shops.example.org."] if kind == "CNAME" else ["10 mx.example.net."]
    return {"zone_id": "Z1", "name": f"{name}.example.com", "type": kind, "ttl": 300, "records": data}


def plan(addresses, block):
    """A plan that creates the records at these addresses, which one block or one block each makes."""
    changes = [{"address": address, "mode": "managed", "type": "aws_route53_record",
                "provider_name": "registry.terraform.io/hashicorp/aws",
                "change": {"actions": ["create"], "before": None, "after": after, "after_unknown": {}}}
               for address, after in addresses]
    blocks = sorted({block or address for address, _ in addresses})
    resources = [{"address": address, "expressions": {}} for address in blocks]
    return {"format_version": "1.2", "resource_changes": changes,
            "configuration": {"root_module": {"resources": resources}}}


def clashes(count, address):
    """Pairs of records at one name, spread over all numbers."""
    numbers = [2 * (at * (count // 2) // FINDINGS) for at in range(FINDINGS)]
    return [(address(number + odd), record(f"h{number}", "MX" if odd else "CNAME"))
            for number in numbers for odd in (0, 1)]


def values(number):
    name, odd = f"h{number - number % 2}.example.com", number % 2
    data = '["10 mx.example.net."]' if odd else '["shops.example.org."]'
    return name, "MX" if odd else "CNAME", data


def blocks(count):
    def block(number):
        name, kind, data = values(number)
        return (f'resource "aws_route53_record" "r{number}" {{\n  zone_id = aws_route53_zone.main.zone_id\n'
                f'  name    = "{name}"\n  type    = "{kind}"\n  ttl     = 300\n'
                f'  records = {data} # as agreed with whoever runs it\n}}\n\n')
    return ("".join(map(block, range(count))),
            plan(clashes(count, lambda number: f"aws_route53_record.r{number}"), None))


EACH = ('resource "aws_route53_record" "all" {\n  for_each = RECORDS\n  zone_id  = "Z1"\n  name     = each.value.name\n'
        '  type     = each.value.type\n  ttl      = 300\n  records  = each.value.records\n}\n')


def entry(number):
    name, kind, data = values(number)
    return f'{{ name = "{name}", type = "{kind}", records = {data} }}'


def keyed(count):
    return plan(clashes(count, lambda number: f'aws_route53_record.all["r{number}"]'), "aws_route53_record.all")


def entries(count):
    lines = "".join(f'    "r{number}" = {entry(number)}\n' for number in range(count))
    return f"locals {{\n  records = {{\n{lines}  }}\n}}\n" + EACH.replace("RECORDS", "local.records"), keyed(count)


def built(count):
    lines = "".join(f"    {entry(number)},\n" for number in range(count))
    each = '{ for at, one in local.records : "r${at}" => one if one.type != "TXT" }'
    return f"locals {{\n  records = [\n{lines}  ]\n}}\n" + EACH.replace("RECORDS", each), keyed(count)


CASES = [("blocks", blocks, 24_000), ("entries of a map in a local", entries, 60_000),
         ("elements of a list that a `for` makes a map", built, 60_000)]


def run(command, directory):
    start = time.monotonic()
    with subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        out = process.stdout.read()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return time.monotonic() - start, usage.ru_maxrss * 1024, json.loads(out)


def main():
    binary = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parent / "target/release/zonegate").resolve()
    print("| code | number | MB | wall, s | peak RSS, MB |")
    print("|---|---:|---:|---:|---:|")
    for name, make, count in CASES:
        with tempfile.TemporaryDirectory() as directory:
            code, planned = make(count)
            pathlib.Path(directory, "main.tf").write_text(code)
            pathlib.Path(directory, "plan.json").write_text(json.dumps(planned))
            runs = [run([binary, "check", "plan.json", "--format", "json"], directory) for _ in range(RUNS)]
        labels = [label for finding in runs[0][2]["findings"] for label in finding["labels"]]
        if len(labels) < 2 * FINDINGS or any(label["path"] != "main.tf" for label in labels):
            sys.exit(f"{name}: not every place is one in the code: {[label['path'] for label in labels]}")
        wall, rss = (min(one[at] for one in runs) for at in range(2))
        print(f"| {name} | {count:,} | {len(code) / 1e6:.1f} | {wall:.2f} | {rss / 1e6:.0f} |", flush=True)


if __name__ == "__main__":
    main()
