//! `unflattening-exposes-cname`: a CNAME that the DNS host served as addresses appears, and hides what stands beside it.

use super::{exchanges_text, is_surely_alias, outcome, target_text, was_flattened, ways_out};
use crate::mail_text::mail_texts;
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "unflattening-exposes-cname",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an alias is no longer served as addresses, and hides the mx or texts beside it",
    page: include_str!("unflattening_exposes_cname.md"),
    checks: &[Check::Step(step)],
};

/// A name whose only alias was flattened before the change and may be seen after it, beside an MX or a text that was
/// there before: of these nothing was touched. No snapshot shows that; what it shows is `cname-with-mx`.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let before = scene.before(node);
    let alias = node.cnames().next()?;
    let stays = |record: &&Record| {
        [Rtype::Mx, Rtype::Txt].iter().any(|rtype| before.records(rtype).any(|old| old.rdata == record.rdata))
    };
    let mx: Vec<&Record> = node.records(&Rtype::Mx).filter(stays).collect();
    let texts: Vec<&Record> = node.records(&Rtype::Txt).filter(stays).collect();
    if !was_flattened(scene, node) || mx.is_empty() && texts.is_empty() {
        return None;
    }
    let certain = is_surely_alias(node);
    let policies = mail_texts(node);
    let exchanges = exchanges_text(mx.iter().copied().filter(|record| !record.rdata.is_null_mx()));
    let hidden = if let Some(first) = mx.first() {
        match exchanges.as_str() {
            "" if first.rdata.is_null_mx() => "its null mx".to_owned(),
            "" => "its mx".to_owned(),
            _ => format!("its mx {exchanges}"),
        }
    } else if let Some((text, _)) = policies.first() {
        format!("its {} text", text.word())
    } else {
        "its texts".to_owned()
    };
    let is_grave = certain && !(mx.is_empty() && policies.is_empty());
    let owner = node.name.unrooted();
    let (stops, may) = if certain { ("stops", "hides") } else { ("may stop", "may hide") };
    let what = if exchanges.is_empty() {
        format!("{owner} is no longer served as addresses; its alias for ")
    } else {
        format!("mail for {owner} {stops}: it is no longer served as addresses, so its alias for ")
    };
    Some(Telling {
        severity: (!is_grave).then_some(Severity::Warning),
        cause: Cause::FlatteningEnded,
        message: format!("{what}{} appears and {may} {hidden}{}", target_text(alias), outcome(scene, node, certain)),
        help: [format!("leave {owner} proxied or flattened as long as they stand there together")]
            .into_iter()
            .chain(ways_out(scene, node))
            .collect(),
        primary: Label::new("this alias answers every query", &alias.place),
        related: mx.iter().chain(&texts).map(|record| Label::new("this is never seen", &record.place)).collect(),
        names: Vec::new(),
    })
}
