//! `multiple-cnames`: a name is an alias for several targets at once.

use std::collections::BTreeSet;

use super::{clash_at, is_surely_alias, list, state_cause};
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Status, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "multiple-cnames",
    severity: Severity::Error,
    set: Set::Default,
    summary: "a name is an alias for several targets at once",
    page: include_str!("multiple_cnames.md"),
    checks: &[Check::State { find, tell }],
};

/// The aliases at a node that are not versions of one, each with a target of its own.
fn aliases<'a>(node: &Node<'a>) -> Vec<&'a Record> {
    let sets = node.sets.iter().filter(|set| set.rtype == Rtype::Cname && set.variant.is_none());
    let records = sets.flat_map(|set| &set.records).filter(|record| !record.served.is_flattened());
    let mut known = BTreeSet::new();
    records.filter(|record| record.rdata.alias_target().is_some_and(|target| known.insert(target))).collect()
}

fn find(_: &World, node: &Node) -> Vec<Fault> {
    clash_at(node, aliases(node).len() > 1, [Rtype::Cname, Rtype::Cname])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let aliases = aliases(node);
    let targets = list(aliases.iter().filter_map(|alias| alias.rdata.alias_target()));
    let mut labels = aliases.iter().map(|alias| Label::new("one alias", &alias.place));
    let primary = labels.next().expect("the fault has aliases");
    let becomes = if scene.status == Status::Introduced { "becomes" } else { "is" };
    Telling {
        severity: (!is_surely_alias(node)).then_some(Severity::Warning),
        cause: state_cause(scene, Cause::CnameAdded),
        message: format!(
            "{} {becomes} an alias for {targets} at once, but a name has one target",
            node.name.unrooted()
        ),
        help: vec!["keep one of them, or use addresses".to_owned()],
        primary,
        related: labels.map(|label| Label { text: "another one".to_owned(), ..label }).collect(),
        names: Vec::new(),
    }
}
