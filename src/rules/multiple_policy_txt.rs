//! `multiple-policy-txt`: the name of a policy of mail has more than one text that states it.

use super::{clash_at, labels_of_rivals, state_cause};
use crate::mail_text::{MailText, rival_texts};
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::rule::{Cause, Check, Fault, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "multiple-policy-txt",
    severity: Severity::Error,
    set: Set::Default,
    summary: "the name of a policy of mail has more than one text that states it",
    page: include_str!("multiple_policy_txt.md"),
    checks: &[Check::State { find, tell }],
};

/// The policy that is looked up at a node, and the texts that state it, if one alone may.
fn rivals<'a>(node: &Node<'a>) -> Option<(MailText, Vec<&'a Record>)> {
    let policy = MailText::at(node.name)?;
    let may_be_many = match policy {
        // Of those that say who may be sent reports, one will do (RFC 9990 section 4).
        MailText::Dmarc => !node.name.unrooted().starts_with("_dmarc."),
        MailText::Dkim | MailText::MtaSts | MailText::TlsRpt => false,
        MailText::Bimi | MailText::Spf => true,
    };
    let texts = rival_texts(node, policy);
    (!may_be_many && !texts.is_empty()).then_some((policy, texts))
}

fn find(_: &World, node: &Node) -> Vec<Fault> {
    clash_at(node, rivals(node).is_some(), [Rtype::Txt, Rtype::Txt])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let (policy, texts) = rivals(node).expect("the fault has a policy");
    let (primary, related) = labels_of_rivals(scene, node, &texts);
    let (owner, count) = (node.name.unrooted(), texts.len());
    let is_key = policy == MailText::Dkim;
    let (message, help) = if is_key {
        let message = format!("{owner} has {count} dkim texts, and each verifier chooses which of them to try");
        (message, "put a key into one text, and give each key a selector of its own")
    } else {
        let word = policy.word();
        let message = format!("{owner} has {count} {word} texts, so senders and receivers act as if there were none");
        (message, "keep the one that is to count, and delete the others")
    };
    Telling {
        severity: is_key.then_some(Severity::Note),
        cause: state_cause(scene, Cause::RecordAdded),
        message,
        help: vec![help.to_owned()],
        primary,
        related,
        names: Vec::new(),
    }
}
