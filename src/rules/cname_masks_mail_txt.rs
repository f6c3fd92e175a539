//! `cname-masks-mail-txt`: an alias hides a policy of mail, or takes its place.

use super::{clash_at, goes_to_service, is_surely_alias, pair_cause, target_text, use_addresses};
use crate::mail_text::{MailText, mail_texts};
use crate::rdata::Rtype;
use crate::record::{Node, Record, Snapshot};
use crate::route::last_target;
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;
use crate::spf;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-masks-mail-txt",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an alias hides or replaces a text that mail depends on, such as spf",
    page: include_str!("cname_masks_mail_txt.md"),
    checks: &[Check::State { find, tell }, Check::Step(step)],
};

/// An alias that is not flattened, and a policy beside it.
fn find(_: &World, node: &Node) -> Vec<Fault> {
    clash_at(node, node.cnames().next().is_some() && !mail_texts(node).is_empty(), [Rtype::Cname, Rtype::Txt])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let texts = mail_texts(node);
    let certain = is_surely_alias(node);
    let before = scene.before(node);
    let owner = node.name.unrooted();
    let (hides, never) = if certain { ("hides", "is never seen") } else { ("may hide", "may never be seen") };
    let fails = if texts.iter().any(|(text, _)| *text == MailText::Spf) {
        format!(", so mail sent as {owner} fails the check")
    } else {
        String::new()
    };
    let target = target_text(alias);
    Telling {
        severity: (!certain).then_some(Severity::Warning),
        cause: pair_cause(scene, before.cnames().next().is_some(), !mail_texts(&before).is_empty(), Cause::MxAdded),
        message: format!("the alias at {owner} {hides} its {} text{fails}", words(&texts)),
        help: vec![format!("move the text to {target}, if that is yours"), use_addresses(scene, node)],
        primary: Label::new("this alias answers every query", &alias.place),
        related: texts.iter().map(|(_, record)| Label::new(format!("so this text {never}"), &record.place)).collect(),
        names: Vec::new(),
    }
}

fn words(texts: &[(MailText, &Record)]) -> String {
    let mut words: Vec<&str> = texts.iter().map(|(text, _)| text.word()).collect();
    words.dedup();
    words.join(" and ")
}

/// A policy before the change, an alias and no text after it, whose target states no such policy. A name that lets nobody
/// send has no mail to lose.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let before = scene.before(node);
    let lets_nobody_send =
        |record: &Record| record.rdata.joined_text().is_some_and(|text| spf::lets_nobody_send(&text));
    let mut old = mail_texts(&before).into_iter().filter(|(_, record)| !lets_nobody_send(record));
    let alias = node.cnames().next()?;
    let had_alias = before.cnames().next().is_some();
    if had_alias || !mail_texts(node).is_empty() || MailText::at(node.name).is_some() {
        return None;
    }
    if goes_to_service(&scene.diff.after, scene.declared, node, alias) {
        return None;
    }
    let (first, record) = old.find(|(text, _)| !answers(&scene.diff.after, node, alias, *text))?;
    let owner = node.name.unrooted();
    let target = target_text(alias);
    Some(Telling {
        severity: Some(Severity::Warning),
        cause: Cause::TypeChanged,
        message: format!(
            "{owner} loses its {} text; {target} answers in its place, without one as far as is known",
            first.word()
        ),
        help: vec![
            format!("add the text at {target}, if mail is sent as {owner}"),
            format!("list {target} under mail_cname_targets, if it is a mail service that keeps the text"),
            use_addresses(scene, node),
        ],
        primary: Label::new("this alias answers every query", &alias.place),
        related: vec![Label::new("this text is gone after the change", &record.place)],
        names: Vec::new(),
    })
}

/// Whether a policy of the same kind stands where the alias ends.
fn answers(snapshot: &Snapshot, node: &Node, alias: &Record, text: MailText) -> bool {
    let Some(target) = alias.rdata.alias_target() else { return false };
    let last = last_target(snapshot, node.view, target);
    snapshot.views_for(&last, node.view).into_iter().any(|view| {
        let owner = snapshot.answering(view, &last);
        owner.is_some_and(|owner| mail_texts(&snapshot.node(view, &owner)).iter().any(|(known, _)| *known == text))
    })
}
