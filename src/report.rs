//! What a check says: plain data that renderers print and drop nothing of.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::gap::Gap;
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::View;
use crate::rule::{Cause, Label, Rule, Status};
use crate::severity::Severity;
use crate::source::{Input, Place};
use crate::trace::Reroute;

/// One fault, found and put into words.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its rule.
    pub rule: &'static Rule,
    /// The rule's, or lower.
    pub severity: Severity,
    /// What the change has to do with it.
    pub status: Status,
    /// How it came about, in a word or two of kebab case.
    pub cause: Cause,
    /// The view it stands in.
    pub view: View,
    /// The host it is about, then the names it concerns.
    pub names: Vec<Name>,
    /// The types that clash, for the fingerprint.
    pub types: Vec<Rtype>,
    /// Other rules that the same host breaks, which this finding stands for.
    pub also: Vec<&'static Rule>,
    /// What will happen.
    pub message: String,
    /// Ways out, the best first.
    pub help: Vec<String>,
    /// Where mail for the host goes, if the change has it go elsewhere.
    pub route: Option<Reroute>,
    /// Why it does not count, if somebody said so.
    pub suppressed: Option<Suppressed>,
    /// What to look at first.
    pub primary: Label,
    /// What else belongs to it.
    pub related: Vec<Label>,
}

/// Why a finding does not count.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// In the words of whoever said so.
    pub reason: String,
    /// The last day on which it holds, in UTC.
    pub until: Option<Date>,
    /// Where it was said.
    pub by: Origin,
}

/// Where somebody said that a finding does not count.
#[derive(Clone, Debug)]
pub enum Origin {
    /// In a comment beside the records.
    Comment(Place),
    /// In the configuration.
    Configuration(Place),
    /// In the list of what was known already.
    Baseline,
}

impl Finding {
    /// Whether the change brings it about, and nobody said that it does not count.
    pub fn counts(&self) -> bool {
        self.status == Status::Introduced && self.suppressed.is_none()
    }

    /// Sixteen hexadecimal digits that stay the same while rule, view, names and types do: lines and values may change.
    pub fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        let mut part = |text: &str| {
            digest.update(text);
            digest.update([0]);
        };
        part(self.rule.id);
        part(&self.view.apex.as_ref().map(ToString::to_string).unwrap_or_default());
        part(self.view.id.as_deref().unwrap_or_default());
        self.names.iter().for_each(|name| part(&name.to_string()));
        self.types.iter().for_each(|rtype| part(rtype.text()));
        hex(&digest.finalize()[..8])
    }
}

/// Lower-case hexadecimal digits of some bytes.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub error: usize,
    /// Warnings.
    pub warning: usize,
    /// Notes.
    pub note: usize,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.error += 1,
            Severity::Warning => self.warning += 1,
            Severity::Note => self.note += 1,
        }
    }

    /// All of them.
    pub fn total(self) -> usize {
        self.error + self.warning + self.note
    }
}

/// What was seen, in numbers.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Findings that the change brings about.
    pub introduced: Counts,
    /// Findings that the change touches, or all of them if asked for.
    pub existing: Counts,
    /// Findings that the change takes away.
    pub fixed: usize,
    /// Findings that do not count, since somebody said so; they are in no other number.
    pub suppressed: usize,
    /// Zones, each view counted.
    pub zones: usize,
    /// Records before the change.
    pub records_before: usize,
    /// Records after it.
    pub records_after: usize,
    /// Record sets that differ.
    pub changes: usize,
    /// Whether there were two sides to compare.
    pub compared: bool,
    /// The least severity of a finding that counts with which the check fails; none if no finding makes it fail.
    pub fail_on: Option<Severity>,
    /// What the process returns: 0 clean, 1 findings at or above the threshold, 2 the check could not be done.
    pub exit_code: u8,
}

impl Summary {
    /// Whether this finding makes the check fail.
    pub fn fails(&self, finding: &Finding) -> bool {
        finding.counts() && self.fail_on.is_some_and(|least| finding.severity >= least)
    }
}

/// The outcome of one run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Introduced ones first, the gravest first, then by place.
    pub findings: Vec<Finding>,
    /// What the inputs could not tell, by place.
    pub gaps: Vec<Gap>,
    /// What was seen, in numbers.
    pub summary: Summary,
    /// What was read.
    pub inputs: Vec<Input>,
}
