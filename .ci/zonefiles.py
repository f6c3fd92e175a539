#!/usr/bin/env python3
"""zonefiles.py BINARY NAMESERVERS: reads zone files as BIND does.

Makes odd zone files of many small parts, has `named-compilezone` of NAMESERVERS (see nameservers.sh) write each anew,
and compares its records with those of `zonegate records`: owner, time to live, type and data. Then breaks the files at
random: whatever they hold, zonegate has to end by itself, in time, with an exit code that it documents.
"""
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

SOA = [
    "@ SOA ns hostmaster ( 1 2h ; a comment (\n  15M\n\t1w2d 300 )\n",
    "@ 3600 IN SOA ns.example.net. a\\.b.example.net. 1 7200 900 1209600 300\n",
    "example.com. IN 1h SOA ns hostmaster (\n1\n2\n3\n4\n5)\n",
]
OWNERS = ["a", "b.c", "*", "*.d", "UPPER", "e.example.com.", r"f\.g", r"h\104i", "1", "60", "@", "_x._tcp", "a-b"]
HOSTS = ["mx", "mx.example.net.", "@", "a.b", "MX.Example.Net.", r"x\.y"]
TTLS = ["", "60", "1h", "1H30m", "2w", "0"]
CLASSES = ["", "IN", "in", "CLASS1"]
TEXTS = ['"a b"', "plain", '"semi;colon"', r'"quote\"d"', r"esc\;aped", '"(x)"', '""', '"one" "two"', r'"\065\\"']
FORMS = ["$", "$$x", "${0,3}", "${-1,2,x}", "${3,0,X}", "${0,4,o}", "${0,5,n}", r"\$$"]
SMALL = {"A": ["192.0.2.1", r"\# 4 c0000202"], "AAAA": ["2001:db8::1", "2001:DB8:0:0::2"],
         "CAA": ['0 issue "ca.example.net"'], "TYPE65280": [r"\# 3 0a0b 0c", r"\# 0"],
         "TLSA": ["3 1 1 ( 0123456789abcdef0123456789abcdef\n 0123456789ABCDEF0123456789ABCDEF )"]}


def data(rng, rtype):
    """The data of a record of this type."""
    host = rng.choice(HOSTS)
    if rtype == "MX":
        return f"{rng.choice([0, 10, 65535])} {host}"
    if rtype == "SRV":
        return f"0 1 465 {host}"
    if rtype == "TXT":
        return rng.choice(TEXTS)
    return rng.choice(SMALL[rtype]) if rtype in SMALL else host


def record(rng, number):
    """A record. Owners differ, since BIND refuses what clashes and gives all records of a set one time to live."""
    owner = rng.choice(OWNERS).replace("@", "at")
    owner = owner if owner.startswith("*") else f"r{number}{owner}"
    owner = f"{owner}.r{number}" if owner.startswith("*") else owner
    parts = [rng.choice(TTLS), rng.choice(CLASSES)]
    rng.shuffle(parts)
    types = ["MX", "NS", "PTR", "CNAME", "DNAME", "SRV", "TXT", *SMALL]
    first = rng.choice(types)
    blank = lambda: rng.choice([" ", "\t", "  ", " \t "])
    end = lambda: rng.choice(["\n", "\r\n", " ; comment\n", " ;\n\n", "\n   \n", "\n;x\n"])
    wrap = lambda text: text if "(" in text or rng.random() < 0.8 else f"( {text}\n )"
    line = blank().join([owner, *filter(None, parts), first, wrap(data(rng, first))]) + end()
    if first not in ("CNAME", "DNAME", "NS", "TXT") and rng.random() < 0.4:
        line += f"{blank()}TXT{blank()}{wrap(data(rng, 'TXT'))}{end()}"
    return line


def included(rng, number, room):
    """An entry that includes a file of some records, which may change what names are relative to there, and its file."""
    lines = [f"$ORIGIN {rng.choice(['sub', 'a.b'])}\n"] if rng.random() < 0.3 else []
    lines += [record(rng, f"{number}i{part}") for part in range(rng.randrange(1, 4))]
    (room / f"more{number}.inc").write_text("".join(lines))
    # An owner that is left out is that of the record before the entry, not of the last in the file.
    after = rng.choice(["", "", f" TYPE{65290 + number} \\# 0\n"])
    return f"$INCLUDE {rng.choice(['', './'])}more{number}.inc{rng.choice(['', ' in', ' other.example.com.'])}\n{after}"


def zone(rng, room):
    """A zone file. The files that it includes are written to a directory."""
    lines = [rng.choice(["", "$TTL 1d\n", "$ttl 300 ; x\n", "; x\n\n"]), "$ORIGIN example.com.\n", rng.choice(SOA), " NS ns.example.net.\n"]
    for number in range(rng.randrange(12)):
        what = rng.random()
        if what < 0.1:
            lines.append(f"$ORIGIN {rng.choice(['sub', 'a.b', 'example.com.', 'sub.example.com.'])}\n")
        elif what < 0.2:
            lines.append(f"$TTL {rng.choice(['5m', '7200', '1d12h'])}\n")
        elif what < 0.3:
            form = rng.choice(FORMS)
            rest = rng.choice(["A 192.0.2.$", 'MX "10 mx$"', "CNAME ${0,2}.x", "PTR p-${1,0,d}.example.net.", 'TXT "n $"'])
            lines.append(f"$GENERATE {rng.choice(['1-3', '2-9/3', '30-30'])} g{number}-{form} {rest}\n")
        elif what < 0.4:
            lines.append(included(rng, number, room))
        else:
            lines.append(record(rng, number))
    text = "".join(lines)
    return text if rng.random() < 0.7 else text.rstrip("\n")


def plain(text):
    """Data with escapes as the bytes they stand for, but those of what ends or escapes a string."""
    def byte(match):
        return match[0] if match[1] in (b"\\", b'"') else bytes([int(match[1])]) if match[1].isdigit() else match[1]
    raw = re.sub(rb"\\(\d{3}|.)", byte, text.encode("utf-8", "surrogateescape"))
    return raw.decode("latin-1")


def digits(rtype, text):
    """Data whose hexadecimal digits stand in one field."""
    if rtype == "TLSA":
        head = text.split(maxsplit=3)
        return " ".join([*head[:3], head[3].replace(" ", "").lower()])
    if text.startswith("\\#"):
        head = text.split(maxsplit=2)
        return " ".join([*head[:2], *(rest.replace(" ", "").lower() for rest in head[2:])])
    return text


def bind(tools, path, out):
    """The records as BIND has them; None if it refuses the zone."""
    done = subprocess.run([tools / "run", "named-compilezone", "-q", "-i", "none", "-k", "ignore", "-n", "ignore", "-r",
                           "ignore", "-m", "ignore", "-M", "ignore", "-S", "ignore", "-s", "full", "-o", out,
                           "example.com", path], capture_output=True, timeout=60, cwd=path.parent)
    if done.returncode:
        return None
    records = set()
    for line in out.read_text("utf-8", "surrogateescape").splitlines():
        owner, seconds, _, rtype, rest = line.split(None, 4)
        records.add((plain(owner).lower(), int(seconds), rtype, plain(digits(rtype, rest)).lower()))
    return records


def own(binary, path):
    """The records as zonegate has them, and its exit code."""
    done = subprocess.run([binary, "records", path], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    records = set()
    for line in done.stdout.splitlines():
        said = json.loads(line)
        for value in said["values"] or ["?"]:
            value = plain(digits(said["type"], value or "?")).lower()
            records.add((plain(said["fqdn"]).lower(), said["ttl"], said["type"], value))
    return records, done


def broken(rng, text):
    """The bytes of a text with some of them cut, doubled, or turned into others."""
    raw = bytearray(text.encode())
    for _ in range(rng.randrange(1, 8)):
        at = rng.randrange(len(raw))
        what = rng.randrange(4)
        if what == 0:
            del raw[at:at + rng.randrange(1, 20)]
        elif what == 1:
            raw[at:at] = rng.choice([b"(", b")", b'"', b"\\", b";", b"\n", b"\0", b"\xff", b"$", b"${", b"@", b"\r", b" "])
        elif what == 2:
            raw[at:at] = raw[max(0, at - 30):at]
        else:
            raw[at] = rng.randrange(256)
        if not raw:
            raw = bytearray(b"(")
    return bytes(raw)


def main():
    binary, tools = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    rng = random.Random(1035)
    compared = refused = 0
    with tempfile.TemporaryDirectory() as room:
        path, out = pathlib.Path(room) / "example.com.zone", pathlib.Path(room) / "out"
        for number in range(count):
            text = zone(rng, path.parent)
            path.write_bytes(text.encode())
            theirs = bind(tools, path, out)
            ours, done = own(binary, path)
            if theirs is None:
                refused += 1
            else:
                compared += 1
                if ours != theirs or done.returncode:
                    more = [(part.name, part.read_text()) for part in sorted(path.parent.glob("*.inc"))]
                    sys.exit(f"zone {number} is read otherwise:\n{text}\n{more}\n\nonly bind: {theirs - ours}\n"
                             f"only zonegate: {ours - theirs}\n{done.stderr.decode()}")
            path.write_bytes(broken(rng, text))
            done = subprocess.run([binary, "check", path], capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
            if done.returncode not in (0, 1, 2):
                sys.exit(f"exit code {done.returncode}:\n{path.read_bytes()!r}\n{done.stderr.decode()}")
    # A generator that BIND mostly refuses would compare nothing.
    if compared < count * 3 // 4:
        sys.exit(f"bind refuses {refused} of {count} zones, so too few are compared")
    print(f"{compared} zones are read as bind reads them, {refused} it refuses; {count} broken ones end well")


if __name__ == "__main__":
    main()
