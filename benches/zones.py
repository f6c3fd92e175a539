#!/usr/bin/env python3
"""zones.py [NAMES [BINARY [VALIDATE]]]: measures `zonegate check` on two states of a zone, and prints a Markdown table.

NAMES is 100000 unless told, BINARY target/release/zonegate. With VALIDATE, the path of `octodns-validate`, that is
measured beside it, on one of the states. Both run in turn, three times; each figure is the best. CPU is user and system
time, RSS the peak that the kernel saw.
"""
import pathlib
import random
import sys
import tempfile

from measure import HERE, run

RUNS = 3
CONFIG = """\
providers:
  config: {class: octodns.provider.yaml.YamlProvider, directory: %s, enforce_order: false}
  out: {class: octodns.provider.yaml.YamlProvider, directory: %s}
zones:
  example.com.: {sources: [config], targets: [out]}
manager: {max_workers: 1}
"""


def entry(rng, number):
    """The records of one name, in the shapes that zones are full of."""
    kind = rng.random()
    address = f"192.0.2.{rng.randrange(256)}"
    if kind < 0.4:
        return f"  type: A\n  value: {address}\n"
    if kind < 0.6:
        return f"  type: CNAME\n  value: host-{number // 2}.example.com.\n"
    if kind < 0.7:
        return f"  ttl: 300\n  type: TXT\n  value: token={rng.getrandbits(128):032x}\n"
    if kind < 0.8:
        host = f"{number >> 16:x}:{number & 0xFFFF:x}"
        return f"  type: AAAA\n  values:\n  - 2001:db8::{host}\n  - 2001:db8:1::{host}\n"
    if kind < 0.9:
        return f"- type: A\n  value: {address}\n- type: TXT\n  value: v=spf1 -all\n"
    return (f"- type: A\n  value: {address}\n- type: MX\n  values:\n  - exchange: mx1.example.net.\n    preference: 10\n"
            "  - exchange: mx2.example.net.\n    preference: 20\n- type: TXT\n  value: v=spf1 mx -all\n")


def states(count):
    """A zone before and after a change of 40 names, 20 of which lose their mail to an alias."""
    rng = random.Random(1)
    before = {f"host-{number}": entry(rng, number) for number in range(count)}
    after = dict(before)
    for number in rng.sample(range(count), 20):
        after[f"host-{number}"] = "  type: A\n  value: 198.51.100.1\n"
    with_mx = [name for name, text in before.items() if "MX" in text]
    for name in rng.sample(with_mx, 20):
        after[name] += "- type: CNAME\n  value: shops.example.org.\n"
    return before, after


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    binary = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else HERE.parent / "target/release/zonegate").resolve()
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        for state, entries in zip(["before", "after"], states(count)):
            zones = root / state / "zones"
            zones.mkdir(parents=True)
            text = "".join(f"{name}:\n{records}" for name, records in entries.items())
            (zones / "example.com.yaml").write_text(text)
        config = root / "config.yaml"
        config.write_text(CONFIG % (root / "before/zones", root / "out"))
        commands = {"`zonegate check --before --after`": (2, 1, [binary, "check", "--before", root / "before",
                                                                   "--after", root / "after"])}
        if len(sys.argv) > 3:
            commands["`octodns-validate`"] = (1, 0, [sys.argv[3], "--config-file", config])
        figures = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, (_, due, command) in commands.items():
                _, cpu, rss, code = run(command)
                if code != due:
                    sys.exit(f"{name} returned {code}, where {due} was due")
                figures[name].append((cpu, rss))
        print(f"{count:,} names, {len(text) / 1e6:.1f} MB\n\n| | states | CPU, s | peak RSS, MB |\n|---|---:|---:|---:|")
        for name, (states_read, *_) in commands.items():
            cpu, rss = (min(one[at] for one in figures[name]) for at in range(2))
            print(f"| {name} | {states_read} | {cpu:.2f} | {rss / 1e6:.0f} |")


if __name__ == "__main__":
    main()
