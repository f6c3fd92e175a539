//! `mail-service-cname-changed`: an alias that leaves a policy or the settings of mail to a service is gone, or leads to
//! another one.

use super::target_text;
use crate::mail_text::{MailText, mail_texts};
use crate::name::Name;
use crate::rdata::Rtype;
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
    let old = scene.before(node).cnames().next().filter(|_| is_asked_for_mail(node.name))?;
    let after = &scene.diff.after;
    // However it is served, it is the same alias; the text itself in its place is no loss; and what is handed over, or goes
    // with all of its zone, is not for this name to say.
    let stays = node.records(&Rtype::Cname).any(|new| new.rdata == old.rdata);
    let is_elsewhere = after.is_occluded(node.view, node.name) || after.is_empty(node.view);
    if stays || is_elsewhere || !mail_texts(node).is_empty() {
        return None;
    }
    let (name, service) = (node.name.unrooted(), target_text(old));
    let gone = format!("{name} is no longer left to {service}");
    let (cause, message, primary, related) = match node.records(&Rtype::Cname).next() {
        Some(new) => {
            let label = Label::new("it is left to this one now", &new.place);
            let was = vec![Label::new("it was left to this one", &old.place)];
            (Cause::CnameAdded, format!("{gone}, but to {}", target_text(new)), label, was)
        }
        None => (Cause::RecordRemoved, gone, Label::new("this alias is gone", &old.place), Vec::new()),
    };
    Some(Telling {
        severity: None,
        cause,
        message,
        help: vec![format!("keep the alias for {service} until no mail relies on it any more")],
        primary,
        related,
        names: Vec::new(),
    })
}

/// Whether a name is asked for what mail needs to know: a policy, a key, settings.
fn is_asked_for_mail(name: &Name) -> bool {
    let is_host = || name.unrooted().split('.').next().is_some_and(|first| HOSTS.contains(&first));
    MailText::at(name).is_some() || is_host()
}
