//! Every format reports the same findings and gaps, on all cases of testdata: each is read by a parser of its own kind.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use regex_lite::Regex;
use roxmltree::Node;
use serde_json::Value;
use zonegate::load::{self, Inputs, Part, Repository};
use zonegate::policy::Policy;
use zonegate::render::{self, FORMATS, Look};
use zonegate::report::{Origin, Report, Suppressed};
use zonegate::review;
use zonegate::rule::Declared;
use zonegate::source::{Bytes, Place, Sources};
use zonegate::workspace::Tree;

const LOOK: Look = Look { colour: false, unicode: true, width: 100, quiet: false, pages: None };

/// What a report says of one finding or gap.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    rule: String,
    /// `path:line`.
    place: String,
    /// The message, or a text that holds it, without backticks.
    message: String,
}

impl Told {
    fn new(rule: &str, path: &str, line: &impl ToString, message: &str) -> Told {
        let place = format!("{path}:{}", line.to_string());
        Told { rule: rule.into(), place, message: message.replace('`', "") }
    }

    fn is_about(&self, other: &Told) -> bool {
        (&self.rule, &self.place) == (&other.rule, &other.place) && self.message.contains(&other.message)
    }
}

/// The reports on all cases: as they are, and with every second finding suppressed.
fn reports() -> Vec<(PathBuf, Sources, Report)> {
    // Tests run at the root of the package, and paths below it are what people have in their reports.
    let folders = walkdir::WalkDir::new("testdata").min_depth(2).max_depth(2).sort_by_file_name().into_iter();
    let folders = folders.map(|entry| entry.expect("testdata can be read").into_path());
    let cases: Vec<_> = folders.filter(|case| case.join("plan.json").exists() || case.join("after").exists()).collect();
    assert!(cases.len() > 80, "there are cases to try");
    let both = cases.iter().flat_map(|case| [(case, false), (case, true)]);
    let report = |(case, suppressed): (&PathBuf, bool)| {
        let (sources, mut report) = report(case);
        for finding in report.findings.iter_mut().skip(1).step_by(2).filter(|_| suppressed) {
            let reason = "known, see `the list`: 100% sure".to_owned();
            finding.suppressed = Some(Suppressed { reason, until: None, by: Origin::Baseline });
        }
        (case.clone(), sources, report)
    };
    both.map(report).collect()
}

fn report(case: &Path) -> (Sources, Report) {
    let mut sources = Sources::default();
    let inputs = if let Ok(plan) = fs::read(case.join("plan.json")) {
        Inputs::documents(vec![sources.add("plan.json".into(), Bytes::Owned(plan))])
    } else {
        let tree = |side| Tree::disk(case.join(side).to_str().expect("cases have names of text"));
        let after = tree("after").expect("cases can be read");
        let repository = Repository {
            before: tree("before").ok(),
            after,
            files: [Vec::new(), Vec::new()],
            as_read: false,
            part: Part::Changed,
        };
        Inputs { repositories: vec![repository], ..Inputs::default() }
    };
    let loaded = load::load(&mut sources, inputs);
    let policy = Policy { all: true, ..Policy::default() };
    let report = review(&sources, &loaded, &Declared::default(), &policy);
    (sources, report)
}

fn told(sources: &Sources, report: &Report) -> Vec<Told> {
    let told = |rule, place: &Place, message| {
        Told::new(rule, sources.get(place.span.source).name(), &sources.start(place.span).line, message)
    };
    let findings = report.findings.iter();
    let findings = findings.map(|finding| told(finding.rule.id, &finding.primary.place, &finding.message));
    findings.chain(report.gaps.iter().map(|gap| told(gap.coverage.id, &gap.place, &gap.reason))).collect()
}

fn text(format: &str, sources: &Sources, report: &Report) -> String {
    (render::named(format).expect("there is such a format").render)(sources, report, &LOOK)
}

/// Holds a format to telling each finding and each gap once, and nothing else.
fn assert_tells_all(format: &str, parse: fn(&str) -> Vec<Told>) {
    for (case, sources, report) in reports() {
        let text = text(format, &sources, &report);
        let mut parsed = parse(&text);
        for expected in told(&sources, &report) {
            let at = parsed.iter().position(|told| told.is_about(&expected));
            let at = at.unwrap_or_else(|| panic!("{}: {expected:?} is not in {parsed:#?}\n{text}", case.display()));
            parsed.remove(at);
        }
        assert_eq!(parsed, [], "{}: more than there is", case.display());
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("it is an array").iter()
}

fn string(value: &Value) -> &str {
    value.as_str().expect("it is a text")
}

#[test]
fn the_same_report_is_the_same_text() {
    for ((case, sources, report), (_, other_sources, other)) in reports().iter().zip(reports()) {
        for format in &FORMATS {
            let texts = [text(format.name, sources, report), text(format.name, &other_sources, &other)];
            assert!(texts[0] == texts[1], "{}: {}", case.display(), format.name);
            assert!(texts[0].is_empty() || texts[0].ends_with('\n'), "{}: {}", case.display(), format.name);
        }
    }
}

#[test]
fn every_format_is_held_to_telling_all() {
    let held = ["human", "concise", "json", "markdown", "github", "sarif", "gitlab", "junit"];
    assert!(FORMATS.iter().map(|format| format.name).eq(held), "write a parser for a new format");
}

#[test]
fn human_tells_all() {
    // It is for eyes: lines are broken, and gaps alike share theirs.
    for (case, sources, report) in reports() {
        let text = text("human", &sources, &report);
        for told in told(&sources, &report) {
            let known = text.contains(&format!("[{}]", told.rule)) && text.contains(&format!("{}:", told.place));
            assert!(known, "{}: {told:?} is not in\n{text}", case.display());
        }
    }
}

#[test]
fn concise_tells_all() {
    assert_tells_all("concise", |text| text.lines().map(concise_line).collect());
}

/// `path:line:column: error[rule] message`.
fn concise_line(line: &str) -> Told {
    let pattern = Regex::new(r"^(.*?):(\d+):\d+: \w+\[([\w-]+)\](.*)$").expect("it is written by hand");
    let parts = pattern.captures(line).unwrap_or_else(|| panic!("{line}"));
    Told::new(&parts[3], &parts[1], &&parts[2], &parts[4])
}

#[test]
fn json_tells_all() {
    assert_tells_all("json", |text| {
        let report = json(text);
        let entry = |entry: &Value, place: &Value, message| {
            Told::new(string(&entry["rule"]), string(&place["path"]), &place["start"]["line"], string(&entry[message]))
        };
        let findings = array(&report["findings"]).map(|finding| entry(finding, &finding["labels"][0], "message"));
        findings.chain(array(&report["gaps"]).map(|gap| entry(gap, gap, "reason"))).collect()
    });
}

#[test]
fn json_is_what_its_schema_says() {
    let schema = json(include_str!("../src/schema/report.json"));
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    for (case, sources, report) in reports() {
        let text = text("json", &sources, &report);
        let faults: Vec<String> = validator.iter_errors(&json(&text)).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{}: {faults:?}\n{text}", case.display());
    }
}

#[test]
fn the_schema_of_json_allows_nothing_else_and_describes_everything() {
    fn objects<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
        match value {
            Value::Object(map) => {
                found.extend((value["type"] == "object").then_some(value));
                map.values().for_each(|below| objects(below, found));
            }
            Value::Array(list) => list.iter().for_each(|below| objects(below, found)),
            _ => {}
        }
    }
    let schema = json(include_str!("../src/schema/report.json"));
    let mut found = Vec::new();
    objects(&schema, &mut found);
    assert!(found.len() > 10);
    for object in found {
        assert_eq!(object["additionalProperties"], Value::Bool(false), "{object}");
        let properties = object["properties"].as_object().expect("an object has properties");
        let mut required: Vec<&str> = array(&object["required"]).map(string).collect();
        required.sort_unstable();
        assert!(properties.keys().eq(required), "{object}");
    }
}

#[test]
fn sarif_tells_all() {
    assert_tells_all("sarif", |text| {
        let run = &json(text)["runs"][0];
        let entry = |rule: &Value, entry: &Value| {
            let place = &entry["locations"][0]["physicalLocation"];
            let uri = string(&place["artifactLocation"]["uri"]);
            let path = uri.strip_prefix("file://").unwrap_or(uri);
            let message = string(&entry["message"]["text"]).replace(r"\[", "[").replace(r"\]", "]");
            Told::new(string(rule), path, &place["region"]["startLine"], &message.replace(r"\\", r"\"))
        };
        let driver = &run["tool"]["driver"];
        let results = array(&run["results"]).map(|result| {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("it is a number")).expect("it is small");
            assert_eq!(driver["rules"][index]["id"], result["ruleId"]);
            entry(&result["ruleId"], result)
        });
        let notifications = array(&run["invocations"][0]["toolExecutionNotifications"]);
        results.chain(notifications.map(|gap| entry(&gap["descriptor"]["id"], gap))).collect()
    });
}

#[test]
fn gitlab_tells_all() {
    assert_tells_all("gitlab", |text| {
        let told = |issue: &Value| {
            let (rule, description) = (string(&issue["check_name"]), string(&issue["description"]));
            let location = &issue["location"];
            Told::new(rule, string(&location["path"]), &location["lines"]["begin"], description)
        };
        array(&json(text)).map(told).collect()
    });
}

#[test]
fn github_tells_all() {
    assert_tells_all("github", |text| {
        let (lines, summary) = text.trim_end().rsplit_once('\n').unwrap_or(("", text));
        assert!(!summary.starts_with("::"), "the last line is for people");
        lines.lines().map(workflow_command).collect()
    });
}

/// A line as the runner of GitHub Actions reads it: name, properties, `::` and data, both unescaped.
fn workflow_command(line: &str) -> Told {
    if let Some(plain) = line.strip_prefix("suppressed: ") {
        return concise_line(plain);
    }
    let (head, data) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).expect("it is a command");
    let (name, properties) = head.split_once(' ').expect("it has properties");
    assert!(["error", "warning", "notice"].contains(&name), "{line}");
    let unescaped = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    let data = unescaped(data).replace("%25", "%");
    let property = |name: &str| {
        let value = properties.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let value = value.unwrap_or_else(|| panic!("{line} has no {name}"));
        unescaped(value).replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    let title = property("title");
    let rule = title.split(['[', ']']).nth(1).expect("the title names the rule");
    assert_eq!(properties.contains("col="), property("line") == property("endLine"), "{line}");
    Told::new(rule, &property("file"), &property("line"), &data)
}

#[test]
fn junit_tells_all() {
    assert_tells_all("junit", |text| {
        let document = roxmltree::Document::parse(text).expect("it is XML");
        let with_tag = |tag: &'static str| document.descendants().filter(move |node| node.has_tag_name(tag));
        let number = |node: Node, name| node.attribute(name).and_then(|text| text.parse().ok());
        for (attribute, tag) in
            [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
        {
            let counted: usize = with_tag("testsuite").filter_map(|suite| number(suite, attribute)).sum();
            assert_eq!((Some(counted), counted), (number(document.root_element(), attribute), with_tag(tag).count()));
        }
        assert!(with_tag("testcase").count() > 0, "a run without a test looks like one that did not happen");
        let outcome = |case: Node| {
            let outcome = case.first_element_child()?;
            let lines = outcome.text().or_else(|| outcome.next_sibling_element()?.text()).expect("it says where");
            let place = concise_line(lines.lines().next().expect("it says where"));
            let rule = outcome.attribute("type").and_then(|tag| tag.split(['[', ']']).nth(1)).expect("it has a type");
            let message = outcome.attribute("message").expect("it has a message").replace('`', "");
            Some(Told { rule: rule.into(), message, ..place })
        };
        with_tag("testcase").filter_map(outcome).collect()
    });
}

#[test]
fn markdown_tells_all() {
    assert_tells_all("markdown", |text| {
        assert!(text.starts_with("<!-- zonegate-report -->\n## "));
        let mut told = Vec::new();
        let mut events = Parser::new(text);
        while let Some(event) = events.next() {
            match event {
                Event::Start(Tag::Heading { level: HeadingLevel::H3, .. }) => {
                    let (tag, message) = tagged(&until(&mut events, |end| matches!(end, TagEnd::Heading(_))));
                    // The drawing of its places, or what is said of one that is suppressed.
                    let below = until(&mut events, |end| matches!(end, TagEnd::CodeBlock | TagEnd::Paragraph));
                    let drawn = below.split(['[', ']']).nth(1).filter(|_| below.trim_start().starts_with('╭'));
                    told.push(entry(&tag, drawn.unwrap_or(&below), &message));
                }
                Event::Start(Tag::Item) => {
                    let item = until(&mut events, |end| *end == TagEnd::Item);
                    let (tag, reason) = tagged(&item);
                    if tag.ends_with(']') {
                        let (_, place) = reason.rsplit_once(", at ").expect("gaps say where");
                        told.push(entry(&tag, place, &reason));
                    }
                }
                _ => {}
            }
        }
        told
    });
}

/// The text of all events up to an end, code as it stands.
fn until(events: &mut Parser, is_end: fn(&TagEnd) -> bool) -> String {
    let mut text = String::new();
    for event in events {
        match event {
            Event::End(end) if is_end(&end) => break,
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            _ => {}
        }
    }
    text
}

/// `error[rule] existing` and what follows.
fn tagged(text: &str) -> (String, String) {
    let (tag, rest) = text.split_once(' ').unwrap_or((text, ""));
    (tag.to_owned(), rest.to_owned())
}

fn entry(tag: &str, place: &str, message: &str) -> Told {
    let pattern = Regex::new(r"^(?:at )?(.*?):(\d+):\d+").expect("it is written by hand");
    let place = pattern.captures(place).unwrap_or_else(|| panic!("{place} is no place"));
    let rule = tag.split(['[', ']']).nth(1).unwrap_or_else(|| panic!("{tag} has no rule"));
    Told::new(rule, &place[1], &&place[2], message)
}
