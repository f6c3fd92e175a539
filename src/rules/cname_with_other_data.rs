//! `cname-with-other-data`: a CNAME beside records that have nothing to do with mail.

use super::{is_surely_alias, outcome, pair_cause, target_text, use_addresses, was_flattened};
use crate::mail_text::MailText;
use crate::rdata::Rtype;
use crate::record::{Node, RecordSet};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Status, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-with-other-data",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an alias hides other records of the same name",
    page: include_str!("cname_with_other_data.md"),
    checks: &[Check::State { find, tell }],
};

/// Types that may stand beside a CNAME (RFC 4035 section 2.5), and types that are no records at all, but orders to some
/// DNS host.
const BESIDE: [&str; 7] = ["RRSIG", "NSEC", "NSEC3", "KEY", "URLFWD", "URL", "REDIRECT"];

/// The sets that an alias at the same node hides, but for those that rules of their own speak of.
fn others<'a>(node: &Node<'a>) -> impl Iterator<Item = &'a RecordSet> + use<'a> {
    let name = node.name;
    let is_policy = move |set: &RecordSet| {
        let states_one = |text: &str| MailText::of(name, text).is_some();
        set.rtype == Rtype::Txt
            && set.records.iter().all(|record| record.rdata.joined_text().is_some_and(|text| states_one(&text)))
    };
    let spoken_of =
        move |set: &RecordSet| matches!(set.rtype, Rtype::Cname | Rtype::Dname | Rtype::Mx) || is_policy(set);
    let allowed = |set: &RecordSet| BESIDE.contains(&set.rtype.text()) || set.rtype.is_foreign();
    node.sets.iter().map(|set| &**set).filter(move |set| !spoken_of(set) && !allowed(set))
}

fn find(_: &World, node: &Node) -> Vec<Fault> {
    if node.cnames().next().is_none() {
        return Vec::new();
    }
    let fault = |set: &RecordSet| Fault::at(node, [Rtype::Cname, set.rtype.clone()]);
    let mut faults: Vec<Fault> = others(node).map(fault).collect();
    faults.dedup();
    faults
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let certain = is_surely_alias(node);
    let is_told = |set: &&RecordSet| faults.iter().any(|fault| fault.types[1] == set.rtype);
    let mut types: Vec<String> = others(node).filter(is_told).map(|set| set.rtype.text().to_lowercase()).collect();
    types.dedup();
    let before = scene.before(node);
    let had_data = faults.iter().any(|fault| before.records(&fault.types[1]).next().is_some());
    // Texts that mail does not read, and of which nobody touched anything.
    let is_light =
        scene.status == Status::Introduced && was_flattened(scene, node) && types.iter().all(|rtype| rtype == "txt");
    let owner = node.name.unrooted();
    let hides = if certain { "hides" } else { "may hide" };
    Telling {
        severity: (!certain || is_light).then_some(Severity::Warning),
        cause: pair_cause(scene, before.cnames().next().is_some(), had_data, Cause::RecordAdded),
        message: format!(
            "the alias at {owner} to {} {hides} its {}{}",
            target_text(alias),
            types.join(" and "),
            outcome(scene, node, certain)
        ),
        help: vec![use_addresses(scene, node), format!("delete the other records of {owner}")],
        primary: Label::new("this alias answers every query", &alias.place),
        related: others(node).filter(is_told).map(|set| Label::new("this is hidden", &set.records[0].place)).collect(),
        names: Vec::new(),
    }
}
