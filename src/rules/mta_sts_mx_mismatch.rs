//! `mta-sts-mx-mismatch`: an MX names a host that the MTA-STS policy of its owner does not allow.

use super::{list, mx_naming, senders, state_cause, state_faults};
use crate::mta_sts::{Mode, Policy};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, ViewId};
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mta-sts-mx-mismatch",
    severity: Severity::Warning,
    set: Set::Default,
    summary: "an mx names a host that the mta-sts policy of its owner does not list",
    page: include_str!("mta_sts_mx_mismatch.md"),
    checks: &[Check::State { find, tell }],
};

/// One fault for each owner whose MX names this node, and whose policy does not allow it. Private zones have none.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let snapshot = world.snapshot;
    if snapshot.policies().iter().all(|(_, policy)| policy.allows(node.name)) {
        return Vec::new();
    }
    let refuses = |(view, owner): &(ViewId, Name)| {
        let policy = snapshot.policy(owner);
        !snapshot.view(*view).private && policy.is_some_and(|policy| !policy.allows(node.name))
    };
    let mut owners = senders(snapshot, node);
    owners.retain(refuses);
    state_faults(owners, &[Rtype::Mx, Rtype::Mx])
}

fn tell(scene: &Scene, node: &Node, faults: &[Fault]) -> Telling {
    let snapshot = scene.snapshot();
    let exchange = node.name.unrooted();
    let owners = list(faults.iter().map(|fault| &fault.related));
    let policies: Vec<&Policy> = faults.iter().filter_map(|fault| snapshot.policy(&fault.related)).collect();
    let is_test = policies.iter().all(|policy| policy.mode == Mode::Testing);
    let named_before = !mx_naming(&scene.diff.before, faults, node.name).is_empty();
    let mx = mx_naming(snapshot, faults, node.name).into_iter();
    let mx: Vec<Label> = mx.map(|record| Label::new("this mx names it", &record.place)).collect();
    let modes = policies.iter().map(|policy| Label::new("this policy does not list it", &policy.place));
    let listed = policies.iter().flat_map(|policy| &policy.mx).map(|(_, place)| Label::new("this is listed", place));
    let policy: Vec<Label> = modes.chain(listed).collect();
    let (cause, mut labels) = if named_before {
        (Cause::RecordRemoved, [policy, mx].concat())
    } else {
        (Cause::MxAdded, [mx, policy].concat())
    };
    let primary = labels.remove(0);
    let what = if is_test {
        format!("mail for {owners} to {exchange} will be reported")
    } else {
        format!("mail for {owners} will not be sent to {exchange} by senders that heed mta-sts")
    };
    Telling {
        severity: is_test.then_some(Severity::Note),
        cause: state_cause(scene, cause),
        message: format!("{what}: the policy of {owners} does not list it"),
        help: vec![
            format!("add `mx: {exchange}` to the policy and a new id to the text at _mta-sts, before the mx"),
            format!("take {exchange} out of the mx of {owners}"),
        ],
        primary,
        related: labels,
        names: faults.iter().map(|fault| fault.related.clone()).collect(),
    }
}
