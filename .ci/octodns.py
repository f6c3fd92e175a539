#!/usr/bin/env python3
"""Compares what zonegate reads of OctoDNS repositories with what OctoDNS itself does, record for record.

    octodns.py BINARY PYTHON [--rounds N] [--seed N]

PYTHON is an interpreter that has OctoDNS 1.22. Three kinds of repositories are compared: those under testdata/octodns,
random ones of every type and layout, and, if they are there, the samples beside the repository. The differences that
docs/octodns.md lists are known by their names; any other one is a failure.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT.parent / "shared/lab/octodns/cases"

# Runs within PYTHON: every record that OctoDNS holds after it has read its sources, or the error that stops a zone.
DUMP = r"""
import json, logging, sys, warnings
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
from octodns.manager import Manager
from octodns.provider.yaml import YamlProvider
from octodns.record.base import value_to_rdata_text
for config in sys.stdin.read().split("\n"):
    lines, errors = [], []
    try:
        import os
        os.chdir(os.path.dirname(config))
        manager = Manager(os.path.basename(config))
        zones = manager._preprocess_zones(manager.config["zones"])
        for name, settings in list(zones.items()):
            if settings and "alias" in settings:
                continue
            try:
                zone = manager.get_zone(name)
                for source in settings.get("sources") or []:
                    source = manager.providers[source]
                    if isinstance(source, YamlProvider):
                        source.populate(zone, lenient=True)
                for record in zone.records:
                    values = getattr(record, "values", None)
                    if values is None:
                        values = [] if record.value is None else [record.value]
                    text = lambda value: "" if isinstance(value, str) and not value else str(value_to_rdata_text(value))
                    lines.append([zone.name, record.fqdn, record._type, record.ttl, sorted(map(text, values))])
            except BaseException as error:
                errors.append([name, type(error).__name__ + ": " + str(error)[:200]])
    except BaseException as error:
        errors.append(["", type(error).__name__ + ": " + str(error)[:200]])
    print(json.dumps({"records": sorted(lines), "errors": errors}), flush=True)
"""


def unescaped(name):
    """A name in presentation form as OctoDNS prints it."""
    out, rest = bytearray(), name.encode()
    while rest:
        if rest[:1] == b"\\" and rest[1:4].isdigit():
            out.append(int(rest[1:4]))
            rest = rest[4:]
        elif rest[:1] == b"\\":
            out += rest[1:2]
            rest = rest[2:]
        else:
            out += rest[:1]
            rest = rest[1:]
    return out.decode("utf-8", "replace")


HOSTS = ("CNAME", "ALIAS", "DNAME", "NS", "PTR", "MX", "SRV")


def ours(binary, config):
    done = subprocess.run([binary, "records", config.name], cwd=config.parent, capture_output=True, text=True)
    records = []
    for line in done.stdout.splitlines():
        line = json.loads(line)
        host = line["type"] in HOSTS
        values = [value if value is None or not host else unescaped(value) for value in line["values"] or [None]]
        records.append([unescaped(line["zone"]), unescaped(line["fqdn"]), line["type"], line["ttl"], values])
    return records, done.returncode, done.stderr.strip()


def known_difference(record):
    """The name that docs/octodns.md gives a difference, if this record of OctoDNS shows one."""
    _, fqdn, kind, ttl, values = record
    if not values:
        return "no-values"
    if not 0 <= ttl < 2**32:
        return "out-of-range"
    numbers = {"MX": 1, "SRV": 3}.get(kind, 0)
    if any(not 0 <= int(number) < 2**16 for value in values for number in value.split()[:numbers]):
        return "out-of-range"
    labels = fqdn[:-1].split(".")
    if "" in labels or any(len(label) > 63 for label in labels) or len(fqdn) > 254:
        return "bad-name"
    return None


def sort_key(record):
    return json.dumps(record)


def same_values(kind, mine, theirs):
    if kind == "AAAA":
        import ipaddress
        return sorted(map(ipaddress.IPv6Address, mine)) == sorted(map(ipaddress.IPv6Address, theirs))
    return sorted(mine) == sorted(theirs)


def compare(binary, config, answer):
    """What differs, as text; nothing if all is alike but for known differences."""
    records, code, message = ours(binary, config)
    refused = {name for name, _ in answer["errors"]}
    if refused:
        return None if code == 2 else f"octodns refuses {answer['errors']}, and the exit code is {code}"
    mine = {tuple(record[:3]): record for record in records}
    theirs = {tuple(record[:3]): record for record in answer["records"]}
    excused = 0
    for key, record in theirs.items():
        if known_difference(record):
            excused += 1
            mine.pop(key, None)
        elif key not in mine:
            return f"{record} is missing: {message}"
        else:
            twin = mine.pop(key)
            if twin[3] != record[3] or not same_values(key[2], twin[4], record[4]):
                return f"{twin} should be {record}"
    if mine:
        return f"{list(mine.values())} is too much"
    if code != 0 and not excused:
        return f"the exit code is {code}: {message}"
    return None


# Random repositories.

NAMES = ["''", "www", "mail", "a.b", "'*'", "'*.sub'", "_dmarc", "s1._domainkey", "WWW2", "Bücher", "no", "on", "null", "~",
         "010", "007", "08", "1.10", "1_0", "0x10", "1:30", "555", "2024-01-02", "y", "'no'", "'010'", "xn--bcher-kva",
         "a_b", "x-y", '"quoted"', "1e3", "0b11", "true", "'a b'", "é", "0.5", "+1", "-1", ".5", "1.", "12e03", "=", "Ää"]
HOST_NAMES = ["mx.example.net.", "MX.Example.NET.", "mx.example.net", "mail.example.com.", "bücher.example.net.", ".",
              "mx.{zone_name}", "10.mx.example.net.", "a_b.example.net."]
TEXTS = ["v=spf1 -all", "'v=spf1 include:example.net -all'", '"quoted \\\\; text"', "v=DKIM1\\; k=rsa\\; p=" + "A" * 400,
         "'\"one\" \"two\"'", "'back\\slash'", "'a \"quote\"'", '"tab\\there"', "|\n    folded\n    lines", ">-\n    one\n    two",
         "'~'", "plain # a comment", "a:b", "'ü'"]


def record(dice, indent):
    """The lines of one record, and its type."""
    pad = " " * indent
    def mapping(**fields):
        keys = [key for key in fields if fields[key] is not None]
        if dice.random() < 0.5:
            return "{" + ", ".join(f"{key}: {fields[key]}" for key in keys) + "}"
        return "\n" + "\n".join(f"{pad}  {key}: {fields[key]}" for key in keys)
    number = lambda: dice.choice(["0", "10", "'20'", "5", "0x10", "010", "1_0", "65535", "1.9"])
    host = lambda: dice.choice(HOST_NAMES[:5] + HOST_NAMES[7:]) if dice.random() < 0.8 else dice.choice(["mx.example.net.", "mx"])
    quoted = lambda text: "'" + text + "'"
    address = lambda: f"192.0.2.{dice.randrange(256)}"
    address6 = lambda: quoted(dice.choice(["2001:db8::1", "2001:DB8:0:0::0", "::", "2001:db8::ffff"]))
    kinds = {
        "A": address, "AAAA": address6, "CNAME": host, "ALIAS": host, "DNAME": host, "NS": host, "PTR": host,
        "MX": lambda: dice.choice([
            lambda: mapping(exchange=quoted(dice.choice(HOST_NAMES)), preference=number()),
            lambda: mapping(priority=number(), value=quoted(host())),
            lambda: mapping(exchange=quoted(host()), preference=number(), priority="99", value="other."),
        ])(),
        "SRV": lambda: mapping(port=number(), priority=number(), target=quoted(host()), weight=number()),
        "CAA": lambda: mapping(flags=dice.choice([None, "0", "128"]), tag="issue", value="ca.example.net"),
        "TXT": lambda: dice.choice(TEXTS), "SPF": lambda: dice.choice(TEXTS),
        "SSHFP": lambda: mapping(algorithm="1", fingerprint="ABCDEF0123", fingerprint_type="1"),
        "TLSA": lambda: mapping(certificate_association_data="ABCD", certificate_usage=dice.choice([None, "3"]), selector="1"),
        "DS": lambda: dice.choice([
            lambda: mapping(algorithm="13", digest="ABCD", digest_type="2", key_tag="2371"),
            lambda: mapping(algorithm="1", flags="2371", protocol="13", public_key="ABCD"),
        ])(),
        "NAPTR": lambda: mapping(flags="s", order="10", preference="100", regexp="''", replacement=".", service="SIP+D2U"),
        "LOC": lambda: mapping(altitude="20", lat_degrees="31", lat_direction="s", lat_minutes="58", lat_seconds="52.1",
                               long_degrees="115", long_direction="E", long_minutes="49", long_seconds="11",
                               precision_horz="10", precision_vert="2.5", size="1e1"),
        "SVCB": lambda: mapping(svcparams="{port: 443, alpn: [h2, h3], no-default-alpn: null}", svcpriority="1", targetname="."),
        "HTTPS": lambda: mapping(svcpriority="0", targetname="Www.example.net."),
        "URI": lambda: mapping(priority="1", target="HTTPS://example.net/", weight="1"),
        "URLFWD": lambda: mapping(code="301", masking="2", path="/", query="0", target="https://example.net/"),
        "OPENPGPKEY": lambda: "AAAA",
    }
    kind = dice.choice(list(kinds))
    make = kinds[kind]
    lines = [f"{pad}type: {kind}"]
    if dice.random() < 0.3:
        lines.append(f"{pad}ttl: " + dice.choice(["60", "'300'", "0", "1_000", "300.9", "010", "true"]))
    single = kind in ("CNAME", "ALIAS", "DNAME")
    if single or dice.random() < 0.6:
        lines.append(f"{pad}value: {make()}")
    else:
        flow = kind in ("A", "AAAA", "NS", "PTR")
        values = [make() for _ in range(dice.randrange(1, 4))]
        if flow:
            lines.append(f"{pad}values: [{', '.join(values)}]")
        else:
            items = [f"{pad}-{value}" if value.startswith("\n") else f"{pad}- {value}" for value in values]
            lines.append("\n".join([f"{pad}values:", *items]))
    if dice.random() < 0.1:
        lines.append(f"{pad}octodns: {{ignored: true, cloudflare: {{proxied: true}}, excluded: [out]}}")
    if dice.random() < 0.05:
        lines.append(f"{pad}unknown: [1, {{a: b}}]")
    if dice.random() < 0.05 and kind not in ("A", "AAAA", "CNAME", "DNAME"):
        lines.append(f"{pad}geo: {{NA: [192.0.2.1]}}")
    dice.shuffle(lines)
    return "\n".join(lines), kind


def zone(dice):
    """A zone file."""
    blocks, taken = [], set()
    for name in dice.sample(NAMES, dice.randrange(1, 12)):
        if dice.random() < 0.15:
            name = dice.choice(NAMES)
        records, kinds = [], set()
        for _ in range(dice.choice([1, 1, 1, 2, 3])):
            text, kind = record(dice, 2)
            if kind not in kinds or dice.random() < 0.02:
                kinds.add(kind)
                records.append(text)
        if len(records) == 1 and dice.random() < 0.8:
            blocks.append(f"{name}:\n{records[0]}")
        else:
            items = ["- " + text[2:] for text in records]
            blocks.append(f"{name}:\n" + "\n".join("  " + item.replace("\n", "\n  ") for item in items))
    if dice.random() < 0.2:
        blocks.append("base: &base\n  type: A\n  value: 192.0.2.1\nuse: *base\nover:\n  <<: *base\n  value: 192.0.2.2\n"
                      "under:\n  value: 192.0.2.3\n  <<: *base")
    if dice.random() < 0.05:
        blocks.append(dice.choice(["x:\n\ttype: A", "x: y", "x:", "x: []", "- a", "x: {type: A, value: 192.0.2.1",
                                   "x: {type: BOGUS, value: 1}", "x: {value: 192.0.2.1}", "x: {type: TXT, value: 5}",
                                   "x: !unknown y", "x: {type: A, ttl: 5m, value: 192.0.2.1}", "---\nx: {}"]))
    text = "\n".join(blocks) + "\n"
    if dice.random() < 0.1:
        text = "\ufeff" + text
    if dice.random() < 0.1:
        text = text.replace("\n", "\r\n")
    return text


def repository(dice, folder):
    """A configuration with zones in some layout."""
    split = dice.choice([None, ".", ".zone"])
    settings = {
        "class": "octodns.provider.yaml.YamlProvider", "directory": "./zones", "enforce_order": "false",
        "escaped_semicolons": dice.choice(["true", "false"]), "default_ttl": dice.choice(["3600", "'60'", "0"]),
        "split_extension": split, "populate_should_replace": dice.choice([None, "true"]),
        "shared_filename": dice.choice([None, None, "shared.yaml"]),
    }
    lines = ["providers:", "  config:"] + [f"    {key}: {value}" for key, value in settings.items() if value]
    names = dice.sample(["example.com.", "sub.example.com.", "example.net.", "bücher.example."], dice.randrange(1, 4))
    if dice.random() < 0.3:
        chosen = dice.choice(["", "\n    glob: '*.com.'", "\n    regex: '^example'"])
        lines += ["zones:", "  '*':\n    sources: [config]" + chosen]
    else:
        lines += ["zones:"] + [f"  {name}:\n    sources: [config]" for name in names]
    (folder / "zones").mkdir(parents=True)
    (folder / "config.yaml").write_text("\n".join(lines) + "\n")
    if settings["shared_filename"]:
        (folder / "zones/shared.yaml").write_text("shared:\n  type: A\n  value: 192.0.2.9\n")
    for name in names:
        home = folder / "zones" / (name[:-1] + (split or ""))
        if split and dice.random() < 0.7:
            home.mkdir()
            for part in range(dice.randrange(1, 3)):
                (home / f"part{part}.yaml").write_bytes(zone(dice).encode())
        if not split or not home.exists() or dice.random() < 0.1:
            (folder / "zones" / (name + "yaml")).write_bytes(zone(dice).encode())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=Path)
    parser.add_argument("python")
    parser.add_argument("--rounds", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where to leave the random repositories")
    options = parser.parse_args()
    binary = options.binary.resolve()
    configs = sorted((ROOT / "testdata/octodns").glob("*/after/config.yaml"))
    configs += sorted(SAMPLES.glob("*/config.yaml"))
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as room:
        room = options.keep or Path(room)
        for number in range(options.rounds):
            repository(dice, room / str(number))
        configs += [room / str(number) / "config.yaml" for number in range(options.rounds)]
        asked = "\n".join(map(str, configs))
        environment = {key: value for key, value in os.environ.items() if key != "zones"}
        done = subprocess.run([options.python, "-c", DUMP], input=asked, capture_output=True, text=True, env=environment)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        if len(answers) != len(configs):
            sys.exit(f"octodns answered {len(answers)} of {len(configs)} times: {done.stderr[-2000:]}")
        faults = 0
        for config, answer in zip(configs, answers):
            # Plugins are not installed: their types are carried without them, and other classes are gaps.
            needs_plugin = any(
                "Unknown provider class" in error or "Unknown record type" in error and "/" in error.split('"')[1]
                for _, error in answer["errors"]
            )
            difference = None if needs_plugin else compare(binary, config, answer)
            if difference:
                faults += 1
                print(f"{config}: {difference[:1000]}")
    records = sum(len(answer["records"]) for answer in answers)
    refused = sum(bool(answer["errors"]) for answer in answers)
    print(f"{len(configs)} repositories, {records} records, {refused} refused by octodns, {faults} read otherwise")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
