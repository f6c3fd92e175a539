//! The catalogue. Each rule is a file here, with a page of its name beside it: the only place where its words are
//! written. Adding one takes its two files, `mod` and a row below.

mod alias_unsupported_by_target;
mod all_mx_deleted;
mod allow_overwrite_on_mail_name;
mod cname_at_apex;
mod cname_chain_too_long;
mod cname_loop;
mod cname_masks_mail_txt;
mod cname_on_declared_mail_domain;
mod cname_on_implicit_mx;
mod cname_replaces_mx;
mod cname_target_missing;
mod cname_with_mx;
mod cname_with_null_mx;
mod cname_with_other_data;
mod create_before_destroy_conflict;
mod deletion_uncovers_wildcard_cname;
mod dname_with_cname;
mod duplicate_key_hides_record;
mod empty_non_terminal_blocks_wildcard;
mod explicit_cname_escapes_wildcard_mx;
mod flattened_cname_with_mx;
mod forgotten_record_still_live;
mod helo_or_ptr_name_is_cname;
mod mail_alias_flattened;
mod mail_cname_dead_end;
mod mail_name_below_delegation;
mod mail_name_below_dname;
mod mail_name_inherits_caa;
mod mail_routed_by_cname;
mod mail_service_cname_changed;
mod mail_srv_target_is_cname;
mod mail_target_not_absolute;
mod malformed_suppression;
mod mta_sts_mx_mismatch;
mod multiple_cnames;
mod multiple_policy_txt;
mod multiple_spf;
mod mx_exchange_is_address;
mod mx_exchange_is_cname;
mod mx_exchange_not_hostname;
mod mx_exchange_proxied;
mod mx_exchange_without_address;
mod name_rewritten_by_yaml;
mod ns_target_is_cname;
mod null_mx_preference;
mod null_mx_unsupported_by_target;
mod null_mx_with_other_mx;
mod owner_repeats_zone;
mod policy_name_cname_and_txt;
mod record_owned_twice;
mod spf_term_loses_answer;
mod stale_answer_window;
mod suppression_expired;
mod swap_not_atomic;
mod tlsa_under_aliased_mx;
mod unflattening_exposes_cname;
mod unused_suppression;
mod wildcard_cname_covers_mx_exchange;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::diff::Diff;
use crate::mail_text::{MailText, mail_texts};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Answer, Conflict, Node, Record, Reference, Served, Snapshot, View, ViewId};
use crate::route::{Destination, last_target};
use crate::rule::{Cause, Declared, Fault, Label, Rule, Scene, Status, Telling};
use crate::severity::Severity;

pub use self::malformed_suppression::RULE as MALFORMED_SUPPRESSION;
pub use self::suppression_expired::RULE as SUPPRESSION_EXPIRED;
pub use self::unused_suppression::RULE as UNUSED_SUPPRESSION;

/// Every rule, by name.
pub static RULES: &[&Rule] = &[
    &alias_unsupported_by_target::RULE,
    &all_mx_deleted::RULE,
    &allow_overwrite_on_mail_name::RULE,
    &cname_at_apex::RULE,
    &cname_chain_too_long::RULE,
    &cname_loop::RULE,
    &cname_masks_mail_txt::RULE,
    &cname_on_declared_mail_domain::RULE,
    &cname_on_implicit_mx::RULE,
    &cname_replaces_mx::RULE,
    &cname_target_missing::RULE,
    &cname_with_mx::RULE,
    &cname_with_null_mx::RULE,
    &cname_with_other_data::RULE,
    &create_before_destroy_conflict::RULE,
    &deletion_uncovers_wildcard_cname::RULE,
    &dname_with_cname::RULE,
    &duplicate_key_hides_record::RULE,
    &empty_non_terminal_blocks_wildcard::RULE,
    &explicit_cname_escapes_wildcard_mx::RULE,
    &flattened_cname_with_mx::RULE,
    &forgotten_record_still_live::RULE,
    &helo_or_ptr_name_is_cname::RULE,
    &mail_alias_flattened::RULE,
    &mail_cname_dead_end::RULE,
    &mail_name_below_delegation::RULE,
    &mail_name_below_dname::RULE,
    &mail_name_inherits_caa::RULE,
    &mail_routed_by_cname::RULE,
    &mail_service_cname_changed::RULE,
    &mail_srv_target_is_cname::RULE,
    &mail_target_not_absolute::RULE,
    &malformed_suppression::RULE,
    &mta_sts_mx_mismatch::RULE,
    &multiple_cnames::RULE,
    &multiple_policy_txt::RULE,
    &multiple_spf::RULE,
    &mx_exchange_is_address::RULE,
    &mx_exchange_is_cname::RULE,
    &mx_exchange_not_hostname::RULE,
    &mx_exchange_proxied::RULE,
    &mx_exchange_without_address::RULE,
    &name_rewritten_by_yaml::RULE,
    &ns_target_is_cname::RULE,
    &null_mx_preference::RULE,
    &null_mx_unsupported_by_target::RULE,
    &null_mx_with_other_mx::RULE,
    &owner_repeats_zone::RULE,
    &policy_name_cname_and_txt::RULE,
    &record_owned_twice::RULE,
    &spf_term_loses_answer::RULE,
    &stale_answer_window::RULE,
    &suppression_expired::RULE,
    &swap_not_atomic::RULE,
    &tlsa_under_aliased_mx::RULE,
    &unflattening_exposes_cname::RULE,
    &unused_suppression::RULE,
    &wildcard_cname_covers_mx_exchange::RULE,
];

/// The rule of this name.
pub fn named(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Rules that one fault at one host breaks together; the first that finds something stands for the others.
pub static GROUPS: &[&[&Rule]] = &[
    &[
        &forgotten_record_still_live::RULE,
        &unflattening_exposes_cname::RULE,
        &cname_with_mx::RULE,
        &cname_with_null_mx::RULE,
        &cname_at_apex::RULE,
        &cname_replaces_mx::RULE,
        &cname_on_declared_mail_domain::RULE,
        &policy_name_cname_and_txt::RULE,
        &cname_masks_mail_txt::RULE,
        &dname_with_cname::RULE,
        &mail_cname_dead_end::RULE,
        &cname_on_implicit_mx::RULE,
        &explicit_cname_escapes_wildcard_mx::RULE,
        &cname_loop::RULE,
        &record_owned_twice::RULE,
        &multiple_cnames::RULE,
        &cname_with_other_data::RULE,
        &cname_target_missing::RULE,
        &flattened_cname_with_mx::RULE,
        &spf_term_loses_answer::RULE,
        &mail_routed_by_cname::RULE,
    ],
    &[&explicit_cname_escapes_wildcard_mx::RULE, &empty_non_terminal_blocks_wildcard::RULE],
    &[&mail_cname_dead_end::RULE, &cname_loop::RULE, &cname_target_missing::RULE, &cname_chain_too_long::RULE],
    &[
        &deletion_uncovers_wildcard_cname::RULE,
        &mail_name_below_dname::RULE,
        &mail_name_below_delegation::RULE,
        &empty_non_terminal_blocks_wildcard::RULE,
        &all_mx_deleted::RULE,
    ],
    &[
        &mx_exchange_is_address::RULE,
        &mx_exchange_not_hostname::RULE,
        &mail_name_below_dname::RULE,
        &deletion_uncovers_wildcard_cname::RULE,
        &wildcard_cname_covers_mx_exchange::RULE,
        &mx_exchange_is_cname::RULE,
        &mx_exchange_proxied::RULE,
        &mail_name_below_delegation::RULE,
        &mx_exchange_without_address::RULE,
        &mta_sts_mx_mismatch::RULE,
        &spf_term_loses_answer::RULE,
        &tlsa_under_aliased_mx::RULE,
        &mail_srv_target_is_cname::RULE,
        &helo_or_ptr_name_is_cname::RULE,
        &mail_name_inherits_caa::RULE,
    ],
    &[&create_before_destroy_conflict::RULE, &swap_not_atomic::RULE],
];

/// Rules about how a change is carried out; with an error at the host they are no findings of their own.
pub static STEPS: &[&Rule] = &[
    &create_before_destroy_conflict::RULE,
    &swap_not_atomic::RULE,
    &allow_overwrite_on_mail_name::RULE,
    &stale_answer_window::RULE,
];

/// The name that is likely meant by one that ends with the name of its zone twice: `corp.example.com` for
/// `corp.example.com.example.com` in the zone `example.com`. A zone of one label says too little, a name with an
/// underscore is of a service that is told about another name, and a zone whose name is of that shape is meant so.
fn with_zone_once(snapshot: &Snapshot, view: ViewId, name: &Name) -> Option<Name> {
    let apex = snapshot.view(view).apex.as_ref().filter(|apex| name.is_within(apex) && apex.ancestors().count() > 2)?;
    let twice = Name::relative(&apex.unrooted(), apex).ok().filter(|twice| name.is_within(twice))?;
    let is_zone = || snapshot.views_of(&twice).iter().any(|view| snapshot.view(*view).apex.as_ref() == Some(&twice));
    if is_service_name(name) || snapshot.is_occluded(view, name) || is_zone() { None } else { name.moved(&twice, apex) }
}

/// The fault of a node whose own records clash, if it `holds` both types.
fn clash_at(node: &Node, holds: bool, types: [Rtype; 2]) -> Vec<Fault> {
    let fault = || Fault::at(node, types);
    holds.then(fault).into_iter().collect()
}

/// One fault for each of these owners, which depend on a node.
fn state_faults(owners: Vec<(ViewId, Name)>, types: &[Rtype; 2]) -> Vec<Fault> {
    owners.into_iter().map(|(view, related)| Fault { view, related, types: types.clone() }).collect()
}

/// The owners whose MX names a node, and whose senders look for it here, or nowhere if no zone may hold it.
fn senders(snapshot: &Snapshot, node: &Node) -> Vec<(ViewId, Name)> {
    askers(snapshot, Reference::Exchange, node)
}

/// The owners of records that refer to a node in one way, and whose readers look for it here, or nowhere if no zone may
/// hold it.
fn askers(snapshot: &Snapshot, way: Reference, node: &Node) -> Vec<(ViewId, Name)> {
    let owners = snapshot.referring_from(way, node.view, node.name).iter();
    // At and below a delegation, and below a DNAME, nobody sees the records, but for the servers at the delegation itself.
    let seen = owners.filter(|(view, owner)| {
        let hands_over = || snapshot.delegation(*view, owner).as_ref() == Some(owner);
        !snapshot.is_occluded(*view, owner) || way == Reference::NameServer && hands_over()
    });
    let reached = seen.filter(|(view, _)| {
        let views = snapshot.views_for(node.name, *view);
        views.contains(&node.view) || views.is_empty() && *view == node.view
    });
    let mut owners: Vec<(ViewId, Name)> = reached.cloned().collect();
    owners.sort_by(|(_, one), (_, other)| one.cmp(other));
    owners
}

/// The services by which people read and send their mail (RFC 6186 section 3, RFC 8314 section 5.1, RFC 5804 section 1.8).
const MAIL_SERVICES: [&str; 8] =
    ["_autodiscover", "_imap", "_imaps", "_pop3", "_pop3s", "_sieve", "_submission", "_submissions"];

/// The owners of the SRV of mail services that a node is to offer. Hosters of mailboxes ask for an alias at the name of
/// `_autodiscover`, so one that leads to a name of somebody else is no matter.
fn mail_services(snapshot: &Snapshot, node: &Node) -> Vec<(ViewId, Name)> {
    let mut owners = askers(snapshot, Reference::Service, node);
    owners.retain(|(_, owner)| match owner.unrooted().split('.').next() {
        Some("_autodiscover") => !leaves_view(snapshot, node),
        Some(service) => MAIL_SERVICES.contains(&service),
        None => false,
    });
    owners
}

/// Whether the aliases of a node lead to a name of somebody else.
fn leaves_view(snapshot: &Snapshot, node: &Node) -> bool {
    node.cnames().filter_map(|alias| alias.rdata.alias_target()).any(|target| {
        let last = last_target(snapshot, node.view, target);
        snapshot.views_for(&last, node.view).is_empty()
    })
}

/// The wildcard alias that answers for a name, with its owner; one that is flattened is none.
fn wildcard_alias<'a>(snapshot: &'a Snapshot, view: ViewId, name: &Name) -> Option<(Name, &'a Record)> {
    let Answer::Wildcard(wildcard) = snapshot.answer(view, name) else { return None };
    let sets = snapshot.sets_at(view, &wildcard).iter().filter(|set| set.rtype == Rtype::Cname);
    let alias = sets.flat_map(|set| &set.records).find(|record| !record.served.is_flattened())?;
    Some((wildcard, alias))
}

/// The SPF text of a wildcard, which stands for every name that it answers for (RFC 7208 section 3.5).
fn wildcard_spf<'a>(wildcard: &Node<'a>) -> Option<&'a Record> {
    mail_texts(wildcard).into_iter().find(|(text, _)| *text == MailText::Spf).map(|(_, record)| record)
}

/// The names whose mail aliases lead to a name, however many aliases lie between.
fn followers(snapshot: &Snapshot, view: ViewId, name: &Name) -> Vec<Name> {
    let mut open = vec![(view, name.clone())];
    let mut found: BTreeSet<(ViewId, Name)> = open.iter().cloned().collect();
    while let Some((view, name)) = open.pop() {
        for (from, alias) in snapshot.aliases_of(&name) {
            let leads = snapshot.seen(*from, alias).cnames().any(|record| record.rdata.alias_target() == Some(&name));
            if leads && snapshot.views_for(&name, *from).contains(&view) && found.insert((*from, alias.clone())) {
                open.push((*from, alias.clone()));
            }
        }
    }
    found.remove(&(view, name.clone()));
    let names: BTreeSet<Name> = found.into_iter().map(|(_, name)| name).collect();
    names.into_iter().collect()
}

/// Whether a name is one of a service, which underscores stand before (RFC 8552), and no domain of mail.
fn is_service_name(name: &Name) -> bool {
    name.unrooted().split('.').any(|label| label.starts_with('_'))
}

/// Whether mail depends on the records of a name, before the change or after it.
fn depends_on_mail(scene: &Scene, node: &Node) -> bool {
    let Diff { before, after, .. } = scene.diff;
    let takes_mail = || {
        let sides = [(before, scene.before(node)), (after, *node)];
        sides.iter().any(|(side, node)| node.mx().next().is_some() || !senders(side, node).is_empty())
    };
    scene.declared.takes_mail(node.name).unwrap_or_else(takes_mail)
}

/// A type as a message says it.
fn type_text(rtype: &Rtype) -> Cow<'static, str> {
    match rtype {
        Rtype::Cname => "alias".into(),
        Rtype::A | Rtype::Aaaa => "address".into(),
        other => other.text().to_lowercase().into(),
    }
}

/// Whether mail for a node still reaches the very exchanges that it reached before, in the same order.
fn mail_stays(scene: &Scene, node: &Node) -> bool {
    let [before, after] =
        [&scene.diff.before, &scene.diff.after].map(|side| match Destination::of(side, node.view, node.name) {
            Destination::Exchanges { exchanges, .. } if !exchanges.is_empty() => Some(exchanges),
            _ => None,
        });
    before.is_some() && before == after
}

/// An owner as a message says it: a wildcard stands for names that it is not itself.
fn owner_text(owner: &Name) -> String {
    match owner.parent().filter(|_| owner.is_wildcard()) {
        Some(parent) => format!("every name under {} without records of its own", parent.unrooted()),
        None => owner.unrooted(),
    }
}

/// The MX records of the owners of some faults that name an exchange.
fn mx_naming<'a>(snapshot: &'a Snapshot, faults: &'a [Fault], exchange: &'a Name) -> Vec<&'a Record> {
    naming(snapshot, faults, &Rtype::Mx, exchange)
}

/// The records of one type of the owners of some faults that name a host.
fn naming<'a>(snapshot: &'a Snapshot, faults: &'a [Fault], rtype: &Rtype, host: &'a Name) -> Vec<&'a Record> {
    let records = faults.iter().flat_map(|fault| snapshot.node(fault.view, &fault.related).records(rtype));
    records.filter(|record| record.rdata.host() == Some(host)).collect()
}

/// What a rule says of an alias that records of one type name, where they must name a host with addresses of its own.
/// `role` reads on after the host and before the owners, `risk` after the message.
fn tell_named_alias(scene: &Scene, node: &Node, faults: &[Fault], rtype: &Rtype, [role, risk]: [&str; 2]) -> Telling {
    let alias = node.cnames().next().expect("the fault has an alias");
    let (host, target) = (node.name.unrooted(), target_text(alias));
    let owners = list(faults.iter().map(|fault| &fault.related));
    let record = rtype.text().to_ascii_lowercase();
    let was_alias = scene.before(node).cnames().next().is_some();
    let was_named = !naming(&scene.diff.before, faults, rtype, node.name).is_empty();
    let (cause, message) = match (scene.status, was_alias && !was_named) {
        (Status::Existing | Status::Fixed, _) => {
            (Cause::PreExisting, format!("{host}, {role} {owners}, is an alias for {target}; {risk}"))
        }
        (Status::Introduced, true) => (
            Cause::RecordAdded,
            format!("the new {record} at {owners} names {host}, which is an alias for {target}; {risk}"),
        ),
        (Status::Introduced, false) => {
            (Cause::CnameAdded, format!("{host}, {role} {owners}, becomes an alias for {target}; {risk}"))
        }
    };
    let mut help = vec![format!("give {host} address records (A and AAAA) in place of the alias")];
    if let Some(target) = alias.rdata.alias_target() {
        let last = last_target(scene.snapshot(), node.view, target).unrooted();
        help.push(format!("name {last} in the {record} at {owners}"));
    }
    let alias_label = Label::new(format!("{host} is an alias"), &alias.place);
    let named = naming(scene.snapshot(), faults, rtype, node.name).into_iter();
    let mut named = named.map(|one| Label::new(format!("this {record} names it"), &one.place));
    let (primary, related) = if cause == Cause::RecordAdded {
        let first = named.next().expect("each fault has a record");
        (first, named.chain([alias_label]).collect())
    } else {
        (alias_label, named.collect())
    };
    Telling {
        severity: (!is_surely_alias(node)).then_some(Severity::Warning),
        cause,
        message,
        help,
        primary,
        related,
        names: faults.iter().map(|fault| fault.related.clone()).collect(),
    }
}

/// This cause, if the change brings a fault about.
fn state_cause(scene: &Scene, introduced: Cause) -> Cause {
    if scene.status == Status::Introduced { introduced } else { Cause::PreExisting }
}

/// A label at each of some texts at a node that stand in each other's way; first one that the change brings, if any.
fn labels_of_rivals(scene: &Scene, node: &Node, texts: &[&Record]) -> (Label, Vec<Label>) {
    let before = scene.before(node);
    let is_old = |record: &Record| before.records(&Rtype::Txt).any(|old| old.rdata == record.rdata);
    let newest = texts.iter().position(|record| !is_old(record)).unwrap_or_default();
    let mut texts = texts.to_vec();
    let primary = texts.remove(newest);
    let others = texts.into_iter().map(|record| Label::new("another one", &record.place));
    (Label::new("one text", &primary.place), others.collect())
}

/// Whether resolvers are sure to see an alias at a node.
fn is_surely_alias(node: &Node) -> bool {
    node.cnames().any(|record| record.served == Served::AsIs)
}

/// Whether resolvers saw no alias at a node before the change only since it was flattened.
fn was_flattened(scene: &Scene, node: &Node) -> bool {
    let before = scene.before(node);
    before.records(&Rtype::Cname).next().is_some() && before.cnames().next().is_none()
}

/// Whether an alias hands the mail of its name to a mail service, as far as it can be followed.
fn goes_to_service(snapshot: &Snapshot, declared: &Declared, node: &Node, alias: &Record) -> bool {
    alias.rdata.alias_target().is_some_and(|target| {
        let last = last_target(snapshot, node.view, target);
        declared.is_mail_service(target) || declared.is_mail_service(&last)
    })
}

/// Where an alias leads, as a person would write it.
fn target_text(alias: &Record) -> String {
    alias.rdata.alias_target().map_or_else(|| "a target not known here".to_owned(), Name::unrooted)
}

/// The mail exchanges of some MX records: `mx1.example.net`, `mx1.example.net and 2 more`, or nothing if none is known.
fn exchanges_text<'a>(mx: impl Iterator<Item = &'a Record>) -> String {
    let mut exchanges: Vec<_> = mx.filter_map(|record| record.rdata.mx()).collect();
    exchanges.sort();
    exchanges.dedup_by_key(|(_, exchange)| *exchange);
    match exchanges[..] {
        [] => String::new(),
        [(_, exchange)] => exchange.unrooted(),
        [(_, first), ..] => format!("{} and {} more", first.unrooted(), exchanges.len() - 1),
    }
}

/// What the DNS host makes of an alias beside other data; reads on after a message.
fn outcome(scene: &Scene, node: &Node, certain: bool) -> String {
    let view = scene.view(node);
    if !certain {
        return format!(", unless {} flattens it", host_text(view));
    }
    let host = view.host.as_ref().filter(|_| scene.status == Status::Introduced);
    match host.map(|host| (host.conflict, &host.name)) {
        Some((Conflict::Refused, host)) => format!(", and {host} will refuse the change"),
        Some((Conflict::Ignored, host)) => format!(", and {host} will drop one of them in silence"),
        Some((Conflict::Accepted, host)) => format!(", and {host} will not complain"),
        Some((Conflict::Unknown, _)) | None => String::new(),
    }
}

/// How an alias and other data came together, by which of them were there before; `joined` if the data joined the alias.
fn pair_cause(scene: &Scene, had_alias: bool, had_data: bool, joined: Cause) -> Cause {
    match (scene.status, had_alias, had_data) {
        (Status::Existing | Status::Fixed, _, _) => Cause::PreExisting,
        (Status::Introduced, true, _) => joined,
        (Status::Introduced, false, true) => Cause::CnameAdded,
        (Status::Introduced, false, false) => Cause::BothAdded,
    }
}

/// Who serves a view, as a message says it.
fn host_text(view: &View) -> &str {
    view.host.as_ref().map_or("the dns host", |host| &host.name)
}

/// The ways out that keep both mail and the service behind the alias; the mail of a wildcard is not moved as one.
fn ways_out(scene: &Scene, node: &Node) -> Vec<String> {
    let addresses = use_addresses(scene, node);
    if node.name.is_root() {
        // The apex of a zone whose name nobody knows: there is nothing to write another name with.
        vec![addresses]
    } else if node.name.is_wildcard() {
        vec![addresses, move_alias(node)]
    } else {
        vec![addresses, move_mail(node), move_alias(node)]
    }
}

/// A way out: no alias, but what it leads to.
fn use_addresses(scene: &Scene, node: &Node) -> String {
    let host = scene.view(node).host.as_ref();
    let alias = host.and_then(|host| host.alias.as_ref()).map_or_else(String::new, |alias| format!(", or {alias}"));
    format!("point {} at addresses in place of the alias (A and AAAA{alias})", node.name.unrooted())
}

/// A way out: the alias stays, and mail goes by another name.
fn move_mail(node: &Node) -> String {
    format!("move the mail to a name of its own, such as mail.{}, with the mx there", node.name.unrooted())
}

/// A way out: the name stays with its other records, and the alias goes by another name; below a wildcard, names that
/// own records are out of its reach (RFC 4592 section 2.2.1).
fn move_alias(node: &Node) -> String {
    if node.name.is_wildcard() {
        let parent = node.name.parent().unwrap_or_else(Name::root).unrooted();
        return format!("give the names below {parent} that take mail records of their own");
    }
    format!("put the alias on another host, such as www.{}", node.name.unrooted())
}

/// Names as a person would list them.
fn list<'a>(names: impl Iterator<Item = &'a Name>) -> String {
    let names: Vec<String> = names.map(Name::unrooted).collect();
    match &names[..] {
        [] => String::new(),
        [one] => one.clone(),
        [firsts @ .., last] if names.len() <= 3 => format!("{} and {last}", firsts.join(", ")),
        [first, second, ..] => format!("{first}, {second} and {} more", names.len() - 2),
    }
}
