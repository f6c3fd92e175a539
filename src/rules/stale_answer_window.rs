//! `stale-answer-window`: caches answer as before for a while, so that mail goes the old way.

use super::{exchanges_text, mail_stays, owner_text, target_text};
use crate::rdata::{Rdata, Rtype};
use crate::record::{Node, Record};
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "stale-answer-window",
    severity: Severity::Note,
    set: Set::Strict,
    summary: "mail goes the old way while caches still hold the old answer",
    page: include_str!("stale_answer_window.md"),
    checks: &[Check::Step(step)],
};

/// Seconds for which nobody plans ahead.
const SHORT: u32 = 60;

/// What caches hold once the change is made: the old MX, the old alias, or that there is no MX.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let Scene { diff, declared, .. } = scene;
    let is_occluded = [&diff.before, &diff.after].iter().any(|side| side.is_occluded(node.view, node.name));
    if declared.takes_mail(node.name) == Some(false) || is_occluded || mail_stays(scene, node) {
        return None;
    }
    let before = scene.before(node);
    let has_alias = node.records(&Rtype::Cname).next().is_some();
    match (before.cnames().next(), before.mx().next()) {
        (None, Some(old)) if has_alias && node.mx().next().is_none() => old_mx(scene, node, old),
        (Some(old), None) if !has_alias => old_alias(node, old, node.mx().next()?),
        (None, None) if !has_alias => no_mx(scene, node, node.mx().next()?),
        _ => None,
    }
}

/// An alias takes the place of an MX, which lives on for its time to live (RFC 1035 section 3.2.1).
fn old_mx(scene: &Scene, node: &Node, old: &Record) -> Option<Telling> {
    let time = time_text(old.ttl?)?;
    let owner = owner_text(node.name);
    let exchange = Some(exchanges_text(scene.before(node).mx())).filter(|text| !text.is_empty());
    let exchange = exchange.unwrap_or_else(|| "the old exchange".to_owned());
    let alias = node.records(&Rtype::Cname).next()?;
    Some(Telling {
        severity: None,
        cause: Cause::TypeChanged,
        message: format!("mail for {owner} still goes to {exchange} for up to {time}: caches hold its old mx"),
        help: vec![
            format!("keep {exchange} taking mail for {} for {time} after the change", node.name.unrooted()),
            "lower the ttl of the mx before, and wait until the old one has run out".to_owned(),
        ],
        primary: Label::new(format!("caches hold this mx for up to {time}"), &old.place),
        related: vec![Label::new("so this alias is not seen by all at once", &alias.place)],
        names: Vec::new(),
    })
}

/// An MX takes the place of an alias, which lives on for its time to live.
fn old_alias(node: &Node, old: &Record, mx: &Record) -> Option<Telling> {
    let time = time_text(old.ttl?)?;
    let (owner, target) = (owner_text(node.name), target_text(old));
    Some(Telling {
        severity: None,
        cause: Cause::TypeChanged,
        message: format!("mail for {owner} still follows {target} for up to {time}: caches hold its old alias"),
        help: vec![
            format!("keep mail for {} taken where {target} leads for {time} after the change", node.name.unrooted()),
            "lower the ttl of the alias before, and wait until the old one has run out".to_owned(),
        ],
        primary: Label::new(format!("caches hold this alias for up to {time}"), &old.place),
        related: vec![Label::new("so this mx is not seen by all at once", &mx.place)],
        names: Vec::new(),
    })
}

/// A name gets its first MX. That it had none lives on for as long as the SOA of the zone says (RFC 2308 sections 3 and
/// 5), and until then its address takes the mail (RFC 5321 section 5.1).
fn no_mx(scene: &Scene, node: &Node, mx: &Record) -> Option<Telling> {
    let before = scene.before(node);
    let address = before.addresses().next()?;
    let apex = scene.view(node).apex.as_ref()?;
    let soa = scene.diff.before.node(node.view, apex).records(&Rtype::Soa).next()?;
    let time = time_text(negative_ttl(soa)?)?;
    let owner = owner_text(node.name);
    Some(Telling {
        severity: None,
        cause: Cause::MxAdded,
        message: format!(
            "mail for {owner} still goes to port 25 of its own address for up to {time}: caches hold that it has no mx"
        ),
        help: vec![
            format!("keep the address of {} taking its mail for {time} after the change", node.name.unrooted()),
            format!("lower the last number of the soa of {} before, and wait for {time}", apex.unrooted()),
        ],
        primary: Label::new(format!("caches may not ask for this mx for up to {time}"), &mx.place),
        related: vec![
            Label::new("this says how long they hold that there is none", &soa.place),
            Label::new("this takes the mail until then", &address.place),
        ],
        names: Vec::new(),
    })
}

/// For how many seconds caches hold that something does not exist: the MINIMUM of the SOA, or its time to live if that
/// is less.
fn negative_ttl(soa: &Record) -> Option<u32> {
    let Rdata::Text(text) = &soa.rdata else { return None };
    let minimum: u32 = text.split_ascii_whitespace().next_back()?.parse().ok()?;
    Some(soa.ttl.map_or(minimum, |ttl| ttl.min(minimum)))
}

/// So many seconds in the largest unit that says them exactly; none if they are too few to speak of.
fn time_text(seconds: u32) -> Option<String> {
    const UNITS: [(u32, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (unit, name) = UNITS.into_iter().find(|(unit, _)| seconds >= SHORT && seconds.is_multiple_of(*unit))?;
    let count = seconds / unit;
    Some(format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
}
