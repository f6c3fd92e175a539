//! `cname-with-mx`: a CNAME and an MX at one owner.

use super::{
    clash_at, exchanges_text, is_surely_alias, outcome, owner_text, pair_cause, target_text, was_flattened, ways_out,
};
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-with-mx",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an alias hides the mx of the same name",
    page: include_str!("cname_with_mx.md"),
    checks: &[Check::State { find, tell }],
};

/// An alias that is not flattened, and an MX with an exchange.
fn find(_: &World, node: &Node) -> Vec<Fault> {
    clash_at(node, node.cnames().next().is_some() && node.mx().next().is_some(), [Rtype::Cname, Rtype::Mx])
}

/// How the pair came about, what becomes of the mail, and every MX that is hidden.
fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let certain = is_surely_alias(node);
    let cause = cause(scene, node);
    let mut help = ways_out(scene, node);
    help.push(format!("delete the mx if {} is to take no mail", node.name.unrooted()));
    let (primary, related) = labels(node, alias, certain, cause);
    Telling {
        severity: (!certain).then_some(Severity::Warning),
        cause,
        message: message(scene, node, alias, certain, cause) + &outcome(scene, node, certain),
        help,
        primary,
        related,
        names: Vec::new(),
    }
}

/// What becomes of the mail.
fn message(scene: &Scene, node: &Node, alias: &Record, certain: bool, cause: Cause) -> String {
    let (owner, all) = (node.name.unrooted(), owner_text(node.name));
    let target = target_text(alias);
    let exchanges = exchanges_text(node.mx());
    let its_mx = if exchanges.is_empty() { "its mx".to_owned() } else { format!("its mx {exchanges}") };
    let stops = if certain { "stops" } else { "may stop" };
    match cause {
        Cause::CnameAdded => format!("mail for {all} {stops}: the new alias to {target} hides {its_mx}"),
        Cause::MxAdded => format!("the new mx at {owner} will not be seen: {owner} is already an alias for {target}"),
        Cause::BothAdded => format!("{owner} gets an alias and an mx at once, and only the alias will be seen"),
        Cause::TypeChanged => {
            let old = old_type(scene, node).expect("the cause has an old type");
            format!("mail for {all} {stops}: its {old} becomes an alias beside {its_mx}")
        }
        Cause::FlatteningEnded => format!(
            "mail for {all} {stops}: its alias to {target} is no longer served as addresses, and hides {its_mx}"
        ),
        _ => {
            format!("mail for {all} does not arrive: the alias to {target} hides {its_mx}")
        }
    }
}

/// The primary label and the related ones: the alias, then the MX records that it hides; if they are new, they come
/// first.
fn labels(node: &Node, alias: &Record, certain: bool, cause: Cause) -> (Label, Vec<Label>) {
    let (answers, never_seen) = match (certain, cause) {
        (false, _) => ("this alias may answer every query", "so this mx may never be seen"),
        (true, Cause::MxAdded) => ("this alias answers every query", "this new mx is never seen"),
        (true, _) => ("this alias answers every query", "so this mx is never seen"),
    };
    let alias = Label::new(answers, &alias.place);
    let mut mx = node.mx();
    let first = Label::new(never_seen, &mx.next().expect("the fault has an mx").place);
    let others = mx.map(|record| Label::new("nor is this one", &record.place));
    if cause == Cause::MxAdded {
        (first, others.chain([alias]).collect())
    } else {
        (alias, std::iter::once(first).chain(others).collect())
    }
}

/// How the alias came to hide the MX.
fn cause(scene: &Scene, node: &Node) -> Cause {
    let before = scene.before(node);
    match pair_cause(scene, before.cnames().next().is_some(), before.mx().next().is_some(), Cause::MxAdded) {
        Cause::CnameAdded | Cause::BothAdded if was_flattened(scene, node) => Cause::FlatteningEnded,
        Cause::CnameAdded if old_type(scene, node).is_some() => Cause::TypeChanged,
        cause => cause,
    }
}

/// The type of the address records that the alias takes the place of.
fn old_type(scene: &Scene, node: &Node) -> Option<Rtype> {
    let gone = scene.before(node).sets.iter().filter(|set| set.rtype.is_address());
    gone.map(|set| &set.rtype).find(|rtype| node.records(rtype).next().is_none()).cloned()
}
