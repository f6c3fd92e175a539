//! `cname-at-apex`: a CNAME at the apex of its zone.

use super::{clash_at, is_surely_alias, move_alias, outcome, state_cause, target_text};
use crate::mail_text::{MailText, mail_texts};
use crate::rdata::Rtype;
use crate::record::Node;
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-at-apex",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an alias at the apex hides the whole apex: soa, ns, mx, spf",
    page: include_str!("cname_at_apex.md"),
    checks: &[Check::State { find, tell }],
};

/// The apex, if it holds an alias that is not flattened; its SOA need not be known.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let at_apex = world.snapshot.view(node.view).apex.as_ref() == Some(node.name);
    clash_at(node, at_apex && node.cnames().next().is_some(), [Rtype::Cname, Rtype::Soa])
}

/// What the alias hides, and what to publish in its place.
fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let zone = node.name.unrooted();
    let certain = is_surely_alias(node);
    let (hides, outcome) = if certain { ("hides", outcome(scene, node, certain)) } else { ("may hide", String::new()) };
    let others = node.sets.iter().filter(|set| set.rtype != Rtype::Cname);
    let host_alias = scene.view(node).host.as_ref().and_then(|host| host.alias.as_deref());
    Telling {
        severity: (!certain).then_some(Severity::Warning),
        cause: state_cause(scene, Cause::CnameAdded),
        message: format!("an alias at {zone} {hides} everything there: {}{outcome}", hidden(node)),
        help: vec![format!("use {} at {zone}", host_alias.unwrap_or("A and AAAA records")), move_alias(node)],
        primary: Label::new(format!("{zone} becomes an alias for {}", target_text(alias)), &alias.place),
        related: others.map(|set| Label::new("this is hidden", &set.records[0].place)).collect(),
        names: Vec::new(),
    }
}

/// What stands at the apex: SOA and NS always do, whether or not the inputs say so.
fn hidden(node: &Node) -> String {
    let mut hidden = vec!["its soa".to_owned(), "ns".to_owned()];
    for set in node.sets {
        let spf = || mail_texts(node).iter().any(|(text, _)| *text == MailText::Spf);
        let word = match &set.rtype {
            Rtype::Cname | Rtype::Soa | Rtype::Ns => continue,
            Rtype::Txt if spf() => "spf".to_owned(),
            rtype => rtype.text().to_lowercase(),
        };
        if !hidden.contains(&word) {
            hidden.push(word);
        }
    }
    let last = hidden.pop().expect("soa and ns are always there");
    format!("{} and {last}", hidden.join(", "))
}
