//! Which findings do not count, and what there is to say of the suppressions themselves: that one has run out, matches
//! nothing, or cannot be understood.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::Policy;
use super::comments::Comments;
use crate::check::Host;
use crate::config::{Reach, Suppression};
use crate::diff::Diff;
use crate::name::{Name, NamePattern};
use crate::record::{RecordSet, View};
use crate::report::{Finding, Origin, Suppressed};
use crate::rule::{Cause, Check, Label, Rule, Status};
use crate::rules::{MALFORMED_SUPPRESSION, SUPPRESSION_EXPIRED, UNUSED_SUPPRESSION};
use crate::source::{Input, Place, SourceId, Sources, Span};

/// What was looked at, beyond the findings themselves.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// Both sides.
    pub diff: &'a Diff,
    /// What was read for the side after the change; only comments in it and in the code count.
    pub inputs: &'a [Input],
    /// What the inputs were made from, as far as findings were moved to it.
    pub code: &'a BTreeSet<SourceId>,
    /// The names that the rules were asked about.
    pub hosts: &'a BTreeSet<Host>,
    /// Whether these are all names there are.
    pub is_all: bool,
}

impl Scope<'_> {
    /// A host by its view and name.
    fn named(&self, (view, name): Host) -> (View, Name) {
        (self.diff.after.view(view).clone(), name)
    }
}

/// What came of a suppression.
struct Outcome<'a> {
    suppression: &'a Suppression,
    /// Its rules that found something.
    used: BTreeSet<&'static str>,
    /// The first finding that counts again, since the suppression has run out.
    revived: Option<Finding>,
}

/// Marks what does not count, and adds what there is to say of the suppressions.
pub fn apply(findings: &mut Vec<Finding>, policy: &Policy, scope: &Scope) {
    let comments = Comments::read(scope.sources, scope.inputs, scope.code, &policy.never_suppress);
    let said = comments.all().filter_map(|comment| comment.said.as_ref().ok());
    let said = policy.suppressions.iter().chain(said);
    let mut outcomes: Vec<Outcome> =
        said.map(|suppression| Outcome { suppression, used: BTreeSet::new(), revived: None }).collect();
    let (entries, in_comments) = outcomes.split_at(policy.suppressions.len());
    let by_place: HashMap<Key, usize> =
        (entries.len()..).zip(in_comments).map(|(at, outcome)| (key(outcome.suppression.place.span), at)).collect();
    for finding in findings.iter_mut().filter(|finding| finding.status != Status::Fixed) {
        let matching = (0..).zip(&policy.suppressions).filter(|(_, entry)| reaches(entry, finding));
        let about = comments.about(finding, policy.today).into_iter().map(|said| by_place[&key(said.place.span)]);
        let reaching: BTreeSet<usize> = matching.map(|(at, _)| at).chain(about).collect();
        for &at in &reaching {
            outcomes[at].note_use(finding);
        }
        // A rule that stands for others has to be named itself.
        let is_named = |at: &usize| outcomes[*at].suppression.speaks_of(finding.rule);
        let of_rule: Vec<usize> = reaching.into_iter().filter(is_named).collect();
        let mut said = of_rule.iter().map(|&at| outcomes[at].suppression);
        let holding = said.find(|said| !said.has_ended(policy.today)).map(suppressed);
        finding.suppressed = holding.or_else(|| policy.is_in_baseline(finding).then(known));
        if finding.suppressed.is_none() {
            for at in of_rule {
                outcomes[at].revived.get_or_insert_with(|| finding.clone());
            }
        }
    }
    let mut remarks = remarks(&outcomes, findings, &comments, policy, scope);
    remarks.retain(|remark| policy.runs(remark.rule));
    for remark in &mut remarks {
        policy.weigh(remark);
    }
    findings.append(&mut remarks);
}

/// What tells a comment from every other.
type Key = (SourceId, u32);

fn key(span: Span) -> Key {
    (span.source, span.start)
}

fn suppressed(by: &Suppression) -> Suppressed {
    let place = by.place.clone();
    let origin = match by.reach {
        Reach::Beside => Origin::Comment(place),
        Reach::Matching { .. } => Origin::Configuration(place),
    };
    Suppressed { reason: by.reason.clone(), until: by.until, by: origin }
}

fn known() -> Suppressed {
    Suppressed { reason: "it was there when the baseline was written".to_owned(), until: None, by: Origin::Baseline }
}

/// What there is to say of the suppressions.
fn remarks(
    outcomes: &[Outcome],
    findings: &[Finding],
    comments: &Comments,
    policy: &Policy,
    scope: &Scope,
) -> Vec<Finding> {
    let expired = outcomes.iter().filter_map(|outcome| Some(run_out(outcome.suppression, outcome.revived.as_ref()?)));
    let mut remarks: Vec<Finding> = expired.collect();
    let beside = beside(scope, comments);
    let host_of = |span: Span| beside.get(&key(span)).map(|host| (*host).clone());
    let unknown = OnceCell::new();
    let is_known = |span: Span| !unknown.get_or_init(|| beside_unknown(scope, comments)).contains(&key(span));
    for outcome in outcomes {
        let idle @ [_, ..] = &outcome.idle(policy)[..] else { continue };
        let span = outcome.suppression.place.span;
        let host = match &outcome.suppression.reach {
            Reach::Beside => host_of(span).filter(|_| is_known(span)),
            Reach::Matching { name, address: None } => name.as_ref().and_then(|name| host_within(name, scope)),
            Reach::Matching { address: Some(_), .. } => None,
        };
        remarks.extend(host.map(|host| unused(outcome.suppression, idle, scope.named(host))));
    }
    for comment in comments.all() {
        let Err(reason) = &comment.said else { continue };
        // Beside what an input was made from there are no records, but there may be what was found.
        let found = || findings.iter().find(|finding| is_beside(comment.span, finding, comments));
        let found = || found().and_then(|finding| Some((finding.view.clone(), finding.names.first()?.clone())));
        if let Some(at) = host_of(comment.span).map(|host| scope.named(host)).or_else(found) {
            remarks.push(malformed(reason, &Place::at(comment.span), at));
        }
    }
    remarks
}

impl Outcome<'_> {
    /// Notes which of its rules a finding is of, or stands for.
    fn note_use(&mut self, finding: &Finding) {
        let stands_for = |rule: &&Rule| std::iter::once(&finding.rule).chain(&finding.also).any(|of| of.id == rule.id);
        self.used.extend(self.suppression.rules.iter().filter(|rule| stands_for(rule)).map(|rule| rule.id));
    }

    /// Its rules that ran and found nothing. Rules about the change itself find nothing in most changes.
    fn idle(&self, policy: &Policy) -> Vec<&'static str> {
        let is_about_states = |rule: &Rule| rule.checks.iter().all(|check| matches!(check, Check::State { .. }));
        let idle = self.suppression.rules.iter().filter(|rule| !self.used.contains(rule.id));
        idle.filter(|rule| is_about_states(rule) && policy.runs(rule)).map(|rule| rule.id).collect()
    }
}

/// Whether an entry of the configuration speaks of the name and the records of a finding: of the first to look at, or of
/// all the others.
fn reaches(entry: &Suppression, finding: &Finding) -> bool {
    let Reach::Matching { name, address } = &entry.reach else { return false };
    let is_at =
        |label: &Label, pattern: &str| label.place.address.as_ref().is_some_and(|address| is_like(address, pattern));
    let is_meant = |pattern: &String| {
        let related = &finding.related;
        is_at(&finding.primary, pattern) || !related.is_empty() && related.iter().all(|label| is_at(label, pattern))
    };
    name.as_ref().is_none_or(|pattern| finding.names.first().is_some_and(|name| pattern.matches(name)))
        && address.as_ref().is_none_or(is_meant)
}

/// Whether a comment stands beside what a finding is about.
fn is_beside(comment: Span, finding: &Finding, comments: &Comments) -> bool {
    let mut labels = std::iter::once(&finding.primary).chain(&finding.related);
    labels.any(|label| comments.beside(&label.place).any(|beside| beside.span.is_same(comment)))
}

/// Whether a text is like a pattern, in which `*` stands for any characters.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// The comments beside records of the names that the rules were asked about, each with the first such name.
fn beside<'a>(scope: &Scope<'a>, comments: &Comments) -> HashMap<Key, &'a Host> {
    let mut found = HashMap::new();
    if comments.all().next().is_some() {
        for host in scope.hosts {
            let sets = scope.diff.after.sets_at(host.0, &host.1).iter();
            for comment in sets.flat_map(|set| &set.records).flat_map(|record| comments.beside(&record.place)) {
                found.entry(key(comment.span)).or_insert(host);
            }
        }
    }
    found
}

/// The comments beside records of names that the rules were not asked about, or of zones that are not known whole, such as
/// those of a file that several zones include.
fn beside_unknown(scope: &Scope, comments: &Comments) -> HashSet<Key> {
    let Scope { diff: Diff { after, .. }, hosts, is_all, .. } = *scope;
    let is_known =
        |set: &RecordSet| after.is_whole(set.view) && (is_all || hosts.contains(&(set.view, set.owner.clone())));
    let records = after.sets().iter().filter(|set| !is_known(set)).flat_map(|set| &set.records);
    records.flat_map(|record| comments.beside(&record.place)).map(|comment| key(comment.span)).collect()
}

/// A name that the pattern speaks of, if the rules were asked about all such names of a zone that is known whole.
fn host_within(pattern: &NamePattern, scope: &Scope) -> Option<Host> {
    let after = &scope.diff.after;
    let is_asked = |view| {
        scope.is_all || matches!(pattern, NamePattern::Exactly(name) if scope.hosts.contains(&(view, name.clone())))
    };
    let zones = after.views().filter(|(_, view)| view.apex.as_ref().is_some_and(|apex| pattern.base().is_within(apex)));
    let mut asked = zones.filter(|(id, _)| after.is_whole(*id) && is_asked(*id));
    asked.next().map(|(view, _)| (view, pattern.base().clone()))
}

/// That a suppression has run out, which brings a finding back.
fn run_out(suppression: &Suppression, finding: &Finding) -> Finding {
    let day = suppression.until.map(|day| day.to_string()).unwrap_or_default();
    Finding {
        rule: &SUPPRESSION_EXPIRED,
        cause: Cause::Suppression,
        also: Vec::new(),
        message: format!("the suppression of {} ended on {day}, so it counts again", finding.rule.id),
        help: vec![
            "mend what was suppressed".to_owned(),
            "give a later day, and in the reason say why it takes longer".to_owned(),
        ],
        route: None,
        primary: Label::new("ended", &suppression.place),
        related: vec![Label::new("counts again", &finding.primary.place)],
        ..finding.clone()
    }
}

fn unused(suppression: &Suppression, idle: &[&str], at: (View, Name)) -> Finding {
    let is_whole = idle.len() == suppression.rules.len();
    let rules = idle.join(" and ");
    let help = if is_whole { "delete it".to_owned() } else { format!("delete {rules} from it") };
    let message = format!("nothing is suppressed here: {} does not break {rules}", at.1.unrooted());
    let primary = Label::new("not needed", &suppression.place);
    remark(&UNUSED_SUPPRESSION, message, help, primary, at)
}

fn malformed(reason: &str, place: &Place, at: (View, Name)) -> Finding {
    let help = "write `# zonegate: allow RULE -- why`, or `-- why until 2027-01-31` if it is to end".to_owned();
    let primary = Label::new("means nothing", place);
    remark(&MALFORMED_SUPPRESSION, format!("this suppresses nothing: {reason}"), help, primary, at)
}

fn remark(rule: &'static Rule, message: String, help: String, primary: Label, (view, name): (View, Name)) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        status: Status::Introduced,
        cause: Cause::Suppression,
        view,
        names: vec![name],
        types: Vec::new(),
        also: Vec::new(),
        message,
        help: vec![help],
        route: None,
        suppressed: None,
        primary,
        related: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, text, like) in [
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("module.dns.*", "module.dns.aws_route53_record.a[\"b\"]", true),
            ("*.a[*]", "module.x.a[0]", true),
            ("*.a[*]", "module.x.a", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*b*c", "a--b--b--c", true),
            ("a*b*c", "a--c--b", false),
        ] {
            assert_eq!(is_like(text, pattern), like, "{pattern} {text}");
        }
    }
}
