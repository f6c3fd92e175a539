//! `multiple-spf`: a name has more than one SPF record.

use super::{clash_at, labels_of_rivals, state_cause};
use crate::mail_text::{MailText, rival_texts};
use crate::rdata::Rtype;
use crate::record::Node;
use crate::rule::{Cause, Check, Fault, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "multiple-spf",
    severity: Severity::Error,
    set: Set::Default,
    summary: "a name has more than one spf text",
    page: include_str!("multiple_spf.md"),
    checks: &[Check::State { find, tell }],
};

fn find(_: &World, node: &Node) -> Vec<Fault> {
    clash_at(node, !rival_texts(node, MailText::Spf).is_empty(), [Rtype::Txt, Rtype::Txt])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let texts = rival_texts(node, MailText::Spf);
    let (primary, related) = labels_of_rivals(scene, node, &texts);
    let (owner, count) = (node.name.unrooted(), texts.len());
    Telling {
        severity: None,
        cause: state_cause(scene, Cause::RecordAdded),
        message: format!("mail sent as {owner} fails the spf check: there are {count} spf texts, which is an error"),
        help: vec!["put the terms of all into one text, and delete the others".to_owned()],
        primary,
        related,
        names: Vec::new(),
    }
}
