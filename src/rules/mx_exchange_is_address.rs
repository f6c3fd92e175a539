//! `mx-exchange-is-address`: an MX names an IP address instead of a host.

use std::net::IpAddr;

use super::{list, mx_naming, senders, state_cause, state_faults};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::Node;
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mx-exchange-is-address",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an mx names an address instead of a host",
    page: include_str!("mx_exchange_is_address.md"),
    checks: &[Check::State { find, tell }],
};

/// Whether the name is an address that somebody wrote where a host belongs.
pub(super) fn is_address(name: &Name) -> bool {
    name.unrooted().trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

fn find(world: &World, node: &Node) -> Vec<Fault> {
    if is_address(node.name) {
        state_faults(senders(world.snapshot, node), &[Rtype::Mx, Rtype::Mx])
    } else {
        Vec::new()
    }
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let address = node.name.unrooted();
    let owners = list(faults.iter().map(|fault| &fault.related));
    let mut mx = mx_naming(scene.snapshot(), faults, node.name).into_iter();
    let first = mx.next().expect("each fault has an mx");
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::MxAdded),
        message: format!(
            "mail for {owners} stops: the mx names the address {address}, and senders look for a host of that name"
        ),
        help: vec![format!(
            "give a host, such as mail.{}, the address {address}, and name it in the mx",
            faults[0].related.unrooted()
        )],
        primary: Label::new("an address is no host", &first.place),
        related: mx.map(|record| Label::new("nor is it here", &record.place)).collect(),
        names: faults.iter().map(|fault| fault.related.clone()).collect(),
    }
}
