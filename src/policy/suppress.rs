//! Which findings do not count, and what there is to say of the suppressions themselves: that one has run out, matches
//! nothing, or cannot be understood.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Policy;
use super::comments::Comments;
use crate::check::Host;
use crate::config::{Reach, Suppression};
use crate::diff::Diff;
use crate::name::{Name, NamePattern};
use crate::record::View;
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
    let said = policy.suppressions.iter().chain(comments.all().filter_map(|comment| comment.said.as_ref().ok()));
    let mut outcomes: Vec<Outcome> =
        said.map(|suppression| Outcome { suppression, used: BTreeSet::new(), revived: None }).collect();
    for finding in findings.iter_mut().filter(|finding| finding.status != Status::Fixed) {
        for outcome in &mut outcomes {
            if reaches(outcome.suppression, finding, &comments, policy.today) {
                outcome.meet(finding, policy);
            }
        }
        if finding.suppressed.is_none() && policy.is_in_baseline(finding) {
            let reason = "it was there when the baseline was written".to_owned();
            finding.suppressed = Some(Suppressed { reason, until: None, by: Origin::Baseline });
        }
    }
    let mut remarks: Vec<Finding> = Vec::new();
    for outcome in &outcomes {
        remarks.extend(outcome.revived.as_ref().map(|finding| run_out(outcome.suppression, finding)));
    }
    let beside = beside(scope, &comments);
    let host_of = |span: Span| beside.iter().find(|(at, _)| at.is_same(span)).map(|(_, host)| (*host).clone());
    for outcome in &outcomes {
        let place = &outcome.suppression.place;
        let host = match &outcome.suppression.reach {
            Reach::Beside => host_of(place.span).filter(|(view, _)| scope.diff.after.is_whole(*view)),
            Reach::Matching { name, address: None } => name.as_ref().and_then(|name| host_within(name, scope)),
            Reach::Matching { address: Some(_), .. } => None,
        };
        if let (Some(host), idle @ [_, ..]) = (host, &outcome.idle(policy)[..]) {
            remarks.push(unused(outcome.suppression, idle, (scope.diff.after.view(host.0).clone(), host.1)));
        }
    }
    for comment in comments.all() {
        let Err(reason) = &comment.said else { continue };
        // Beside what an input was made from there are no records, but there may be what was found.
        let found = || findings.iter().find(|finding| is_beside(comment.span, finding, &comments));
        let found = || found().and_then(|finding| Some((finding.view.clone(), finding.names.first()?.clone())));
        let host = host_of(comment.span).map(|(view, name)| (scope.diff.after.view(view).clone(), name));
        if let Some(at) = host.or_else(found) {
            remarks.push(malformed(reason, &Place::at(comment.span), at));
        }
    }
    findings.extend(remarks.into_iter().filter(|remark| policy.runs(remark.rule)));
}

impl Outcome<'_> {
    /// Takes a finding that the suppression may speak of.
    fn meet(&mut self, finding: &mut Finding, policy: &Policy) {
        let suppression = self.suppression;
        let stands_for = |rule: &&Rule| std::iter::once(&finding.rule).chain(&finding.also).any(|of| of.id == rule.id);
        self.used.extend(suppression.rules.iter().filter(|rule| stands_for(rule)).map(|rule| rule.id));
        // A rule that stands for others has to be named itself.
        if finding.suppressed.is_some() || !suppression.rules.iter().any(|rule| rule.id == finding.rule.id) {
            return;
        }
        if suppression.has_ended(policy.today) {
            self.revived.get_or_insert_with(|| finding.clone());
            return;
        }
        let place = suppression.place.clone();
        let by = match suppression.reach {
            Reach::Beside => Origin::Comment(place),
            Reach::Matching { .. } => Origin::Configuration(place),
        };
        let Suppression { reason, until, .. } = suppression;
        finding.suppressed = Some(Suppressed { reason: reason.clone(), until: *until, by });
    }

    /// Its rules that ran and found nothing. Rules about the change itself find nothing in most changes.
    fn idle(&self, policy: &Policy) -> Vec<&'static str> {
        let is_about_states = |rule: &Rule| rule.checks.iter().all(|check| matches!(check, Check::State { .. }));
        let idle = self.suppression.rules.iter().filter(|rule| !self.used.contains(rule.id));
        idle.filter(|rule| is_about_states(rule) && policy.runs(rule)).map(|rule| rule.id).collect()
    }
}

/// Whether a suppression speaks of the records of a finding: of the first to look at, or, where each of the others is
/// spoken of, of one of them.
fn reaches(suppression: &Suppression, finding: &Finding, comments: &Comments, today: Date) -> bool {
    match &suppression.reach {
        Reach::Beside => {
            let is_it = |said: &Suppression| said.place.span.is_same(suppression.place.span);
            let holds = |said: &Suppression| {
                let is_of_rule = said.rules.iter().any(|rule| rule.id == finding.rule.id);
                is_it(said) || is_of_rule && !said.has_ended(today)
            };
            let beside = |label: &Label, is_meant: &dyn Fn(&Suppression) -> bool| {
                comments.beside(&label.place).any(|comment| comment.said.as_ref().is_ok_and(is_meant))
            };
            let related: Vec<&Label> =
                finding.related.iter().filter(|label| comments.may_stand_in(label.place.span.source)).collect();
            beside(&finding.primary, &is_it)
                || related.iter().any(|label| beside(label, &is_it))
                    && related.iter().all(|label| beside(label, &holds))
        }
        Reach::Matching { name, address } => {
            let is_at = |label: &Label, pattern: &str| {
                label.place.address.as_ref().is_some_and(|address| is_like(address, pattern))
            };
            let is_meant = |pattern: &String| {
                let related = &finding.related;
                is_at(&finding.primary, pattern)
                    || !related.is_empty() && related.iter().all(|label| is_at(label, pattern))
            };
            name.as_ref().is_none_or(|pattern| finding.names.first().is_some_and(|name| pattern.matches(name)))
                && address.as_ref().is_none_or(is_meant)
        }
    }
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

/// The comments beside records of the names that the rules were asked about.
fn beside<'a>(scope: &Scope<'a>, comments: &Comments) -> Vec<(Span, &'a Host)> {
    let mut found = Vec::new();
    if comments.all().next().is_some() {
        for host in scope.hosts {
            let sets = scope.diff.after.sets_at(host.0, &host.1).iter();
            for record in sets.flat_map(|set| &set.records) {
                found.extend(comments.beside(&record.place).map(|comment| (comment.span, host)));
            }
        }
    }
    found
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
