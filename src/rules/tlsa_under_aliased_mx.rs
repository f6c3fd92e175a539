//! `tlsa-under-aliased-mx`: a host with tlsa records that an mx names becomes an alias.

use super::{list, senders, target_text};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, Record, Snapshot};
use crate::route::last_target;
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

/// The name of the TLSA records for mail at a host (RFC 7672 section 2.2.3).
fn tlsa_name(host: &Name) -> Option<Name> {
    host.child("_tcp").and_then(|tcp| tcp.child("_25")).ok()
}

/// The first TLSA record for mail at a host in a view.
fn tlsa_at<'a>(snapshot: &'a Snapshot, node: &Node) -> Option<&'a Record> {
    let owner = tlsa_name(node.name)?;
    let sets = snapshot.sets_at(node.view, &owner).iter();
    sets.filter(|set| set.rtype == Rtype::from_text("TLSA")).flat_map(|set| &set.records).next()
}

/// Whether the name to which an alias expands is seen to have TLSA records, or an alias for some, of its own.
fn is_covered(snapshot: &Snapshot, node: &Node, target: &Name) -> bool {
    let last = last_target(snapshot, node.view, target);
    let views = snapshot.views_for(&last, node.view);
    let Some(owner) = tlsa_name(&last) else { return false };
    views.iter().any(|view| !snapshot.answered(*view, &owner).sets.is_empty())
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
    let tlsa = tlsa_at(after, node)?;
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
            format!("or make sure that the certificate at {target} matches the tlsa of {host}"),
        ],
        primary: Label::new(format!("{host} is an alias"), &alias.place),
        related: vec![Label::new("senders hold the new server to this", &tlsa.place)],
        names: domains,
    })
}
