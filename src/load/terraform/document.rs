//! What kind of file this is, and the plans in it.
//!
//! People pass many files that look like a plan. Each gets the answer that helps: it is read if it can be, else a
//! message says what to run instead. The shapes are those of Terraform 0.12 to 1.15 and OpenTofu 1.6 to 1.12.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::load::json::{self, Json};
use crate::load::terraform::resource::ResourceChange;

/// The top level of a plan, and the keys that give away what is none.
#[derive(Debug, Deserialize)]
pub struct Document<'a> {
    /// `major.minor`.
    #[serde(borrow)]
    pub format_version: Option<Cow<'a, str>>,
    /// Of Terraform or of OpenTofu.
    #[serde(borrow)]
    pub terraform_version: Option<Cow<'a, str>>,
    /// One entry for each instance and for each deposed object.
    #[serde(borrow)]
    pub resource_changes: Option<Vec<ResourceChange<'a>>>,
    /// What is put off to a later plan (Terraform 1.9).
    #[serde(borrow)]
    pub deferred_changes: Option<Vec<Deferred<'a>>>,
    /// The state after refresh: the only place that shows what `-target` leaves out, and data sources.
    #[serde(borrow)]
    pub prior_state: Option<State<'a>>,
    /// The configuration, for references between resources.
    #[serde(borrow)]
    pub configuration: Option<Json<'a>>,
    /// Planning failed (Terraform 1.6).
    #[serde(default)]
    pub errored: Option<bool>,
    /// False if the plan was limited to some resources (Terraform 1.8, never in OpenTofu).
    #[serde(default)]
    pub complete: Option<bool>,
    planned_values: Option<IgnoredAny>,
    applyable: Option<IgnoredAny>,
    timestamp: Option<IgnoredAny>,
    /// The plan as HCP Terraform gives it to those who may not see values.
    plan_format_version: Option<IgnoredAny>,
    /// Of a state, in place of all the others.
    #[serde(borrow)]
    pub values: Option<StateValues<'a>>,
    lineage: Option<IgnoredAny>,
    remote_plan_format: Option<IgnoredAny>,
    encrypted_data: Option<IgnoredAny>,
    #[serde(rename = "@level")]
    level: Option<IgnoredAny>,
    valid: Option<IgnoredAny>,
    diagnostics: Option<IgnoredAny>,
    #[serde(rename = "AWSTemplateFormatVersion")]
    cloudformation: Option<IgnoredAny>,
    /// Whether there is no key but those of a state that holds nothing.
    #[serde(skip)]
    is_empty: bool,
}

/// What `show` prints of a workspace in which nothing was applied yet.
const OF_EMPTY_STATE: [&str; 3] = ["format_version", "terraform_version", "checks"];

/// One entry of `deferred_changes`.
#[derive(Debug, Deserialize)]
pub struct Deferred<'a> {
    /// As in `resource_changes`.
    #[serde(borrow)]
    pub resource_change: ResourceChange<'a>,
}

/// `prior_state`.
#[derive(Debug, Deserialize)]
pub struct State<'a> {
    /// Absent if the state is empty.
    #[serde(borrow)]
    pub values: Option<StateValues<'a>>,
}

/// `prior_state.values`.
#[derive(Debug, Deserialize)]
pub struct StateValues<'a> {
    /// The tree of modules.
    #[serde(borrow)]
    pub root_module: StateModule<'a>,
}

/// One module of the state.
#[derive(Debug, Default, Deserialize)]
pub struct StateModule<'a> {
    /// The objects of the module itself.
    #[serde(borrow, default)]
    pub resources: Vec<StateResource<'a>>,
    /// The modules called from it.
    #[serde(borrow, default)]
    pub child_modules: Vec<StateModule<'a>>,
}

/// One object of the state.
#[derive(Debug, Deserialize)]
pub struct StateResource<'a> {
    /// The full address.
    #[serde(borrow)]
    pub address: Json<'a>,
    /// `managed` or `data`.
    #[serde(borrow)]
    pub mode: Json<'a>,
    /// The resource type.
    #[serde(borrow, rename = "type")]
    pub resource_type: Json<'a>,
    /// The provider's source address.
    #[serde(borrow)]
    pub provider_name: Option<Json<'a>>,
    /// Marks an object that a replacement left behind.
    #[serde(borrow)]
    pub deposed_key: Option<Json<'a>>,
    /// The attributes.
    #[serde(borrow)]
    pub values: Option<Json<'a>>,
    /// Which of them must not be shown.
    #[serde(borrow)]
    pub sensitive_values: Option<Json<'a>>,
}

/// Why an input is not read: a message, and the byte that it speaks of.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Lower case, no full stop: what the file is, and what to run instead.
    pub message: String,
    /// Bytes from the start of the input.
    pub offset: usize,
}

const SHOW: &str = "run `terraform show -json FILE > plan.json` on a saved plan, where it was made";

const READ: &str = "what is read are plans and states of Terraform and OpenTofu as JSON, plans and zone files of OctoDNS, zone files \
     of name servers, and lists of record sets from the AWS command line";

/// The plans or states in an input: one, or several that Terragrunt wrote one after the other.
pub fn read(bytes: &[u8]) -> Result<Vec<Document<'_>>, Refusal> {
    let refuse = |offset, message: String| Err(Refusal { message, offset });
    if bytes.starts_with(b"PK\x03\x04") {
        return refuse(0, format!("this is a plan in Terraform's binary format; {SHOW}"));
    }
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return refuse(error.valid_up_to(), format!("this is not UTF-8 text; {SHOW}")),
    };
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    let offset = |rest: &str| bytes.len() - rest.len();
    if rest.is_empty() {
        return refuse(0, format!("this file is empty; {SHOW}"));
    }
    if rest.starts_with("[command]") {
        let advice = "set `terraform_wrapper: false` for setup-terraform, so that its output holds the plan alone";
        return refuse(offset(rest), format!("this starts with a line of the setup-terraform wrapper; {advice}"));
    }
    let mut documents = Vec::new();
    while !rest.is_empty() {
        rest = without_terragrunt_prefix(rest);
        if !rest.starts_with('{') {
            return refuse(offset(rest), not_json(rest, documents.is_empty()));
        }
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Document>();
        match stream.next() {
            Some(Ok(mut document)) => {
                document.is_empty = document.lacks_values() && has_keys_of_empty_state(&rest[..stream.byte_offset()]);
                if let Some(message) = document.refusal() {
                    return refuse(offset(rest), message);
                }
                documents.push(document);
                rest = rest[stream.byte_offset()..].trim_start();
            }
            Some(Err(error)) => return Err(broken(rest, offset(rest), &error)),
            None => break,
        }
    }
    Ok(documents)
}

fn has_keys_of_empty_state(document: &str) -> bool {
    let fields = Json::parse(document).and_then(Json::fields);
    fields.is_some_and(|fields| fields.iter().all(|(key, _)| OF_EMPTY_STATE.contains(&key)))
}

/// `terragrunt run --all` puts the unit's directory before each line.
fn without_terragrunt_prefix(text: &str) -> &str {
    let after_prefix = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(_, rest)| rest.trim_start());
    after_prefix.filter(|rest| rest.starts_with('{')).unwrap_or(text)
}

fn not_json(text: &str, at_start: bool) -> String {
    if !at_start {
        return "text follows the plan; it must be the only thing in the file".to_owned();
    }
    let starts = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
    let has_line = |starts: &[&str]| text.lines().any(|line| starts.iter().any(|start| line.starts_with(start)));
    if text.contains("Summary: Creates=") {
        let advice =
            "let it write the plan with the class octodns.provider.plan.PlanJson, or check the directory itself";
        format!("this is a plan of OctoDNS as people read it; {advice}")
    } else if starts(&["Terraform ", "OpenTofu ", "No changes", "Note: ", "\u{1b}["])
        || text.contains("will be created")
        || text.contains("Plan: ")
    {
        format!("this is the plan as people read it; {SHOW}")
    } else if has_line(&[
        "resource \"",
        "data \"",
        "module \"",
        "provider \"",
        "variable \"",
        "terraform {",
        "locals {",
    ]) {
        format!("this is the configuration, not a plan; save a plan with `terraform plan -out FILE`, then {SHOW}")
    } else if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        format!("this JSON is no plan; {SHOW}")
    } else {
        format!("this is not JSON; {READ}")
    }
}

/// What a JSON error means: cut short, or wrong at some byte.
fn broken(text: &str, start: usize, error: &serde_json::Error) -> Refusal {
    let offset = start + json::offset_of(error, text);
    let reason = json::reason_of(error);
    let message = if error.is_eof() {
        let size = start + text.len();
        let pipe = "if a wrapper such as Terragrunt printed it, let Terraform write the file itself";
        format!("this file ends in the middle of the plan, after {size} bytes; {pipe}")
    } else if error.is_data() {
        format!("this is not the JSON of a plan: {reason}; {SHOW}")
    } else {
        format!("this is not valid JSON: {reason}")
    };
    Refusal { message, offset }
}

impl Document<'_> {
    /// Whether this is the form that hides values and leaves out state and configuration.
    pub fn is_redacted(&self) -> bool {
        self.plan_format_version.is_some()
    }

    fn is_plan(&self) -> bool {
        self.resource_changes.is_some()
            || self.planned_values.is_some()
            || self.configuration.is_some()
            || self.errored.is_some()
            || self.applyable.is_some()
            || self.timestamp.is_some()
    }

    /// Whether this is a state: what exists, and no change.
    pub fn is_state(&self) -> bool {
        (self.values.is_some() || self.is_empty) && !self.is_plan()
    }

    /// Why a document that nobody calls a state is refused though it is one: `show` had nothing to show, which is no
    /// state that anybody means to check.
    pub fn refusal_alone(&self) -> Option<String> {
        self.is_empty.then(|| format!("this is an empty state, so no plan was given to `show`; {SHOW}"))
    }

    fn lacks_values(&self) -> bool {
        self.format_version.is_some() && self.values.is_none() && !self.is_plan() && !self.is_redacted()
    }

    /// Why this document is neither a plan nor a state that can be read.
    fn refusal(&self) -> Option<String> {
        let is_plan = self.is_plan();
        Some(if self.level.is_some() {
            let why = "it holds addresses and actions, but no values";
            format!(
                "this is the log of `terraform plan -json`: {why}; save the plan with `terraform plan -out FILE`, then {SHOW}"
            )
        } else if self.remote_plan_format.is_some() {
            let show = "run `terraform show -json FILE > plan.json` in its workspace";
            format!("this is a bookmark of a plan that HCP Terraform keeps; {show}")
        } else if self.encrypted_data.is_some() {
            "this is encrypted by OpenTofu; run `tofu show -json FILE > plan.json` where its key is configured"
                .to_owned()
        } else if self.lineage.is_some() {
            "this is a state file as Terraform keeps it; run `terraform show -json > state.json` where it is in use"
                .to_owned()
        } else if self.valid.is_some() && self.diagnostics.is_some() {
            format!("this is the output of `terraform validate -json`; {SHOW}")
        } else if self.cloudformation.is_some() {
            format!("this is a template of CloudFormation; {READ}")
        } else if !is_plan && !self.is_state() && !self.is_redacted() {
            format!("this JSON is no plan; {SHOW}")
        } else {
            return self.unknown_version();
        })
    }

    fn unknown_version(&self) -> Option<String> {
        let version = self.format_version.as_deref()?;
        let major = version.split('.').next().unwrap_or_default();
        let message = || format!("plans of format {version} are not known here, only 0.x and 1.x; look for an update");
        (!["0", "1"].contains(&major)).then(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().message
    }

    #[test]
    fn plans_of_every_known_shape_are_read() {
        for text in [
            r#"{"format_version":"1.2","planned_values":{},"errored":false}"#,
            r#"{"format_version":"0.1","resource_changes":[]}"#,
            "\u{feff}{\"format_version\":\"1.0\",\"configuration\":{}}\r\n",
            r#"{"plan_format_version":"1.1","provider_schemas":{}}"#,
            r#"{"format_version":"1.0","values":{"root_module":{}}}"#,
            r#"{"format_version":"1.0"}"#,
        ] {
            assert_eq!(read(text.as_bytes()).unwrap().len(), 1, "{text}");
        }
    }

    #[test]
    fn several_documents_are_read_with_and_without_prefixes() {
        let plan = r#"{"format_version":"1.2","errored":false}"#;
        assert_eq!(read(format!("{plan}\n{plan}").as_bytes()).unwrap().len(), 2);
        assert_eq!(read(format!("[a/b] {plan}\n[c] {plan}\n").as_bytes()).unwrap().len(), 2);
    }

    #[test]
    fn each_lookalike_is_told_what_to_run_instead() {
        for (text, answer) in [
            ("PK\x03\x04tfplan", "binary format"),
            (r#"{"@level":"info","@message":"Terraform 1.11.4","type":"version"}"#, "`terraform plan -json`"),
            (r#"{"format_version":"1.0","provider_schemas":{}}"#, "this JSON is no plan"),
            (r#"{"version":4,"lineage":"x","resources":[]}"#, "state file"),
            (r#"{"remote_plan_format":1,"run_id":"run-x","hostname":"h"}"#, "bookmark"),
            (r#"{"encrypted_data":"eA==","encryption_version":"v0"}"#, "tofu show -json"),
            (r#"{"format_version":"1.0","valid":true,"diagnostics":[]}"#, "validate -json"),
            ("[command]/usr/bin/terraform show\n{}", "terraform_wrapper: false"),
            ("Terraform will perform the following actions:\n", "as people read it"),
            ("", "empty"),
            ("{}", "this JSON is no plan"),
            ("[]", "this JSON is no plan"),
            (r#"{"AWSTemplateFormatVersion":"2010-09-09","Resources":{}}"#, "template of CloudFormation"),
            ("# All zones\nresource \"aws_route53_zone\" \"main\" {\n", "terraform plan -out FILE"),
            ("****\n* example.com.\n****\n*   Summary: Creates=1, Updates=0\n", "PlanJson"),
            ("Dear all,\n", "this is not JSON; what is read are"),
            (r#"{"format_version":"2.0","errored":false}"#, "format 2.0"),
            (r#"{"format_version":"1.2","resource_changes":"#, "ends in the middle"),
            (r#"{"format_version":"1.2","errored":false} trailing"#, "text follows"),
            (r#"{"format_version":"1.2",}"#, "not valid JSON"),
            (r#"{"format_version":"1.2","resource_changes":{}}"#, "not the JSON of a plan"),
        ] {
            let message = refusal(text);
            assert!(message.contains(answer), "{text}\n{message}");
        }
    }

    #[test]
    fn an_error_points_at_its_byte() {
        let text = "{\"format_version\":\"1.2\",\n  \"errored\": fals }";
        let refusal = read(text.as_bytes()).unwrap_err();
        assert_eq!(&text[refusal.offset..], " }", "{refusal:?}");
    }
}
