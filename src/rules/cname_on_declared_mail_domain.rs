//! `cname-on-declared-mail-domain`: an alias at a name that is declared to take mail, wherever its MX is kept.

use super::{clash_at, goes_to_service, host_text, is_surely_alias, state_cause, target_text, ways_out};
use crate::rdata::Rtype;
use crate::record::{Node, Snapshot};
use crate::route::Destination;
use crate::rule::{Cause, Check, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "cname-on-declared-mail-domain",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an alias stands at a name that is declared to take mail",
    page: include_str!("cname_on_declared_mail_domain.md"),
    checks: &[Check::State { find, tell }],
};

/// An alias that is not flattened at a name that is declared, unless it hands the mail to a mail service.
fn find(world: &World, node: &Node) -> Vec<Fault> {
    let World { snapshot, declared } = world;
    let is_meant = || declared.takes_mail(node.name) == Some(true) && !is_inside_only(snapshot, node);
    let loses_mail = node.cnames().next().is_some_and(|alias| !goes_to_service(snapshot, declared, node, alias));
    clash_at(node, loses_mail && is_meant(), [Rtype::Cname, Rtype::Mx])
}

/// Whether a private zone answers here while senders outside ask a public one.
fn is_inside_only(snapshot: &Snapshot, node: &Node) -> bool {
    let holds = |apex| node.name.is_within(apex);
    let mut views = snapshot.views();
    snapshot.view(node.view).private && views.any(|(_, view)| !view.private && view.apex.as_ref().is_some_and(holds))
}

/// Where mail for the name goes by the alias.
fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let owner = node.name.unrooted();
    let certain = is_surely_alias(node);
    let destination =
        alias.rdata.alias_target().map(|to| Destination::of_alias(scene.snapshot(), node.view, node.name, to));
    let ends_at_mx = matches!(destination, Some(Destination::Exchanges { .. }));
    let what = match &destination {
        Some(Destination::Exchanges { owner: at, .. }) => format!("goes to the mx of {}", at.unrooted()),
        Some(Destination::Address { name, .. }) => format!("goes to port 25 of {}", name.unrooted()),
        Some(Destination::Refused(at)) => format!("is refused: {} has a null mx", at.unrooted()),
        Some(Destination::Nowhere(at)) => format!("stops: {} has no mx and no address", at.unrooted()),
        Some(Destination::Loop(at)) => format!("stops: its alias leads back to {}", at.unrooted()),
        Some(Destination::OutOfView(at)) => format!("goes wherever {} says, which is not loaded", at.unrooted()),
        None => format!("goes to {}", target_text(alias)),
    };
    let unless = if certain { String::new() } else { format!(", unless {} flattens it", host_text(scene.view(node))) };
    Telling {
        severity: (ends_at_mx || !certain).then_some(Severity::Warning),
        cause: state_cause(scene, Cause::CnameAdded),
        message: format!("mail for {owner}, which is declared to take it, {what}: its alias hides any mx{unless}"),
        help: ways_out(scene, node)
            .into_iter()
            .chain([format!("take {owner} out of mail_domains if it takes no mail of its own")])
            .collect(),
        primary: Label::new("mail follows this alias", &alias.place),
        related: Vec::new(),
        names: Vec::new(),
    }
}
