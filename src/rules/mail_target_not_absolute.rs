//! `mail-target-not-absolute`: a host in record data has no final dot, and not everybody takes it for the whole name.

use super::{host_text, state_cause};
use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::record::{Node, Record, RecordSet};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mail-target-not-absolute",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "an exchange or a target has no final dot, so that it may become a name below the zone",
    page: include_str!("mail_target_not_absolute.md"),
    checks: &[Check::State { find, tell }],
};

/// Whether a record lacks the dot, and no template that is filled in later can bring it.
fn lacks_dot(record: &Record) -> bool {
    record.unrooted && !host(record).is_some_and(|host| host.unrooted().ends_with('}'))
}

/// The sets whose hosts matter to mail, each with the records that lack the dot.
fn unrooted<'a>(node: &Node<'a>) -> impl Iterator<Item = (&'a RecordSet, Vec<&'a Record>)> + use<'a> {
    let sets = node.sets.iter().filter(|set| matches!(set.rtype, Rtype::Cname | Rtype::Mx | Rtype::Srv));
    let lacking = sets.map(|set| (&**set, set.records.iter().filter(|record| lacks_dot(record)).collect::<Vec<_>>()));
    lacking.filter(|(_, records)| !records.is_empty())
}

fn find(_: &World, node: &Node) -> Vec<Fault> {
    let types = |set: &RecordSet| [set.rtype.clone(), set.rtype.clone()];
    let fault = |set: &RecordSet| Fault { view: node.view, related: node.name.clone(), types: types(set) };
    let mut faults: Vec<Fault> = unrooted(node).map(|(set, _)| fault(set)).collect();
    faults.dedup();
    faults
}

/// The name that it may become.
fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let is_told = |set: &RecordSet| faults.iter().any(|fault| fault.types[0] == set.rtype);
    let mut records = unrooted(node).filter(|(set, _)| is_told(set)).flat_map(|(_, records)| records);
    let first = records.next().expect("the fault has a record");
    let view = scene.view(node);
    let host = host(first).map_or_else(String::new, Name::unrooted);
    let zone = view.apex.as_ref().map_or_else(String::new, |apex| format!(".{}", apex.unrooted()));
    let what = match first.rdata {
        Rdata::Mx { .. } => "the mx of",
        Rdata::Srv { .. } => "the srv of",
        _ => "the alias",
    };
    let owner = node.name.unrooted();
    let reader = host_text(view);
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::FinalDotMissing),
        message: format!("{what} {owner} names {host} without a final dot: {reader} may make {host}{zone} of it"),
        help: vec![format!("write `{host}.`, with the dot")],
        primary: Label::new("no final dot", &first.place),
        related: records.map(|record| Label::new("nor here", &record.place)).collect(),
        names: Vec::new(),
    }
}

fn host(record: &Record) -> Option<&Name> {
    match &record.rdata {
        Rdata::Mx { exchange, .. } => Some(exchange),
        Rdata::Srv { target, .. } => Some(target),
        rdata => rdata.alias_target(),
    }
}
