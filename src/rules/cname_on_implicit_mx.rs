//! `cname-on-implicit-mx`: a name that takes mail at its own address becomes an alias.

use super::{target_text, use_addresses};
use crate::mail_text::{MailText, mail_texts};
use crate::rdata::Rtype;
use crate::record::{Node, Record, Snapshot};
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;
use crate::spf;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-on-implicit-mx",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "a name without an mx that shows signs of mail becomes an alias",
    page: include_str!("cname_on_implicit_mx.md"),
    checks: &[Check::Step(step)],
};

/// Addresses, no MX and signs of mail before the change, an alias and no MX after it.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let before = scene.before(node);
    let alias = node.cnames().next()?;
    let address = before.addresses().next()?;
    let has_mx = |node: &Node| node.records(&Rtype::Mx).next().is_some();
    let declared_away = scene.declared.takes_mail(node.name) == Some(false);
    if declared_away || has_mx(&before) || has_mx(node) || before.cnames().next().is_some() {
        return None;
    }
    let (sign, place) = sign_of_mail(&scene.diff.before, &before)?;
    let owner = node.name.unrooted();
    Some(Telling {
        severity: None,
        cause: Cause::TypeChanged,
        message: format!("{owner} has no mx but {sign}; as an alias, its mail goes to {}", target_text(alias)),
        help: vec![
            format!("keep the address and add an mx, if {owner} takes mail"),
            use_addresses(scene, node),
            format!("leave it so if {owner} takes no mail, and name it under non_mail_domains"),
        ],
        primary: Label::new("mail follows this alias", &alias.place),
        related: vec![
            Label::new("mail went to this address", &address.place),
            Label::new("this is a sign of mail", &place.place),
        ],
        names: Vec::new(),
    })
}

/// What shows that a name has to do with mail, and where: an SPF text that lets somebody send, DKIM keys, a DMARC policy.
/// A name that lets nobody send has nothing to do with mail, whatever else stands there.
fn sign_of_mail<'a>(snapshot: &'a Snapshot, node: &Node<'a>) -> Option<(&'static str, &'a Record)> {
    let spf = mail_texts(node).into_iter().find(|(text, _)| *text == MailText::Spf);
    if let Some((_, record)) = spf {
        let text = record.rdata.joined_text().unwrap_or_default();
        return (!spf::lets_nobody_send(&text)).then_some(("an spf text", record));
    }
    let within = |label: &str| {
        let name = node.name.child(label).ok()?;
        snapshot.within(node.view, &name).first().map(|set| &set.records[0])
    };
    let dkim = within("_domainkey").map(|record| ("a dkim key", record));
    dkim.or_else(|| within("_dmarc").map(|record| ("a dmarc policy", record)))
}
