//! `mail-cname-dead-end`: the aliases of a name that takes mail end where no mail is taken.

use super::{cname_replaces_mx, list, target_text};
use crate::diff::Diff;
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, ViewId};
use crate::route::{Destination, way_of_mail};
use crate::rule::{Cause, Check, Label, Rule, Scene, Set, Telling};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mail-cname-dead-end",
    severity: Severity::Error,
    set: Set::Default,
    summary: "the aliases of a name that takes mail end where no mail is taken",
    page: include_str!("mail_cname_dead_end.md"),
    checks: &[Check::Joint { find, tell }],
};

/// Where mail went before the change, and what becomes of it.
struct DeadEnd {
    /// The name whose MX took the mail.
    owner: Name,
    /// Where that sent it, if it is known.
    exchange: Option<Name>,
    /// Reads on after the mail.
    what: String,
}

/// A name whose mail went to some exchange before the change, by its own MX or by that of an alias, and which is an
/// alias for nowhere after it. Of a name that is declared to take mail the exchange need not be seen, and a host that has
/// nothing but an address is no place for its mail either.
fn dead_end(scene: &Scene, node: &Node) -> Option<DeadEnd> {
    node.cnames().next()?;
    let takes_mail = scene.declared.takes_mail(node.name);
    let (owner, exchange) = match Destination::of(&scene.diff.before, node.view, node.name) {
        Destination::Exchanges { owner, exchanges } if takes_mail != Some(false) => {
            (owner, exchanges.into_iter().next().map(|(_, exchange)| exchange))
        }
        Destination::Address { name, .. } | Destination::OutOfView(name) if takes_mail == Some(true) => (name, None),
        _ => return None,
    };
    let what = match Destination::of(&scene.diff.after, node.view, node.name) {
        Destination::Nowhere(end) => format!("stops: {} has no mx and no address", end.unrooted()),
        Destination::Refused(end) => format!("stops: {} has a null mx", end.unrooted()),
        Destination::Loop(end) => format!("stops: its aliases lead back to {}", end.unrooted()),
        Destination::Address { name, certain: true } if takes_mail == Some(true) && exchange.is_some() => {
            format!("goes to port 25 of {}, which has no mx", name.unrooted())
        }
        _ => return None,
    };
    Some(DeadEnd { owner, exchange, what })
}

/// The first name on the way of its mail that the change alters: all names whose mail passes there lose it by one change.
/// None if that name gave its own MX for an alias, of which another rule speaks, and of all that lead there.
fn find(scene: &Scene, node: &Node) -> Option<Name> {
    dead_end(scene, node)?;
    let Diff { before, after, .. } = scene.diff;
    let is_same = |(view, name): &(ViewId, Name)| {
        let [old, new] = [before, after].map(|side| side.sets_at(*view, name));
        old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.same_answer(new))
    };
    let way = way_of_mail(after, node.view, node.name);
    let (view, name) = way.iter().find(|host| !is_same(host)).or(way.last())?;
    let is_told = name != node.name && cname_replaces_mx::step(scene, &after.seen(*view, name)).is_some();
    (!is_told).then(|| name.clone())
}

fn tell(scene: &Scene, shared: &Name, nodes: &[Node]) -> Telling {
    let DeadEnd { owner, exchange, what } = dead_end(scene, &nodes[0]).expect("it was found");
    let names = list(nodes.iter().map(|node| node.name));
    let from = exchange.map_or_else(String::new, |exchange| format!(" leaves {} and", exchange.unrooted()));
    let was = scene.diff.before.views_for(&owner, nodes[0].view);
    let gone = was.iter().flat_map(|view| scene.diff.before.node(*view, &owner).records(&Rtype::Mx));
    let changed = gone.filter(|old| {
        let now = scene.diff.after.node(was[0], &owner);
        now.records(&Rtype::Mx).all(|record| record.rdata != old.rdata)
    });
    let changed = changed.map(|record| Label::new("this mx is gone after the change", &record.place));
    // The alias that the change is about comes first.
    let first = nodes.iter().find(|node| node.name == shared).unwrap_or(&nodes[0]);
    let others = nodes.iter().filter(|node| node.name != first.name);
    let others = others.filter_map(|node| node.cnames().next()).map(|alias| Label::new("and this one", &alias.place));
    let alias = first.cnames().next().expect("it was found");
    let name = first.name.unrooted();
    Telling {
        severity: None,
        cause: Cause::TypeChanged,
        message: format!("mail for {names}{from} {what}"),
        help: vec![
            format!("point {name} at a host that takes mail, or give it an mx of its own"),
            format!("give {} an mx", target_text(alias)),
        ],
        primary: Label::new("mail follows this alias", &alias.place),
        related: others.chain(changed).collect(),
        names: nodes[1..].iter().map(|node| node.name.clone()).collect(),
    }
}
