//! `policy-name-cname-and-txt`: a name at which a policy of mail is looked up is an alias and has a text as well.

use super::{clash_at, is_surely_alias, pair_cause, target_text};
use crate::mail_text::MailText;
use crate::rdata::Rtype;
use crate::record::Node;
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "policy-name-cname-and-txt",
    severity: Severity::Error,
    set: Set::Default,
    summary: "the name of a policy of mail is an alias and has a text as well",
    page: include_str!("policy_name_cname_and_txt.md"),
    checks: &[Check::State { find, tell }],
};

fn find(_: &World, node: &Node) -> Vec<Fault> {
    let both = node.cnames().next().is_some() && node.records(&Rtype::Txt).next().is_some();
    clash_at(node, both && MailText::at(node.name).is_some(), [Rtype::Cname, Rtype::Txt])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let policy = MailText::at(node.name).expect("the fault is at the name of a policy").word();
    let texts = || node.records(&Rtype::Txt);
    let certain = is_surely_alias(node);
    let before = scene.before(node);
    let had_text = before.records(&Rtype::Txt).next().is_some();
    let (owner, target) = (node.name.unrooted(), target_text(alias));
    let (hides, never) = if certain { ("hides", "is never seen") } else { ("may hide", "may never be seen") };
    Telling {
        severity: (!certain).then_some(Severity::Warning),
        cause: pair_cause(scene, before.cnames().next().is_some(), had_text, Cause::RecordAdded),
        message: format!("the alias at {owner} to {target} {hides} the {policy} text there"),
        help: vec![
            format!("delete the text, if {target} has the one that is to count"),
            format!("delete the alias, if the text at {owner} is to count"),
        ],
        primary: Label::new("this alias answers every query", &alias.place),
        related: texts().map(|record| Label::new(format!("so this text {never}"), &record.place)).collect(),
        names: Vec::new(),
    }
}
