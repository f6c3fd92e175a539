//! `null-mx-unsupported-by-target`: a null MX goes to a DNS host that refuses it.

use super::{clash_at, host_text, state_cause};
use crate::rdata::Rtype;
use crate::record::{Node, Support};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "null-mx-unsupported-by-target",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "a null mx goes to a dns host that refuses it",
    page: include_str!("null_mx_unsupported_by_target.md"),
    checks: &[Check::State { find, tell }],
};

/// A null MX in a zone whose DNS host is known to refuse it. Where that is not known nothing is said: it is an MX like
/// others, and most DNS hosts serve it.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let host = world.snapshot.view(node.view).host.as_ref();
    let refused = host.is_some_and(|host| host.null_mx == Support::Refused);
    clash_at(node, refused && node.null_mx().is_some(), [Rtype::Mx, Rtype::Mx])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let null = node.null_mx().expect("the fault has a null mx");
    let (owner, host) = (node.name.unrooted(), host_text(scene.view(node)));
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::MxAdded),
        message: format!("{host} is known to refuse a null mx, so {owner} may go on without one"),
        help: vec![
            format!("delete the null mx; without any address at {owner} its mail is refused as well, if later"),
            format!("serve the zone of {owner} elsewhere, if its mail has to be refused at once"),
        ],
        primary: Label::new("this null mx is refused", &null.place),
        related: Vec::new(),
        names: Vec::new(),
    }
}
