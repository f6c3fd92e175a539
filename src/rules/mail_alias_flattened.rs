//! `mail-alias-flattened`: an alias that mail relies on is served as addresses, so that nothing but addresses answers.

use super::{clash_at, host_text, state_cause, target_text};
use crate::mail_text::{MailText, mail_texts};
use crate::rdata::Rtype;
use crate::record::{Node, Record, Served};
use crate::route::Destination;
use crate::rule::{Cause, Check, Declared, Fault, Label, Rule, Scene, Set, Telling, World};
use crate::severity::Severity;

/// The rule.
pub static RULE: Rule = Rule {
    id: "mail-alias-flattened",
    severity: Severity::Error,
    set: Set::Default,
    summary: "an alias that mail relies on is proxied or flattened",
    page: include_str!("mail_alias_flattened.md"),
    checks: &[Check::State { find, tell }, Check::Step(step)],
};

/// The alias that resolvers see as addresses only, a flattened CNAME or a record such as ALIAS, with nothing beside it that
/// mail reads; of several, a proxied one.
fn flattened<'a>(node: &Node<'a>) -> Option<&'a Record> {
    let is_seen = node.cnames().next().is_some();
    let own = [Rtype::Mx, Rtype::Txt].iter().any(|rtype| node.records(rtype).next().is_some());
    let cname = node.records(&Rtype::Cname).max_by_key(|cname| cname.served == Served::Proxied);
    let alias = || node.addresses().find(|record| record.rdata.alias_target().is_some());
    cname.or_else(alias).filter(|_| !is_seen && !own)
}

/// Whether a CNAME stands at a node, flattened or not.
fn is_cname(node: &Node) -> bool {
    node.records(&Rtype::Cname).next().is_some()
}

/// Whether mail relies on the records that an alias leads to, whatever else is known: at the name of a policy, and
/// where the alias hands a name over to a mail service. The service's own domain is what links in messages go to.
fn is_for_mail(declared: &Declared, node: &Node, alias: &Record) -> bool {
    let to_service = |target| declared.is_mail_service(target) && !declared.mail_cname_targets.contains(target);
    MailText::at(node.name).is_some() || alias.rdata.alias_target().is_some_and(to_service)
}

fn find(world: &World, node: &Node) -> Vec<Fault> {
    let relied_on = flattened(node).is_some_and(|alias| is_for_mail(world.declared, node, alias));
    clash_at(node, relied_on, [Rtype::Cname, Rtype::Txt])
}

fn tell(scene: &Scene, node: &Node, _: &[Fault]) -> Telling {
    let alias = flattened(node).expect("the fault has a flattened alias");
    let proxied = alias.served == Served::Proxied;
    let had_alias = scene.before(node).cnames().next().is_some();
    let added = if is_cname(node) { Cause::CnameAdded } else { Cause::RecordAdded };
    let introduced = if had_alias { Cause::FlatteningBegun } else { added };
    telling(
        scene,
        node,
        alias,
        Telling {
            severity: (!proxied).then_some(Severity::Warning),
            cause: state_cause(scene, introduced),
            message: format!(
                "{} is served as addresses, so the records of {} that mail relies on do not answer for it",
                node.name.unrooted(),
                target_text(alias)
            ),
            help: Vec::new(),
            primary: Label::new("served as addresses, not as an alias", &alias.place),
            related: Vec::new(),
            names: Vec::new(),
        },
    )
}

/// An alias that the mail of its name followed to an MX or an SPF text, and that is flattened by the change. One that is
/// new, or was flattened all along, has no mail to lose: `www` for the apex is of that kind.
fn step(scene: &Scene, node: &Node) -> Option<Telling> {
    let alias = flattened(node)?;
    let before = scene.before(node);
    let old = before.cnames().next().filter(|old| old.served == Served::AsIs)?;
    let declared = scene.declared.takes_mail(node.name);
    if is_for_mail(scene.declared, node, alias) || declared == Some(false) {
        return None;
    }
    let target = old.rdata.alias_target()?;
    let snapshot = &scene.diff.before;
    let leads_to_mx =
        matches!(Destination::of_alias(snapshot, node.view, node.name, target), Destination::Exchanges { .. });
    let what = if leads_to_mx {
        "mx"
    } else {
        let [view] = snapshot.views_for(target, node.view)[..] else { return None };
        let texts = mail_texts(&snapshot.node(view, target));
        texts.iter().find(|(text, _)| *text == MailText::Spf).map(|_| "spf text")?
    };
    let is_grave = declared == Some(true) && alias.served == Served::Proxied;
    Some(telling(
        scene,
        node,
        alias,
        Telling {
            severity: (!is_grave).then_some(Severity::Warning),
            cause: Cause::FlatteningBegun,
            message: format!(
                "{} becomes addresses in place of an alias, so the {what} of {} no longer answers for it",
                node.name.unrooted(),
                target.unrooted()
            ),
            help: vec![format!(
                "leave it so if {} takes and sends no mail, and name it under non_mail_domains",
                node.name.unrooted()
            )],
            primary: Label::new("served as addresses after the change", &alias.place),
            related: Vec::new(),
            names: Vec::new(),
        },
    ))
}

/// The telling with the way out that always helps.
fn telling(scene: &Scene, node: &Node, alias: &Record, telling: Telling) -> Telling {
    let (name, host) = (node.name.unrooted(), host_text(scene.view(node)));
    let first = match alias.served {
        _ if !is_cname(node) => format!("write a cname at {name}, which is served as it is"),
        Served::Proxied => format!("switch the proxy off for {name} at {host}"),
        _ => format!("switch flattening off for {name} at {host}"),
    };
    Telling { help: std::iter::once(first).chain(telling.help).collect(), ..telling }
}
