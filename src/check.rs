//! The engine: asks the rules about the names that a change can affect, on both sides, and works out what the change
//! is to blame for.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::diff::{Change, Diff};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Answer, Node, RecordSet, Reference, Snapshot, ViewId};
use crate::report::Finding;
use crate::route::way_of_mail;
use crate::rule::{Check, Declared, Fault, Label, Rule, Scene, Status, Telling, World};
use crate::rules::{GROUPS, STEPS};
use crate::severity::Severity;
use crate::source::Place;
use crate::trace::Reroute;

/// A name in a view.
pub type Host = (ViewId, Name);

/// Every finding of these rules in a change.
pub fn check(diff: &Diff, declared: &Declared, rules: &[&'static Rule], all: bool) -> Vec<Finding> {
    check_hosts(diff, declared, rules, &hosts(diff, all))
}

/// The names to look at. Without `all`, only those that the change can affect; rules then cost as the change grows, not
/// as the zone grows.
pub fn hosts(diff: &Diff, all: bool) -> BTreeSet<Host> {
    if all { all_hosts(diff) } else { affected_hosts(diff) }
}

/// Every finding of these rules at these names.
pub fn check_hosts(diff: &Diff, declared: &Declared, rules: &[&'static Rule], hosts: &BTreeSet<Host>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut joint: BTreeMap<_, Vec<(&Host, Finding)>> = BTreeMap::new();
    for host in hosts {
        let inquiry = Inquiry::new(diff, declared, host);
        let found = rules.iter().flat_map(|rule| inquiry.findings_of(rule)).collect();
        for finding in one_for_each_fault(found) {
            match inquiry.shared(&finding) {
                Some(shared) => joint.entry((finding.rule.id, host.0, shared)).or_default().push((host, finding)),
                None => findings.push(finding),
            }
        }
    }
    findings.extend(joint.into_iter().map(|((.., shared), parts)| together(diff, declared, &shared, parts)));
    one_for_each_place(findings)
}

/// One finding for all names of which the same is to be said, as they share a name.
fn together(diff: &Diff, declared: &Declared, shared: &Name, parts: Vec<(&Host, Finding)>) -> Finding {
    let nodes: Vec<Node> = parts.iter().map(|((view, name), _)| diff.after.seen(*view, name)).collect();
    let scene = Scene { diff, declared, status: Status::Introduced };
    let rule = parts[0].1.rule;
    let tell =
        rule.checks.iter().find_map(|check| if let Check::Joint { tell, .. } = check { Some(tell) } else { None });
    let telling = tell.expect("it was found by this check")(&scene, shared, &nodes);
    let mut finding = Inquiry::new(diff, declared, parts[0].0).finding(rule, Status::Introduced, &[], telling);
    for (_, part) in parts {
        finding.severity = finding.severity.max(part.severity);
        // What a part stands for besides is not told yet.
        if !part.also.is_empty() {
            part.related.into_iter().for_each(|label| show(&mut finding, label));
        }
        for rule in part.also {
            if !finding.also.iter().any(|known| std::ptr::eq(*known, rule)) {
                finding.also.push(rule);
            }
        }
    }
    finding
}

/// What is written once and goes to several views is wrong once: a record for several targets, or one of a zone that
/// others are copies of. The gravest finding stands for all, and names the names of the others.
fn one_for_each_place(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for finding in findings {
        let span = finding.primary.place.span;
        let key = (finding.rule.id, finding.status, span.source, span.range());
        match known.get(&key) {
            Some(&at) if kept[at].view != finding.view && !span.range().is_empty() => {
                let mut other = finding;
                if other.severity > kept[at].severity {
                    std::mem::swap(&mut kept[at], &mut other);
                }
                let names = other.names.into_iter().filter(|name| !kept[at].names.contains(name));
                let names: Vec<Name> = names.collect();
                kept[at].names.extend(names);
            }
            Some(_) => kept.push(finding),
            None => {
                known.insert(key, kept.len());
                kept.push(finding);
            }
        }
    }
    kept
}

/// The names whose answers a change can alter, or whose mail depends on one that it alters.
pub fn affected_hosts(diff: &Diff) -> BTreeSet<Host> {
    let mut hosts = slipped(diff);
    hosts.extend(contested(diff));
    hosts.extend(exchanges_of_changed_policies(diff));
    hosts.extend(diff.operations().iter().map(|operation| (operation.view, operation.owner.clone())));
    let mut cuts: BTreeSet<Host> = BTreeSet::new();
    let (mut handed_over, mut others) = (BTreeSet::new(), BTreeSet::new());
    for set in diff.changes().flat_map(Change::sets) {
        let is_cut = is_cut(diff, set);
        let scopes = if is_cut { &mut handed_over } else { &mut others };
        scopes.extend(scope(diff, set, is_cut));
        cuts.extend(is_cut.then(|| (set.view, set.owner.clone())));
        hosts.extend(blocked(diff, set));
        for side in [&diff.before, &diff.after] {
            affected_by(side, set, &mut hosts);
            // An alias that comes or goes hides or uncovers the texts beside it, and so what they refer to.
            let beside = if set.rtype == Rtype::Cname { side.sets_at(set.view, &set.owner) } else { &[] };
            for text in beside.iter().filter(|set| set.rtype == Rtype::Txt) {
                affected_by(side, text, &mut hosts);
            }
        }
    }
    // A cut that comes or goes hides or uncovers what stands below it.
    for (view, cut) in outermost(&cuts, |(view, name), (outer, above)| view == outer && name.is_within(above)) {
        for side in [&diff.before, &diff.after] {
            side.within(*view, cut).iter().for_each(|set| affected_by(side, set, &mut hosts));
        }
    }
    hosts.extend(referred_within(diff, &handed_over));
    // Only a cut takes away a name that has records of its own.
    hosts.extend(without_records(diff, referred_within(diff, &others)));
    add_led_elsewhere(diff, &mut hosts, &handed_over.into_iter().chain(others).collect());
    add_aliases(diff, &mut hosts);
    hosts
}

/// Whether a set hands over the names below its owner: NS below the apex, or a DNAME.
fn is_cut(diff: &Diff, set: &RecordSet) -> bool {
    let is_delegation = || set.rtype == Rtype::Ns && diff.after.view(set.view).apex.as_ref() != Some(&set.owner);
    set.rtype == Rtype::Dname || is_delegation()
}

/// The name at and below which the answers for names without records of their own can change with a set; none if they
/// cannot. A wildcard answers for all such names below its parent (RFC 4592 section 3.3.1), and a name that begins or
/// ceases to exist takes those below it out of a wildcard's reach or gives them back. With the first record of a zone or
/// the last one, so does all that its apex lies in.
fn scope(diff: &Diff, set: &RecordSet, is_cut: bool) -> Option<Name> {
    let [before, after] = [&diff.before, &diff.after].map(|side| side.closest_encloser(set.view, &set.owner));
    let shorter = if before.is_within(&after) { &after } else { &before };
    let highest = (before != after).then(|| set.owner.child_towards(shorter));
    let wildcard = || set.owner.parent().filter(|_| set.owner.is_wildcard());
    let own = || is_cut.then(|| set.owner.clone());
    match (highest, wildcard().or_else(own)) {
        (Some(highest), Some(parent)) => Some(highest.common_ancestor(&parent)),
        (one, other) => one.or(other),
    }
}

/// The names above a set for which a wildcard answered, and which begin to exist with it, without records of their own
/// (RFC 4592 section 2.2.2).
fn blocked(diff: &Diff, set: &RecordSet) -> Vec<Host> {
    let Answer::Wildcard(wildcard) = diff.before.answer(set.view, &set.owner) else { return Vec::new() };
    let encloser = wildcard.parent().expect("a wildcard has a label");
    let above = set.owner.ancestors().skip(1).take_while(|name| *name != encloser);
    let begins = |name: &Name| diff.after.sets_at(set.view, name).is_empty() && diff.after.exists(set.view, name);
    above.filter(begins).map(|name| (set.view, name)).collect()
}

/// Adds the names that a cut hands over, and whose mail, wherever it is led, depends on one of these names, or on one at
/// or below some of these scopes.
fn add_led_elsewhere(diff: &Diff, hosts: &mut BTreeSet<Host>, scopes: &BTreeSet<Name>) {
    let scopes = outermost(scopes, Name::is_within);
    let mut led = BTreeSet::new();
    for side in [&diff.before, &diff.after] {
        led.extend(side.dnames().flat_map(|(_, owner)| looked_up_within(side, owner)));
        let below = side.dnames().chain(side.child_zones()).flat_map(|(view, cut)| side.within(view, cut));
        led.extend(below.map(|set| (set.view, set.owner.clone())));
    }
    led.retain(|(view, name)| {
        let ways = [&diff.before, &diff.after].map(|side| way_of_mail(side, *view, name));
        ways.iter().flatten().any(|host| {
            hosts.contains(host) || {
                let above = scopes.partition_point(|scope| **scope <= host.1);
                above > 0 && host.1.is_within(scopes[above - 1])
            }
        })
    });
    hosts.extend(led);
}

/// Those of these, sorted, that are within no other.
fn outermost<T: Ord>(all: &BTreeSet<T>, is_within: impl Fn(&T, &T) -> bool) -> Vec<&T> {
    let mut outermost: Vec<&T> = Vec::new();
    for one in all {
        if outermost.last().is_none_or(|outer| !is_within(one, outer)) {
            outermost.push(one);
        }
    }
    outermost
}

/// Those of these names, sorted, that do not have records of their own both before and after the change, so that a wildcard
/// may answer for them.
fn without_records(diff: &Diff, hosts: Vec<Host>) -> Vec<Host> {
    let [before, after] = [&diff.before, &diff.after].map(|side| side.own_sets(&hosts));
    let owns = before.into_iter().zip(after);
    hosts.into_iter().zip(owns).filter(|(_, owns)| *owns != (true, true)).map(|(host, _)| host).collect()
}

/// Where senders and resolvers look for a name that a record in `from` refers to: in the views that may hold it, or else
/// nowhere, for which the view of the record stands.
fn looked_up(side: &Snapshot, name: &Name, from: ViewId) -> Vec<Host> {
    let mut views = side.views_for(name, from);
    if views.is_empty() {
        views.push(from);
    }
    views.into_iter().map(|view| (view, name.clone())).collect()
}

/// The names at or below this one that records refer to, where they are looked for. A name that only its own records in that
/// place refer to has some there, and no change around it touches it but one of its own.
fn looked_up_within<'a>(side: &'a Snapshot, scope: &'a Name) -> impl Iterator<Item = Host> + use<'a> {
    side.referred_within(scope).flat_map(move |(name, mut owners)| {
        let mut hosts = Vec::new();
        // Owners of one view stand side by side, and there may be very many.
        while let Some(&(view, _)) = owners.first() {
            let (of_view, others) = owners.split_at(owners.partition_point(|(other, _)| *other == view));
            owners = others;
            let is_own = of_view.iter().all(|(_, owner)| owner == name);
            if !is_own || !side.is_asked_itself(view) {
                hosts.extend(looked_up(side, name, view).into_iter().filter(|(asked, _)| !is_own || *asked != view));
            }
        }
        hosts
    })
}

/// The names at or below some of these that a record of either side refers to, where they are looked for; each once. Many
/// changes share what they have an effect on, so it is gone through once for all of them.
fn referred_within(diff: &Diff, scopes: &BTreeSet<Name>) -> Vec<Host> {
    let scopes = outermost(scopes, Name::is_within);
    let mut hosts: Vec<Host> = Vec::new();
    for side in [&diff.before, &diff.after] {
        hosts.extend(scopes.iter().flat_map(|scope| looked_up_within(side, scope)));
    }
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Adds the owners of aliases that lead to these names, however many aliases lie between, and the names that a wildcard
/// among them answers for.
fn add_aliases(diff: &Diff, hosts: &mut BTreeSet<Host>) {
    let mut open: Vec<Host> = hosts.iter().cloned().collect();
    // As many views may look for a name as aliases lead to it.
    let mut leading: HashMap<Name, HashMap<ViewId, Vec<Host>>> = HashMap::new();
    let mut answered: HashSet<Name> = HashSet::new();
    while let Some((view, name)) = open.pop() {
        let mut reached = Vec::new();
        if let Some(parent) = name.parent().filter(|_| name.is_wildcard())
            && !parent.ancestors().any(|ancestor| answered.contains(&ancestor))
        {
            answered.insert(parent.clone());
            reached.extend(without_records(diff, referred_within(diff, &BTreeSet::from([parent]))));
        }
        let aliases = leading.entry(name).or_insert_with_key(|name| aliases_by_view(diff, name));
        reached.extend(aliases.get(&view).into_iter().flatten().cloned());
        for host in reached {
            if hosts.insert(host.clone()) {
                open.push(host);
            }
        }
    }
}

/// The owners of aliases that lead straight to a name on either side, by the view in which the name is looked for.
fn aliases_by_view(diff: &Diff, name: &Name) -> HashMap<ViewId, Vec<Host>> {
    let mut by_view: HashMap<ViewId, Vec<Host>> = HashMap::new();
    for side in [&diff.before, &diff.after] {
        for alias in side.aliases_of(name) {
            for (view, _) in looked_up(side, name, alias.0) {
                by_view.entry(view).or_default().push(alias.clone());
            }
        }
    }
    by_view
}

/// The hosts that take mail for domains with one MTA-STS policy before the change and another after it.
fn exchanges_of_changed_policies(diff: &Diff) -> BTreeSet<Host> {
    let Diff { before, after, .. } = diff;
    let domains = before.policies().iter().chain(after.policies()).map(|(domain, _)| domain);
    let changed = domains.filter(|domain| match (before.policy(domain), after.policy(domain)) {
        (Some(one), Some(other)) => !one.says_same(other),
        _ => true,
    });
    let mut hosts = BTreeSet::new();
    for domain in changed {
        for side in [before, after] {
            for set in side.views().flat_map(|(view, _)| side.sets_at(view, domain)) {
                affected_by(side, set, &mut hosts);
            }
        }
    }
    hosts
}

/// The names of which one side writes in words that are taken otherwise, and the other does not.
fn slipped(diff: &Diff) -> BTreeSet<Host> {
    on_one_side(diff, |side| side.slips().iter().map(|slip| (slip.view, &slip.owner, slip.what.lost())).collect())
}

/// The names whose records several things write on one side, and others on the other.
fn contested(diff: &Diff) -> BTreeSet<Host> {
    on_one_side(diff, |side| side.contests().iter().map(|one| (one.view, &one.owner, &one.rtype)).collect())
}

/// The names of which one side has something to tell that the other has not.
fn on_one_side<'d, T: Ord>(
    diff: &'d Diff,
    told: impl Fn(&'d Snapshot) -> BTreeSet<(ViewId, &'d Name, T)>,
) -> BTreeSet<Host> {
    let (before, after) = (told(&diff.before), told(&diff.after));
    before.symmetric_difference(&after).map(|(view, owner, _)| (*view, Name::clone(owner))).collect()
}

/// The owner of a set, and the names that rules are asked about for what refers to them.
fn affected_by(side: &Snapshot, set: &RecordSet, hosts: &mut BTreeSet<Host>) {
    hosts.insert((set.view, set.owner.clone()));
    let asked_about = |way: &Reference| !matches!(way, Reference::Alias | Reference::Subtree);
    for (_, name) in set.references().filter(|(way, _)| asked_about(way)) {
        hosts.extend(looked_up(side, &name, set.view));
    }
}

/// Every name that owns a record on either side, every host that one refers to, and every name that a wildcard no longer
/// answers for since something is added below it.
pub fn all_hosts(diff: &Diff) -> BTreeSet<Host> {
    let mut hosts = BTreeSet::new();
    for side in [&diff.before, &diff.after] {
        side.sets().iter().for_each(|set| affected_by(side, set, &mut hosts));
        hosts.extend(side.slips().iter().map(|slip| (slip.view, slip.owner.clone())));
    }
    hosts.extend(diff.after.sets().iter().flat_map(|set| blocked(diff, set)));
    hosts
}

/// One host that all rules are asked about; what several of them need is found out once.
struct Inquiry<'a> {
    diff: &'a Diff,
    declared: &'a Declared,
    view: ViewId,
    name: &'a Name,
    reroute: OnceCell<Option<Reroute>>,
}

impl<'a> Inquiry<'a> {
    fn new(diff: &'a Diff, declared: &'a Declared, (view, name): &'a Host) -> Inquiry<'a> {
        Inquiry { diff, declared, view: *view, name, reroute: OnceCell::new() }
    }

    fn findings_of(&self, rule: &'static Rule) -> Vec<Finding> {
        let scene = |status| Scene { diff: self.diff, declared: self.declared, status };
        let mut findings = Vec::new();
        for check in rule.checks {
            match check {
                Check::State { find, tell } => {
                    let faults = |snapshot| {
                        let world = World { snapshot, declared: self.declared };
                        find(&world, &snapshot.seen(self.view, self.name))
                    };
                    let (before, after) = (faults(&self.diff.before), faults(&self.diff.after));
                    for (status, faults) in by_status(&before, &after) {
                        let scene = scene(status);
                        let telling = tell(&scene, &scene.snapshot().seen(self.view, self.name), &faults);
                        findings.push(self.finding(rule, status, &faults, telling));
                    }
                }
                Check::Step(step) => {
                    let node = self.diff.after.seen(self.view, self.name);
                    let telling = step(&scene(Status::Introduced), &node);
                    findings.extend(telling.map(|told| self.finding(rule, Status::Introduced, &[], told)));
                }
                Check::Joint { find, tell } => {
                    let node = self.diff.after.seen(self.view, self.name);
                    let scene = scene(Status::Introduced);
                    let telling = find(&scene, &node).map(|shared| tell(&scene, &shared, &[node]));
                    findings.extend(telling.map(|told| self.finding(rule, Status::Introduced, &[], told)));
                }
            }
        }
        findings
    }

    /// The name that the host shares with others, if a finding is made once for all of them.
    fn shared(&self, finding: &Finding) -> Option<Name> {
        let scene = Scene { diff: self.diff, declared: self.declared, status: Status::Introduced };
        finding.rule.checks.iter().find_map(|check| match check {
            Check::Joint { find, .. } => find(&scene, &self.diff.after.seen(self.view, self.name)),
            Check::State { .. } | Check::Step(_) => None,
        })
    }

    fn finding(&self, rule: &'static Rule, status: Status, faults: &[Fault], telling: Telling) -> Finding {
        let Telling { severity, cause, mut message, mut help, primary, mut related, names } = telling;
        if status == Status::Fixed {
            message = format!("no longer so: {message}");
            help.clear();
        }
        let sites = std::iter::once(&primary).chain(&related).filter_map(|label| label.place.site);
        let sites: Vec<Label> = sites.map(|site| Label::new("brought in here", &Place::at(site))).collect();
        related.extend(sites);
        let types: BTreeSet<Rtype> = faults.iter().flat_map(|fault| fault.types.clone()).collect();
        Finding {
            rule,
            severity: severity.unwrap_or(rule.severity),
            status,
            cause,
            view: self.diff.after.view(self.view).clone(),
            names: std::iter::once(self.name.clone()).chain(names).collect(),
            types: types.into_iter().collect(),
            also: Vec::new(),
            message,
            help,
            route: (status == Status::Introduced).then(|| self.reroute(faults)).flatten(),
            suppressed: None,
            primary,
            related,
        }
    }

    /// What the change does to the mail of the host, or else to that of the first name that depends on it.
    fn reroute(&self, faults: &[Fault]) -> Option<Reroute> {
        let Diff { before, after, .. } = self.diff;
        let own = self.reroute.get_or_init(|| Reroute::of(before, after, self.view, self.name)).clone();
        let dependent = faults.iter().filter(|fault| fault.related != *self.name).take(MANY_ROUTES);
        own.or_else(|| dependent.into_iter().find_map(|fault| Reroute::of(before, after, fault.view, &fault.related)))
    }
}

/// Names that depend on a host and whose mail is followed.
const MANY_ROUTES: usize = 8;

/// The faults of a host by what the change has to do with them; the same fault may have other values on each side.
fn by_status(before: &[Fault], after: &[Fault]) -> Vec<(Status, Vec<Fault>)> {
    let [in_before, in_after] = [before, after].map(|faults| faults.iter().collect::<BTreeSet<_>>());
    let only = |some: &[Fault], others: &BTreeSet<&Fault>, both: bool| {
        some.iter().filter(|fault| others.contains(fault) == both).cloned().collect::<Vec<_>>()
    };
    let parts = [
        (Status::Introduced, only(after, &in_before, false)),
        (Status::Existing, only(after, &in_before, true)),
        (Status::Fixed, only(before, &in_after, false)),
    ];
    parts.into_iter().filter(|(_, faults)| !faults.is_empty()).collect()
}

/// One fault breaks several rules at times. In each group the first that found something stands for the others, which
/// it names and whose places it shows. What the change brings about is never hidden behind what was there before.
fn one_for_each_fault(mut findings: Vec<Finding>) -> Vec<Finding> {
    for group in GROUPS {
        let rank = |finding: &Finding| group.iter().position(|rule| std::ptr::eq(*rule, finding.rule));
        for status in [Status::Introduced, Status::Existing, Status::Fixed] {
            let here = |finding: &Finding| rank(finding).filter(|_| finding.status == status);
            let Some(first) = findings.iter().filter_map(here).min() else { continue };
            let (losers, rest): (Vec<_>, Vec<_>) = findings
                .into_iter()
                .partition(|finding| rank(finding).is_some_and(|rank| rank > first && finding.status >= status));
            findings = rest;
            let winner = findings.iter_mut().find(|finding| here(finding) == Some(first)).expect("it was found before");
            for loser in losers {
                // What is over is no other name for what is there.
                if loser.status != Status::Fixed || status == Status::Fixed {
                    absorb(winner, loser);
                }
            }
        }
    }
    add_steps_to_error(findings)
}

/// How a change is carried out matters less than an error that it brings at the same host, which then stands for both.
fn add_steps_to_error(findings: Vec<Finding>) -> Vec<Finding> {
    let is_step = |finding: &Finding| STEPS.iter().any(|rule| std::ptr::eq(*rule, finding.rule));
    let (steps, mut others): (Vec<_>, Vec<_>) = findings.into_iter().partition(is_step);
    let is_error = |finding: &&mut Finding| finding.severity == Severity::Error && finding.status == Status::Introduced;
    match others.iter_mut().find(is_error) {
        Some(error) => steps.into_iter().for_each(|step| absorb(error, step)),
        None => others.extend(steps),
    }
    others
}

fn absorb(winner: &mut Finding, loser: Finding) {
    if winner.status == loser.status {
        winner.severity = winner.severity.max(loser.severity);
    }
    if !winner.also.iter().any(|rule| std::ptr::eq(*rule, loser.rule)) {
        winner.also.push(loser.rule);
    }
    std::iter::once(loser.primary).chain(loser.related).for_each(|label| show(winner, label));
}

/// Adds a label to those of a finding, unless its place is shown already.
fn show(finding: &mut Finding, label: Label) {
    let span = label.place.span;
    let shown = std::iter::once(&finding.primary).chain(&finding.related).any(|known| known.place.span.is_same(span));
    if !shown {
        finding.related.push(label);
    }
}
