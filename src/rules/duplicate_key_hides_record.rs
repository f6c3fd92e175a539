//! `duplicate-key-hides-record`: a key is written twice, so that what stands under the first counts for nothing.

use super::{exchanges_text, state_cause};
use crate::rdata::Rtype;
use crate::record::{Misread, Node, Slip};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Status, Telling, World};
use crate::severity::Severity;
use crate::source::Place;

/// The rule.
pub static RULE: Rule = Rule {
    id: "duplicate-key-hides-record",
    severity: Severity::Error,
    set: Set::Default,
    summary: "a name or a key is written twice, and only the last one counts",
    page: include_str!("duplicate_key_hides_record.md"),
    checks: &[Check::State { find, tell }],
};

/// An entry that counts for nothing, and the one that counts.
struct Hidden<'a> {
    slip: &'a Slip,
    key: &'a str,
    types: &'a [Rtype],
    by: &'a Place,
}

impl Hidden<'_> {
    /// The types of which nothing is left at the name.
    fn lost<'n>(&self, node: &'n Node) -> impl Iterator<Item = &Rtype> + use<'_, 'n> {
        self.types.iter().filter(|rtype| node.records(rtype).next().is_none())
    }

    /// What tells this entry from others of the same name.
    fn mark(&self) -> Rtype {
        self.types.first().cloned().unwrap_or_else(|| Rtype::from_text("ANY"))
    }
}

fn hidden<'a>(node: &Node<'a>) -> Vec<Hidden<'a>> {
    let hidden = node.slips.iter().filter_map(|slip| match &slip.what {
        Misread::Hidden { key, types, by } => Some(Hidden { slip, key, types, by }),
        Misread::Rewritten { .. } => None,
    });
    hidden.collect()
}

/// One fault for each type of record that is hidden, or one for a key within a record.
fn find(_: &World, node: &Node) -> Vec<Fault> {
    let mut marks: Vec<Rtype> = hidden(node).iter().map(Hidden::mark).collect();
    marks.sort();
    marks.dedup();
    let fault = |mark: Rtype| Fault::at(node, [mark.clone(), mark]);
    marks.into_iter().map(fault).collect()
}

/// What is lost; an error if that is mail.
fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let all = hidden(node);
    let mut told = all.iter().filter(|hidden| faults.iter().any(|fault| fault.types[0] == hidden.mark())).peekable();
    let first = *told.peek().expect("the fault has an entry");
    let owner = node.name.unrooted();
    let lost: Vec<String> = first.lost(node).map(|rtype| rtype.text().to_lowercase()).collect();
    let loses_mail =
        all.iter().flat_map(|hidden| hidden.lost(node)).any(|rtype| matches!(rtype, Rtype::Mx | Rtype::Txt));
    let what = match &lost[..] {
        [] if first.types.is_empty() => format!("`{}` is written twice in a record of {owner}", first.key),
        [] => format!("{owner} is written twice"),
        lost => format!("{owner} is written twice, and loses its {}", lost.join(" and ")),
    };
    let old = scene.before(node);
    let exchanges = exchanges_text(old.mx());
    let mail = if lost.iter().any(|lost| lost == "mx") && !exchanges.is_empty() && scene.status == Status::Introduced {
        format!(": mail no longer goes to {exchanges}")
    } else {
        String::new()
    };
    let labels = told.clone().flat_map(|hidden| {
        [Label::new("this counts for nothing", &hidden.slip.place), Label::new("this takes its place", hidden.by)]
    });
    let mut labels = labels.collect::<Vec<_>>().into_iter();
    let primary = labels.next().expect("the fault has an entry");
    let help = if first.types.is_empty() {
        "keep one of them".to_owned()
    } else {
        format!("write {owner} once, with its records as a list")
    };
    Telling {
        severity: (!loses_mail).then_some(Severity::Warning),
        cause: state_cause(scene, Cause::KeyRepeated),
        message: format!("{what}; only the last one counts{mail}"),
        help: vec![help],
        primary,
        related: labels.collect(),
        names: Vec::new(),
    }
}
