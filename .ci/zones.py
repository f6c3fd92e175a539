#!/usr/bin/env python3
"""zones.py BINARY NAMESERVERS [--write]: what zonegate and its peers say of zones with one defect.

Every folder under testdata/zones/ is a zone file, after.zone, in which one thing is wrong, or nothing is. Its first lines
say what zonegate has to find, and with which options, or why it is none of its business. before.zone beside it is the zone before the change, child.zone
another zone. The checkers that come with name servers and the validators of OctoDNS get the same zones. Where one of
them does not agree with zonegate on whether something is wrong, testdata/zones/differences.yaml says why; a difference
that is missing there is a fault, and so is one that is there no longer. docs/peers.md is made of all this, and --write
makes it anew.

A peer in another version than docs/peers.md speaks of is asked too, but not held to it.

The zones that the cases under testdata/terraform/ and testdata/octodns/ describe are written as zone files and given to
the peers that load zones: they and zonegate must name the same CNAMEs beside other data.

Runs in an environment with OctoDNS, whose dnspython it uses. NAMESERVERS is what .ci/nameservers.sh made.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import yaml

ROOT = Path(__file__).resolve().parent.parent
ZONES = ROOT / "testdata/zones"
DIFFERENCES = ZONES / "differences.yaml"
PAGE = ROOT / "docs/peers.md"

# Validates the zones of one configuration after another, as `octodns-validate --all` does, and prints what it says.
VALIDATE = """
import json, logging, os, sys
from octodns.manager import Manager

class Keep(logging.Handler):
    def emit(self, record):
        said.append(record.getMessage())

logging.lastResort = None
for name in ("Record", "Zone"):
    logging.getLogger(name).addHandler(Keep(logging.WARNING))
for line in sys.stdin:
    said, config = [], line.strip()
    os.chdir(os.path.dirname(config))
    try:
        Manager(config).validate_configs(lenient=True)
    except Exception as error:
        said.append(str(error))
    print(json.dumps(said))
"""


# Zones


class Unwritable(Exception):
    """A zone holds records that a format has no words for."""


def read(path):
    """The apex of a zone file and its records: lists of TTL and data by owner and type.

    Every line is an owner, perhaps a TTL, a type and data. A parser of dnspython would drop what may not stand beside a
    CNAME."""
    text = path.read_text()
    apex = dns.name.from_text(re.search(r"^\$ORIGIN (\S+)", text, re.MULTILINE)[1])
    sets = {}
    for owner, ttl, kind, data in re.findall(r"^([^\s;$]+) (?:(\d+) )?([A-Z]+) (.*)$", text, re.MULTILINE):
        key = dns.name.from_text(owner, apex), dns.rdatatype.from_text(kind)
        data = dns.rdata.from_text(dns.rdataclass.IN, key[1], data, apex, relativize=False)
        sets.setdefault(key, []).append((int(ttl or 3600), data))
    return apex, sets


def header(path):
    """The words of the first lines of a zone file, by what they are about."""
    said = {"finds": "", "with": "", "beyond": ""}
    for line in path.read_text().splitlines():
        match = re.fullmatch(r"; (finds|with|beyond):\s*(.*)", line)
        if not match:
            break
        said[match[1]] = match[2]
    return said


def sentence(folder):
    return folder.name.replace("-", " ")


# The words OctoDNS has for the data of each type.
FIELDS = {
    "MX": lambda data: {"preference": data.preference, "exchange": data.exchange.to_text()},
    "SRV": lambda data: {"priority": data.priority, "weight": data.weight, "port": data.port,
                         "target": data.target.to_text()},
    "TLSA": lambda data: {"certificate_usage": data.usage, "selector": data.selector, "matching_type": data.mtype,
                          "certificate_association_data": data.cert.hex()},
    "HTTPS": lambda data: {"svcpriority": data.priority, "targetname": data.target.to_text()},
    "TXT": lambda data: b"".join(data.strings).decode(),
    **{kind: lambda data: data.to_text() for kind in ("A", "AAAA", "CNAME", "DNAME", "NS", "PTR")},
}


def as_octodns(apex, sets):
    """The zone file of OctoDNS with these records, but for the SOA, of which it has none."""
    owners = collections.defaultdict(list)
    for (owner, rtype), records in sets.items():
        kind = dns.rdatatype.to_text(rtype)
        if kind == "SOA":
            continue
        if kind not in FIELDS:
            raise Unwritable(kind)
        name = owner.relativize(apex).to_text().lower().replace("@", "")
        values = [FIELDS[kind](data) for _, data in records]
        ttl = records[0][0]
        if kind in ("CNAME", "DNAME"):
            owners[name] += [{"type": kind, "ttl": ttl, "value": value} for value in values]
        else:
            owners[name].append({"type": kind, "ttl": ttl, "values": values})
    return yaml.safe_dump(dict(owners), allow_unicode=True)


def repository(home, paths, manager=None):
    """A repository of OctoDNS with the zones of these files; its configuration."""
    provider = {"class": "octodns.provider.yaml.YamlProvider", "directory": "zones", "enforce_order": False,
                "escaped_semicolons": False}
    zones = {}
    (home / "zones").mkdir(parents=True)
    for path in paths:
        apex, sets = read(path)
        (home / "zones" / f"{apex}yaml").write_text(as_octodns(apex, sets))
        zones[apex.to_text()] = {"sources": ["config"]}
    config = home / "config.yaml"
    config.write_text(yaml.safe_dump({"manager": manager or {}, "providers": {"config": provider}, "zones": zones}))
    return config


# Peers


def either(verdicts):
    """The verdict on zones together; none if nobody objects and one cannot be held."""
    return True if True in verdicts else None if None in verdicts else False


def ask(*command):
    """Whether a checker objects, and what it says."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return done.returncode != 0, done.stdout + done.stderr


class Checkers:
    """The checkers of zone files that come with name servers, all their checks on."""

    def __init__(self, nameservers, room):
        self.run = str(nameservers / "run")
        self.room = room
        self.modules = ask(self.run, "sh", "-c", 'printf %s "$PDNS_MODULES"')[1]
        self.versions = dict(line.split() for line in (nameservers / "versions").read_text().splitlines())

    def named_checkzone(self, apex, path):
        # Full checks would ask the resolver of this machine for hosts of other zones.
        flags = "-i local -k fail -m fail -M fail -n fail -r fail -S fail -T warn -W warn".split()
        return ask(self.run, "named-checkzone", *flags, apex, path)

    def nsd_checkzone(self, apex, path):
        return ask(self.run, "nsd-checkzone", apex, path)

    def kzonecheck(self, apex, path):
        return ask(self.run, "kzonecheck", "-o", apex, path)

    def validns(self, apex, path):
        objects, said = ask(self.run, "validns", "-p", "all", "-z", apex, path)
        return (None if "unsupported rdtype" in said else objects), said

    def pdnsutil(self, apex, path):
        with tempfile.TemporaryDirectory(dir=self.room) as home:
            Path(home, "zones.conf").write_text(f'zone "{apex}" {{ type master; file "{path}"; }};\n')
            Path(home, "pdns.conf").write_text(
                f"launch=bind\nmodule-dir={self.modules}\nbind-config={home}/zones.conf\ndname-processing=yes\n")
            _, said = ask(self.run, "pdnsutil", f"--config-dir={home}", "check-zone", apex)
        # These two speak of how the tool keeps a zone that it reads from a file.
        bookkeeping = re.compile("run pdnsutil rectify-zone|Parsed and original record content are not equal")
        remarks = [line for line in said.splitlines() if re.match(r"\[?(Error|Warning)", line)]
        return any(not bookkeeping.search(line) for line in remarks), said

    # The package each comes in, and how the page calls it.
    PEERS = {"named-checkzone": ("bind9-utils", named_checkzone), "nsd-checkzone": ("nsd", nsd_checkzone),
             "kzonecheck": ("knot-dnssecutils", kzonecheck), "validns": ("validns", validns),
             "pdnsutil": ("pdns-server", pdnsutil)}

    def version(self, peer):
        """The first two numbers of its version: what it checks does not change with the others."""
        return re.match(r"(?:\d+:)?(\d+\.\d+)", self.versions[self.PEERS[peer][0]])[1]


OCTODNS = {
    "octodns": {"enabled": ["legacy"]},
    "octodns strict": {"enabled": ["legacy", "strict"]},
    "octodns best-practice": {"enabled": ["legacy", "strict", "best-practice"]},
}
# Advice of best-practice on what a domain with mail might have besides. It would mark every zone here.
ADVICE = re.compile(r"(is missing .*|should have at least .*|should terminate .*|has p=.*), via: mail$")


def octodns(python, room, folders):
    """What the validators of OctoDNS say of these zones: for each set of them, whether they object to each folder and
    why; none where OctoDNS has no words for the zone."""
    verdicts = {}
    for name, validators in OCTODNS.items():
        verdicts[name] = {}
        asked = []
        for folder in folders:
            home = room / name.replace(" ", "-") / folder.name
            try:
                config = repository(home, after(folder), {"validators": validators})
            except Unwritable:
                verdicts[name][folder] = None
                continue
            asked.append((folder, config))
        done = subprocess.run([python, "-c", VALIDATE], input="\n".join(str(config) for _, config in asked),
                              capture_output=True, text=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        if len(answers) != len(asked):
            sys.exit(f"octodns answered {len(answers)} of {len(asked)} times: {done.stderr[-2000:]}")
        for (folder, _), answer in zip(asked, answers):
            # Some name the reasons, a line each.
            remarks = [re.findall(r"^  - .*", text, re.MULTILINE) or [text] for text in answer]
            objects = any(not ADVICE.search(reason) for reasons in remarks for reason in reasons)
            verdicts[name][folder] = objects, "\n".join(answer)
    return verdicts


# zonegate


def after(folder):
    """The zone files of a folder after the change."""
    return [path for path in (folder / "after.zone", folder / "child.zone") if path.exists()]


def before(folder):
    """Those before it; none if there is only one state."""
    changed = folder / "before.zone"
    return [path for path in (changed, folder / "child.zone") if path.exists()] if changed.exists() else []


def report(binary, states, options, config=None):
    """The report on a change: `states` has zone files by the side, with none before it where there is one state."""
    files = states["after"]
    if states["before"]:
        # Zones that do not change are context.
        files = ["--before", states["before"][0], "--after", files[0], *(x for file in files[1:] for x in ("--context", file))]
    config = ["--config", config] if config else ["--no-config"]
    done = subprocess.run([binary, "check", "--format", "json", *map(str, [*config, *files]), *options.split()],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if not done.stdout:
        sys.exit(f"zonegate reports nothing on {states}: {done.stderr}")
    return json.loads(done.stdout)


def findings(binary, folder, options):
    """The rules that zonegate says the change breaks, or that are broken where there is no zone before it."""
    config = folder / "zonegate.yaml"
    told = report(binary, {"before": before(folder), "after": after(folder)}, options,
                  config if config.exists() else None)
    unread = [f"{gap['rule']}: {gap['reason']}" for gap in told["gaps"] if gap["severity"] == "error"]
    return sorted({found["rule"] for found in told["findings"] if found["status"] == "introduced"}) + unread


# The page


Verdicts = collections.namedtuple("Verdicts", "folder expected beyond objections")
Verdicts.__doc__ = """What all say of one zone: the rules that zonegate finds broken, why it looks for nothing there if there
is a defect, and whether each peer objects; none where it cannot hold the zone."""


def table(verdicts, peers):
    """Rows of Markdown."""
    mark = {True: "yes", False: "–", None: "n/a"}
    lines = ["| zone | zonegate | " + " | ".join(peers) + " |", "|---|---|" + "---|" * len(peers)]
    for one in verdicts:
        found = ", ".join(f"`{rule}`" for rule in one.expected.split()) or "–"
        cells = [mark[one.objections[peer]] for peer in peers]
        lines.append(f"| {sentence(one.folder)} | {found} | " + " | ".join(cells) + " |")
    return lines


def rows(differences, folders, peers):
    """Each difference in words: why, and for which peers and zones it holds."""
    lines = []
    for row in differences:
        chosen = [zone for zone in row["zones"] if zone in folders]
        if chosen:
            zones = "; ".join(zone.replace("-", " ") for zone in chosen)
            who = "all of them" if len(row["peers"]) == len(peers) else ", ".join(row["peers"])
            lines.append(f"- **{who}**: {row['because']} ({zones}).")
    return lines


def page(verdicts, differences, peers):
    """docs/peers.md."""
    one_state = [one for one in verdicts if one.expected and not (one.folder / "before.zone").exists()]
    changes = [one for one in verdicts if one.expected and (one.folder / "before.zone").exists()]
    other = [one for one in verdicts if one.beyond]
    sound = [one for one in verdicts if not one.expected and not one.beyond]
    named = lambda some: {one.folder.name for one in some}
    count = lambda some, peer: sum(one.objections[peer] is True for one in some)
    sums = [f"| {name} | {len(some)} | {sum(bool(one.expected) for one in some)} | " +
            " | ".join(str(count(some, peer)) for peer in peers) + " |"
            for name, some in (("one state", one_state), ("a change", changes), ("another defect", other),
                                ("nothing wrong", sound))]
    return "\n".join([
        "# Peers",
        "",
        "What zonegate finds in small zones with one defect each, beside the checkers that come with name servers and the",
        "validators of OctoDNS. The zones lie under `testdata/zones/`. `.ci/zones.py --write` makes this page, and `.ci/run`",
        "fails if it is not true.",
        "",
        "Peers are asked at their strictest:",
        "",
        "- `named-checkzone -i local -k fail -m fail -M fail -n fail -r fail -S fail`; full checks would ask a resolver for",
        "  hosts of other zones.",
        "- `kzonecheck` and `nsd-checkzone` have no more checks than those they make by default.",
        "- `validns -p all`.",
        "- `pdnsutil check-zone`; a warning counts as an objection, though its exit code is 0.",
        "- OctoDNS gets the same records in its YAML. `strict` and `best-practice` are validators it has, but does not use",
        "  unless told to. `best-practice` has `strict` in it here, and its advice to have several exchanges, SPF and DMARC at",
        "  each domain is left out, since it would mark every zone.",
        "",
        "| peer | version |",
        "|---|---|",
        *[f"| {peer} | {version} |" for peer, version in peers.items()],
        "",
        "## In short",
        "",
        "How many of the zones each objects to:",
        "",
        "| zones | number | zonegate | " + " | ".join(peers) + " |",
        "|---|---|---|" + "---|" * len(peers),
        *sums,
        "",
        "## One state with a defect",
        "",
        *table(one_state, peers),
        "",
        "## A change that breaks something",
        "",
        "The peers see the zone after the change, zonegate sees both.",
        "",
        *table(changes, peers),
        "",
        "## Another defect",
        "",
        "zonegate is about mail. It does not look at:",
        "",
        *[f"- {one.beyond} ({sentence(one.folder)})" for one in other],
        "",
        *table(other, peers),
        "",
        "Nor does it say what a peer says of a file that is no zone at all: no SOA, names outside of the zone, bad numbers.",
        "",
        "## Nothing wrong",
        "",
        *table(sound, peers),
        "",
        "## What zonegate finds and they do not",
        "",
        *rows(differences, named(one_state + changes), peers),
        "",
        "## What they object to and zonegate does not",
        "",
        *rows(differences, named(sound), peers),
        "",
    ])


def noted(text):
    """The versions of peers that a page speaks of."""
    return dict(re.findall(r"^\| ([a-z- ]+) \| (\d[\w.]*) \|$", text, re.MULTILINE))


def disagreements(verdicts, differences, peers, held):
    """Where a peer does not agree with zonegate and no row says why, and rows that hold no longer."""
    explained = collections.Counter((peer, zone) for row in differences for peer in row["peers"] for zone in row["zones"])
    for (peer, zone), times in explained.items():
        if times > 1:
            yield f"{zone}: {times} rows speak of {peer}"
    for one in (one for one in verdicts if not one.beyond):
        for peer in held:
            differs = one.objections[peer] is not None and one.objections[peer] != bool(one.expected)
            known = (peer, one.folder.name) in explained
            if differs and not known:
                yield f"{one.folder.name}: {peer} does not agree, and no row says why"
            if known and not differs:
                yield f"{one.folder.name}: {peer} agrees, but a row says that it does not"
    strangers = {zone for _, zone in explained} - {one.folder.name for one in verdicts}
    strangers |= {peer for peer, _ in explained} - set(peers)
    yield from (f"rows speak of {stranger}, which is not there" for stranger in sorted(strangers))


# The zones of cases


def rendered(lines, room):
    """Zone files made of what `zonegate records` prints, as resolvers see the zones: apex, file."""
    zones = collections.defaultdict(dict)
    for one in map(json.loads, lines):
        # Weighted and geographic versions of a CNAME are one CNAME to whoever asks.
        zones[one["zone"]].setdefault((one["fqdn"], one["type"]) if one["type"] == "CNAME" else len(zones[one["zone"]]), one)
    for number, (apex, sets) in enumerate(zones.items()):
        text = [f"{apex} 300 SOA ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300",
                f"{apex} 300 NS ns1.example.net."]
        for one in sets.values():
            kind, values = one["type"], [value or UNKNOWN.get(one["type"]) for value in one["values"] or [None]]
            if kind in ("ALIAS", "ANAME") or kind == "CNAME" and one["served"] in ("flattened", "proxied"):
                kind, values = "A", ["192.0.2.1"]
            if kind == "TXT":
                values = ['"text"']
            if kind in UNKNOWN:
                text += [f"{one['fqdn']} {one['ttl'] or 300} {kind} {absolute(kind, value)}" for value in values]
        path = room / f"{number}.zone"
        path.write_text("\n".join(text) + "\n")
        yield apex.rstrip("."), path


# What stands for data that is not known, by the types that cases have.
UNKNOWN = {"A": "192.0.2.1", "AAAA": "2001:db8::1", "CNAME": "unknown.example.net.", "MX": "10 unknown.example.net.",
           "NS": "unknown.example.net.", "SRV": "0 0 1 unknown.example.net.", "PTR": "unknown.example.net.",
           "DNAME": "unknown.example.net.", "TXT": '"unknown"', "CAA": '0 issue "example.net"'}


def absolute(kind, value):
    """Data in which a host is written out: without a final dot it is what the input says all the same."""
    hosted = kind in ("CNAME", "MX", "NS", "SRV", "PTR", "DNAME")
    return value + "." if hosted and not value.endswith(".") else value


def beside_cname(checkers, apex, path):
    """The owners of a CNAME that stands beside other data or another CNAME: for each peer that loads zones, its own."""
    run = checkers.run
    _, named = ask(run, "named-checkzone", "-i", "none", "-k", "ignore", apex, str(path))
    _, knot = ask(run, "kzonecheck", "-o", apex, str(path))
    _, nsd = ask(run, "nsd-checkzone", apex, str(path))
    lines = path.read_text().splitlines()
    owners = lambda found: {name.lower().rstrip(".") + "." for name in found}
    found = {
        "named-checkzone": owners(re.findall(r": (\S+): (?:CNAME and other data|multiple RRs of singleton type)", named)),
        "kzonecheck": owners(re.findall(r"\[(\S+)\] .*CNAME", knot)),
        "nsd-checkzone": owners(lines[int(number) - 1].split()[0]
                                for number in re.findall(r":(\d+): (?:CNAME and other|multiple CNAMEs|other data|.*CNAME)", nsd)),
    }
    if "failed to run semantic checks" in knot:
        # It has no words for control characters in names.
        del found["kzonecheck"]
    return found


# What zonegate finds only where a CNAME stands beside something, and what it may find there.
ONLY_BESIDE = {"cname-with-mx", "cname-at-apex", "multiple-cnames", "cname-with-other-data", "policy-name-cname-and-txt"}
MAYBE_BESIDE = ONLY_BESIDE | {"cname-with-null-mx", "cname-masks-mail-txt", "dname-with-cname", "forgotten-record-still-live",
                              "unflattening-exposes-cname", "flattened-cname-with-mx"}


def cases(binary, checkers):
    """Compares what the cases of other inputs say with what peers say of the zones they describe: how many zones, and
    how many CNAMEs beside something, and the faults."""
    folders = sorted((ROOT / "testdata/terraform").iterdir()) + sorted((ROOT / "testdata/octodns").iterdir())

    def one(folder):
        inputs = [folder / "plan.json"]
        if not inputs[0].exists():
            before, after = folder / "before", folder / "after"
            inputs = ["--before", before, "--after", after] if before.exists() else [after]
        run = lambda *command: subprocess.run([binary, *map(str, command)], stdin=subprocess.DEVNULL,
                                              capture_output=True, text=True).stdout
        report = json.loads(run("check", "--no-config", "--all", "--format", "json", *inputs))
        lines = run("records", "--no-config", inputs[-1]).splitlines()
        apexes = {json.loads(line)["zone"] for line in lines}
        if report["summary"]["exit_code"] == 2 or None in apexes or report["summary"]["zones"] != len(apexes):
            return None  # Unreadable, or of several views that a line does not tell apart.
        faults, zones, pairs = [], 0, 0
        found = [found for found in report["findings"] if found["status"] != "fixed"]
        broken = lambda rules: {one["names"][0] for one in found if rules & {one["rule"], *one["also"]}}
        with tempfile.TemporaryDirectory() as room:
            said = collections.defaultdict(set)
            for apex, path in rendered(lines, Path(room)):
                zones += 1
                for peer, owners in beside_cname(checkers, apex, path).items():
                    said[peer] |= owners
            for peer, owners in said.items():
                pairs = max(pairs, len(owners))
                if not broken(ONLY_BESIDE) <= owners or not owners <= broken(MAYBE_BESIDE):
                    faults.append(f"{folder.name}: {peer} has a CNAME beside other data at {sorted(owners)}, "
                                  f"zonegate at {sorted(broken(MAYBE_BESIDE))}")
        return zones, pairs, faults

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(one, folders))
    told = [answer for answer in answers if answer]
    return len(answers) - len(told), sum(t[0] for t in told), sum(t[1] for t in told), [f for t in told for f in t[2]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("nameservers", type=Path)
    parser.add_argument("--write", action="store_true", help="make docs/peers.md anew")
    parser.add_argument("--verbose", action="store_true", help="print what each peer says of each zone")
    options = parser.parse_args()
    binary = os.path.realpath(options.binary)
    folders = sorted(path for path in ZONES.iterdir() if path.is_dir())
    differences = yaml.safe_load(DIFFERENCES.read_text())
    faults = []
    with tempfile.TemporaryDirectory() as room:
        checkers = Checkers(options.nameservers.resolve(), room)

        def judge(folder):
            said = header(folder / "after.zone")
            found = findings(binary, folder, said["with"])
            if found != sorted(said["finds"].split()):
                faults.append(f"{folder.name}: zonegate finds {' '.join(found) or 'nothing'}, not {said['finds'] or 'nothing'}")
            answers = {}
            for peer, (_, check) in checkers.PEERS.items():
                answers[peer] = [check(checkers, read(path)[0].to_text(omit_final_dot=True), str(path))
                                 for path in after(folder)]
            objections = {peer: either([objects for objects, _ in said]) for peer, said in answers.items()}
            words = {peer: "".join(words for _, words in said) for peer, said in answers.items()}
            return Verdicts(folder, said["finds"], said["beyond"], objections), words

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            judged = list(pool.map(judge, folders))
        for peer, verdicts in octodns(sys.executable, Path(room), folders).items():
            for one, words in judged:
                verdict = verdicts[one.folder]
                one.objections[peer], words[peer] = verdict or (None, "")
    if options.verbose:
        for one, words in judged:
            for peer, text in words.items():
                print(f"== {one.folder.name}: {peer} {one.objections[peer]}\n{text}")
    judged = [one for one, _ in judged]
    version = subprocess.run([sys.executable, "-c", "import octodns; print(octodns.__version__)"], capture_output=True,
                             text=True).stdout.strip()
    peers = {peer: checkers.version(peer) for peer in checkers.PEERS} | {peer: version for peer in OCTODNS}
    made = page(judged, differences, peers)
    if options.write:
        PAGE.write_text(made)
    page_speaks_of = noted(PAGE.read_text()) if PAGE.exists() else {}
    held = [peer for peer, version in peers.items() if page_speaks_of.get(peer) == version]
    for peer in peers.keys() - held:
        print(f"{peer} is {peers[peer]} here, and docs/peers.md speaks of {page_speaks_of.get(peer)}: not compared")
    faults += disagreements(judged, differences, peers, held)
    if len(held) == len(peers) and made != PAGE.read_text():
        faults.append("docs/peers.md is not as .ci/zones.py --write makes it")
    skipped, zones, pairs, wrong = cases(binary, checkers)
    faults += wrong
    print("".join(f"{fault}\n" for fault in sorted(faults)), end="", file=sys.stderr)
    print(f"zones: {len(judged)} with one defect or none, asked of {len(peers)} peers; {zones} of cases with {pairs} "
          f"CNAMEs beside other data, {skipped} cases left out; {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
