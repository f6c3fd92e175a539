//! `alias-unsupported-by-target`: a record of type ALIAS or ANAME goes to a DNS host that has no such record.

use super::{clash_at, host_text, state_cause};
use crate::rdata::Rtype;
use crate::record::{Node, Support};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "alias-unsupported-by-target",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an alias or aname record goes to a dns host that cannot serve it",
    page: include_str!("alias_unsupported_by_target.md"),
    checks: &[Check::State { find, tell }],
};

/// Such a record in a zone whose DNS host is known, and not known to serve it.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let host = world.snapshot.view(node.view).host.as_ref();
    let doubtful = host.is_some_and(|host| host.alias_records != Support::Accepted);
    clash_at(node, doubtful && node.records(&Rtype::Alias).next().is_some(), [Rtype::Alias, Rtype::Alias])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let view = scene.view(node);
    let (owner, name) = (node.name.unrooted(), host_text(view));
    let host = view.host.as_ref().expect("the fault has a host");
    let refused = host.alias_records == Support::Refused;
    let own = host.alias.as_ref().map(|own| format!("use what {name} offers in its place: {own}"));
    let mut records = node.records(&Rtype::Alias);
    let first = records.next().expect("the fault has a record");
    Telling {
        severity: (!refused).then_some(Severity::Note),
        cause: state_cause(scene, Cause::RecordAdded),
        message: if refused {
            format!("{owner} gets no address at {name}, which has no record of type ALIAS")
        } else {
            format!("whether {name} can serve the ALIAS record of {owner} is not known")
        },
        help: own.into_iter().chain([format!("point {owner} at addresses (A and AAAA)")]).collect(),
        primary: Label::new(format!("{name} {} serve this", if refused { "cannot" } else { "may not" }), &first.place),
        related: records.map(|record| Label::new("nor this", &record.place)).collect(),
        names: Vec::new(),
    }
}
