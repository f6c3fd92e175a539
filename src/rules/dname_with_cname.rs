//! `dname-with-cname`: a DNAME beside a CNAME, beside another DNAME, or beside a delegation.

use super::{clash_at, is_surely_alias, state_cause};
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "dname-with-cname",
    severity: Severity::Error,
    set: Set::Default,
    summary: "a dname stands beside an alias, another dname or a delegation",
    page: include_str!("dname_with_cname.md"),
    checks: &[Check::State { find, tell }],
};

/// The DNAMEs of a node that are not versions of one, each with a target of its own.
fn dnames<'a>(node: &Node<'a>) -> Vec<&'a Record> {
    let sets = node.sets.iter().filter(|set| set.rtype == Rtype::Dname && set.variant.is_none());
    let mut dnames: Vec<&Record> = Vec::new();
    for record in sets.flat_map(|set| &set.records) {
        if dnames.iter().all(|known| known.rdata != record.rdata) {
            dnames.push(record);
        }
    }
    dnames
}

/// RFC 6672 section 2.4 for CNAME and DNAME, section 2.3 for NS below the apex.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let dname = |holds, other| clash_at(node, holds, [Rtype::Dname, other]);
    if node.records(&Rtype::Dname).next().is_none() {
        return Vec::new();
    }
    let delegates = world.snapshot.delegation(node.view, node.name).is_some();
    let mut faults = dname(node.cnames().next().is_some(), Rtype::Cname);
    faults.extend(dname(dnames(node).len() > 1, Rtype::Dname));
    faults.extend(dname(delegates, Rtype::Ns));
    faults
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let owner = node.name.unrooted();
    let dname = node.records(&Rtype::Dname).next().expect("the fault has a dname");
    let others: Vec<(&Record, &str)> = match faults[0].types[1] {
        Rtype::Cname => node.cnames().map(|record| (record, "this alias answers every query for the name")).collect(),
        Rtype::Dname => dnames(node).into_iter().skip(1).map(|record| (record, "another one")).collect(),
        _ => node.records(&Rtype::Ns).map(|record| (record, "this hands over the same names")).collect(),
    };
    let is_certain = faults[0].types[1] != Rtype::Cname || is_surely_alias(node);
    let [what, keep] = match faults[0].types[1] {
        Rtype::Cname => ["gets an alias and a dname at once", "the alias or the dname"],
        Rtype::Dname => ["gets several dnames at once", "one of the dnames"],
        _ => ["hands over the names below it by a delegation and by a dname at once", "the delegation or the dname"],
    };
    let had_dname = scene.before(node).records(&Rtype::Dname).next().is_some();
    let introduced = match faults[0].types[1] {
        Rtype::Cname if had_dname => Cause::CnameAdded,
        _ => Cause::RecordAdded,
    };
    Telling {
        severity: (!is_certain).then_some(Severity::Warning),
        cause: state_cause(scene, introduced),
        message: format!("{owner} {what}, and servers refuse such a zone"),
        help: vec![format!("keep {keep} of {owner}, and delete the rest")],
        primary: Label::new("this dname hands over all names below", &dname.place),
        related: others.into_iter().map(|(record, text)| Label::new(text, &record.place)).collect(),
        names: Vec::new(),
    }
}
