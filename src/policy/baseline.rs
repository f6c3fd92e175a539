//! The baseline: findings that were known when it was written, by fingerprint.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::name::Name;
use crate::report::{Finding, Report};
use crate::rule::Status;

const FORMAT: &str = "zonegate-baseline";
const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    version: u32,
    findings: BTreeMap<String, Known>,
}

/// What a finding was, for people who read the file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Known {
    rule: String,
    names: Vec<String>,
    message: String,
}

/// The fingerprints in a baseline. The error says what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<BTreeSet<String>, String> {
    let again = "; write it anew with --write-baseline";
    let document: Document =
        serde_json::from_slice(bytes).map_err(|error| format!("this is no baseline: {error}{again}"))?;
    match (document.format.as_str(), document.version) {
        (FORMAT, VERSION) => Ok(document.findings.into_keys().collect()),
        (FORMAT, version) => Err(format!("this baseline is of version {version}, and {VERSION} is known here{again}")),
        (other, _) => Err(format!("this is a `{other}`, not a `{FORMAT}`{again}")),
    }
}

/// A baseline of what a report says of the state after the change. It leaves out what is suppressed already, and what
/// no baseline can speak of: the rules in `never`, and remarks on suppressions.
pub fn write(report: &Report, never: &[&str]) -> String {
    let lasting = |finding: &&Finding| {
        let is_out_of_reach = finding.rule.checks.is_empty() || never.contains(&finding.rule.id);
        finding.status != Status::Fixed && finding.suppressed.is_none() && !is_out_of_reach
    };
    let known = |finding: &Finding| Known {
        rule: finding.rule.id.to_owned(),
        names: finding.names.iter().map(Name::to_string).collect(),
        message: finding.message.clone(),
    };
    let findings = report.findings.iter().filter(lasting).map(|finding| (finding.fingerprint(), known(finding)));
    let document = Document { format: FORMAT.to_owned(), version: VERSION, findings: findings.collect() };
    serde_json::to_string_pretty(&document).expect("strings and numbers always have a JSON form") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_baseline_says_what_it_is() {
        let error = |text: &str| read(text.as_bytes()).unwrap_err();
        assert!(error("{").starts_with("this is no baseline: EOF"));
        let document =
            |format: &str, version: u32| format!(r#"{{"format": "{format}", "version": {version}, "findings": {{}}}}"#);
        assert!(error(&document("zonegate-report", 1)).starts_with("this is a `zonegate-report`"));
        assert!(error(&document(FORMAT, 2)).starts_with("this baseline is of version 2"));
        assert_eq!(read(document(FORMAT, 1).as_bytes()), Ok(BTreeSet::new()));
        assert_eq!(read(write(&Report::default(), &[]).as_bytes()), Ok(BTreeSet::new()));
    }
}
