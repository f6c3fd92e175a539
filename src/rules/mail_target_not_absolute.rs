//! `mail-target-not-absolute`: a host in record data has no final dot, and not everybody takes it for the whole name.

use super::{host_text, state_cause, with_zone_once};
use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::record::{Node, Record, RecordSet, Snapshot};
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

/// Records that may not name the host that is meant.
struct Lacking<'a> {
    set: &'a RecordSet,
    records: Vec<&'a Record>,
}

/// The sets whose hosts matter to mail, each with the records that lack the dot.
fn lacking<'a>(snapshot: &Snapshot, node: &Node<'a>) -> Vec<Lacking<'a>> {
    let sets = node.sets.iter().filter(|set| matches!(set.rtype, Rtype::Cname | Rtype::Mx | Rtype::Srv));
    let is_lacking = |record: &&Record| lacks_dot(record) || meant(snapshot, node, record).is_some();
    let lacking = sets.map(|set| Lacking { set, records: set.records.iter().filter(is_lacking).collect() });
    lacking.filter(|lacking| !lacking.records.is_empty()).collect()
}

/// The host that is likely meant where one ends with the name of the zone twice and nothing stands there: the reader of the
/// input has appended the zone already.
fn meant(snapshot: &Snapshot, node: &Node, record: &Record) -> Option<Name> {
    let host = host(record)?;
    let meant = with_zone_once(snapshot, node.view, host)?;
    snapshot.sets_at(node.view, host).is_empty().then_some(meant)
}

fn find(world: &World, node: &Node) -> Vec<Fault> {
    let fault = |set: &RecordSet| Fault::at(node, [set.rtype.clone(), set.rtype.clone()]);
    let mut faults: Vec<Fault> = lacking(world.snapshot, node).iter().map(|lacking| fault(lacking.set)).collect();
    faults.dedup();
    faults
}

/// The name that it may become, or the one that it has become.
fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let is_told = |set: &RecordSet| faults.iter().any(|fault| fault.types[0] == set.rtype);
    let told = lacking(scene.snapshot(), node).into_iter().filter(|lacking| is_told(lacking.set));
    let mut records = told.flat_map(|lacking| lacking.records);
    let first = records.next().expect("the fault has a record");
    let view = scene.view(node);
    let host = host(first).map_or_else(String::new, Name::unrooted);
    let what = match first.rdata {
        Rdata::Mx { .. } => "the mx of",
        Rdata::Srv { .. } => "the srv of",
        _ => "the alias",
    };
    let owner = node.name.unrooted();
    let meant = meant(scene.snapshot(), node, first).map(|meant| meant.unrooted());
    let (message, help, label, next) = if let Some(meant) = meant.filter(|_| !first.unrooted) {
        (
            format!("{what} {owner} names {host}, which repeats the name of its zone: a final dot is likely missing"),
            format!("write `{meant}.`, with the dot, if that is meant"),
            format!("this is {host}"),
            "and this",
        )
    } else {
        let zone = view.apex.as_ref().map_or_else(String::new, |apex| format!(".{}", apex.unrooted()));
        let reader = host_text(view);
        (
            format!("{what} {owner} names {host} without a final dot: {reader} may make {host}{zone} of it"),
            format!("write `{host}.`, with the dot"),
            "no final dot".to_owned(),
            "nor here",
        )
    };
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::FinalDotMissing),
        message,
        help: vec![help],
        primary: Label::new(label, &first.place),
        related: records.map(|record| Label::new(next, &record.place)).collect(),
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
