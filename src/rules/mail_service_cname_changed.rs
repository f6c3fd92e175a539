//! `mail-service-cname-changed`: an alias that leaves a policy or the settings of mail to a service is gone, or leads to
//! another one.

use super::target_text;
use crate::mail_text::{MailText, mail_texts};
use crate::name::Name;
use crate::record::Node;
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mail-service-cname-changed",
    severity: Severity::Note,
    set: Set::Pedantic,
    summary: "an alias that leaves a part of mail to a service is gone or leads elsewhere",
    page: include_str!("mail_service_cname_changed.md"),
    checks: &[Check::Step(step)],
};

/// First labels of hosts that mail programs and senders ask for what they need to know (RFC 8461 section 3.3).
const HOSTS: [&str; 5] = ["autoconfig", "autodiscover", "enterpriseenrollment", "enterpriseregistration", "mta-sts"];

fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let what = purpose(node.name)?;
    let before = scene.before(node);
    let old = before.cnames().next()?;
    let new = node.cnames().next();
    // The policy itself in place of the alias is no loss.
    let stays = new.is_some_and(|new| new.rdata == old.rdata) || !mail_texts(node).is_empty();
    if stays {
        return None;
    }
    let (name, service) = (node.name.unrooted(), target_text(old));
    let (cause, message, place) = match new {
        Some(new) => {
            let message = format!("{what} at {name} is no longer left to {service}, but to {}", target_text(new));
            (Cause::CnameAdded, message, &new.place)
        }
        None => (Cause::RecordRemoved, format!("{what} at {name} is no longer left to {service}"), &old.place),
    };
    let is_moved = new.is_some();
    let related = is_moved.then(|| Label::new("it was left to this one", &old.place));
    Some(Telling {
        severity: None,
        cause,
        message,
        help: vec![format!("keep the alias for {service} as long as mail relies on it")],
        primary: Label::new(if is_moved { "now to this one" } else { "this alias is gone" }, place),
        related: related.into_iter().collect(),
        names: Vec::new(),
    })
}

/// What is looked up at a name, if that has to do with mail.
fn purpose(name: &Name) -> Option<String> {
    let first = name.unrooted().split('.').next().unwrap_or_default().to_owned();
    let host = HOSTS.contains(&first.as_str()).then(|| first.clone());
    MailText::at(name).map(|text| format!("the {} policy", text.word())).or(host)
}
