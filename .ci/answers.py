#!/usr/bin/env python3
"""answers.py BINARY NAMESERVERS [--rounds N] [--seed N]: real name servers say whether mail goes where zonegate says.

NSD, Knot DNS and PowerDNS serve zones on a free port of the loopback: those under testdata/zones/, before and after the
change, and random ones full of wildcards, empty non-terminals, DNAMEs, zone cuts, aliases and exchanges. A sender asks
them for the MX of every name in sight, follows aliases, and asks for the addresses of the exchanges (RFC 5321 section
5.1). The way it finds is the one that `zonegate trace` tells, and for findings the one that their `route` tells.

A server that refuses a zone is not asked about it; every zone is served by one of them at least. PowerDNS serves a CNAME
beside other data, and so stands for the DNS hosts that do.

Runs in an environment with dnspython. NAMESERVERS is what .ci/nameservers.sh made.
"""
import argparse
import collections
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

import zones

A, AAAA, CNAME, MX, NS, SOA = (dns.rdatatype.from_text(kind) for kind in ("A", "AAAA", "CNAME", "MX", "NS", "SOA"))
ADDRESS = "127.0.0.1"


# Servers


def free_port():
    """A port that nobody listens on, by UDP and TCP."""
    while True:
        with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind((ADDRESS, 0))
            try:
                tcp.bind((ADDRESS, udp.getsockname()[1]))
            except OSError:
                continue
            return udp.getsockname()[1]


def nsd(home, port, files):
    """Configures NSD to serve these zone files by apex, and returns what starts it."""
    (home / "nsd.conf").write_text(
        f"""server:
  ip-address: {ADDRESS}@{port}
  server-count: 1
  username: ""
  database: ""
  zonesdir: "{home}"
  zonelistfile: "{home}/zone.list"
  xfrdfile: "{home}/xfrd.state"
  xfrdir: "{home}"
  pidfile: "{home}/nsd.pid"
remote-control:
  control-enable: no
""" + "".join(f'zone:\n  name: "{apex}"\n  zonefile: "{path}"\n' for apex, path in files.items()))
    return f"nsd -d -c {home}/nsd.conf"


def knot(home, port, files):
    """Configures Knot DNS."""
    (home / "knot.conf").write_text(
        f"""server:
  rundir: "{home}"
  listen: {ADDRESS}@{port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "{home}"
template:
  - id: default
    storage: "{home}"
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
zone:
""" + "".join(f'  - domain: "{apex}"\n    file: "{path}"\n' for apex, path in files.items()))
    return f"knotd -c {home}/knot.conf"


def powerdns(home, port, files):
    """Configures PowerDNS."""
    (home / "zones.conf").write_text(
        "".join(f'zone "{apex}" {{ type master; file "{path}"; }};\n' for apex, path in files.items()))
    (home / "pdns.conf").write_text(
        f"""launch=bind
bind-config={home}/zones.conf
dname-processing=yes
local-address={ADDRESS}
local-port={port}
socket-dir={home}
daemon=no
guardian=no
disable-syslog=yes
cache-ttl=0
negquery-cache-ttl=0
query-cache-ttl=0
""")
    return f'pdns_server --module-dir="$PDNS_MODULES" --config-dir={home}'


SERVERS = {"nsd": nsd, "knot": knot, "powerdns": powerdns}


class Server:
    """A name server that serves zone files while it is entered."""

    def __init__(self, name, nameservers, files):
        """`files` are by apex."""
        self.name, self.files = name, files
        self.port = free_port()
        self.room = tempfile.TemporaryDirectory()
        home = Path(self.room.name)
        self.log = home / "log"
        command = SERVERS[name](home, self.port, files)
        with self.log.open("w") as log:
            self.process = subprocess.Popen([nameservers / "run", "sh", "-c", f"exec {command}"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)

    def __enter__(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.served = {apex for apex in self.files if self.serves(apex)}
                return self
            except (dns.exception.Timeout, OSError):
                time.sleep(0.05)
        sys.exit(f"{self.name} does not answer: {self.log.read_text()[-2000:]}")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.room.cleanup()

    def serves(self, apex):
        answer = self.ask(dns.name.from_text(apex), SOA)
        return answer.rcode() == dns.rcode.NOERROR and bool(answer.flags & dns.flags.AA) and bool(answer.answer)

    def ask(self, name, kind):
        """The answer to a query, of which UDP may lose one."""
        query = dns.message.make_query(name, kind, flags=0)
        try:
            return dns.query.udp(query, ADDRESS, port=self.port, timeout=1, ignore_unexpected=True)
        except dns.exception.Timeout:
            return dns.query.udp(query, ADDRESS, port=self.port, timeout=5, ignore_unexpected=True)


# Zones about which a server does not answer as the RFCs have it, which zonegate goes by.
DEVIATIONS = {
    ("powerdns", "a-dname-above-an-mx"): "it serves what stands below a DNAME, against RFC 6672 section 2.4",
    ("powerdns", "an-mx-below-a-dname"): "the same",
    ("powerdns", "a-wildcard-alias-beside-a-wildcard-mx"): "it gives the CNAME, and the MX as one of the CNAME's target",
}


# Of these PowerDNS takes either of two records, whichever comes first, and no other server takes the zone.
UNDECIDED = {"two-aliases-at-one-name", "two-dnames-at-one-name"}


# A sender

# Longer chains of aliases are given up, as resolvers do.
LONGEST_CHAIN = 16


class Sender:
    """A mail server that asks one name server alone."""

    def __init__(self, server):
        self.server = server
        self.known = {}

    def ask(self, name, kind):
        if (name, kind) not in self.known:
            self.known[name, kind] = self.server.ask(name, kind)
        return self.known[name, kind]

    def look_up(self, name, kind):
        """Follows aliases from a name: what it ends in, the last name, and the data there.

        The ends are `data`, `nodata`, `loop`, `failed`, and `out-of-view`, which is where the server knows nothing."""
        seen = [name]
        while True:
            answer = self.ask(name, kind)
            if answer.rcode() == dns.rcode.SERVFAIL or len(seen) > LONGEST_CHAIN:
                return "failed", name, []
            if answer.rcode() == dns.rcode.REFUSED:
                return "out-of-view", name, []
            records = {(one.name, one.rdtype): one for one in answer.answer}
            if not records and any(one.rdtype == NS for one in answer.authority) and not answer.flags & dns.flags.AA:
                return "out-of-view", name, []
            asked = name
            # A resolver that knows the CNAME of a name asks for nothing else there.
            while (name, CNAME) in records and len(seen) <= LONGEST_CHAIN:
                name = records[name, CNAME][0].target
                if name in seen:
                    return "loop", name, []
                seen.append(name)
            if (name, kind) in records:
                return "data", name, list(records[name, kind])
            if name == asked:
                return "nodata", name, []

    def addresses(self, name):
        """How the look-ups of a host end, and its addresses."""
        ends = [self.look_up(name, kind) for kind in (A, AAAA)]
        found = sorted(data.to_text() for _, _, some in ends for data in some)
        return ("addresses" if found else {"nodata": "nowhere"}.get(ends[0][0], ends[0][0])), found

    def way(self, domain):
        """The way of mail: how it ends, where, and the hosts with how theirs end."""
        end, name, data = self.look_up(dns.name.from_text(domain), MX)
        host = lambda preference, name: (preference, name.to_text().lower(), *self.addresses(name))
        if end == "data" and all(record.exchange == dns.name.root for record in data):
            return "refused", name.to_text(), []
        if end == "data":
            real = [record for record in data if record.exchange != dns.name.root]
            return "mx", name.to_text().lower(), sorted(host(one.preference, one.exchange) for one in real)
        if end != "nodata":
            return end, name.to_text().lower(), []
        hosted = host(None, name)
        return ("address", hosted[1], [hosted]) if hosted[3] else ("nowhere", hosted[1], [])


def told(way):
    """The way of mail that zonegate tells, as a sender's."""
    kind = lambda end: "failed" if "too many aliases" in (end["reason"] or "") else end["kind"]
    hosts = sorted((one["preference"], one["name"], kind(one), sorted(one["addresses"])) for one in way["hosts"])
    return kind(way), way["name"], hosts


def same(found, way):
    """Whether the way that a sender finds is the one that is told. A loop of aliases and a chain without an end are
    followed as far as one likes, by servers too; where they are given up does not matter."""
    given_up = ("loop", "failed")
    ends = lambda way: (way[0] in given_up or way[:2], [(one[0], one[1], one[2] in given_up or one[2:]) for one in way[2]])
    return ends(found) == ends(way)


# Zones


HEAD = """$ORIGIN {apex}.
$TTL 300
@ SOA ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300
@ NS ns1.example.net.
"""


def random_zone(dice, apex):
    """The records of a zone that every server takes: text, and the apexes of zones that are cut off."""
    labels = ["a", "b", "c"]
    owners, cuts, kinds = ["@"], [], {}
    for _ in range(dice.randrange(3, 10)):
        under = dice.choice(owners)
        label = "*" if dice.random() < 0.3 else dice.choice(labels)
        owners.append(label if under == "@" else f"{label}.{under}")
    host = lambda: dice.choice([dice.choice(owners), "mx.example.net.", f"{dice.choice(labels)}.{dice.choice(labels)}",
                                dice.choice(labels)])
    text = []
    for owner in dict.fromkeys(owners):
        above = ["@", *(owner.split(".", at)[-1] for at in range(1, owner.count(".") + 1))]
        if owner != "@" and any(kinds.get(name) == "DNAME" for name in above):
            continue
        apart = owner == "@" or owner.startswith("*")
        kind = dice.choices(["MX", "A", "CNAME", "TXT", "NS", "DNAME", None], [8, 4, 5, 2, 2, 2, 2])[0]
        if kind == "CNAME" and owner == "@" or kind == "NS" and apart or kind == "DNAME" and owner.startswith("*"):
            kind = "MX"
        kinds[owner] = kind
        if kind == "MX":
            exchanges = {host() for _ in range(dice.choice([1, 1, 2]))} - {"@"} or {"mx.example.net."}
            text += [f"{owner} MX {10 * at} {one}" for at, one in enumerate(sorted(exchanges))]
            if dice.random() < 0.4:
                text.append(f"{owner} AAAA 2001:db8::{dice.randrange(1, 9)}")
        elif kind == "A":
            text.append(f"{owner} A 192.0.2.{dice.randrange(256)}")
        elif kind in ("CNAME", "DNAME"):
            target = dice.choice([one for one in (host(), "www.example.org.") if one != "@"])
            text.append(f"{owner} {kind} {target}")
        elif kind == "TXT":
            text.append(f'{owner} TXT "x"')
        elif kind == "NS":
            text.append(f"{owner} NS ns1.example.net.")
            cuts.append(f"{owner}.{apex}")
    if dice.random() < 0.1 and kinds["@"] != "DNAME":
        text.append("d MX 0 .")
    return HEAD.format(apex=apex) + "\n".join(text) + "\n", cuts


def random_zones(dice, room, number):
    """Files of zones that belong together: by apex."""
    apex = f"r{number}.example.com"
    text, cuts = random_zone(dice, apex)
    files = {apex: text}
    if cuts and dice.random() < 0.5:
        child = dice.choice(cuts)
        files[child] = random_zone(dice, child)[0]
        # To NSD a name that the parent zone holds below the cut exists in the child zone too.
        below = "." + child.removesuffix("." + apex) + " "
        files[apex] = "".join(line for line in text.splitlines(keepends=True) if below not in line[:line.find(" ") + 1])
    for at, (name, text) in enumerate(files.items()):
        path = room / f"{name}.zone"
        path.write_text(text)
        files[name] = path
    return files


def written_zones(folder, room, number):
    """The zones of a folder under testdata/zones/, before and after the change, under a name of their own."""
    states = {}
    for state, paths in (("after", zones.after(folder)), ("before", zones.before(folder))):
        states[state] = {}
        for path in paths:
            text = re.sub("example.com", f"t{number}.example.com", path.read_text(), flags=re.IGNORECASE)
            copy = room / str(number) / state / path.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text)
            states[state][zones.read(copy)[0].to_text(omit_final_dot=True).lower()] = copy
    return states


def names(paths):
    """Every name in sight of some zone files: owners, what is above and below them, and what they refer to."""
    found, apexes = set(), set()
    for path in paths:
        apex, sets = zones.read(path)
        apexes.add(apex)
        found |= {owner for owner, _ in sets}
        found |= {getattr(data, field) for records in sets.values() for _, data in records
                  for field in ("exchange", "target") if hasattr(data, field)}
    inside = lambda name: any(name.is_subdomain(apex) for apex in apexes)
    above = {name.split(depth)[1] for name in found for depth in range(1, len(name))}
    found = {name for name in found | above if inside(name)}
    found |= {dns.name.from_text("x", name) for name in found}
    return sorted(name.to_text().lower() for name in found)


# The comparison


def traces(binary, sight, files):
    """The ways that `zonegate trace` tells, in the deepest zone, by name."""
    ways = {}
    for name in sight:
        done = subprocess.run([binary, "trace", name, "--no-config", "--format", "json", *files.values()],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if not done.stdout:
            sys.exit(f"zonegate tells no way of mail for {name}: {done.stderr}")
        told_of = json.loads(done.stdout)["ways"]
        ways[name] = told(max(told_of, key=lambda way: len(way["zone"]))["after"]) if told_of else ("out-of-view", name, [])
    return ways


Asked = collections.namedtuple("Asked", "title files ways")
Asked.__doc__ = """Zones that belong together, by apex, and the ways of mail that zonegate tells there, by name."""


def compare(nameservers, groups, counts, deviations):
    """Asks all servers about all groups; yields what is not as zonegate says, and marks the deviations that are seen."""
    files = {apex: path for group in groups for apex, path in group.files.items()}
    served = set()
    for name in SERVERS:
        with Server(name, nameservers, files) as server:
            sender = Sender(server)
            for group in groups:
                if not server.served >= set(group.files):
                    continue
                served |= set(group.files)
                counts[name] += 1
                for domain, way in group.ways.items():
                    counts["ways"] += 1
                    counts[way[0]] += 1
                    found = sender.way(domain)
                    if not same(found, way):
                        if (name, group.title) in deviations:
                            deviations[name, group.title] = True
                        else:
                            yield f"{group.title}: mail for {domain} goes to {found} by {name}, and to {way} by zonegate"
    yield from (f"{files[apex]}: no server serves {apex}" for apex in sorted(files.keys() - served))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("nameservers", type=Path)
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    binary = os.path.realpath(options.binary)
    counts = collections.Counter()
    faults = []
    versions = zones.Checkers(options.nameservers, None)
    noted = zones.noted(zones.PAGE.read_text())
    seen = {deviation: versions.version("pdnsutil") != noted.get("pdnsutil") for deviation in DEVIATIONS}
    with tempfile.TemporaryDirectory() as room:
        room = Path(room)
        folders = sorted(path for path in zones.ZONES.iterdir() if path.is_dir())
        groups = {"before": [], "after": []}
        claims = []
        for number, folder in enumerate(folders):
            if folder.name in UNDECIDED or "in-addr.arpa" in (folder / "after.zone").read_text():
                continue
            states = written_zones(folder, room, number)
            paths = {state: list(files.values()) for state, files in states.items()}
            told_by = zones.report(binary, paths, zones.header(folder / "after.zone")["with"])["findings"]
            claims += [(states, finding) for finding in told_by if finding["route"]]
            sight = names([path for files in states.values() for path in files.values()])
            for state, files in states.items():
                if files:
                    groups[state].append((folder.name, files, sight))
        for number in range(options.rounds):
            files = random_zones(random.Random(options.seed * 1_000_000 + number), room, number)
            groups["after"].append((f"random zone {number} of seed {options.seed}", files, names(files.values())))

        def asked(group):
            title, files, sight = group
            return Asked(title, files, traces(binary, sight, files))

        for some in groups.values():
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                some[:] = pool.map(asked, some)
            faults += compare(options.nameservers.resolve(), some, counts, seen)
        ways = {state: {name: way for group in some for name, way in group.ways.items()} for state, some in groups.items()}
        for states, finding in claims:
            counts["routes"] += 1
            route = {state: told(way) for state, way in finding["route"].items()}
            if not any(all(ways[state].get(name) == way for state, way in route.items()) for name in finding["names"]):
                faults.append(f"{finding['rule']} at {finding['names'][0]} tells a way of mail that trace does not: {route}")
    faults += [f"{zone}: {server} answers as zonegate says, though a row says that it does not"
               for (server, zone), is_seen in seen.items() if not is_seen]
    print("".join(f"{fault}\n" for fault in faults), end="", file=sys.stderr)
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in ("mx", "refused", "address", "nowhere", "loop", "out-of-view"))
    print(f"answers: {counts['ways']} ways of mail ({kinds}), {counts['routes']} told by findings; zones served: "
          + ", ".join(f"{counts[name]} by {name}" for name in SERVERS) + f"; {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
