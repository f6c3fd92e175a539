#!/usr/bin/env python3
"""plan.py N [CHANGES]: writes a Terraform plan of N records to standard output, as `terraform show -json` would.

The records are aws_route53_record instances, 2,000 a zone, one module instance a zone. Nearly all of them do not
change; CHANGES hosts (20 unless told) break mail: one half get a CNAME beside their MX, in the other half an exchange
becomes a CNAME. As in a real plan every record stands in it four times: before and after, in planned_values and in
prior_state. That makes about 4 kB a record. The same arguments give the same bytes.
"""
import json
import sys

A_ZONE, A_HOST = 2000, 40
PROVIDER = "registry.terraform.io/hashicorp/aws"
POLICIES = ["cidr_routing_policy", "failover_routing_policy", "geolocation_routing_policy",
            "geoproximity_routing_policy", "latency_routing_policy", "weighted_routing_policy"]


def dump(value):
    """JSON as Go writes it: no blanks, keys sorted where Terraform sorts them."""
    return json.dumps(value, separators=(",", ":"))


def owners(host, zone):
    """The records of one host: name, type and data."""
    name = f"h{host}.{zone}"
    yield name, "MX", [f"10 mx1.{name}.", f"20 mx2.{name}."]
    yield f"mx1.{name}", "A", [f"192.0.2.{host % 250 + 1}"]
    yield f"mx2.{name}", "A", [f"198.51.100.{host % 250 + 1}"]
    yield name, "TXT", ["v=spf1 mx include:spf.example.net -all"]
    for number in range(4, 12):
        yield f"c{number}.{name}", "CNAME", [f"lb{number}.cdn.example.net."]
    for number in range(12, A_HOST):
        yield f"w{number}.{name}", "A", [f"203.0.113.{number}", f"203.0.113.{number + 100}"]


def record(zone_id, name, rtype, records):
    """The attributes of a record that exists."""
    attributes = {policy: [] for policy in POLICIES} | {
        "alias": [], "allow_overwrite": None, "fqdn": name, "health_check_id": "",
        "id": f"{zone_id}_{name}_{rtype}", "multivalue_answer_routing_policy": False, "name": name,
        "records": records, "set_identifier": "", "timeouts": None, "ttl": 300, "type": rtype, "zone_id": zone_id}
    return dict(sorted(attributes.items()))


def new_record(zone_id, name, rtype, records):
    """The attributes of a record that is to be created: those computed at apply are not there."""
    attributes = record(zone_id, name, rtype, records)
    for computed in ("allow_overwrite", "fqdn", "id"):
        del attributes[computed]
    return attributes | {"health_check_id": None, "multivalue_answer_routing_policy": None, "set_identifier": None}


def mirror(attributes, **more):
    """What after_sensitive and its like hold of attributes without any mark."""
    marks = {policy: [] for policy in POLICIES} | {"alias": []} | more
    if "records" in attributes:
        marks["records"] = [False] * len(attributes["records"])
    return dict(sorted(marks.items()))


def zone_attributes(zone, zone_id):
    return {"arn": f"arn:aws:route53:::hostedzone/{zone_id}", "comment": "Managed by Terraform",
            "delegation_set_id": "", "force_destroy": False, "id": zone_id, "name": zone,
            "name_servers": [f"ns-{number}.example.org" for number in range(1, 5)],
            "primary_name_server": "ns-1.example.org", "tags": {}, "tags_all": {}, "timeouts": None, "vpc": [],
            "zone_id": zone_id}


class Instance:
    """One instance of a resource, on both sides; None where it does not exist."""

    def __init__(self, zone, rtype, name, key, before, after):
        self.before, self.after, self.kind = before, after, rtype
        module = f'module.zone["{zone}"]'
        index = f"[{json.dumps(key)}]" if key else ""
        self.head = {"address": f"{module}.{rtype}.{name}{index}"}
        self.module = {"module_address": module}
        self.rest = {"mode": "managed", "type": rtype, "name": name}
        if key:
            self.rest["index"] = key
        self.rest["provider_name"] = PROVIDER

    def sensitive(self, attributes):
        if attributes is None:
            return False
        if self.kind == "aws_route53_record":
            return mirror(attributes)
        return {"name_servers": [False] * 4, "tags": {}, "tags_all": {}, "vpc": []}

    def change(self):
        """Its entry of resource_changes."""
        actions = "create" if self.before is None else "no-op" if self.before == self.after else "update"
        unknown = {}
        if self.before is None:
            unknown = mirror(self.after, allow_overwrite=True, fqdn=True, id=True)
        change = {"actions": [actions], "before": self.before, "after": self.after, "after_unknown": unknown,
                  "before_sensitive": self.sensitive(self.before), "after_sensitive": self.sensitive(self.after)}
        return dump(self.head | self.module | self.rest | {"change": change})

    def state(self, attributes):
        """Its entry of planned_values or prior_state."""
        return dump(self.head | self.rest | {"schema_version": 2, "values": attributes,
                                             "sensitive_values": self.sensitive(attributes)})


def instances(zone, number, records, changes):
    """The zone and its records, with `changes` of its hosts broken."""
    zone_id = f"Z{number:020d}"
    attributes = zone_attributes(zone, zone_id)
    yield Instance(zone, "aws_route53_zone", "this", None, attributes, attributes)
    for host in range((records + A_HOST - 1) // A_HOST):
        broken = host < changes
        for at, (name, rtype, data) in enumerate(owners(host, zone)):
            if host * A_HOST + at >= records:
                return
            before = after = record(zone_id, name, rtype, data)
            if broken and host % 2 == 0 and at == 1:
                after = before | {"records": ["mail.hosting.example.net."], "type": "CNAME"}
            yield Instance(zone, "aws_route53_record", "this", f"{name}/{rtype}", before, after)
        if broken and host % 2 == 1:
            name = f"h{host}.{zone}"
            created = new_record(zone_id, name, "CNAME", ["parked.example.net."])
            yield Instance(zone, "aws_route53_record", "this", f"{name}/CNAME", None, created)


def modules(zones, state):
    """The tree of planned_values or prior_state."""
    for at, (zone, make) in enumerate(zones):
        entries = (state(instance) for instance in make())
        resources = ",".join(entry for entry in entries if entry)
        yield f'{"," if at else ""}{{"resources":[{resources}],"address":{dump(f"""module.zone["{zone}"]""")}}}'


def write(out, count, changes):
    zones = []
    for number in range((count + A_ZONE - 1) // A_ZONE):
        zone = f"zone{number:03d}.example.{('com', 'net', 'org')[number % 3]}"
        records = min(A_ZONE, count - number * A_ZONE)
        hosts = max(0, min(changes - number * (A_ZONE // A_HOST), A_ZONE // A_HOST))
        zones.append((zone, lambda zone=zone, number=number, records=records, hosts=hosts:
                      instances(zone, number, records, hosts)))
    out.write('{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"child_modules":[')
    out.writelines(modules(zones, lambda instance: instance.state(instance.after)))
    out.write(']}},"resource_changes":[')
    for at, (_, make) in enumerate(zones):
        out.write("," if at else "")
        out.write(",".join(instance.change() for instance in make()))
    out.write('],"prior_state":{"format_version":"1.0","terraform_version":"1.11.4",'
              '"values":{"root_module":{"child_modules":[')
    out.writelines(modules(zones, lambda instance: instance.before and instance.state(instance.before)))
    out.write(']}}},"configuration":' + dump(CONFIGURATION))
    out.write(',"timestamp":"2026-01-01T00:00:00Z","applyable":true,"complete":true,"errored":false}\n')


CONFIGURATION = {
    "provider_config": {"module.zone:aws": {"name": "aws", "full_name": PROVIDER, "module_address": "module.zone"}},
    "root_module": {"module_calls": {"zone": {
        "source": "./zone", "for_each_expression": {"references": ["local.zones"]},
        "expressions": {"records": {"references": ["each.value"]}, "zone": {"references": ["each.key"]}},
        "module": {
            "resources": [
                {"address": "aws_route53_record.this", "mode": "managed", "type": "aws_route53_record", "name": "this",
                 "provider_config_key": "module.zone:aws", "schema_version": 2,
                 "expressions": {
                     "name": {"references": ["each.value.name", "each.value"]},
                     "records": {"references": ["each.value.records", "each.value"]},
                     "ttl": {"constant_value": 300},
                     "type": {"references": ["each.value.type", "each.value"]},
                     "zone_id": {"references": ["aws_route53_zone.this.zone_id", "aws_route53_zone.this"]}},
                 "for_each_expression": {"references": ["var.records"]}},
                {"address": "aws_route53_zone.this", "mode": "managed", "type": "aws_route53_zone", "name": "this",
                 "provider_config_key": "module.zone:aws", "schema_version": 0,
                 "expressions": {"name": {"references": ["var.zone"]}}}],
            "variables": {"records": {}, "zone": {}}}}}}}


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or not all(argument.isdigit() for argument in sys.argv[1:]):
        sys.exit(__doc__.split("\n\n")[0])
    write(sys.stdout, int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 20)
