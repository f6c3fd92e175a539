//! `name-rewritten-by-yaml`: a name is written so that YAML takes it for something else.

use super::state_cause;
use crate::rdata::Rtype;
use crate::record::{Misread, Node, Slip};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "name-rewritten-by-yaml",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "a name without quotes is a number, a date or a word to yaml, and becomes another name",
    page: include_str!("name_rewritten_by_yaml.md"),
    checks: &[Check::State { find, tell }],
};

/// The name as it is written, where that is another.
fn rewritten<'a>(node: &Node<'a>) -> Option<(&'a Slip, &'a str)> {
    node.slips.iter().find_map(|slip| match &slip.what {
        Misread::Rewritten { written } => Some((slip, written.as_str())),
        Misread::Hidden { .. } => None,
    })
}

fn find(_: &World, node: &Node) -> Vec<Fault> {
    let any = || Rtype::from_text("ANY");
    let fault = |_| Fault::at(node, [any(), any()]);
    rewritten(node).map(fault).into_iter().collect()
}

/// What is written, and what it becomes.
fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let (slip, written) = rewritten(node).expect("the fault has a name");
    let written = if written.is_empty() { "an empty key" } else { &format!("`{written}`") };
    let name = node.name.unrooted();
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::NameRewritten),
        message: format!("{written} becomes {name}, since yaml takes it for something other than text"),
        help: vec![format!("put it in quotes, or write {name} if that is what is meant")],
        primary: Label::new(format!("this is read as {name}"), &slip.place),
        related: Vec::new(),
        names: Vec::new(),
    }
}
