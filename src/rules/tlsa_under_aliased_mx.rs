//! `tlsa-under-aliased-mx`: a host with tlsa records that an mx names becomes an alias.

use super::{list, senders, target_text};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, Record, Snapshot};
use crate::route::{last_target, tlsa_chain};
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "tlsa-under-aliased-mx",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "a host with tlsa records that an mx names becomes an alias",
    page: include_str!("tlsa_under_aliased_mx.md"),
    checks: &[Check::Step(step)],
};

/// The first TLSA record for mail at a host; one that an alias there leads to is meant for several hosts.
fn own_tlsa<'a>(snapshot: &'a Snapshot, node: &Node) -> Option<&'a Record> {
    let chain = tlsa_chain(snapshot, node.view, node.name).filter(|chain| chain.hops.is_empty())?;
    chain.records(snapshot, &Rtype::Tlsa).next()
}

/// Whether the name to which an alias expands is seen to have TLSA records, or an alias for some, of its own.
fn is_covered(snapshot: &Snapshot, node: &Node, target: &Name) -> bool {
    let last = last_target(snapshot, node.view, target);
    let tlsa = tlsa_chain(snapshot, node.view, &last);
    tlsa.is_some_and(|chain| !chain.hops.is_empty() || chain.records(snapshot, &Rtype::Tlsa).next().is_some())
}

/// Domains whose MX names the node, an alias; one that is its own exchange has a clash of its own.
fn domains(snapshot: &Snapshot, node: &Node) -> Vec<Name> {
    if node.cnames().next().is_none() {
        return Vec::new();
    }
    let owners = senders(snapshot, node).into_iter().filter(|(view, owner)| (*view, owner) != (node.view, node.name));
    owners.map(|(_, owner)| owner).collect()
}

fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let after = &scene.diff.after;
    let domains = domains(after, node);
    if domains.is_empty() || !self::domains(&scene.diff.before, &scene.before(node)).is_empty() {
        return None;
    }
    let tlsa = own_tlsa(after, node)?;
    let alias = node.cnames().next()?;
    if alias.rdata.alias_target().is_some_and(|target| is_covered(after, node, target)) {
        return None;
    }
    let (host, target) = (node.name.unrooted(), target_text(alias));
    Some(Telling {
        severity: None,
        cause: Cause::CnameAdded,
        message: format!(
            "mail for {} may wait: {host} is now an alias, and the server behind it has to match the tlsa of {host}",
            list(domains.iter())
        ),
        help: vec![
            format!("publish tlsa records at _25._tcp.{target}, in a signed zone"),
            format!("make sure that the certificate at {target} matches the tlsa of {host}"),
        ],
        primary: Label::new(format!("{host} is an alias"), &alias.place),
        related: vec![Label::new("senders hold the new server to this", &tlsa.place)],
        names: domains,
    })
}
