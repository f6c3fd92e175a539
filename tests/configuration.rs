//! `zonegate.yaml`, suppressions and baselines, as a user meets them: the program is run in a directory of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use zonegate::config;
use zonegate::gap::COVERAGE;
use zonegate::rules::RULES;
use zonegate::source::{Bytes, Sources};

const BEFORE: &str = "
shop:
- type: MX
  value: {exchange: mx.example.net., preference: 10}
www:
  type: A
  value: 192.0.2.1
";

const AFTER: &str = "
shop:
- type: CNAME
  value: shops.example.net.
- type: MX
  value: {exchange: mx.example.net., preference: 10}
www:
  type: A
  value: 192.0.2.1
";

/// A directory with two states of a zone, and these files besides.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    let states = [("before/example.com.yaml", BEFORE), ("after/example.com.yaml", AFTER)];
    for (path, text) in states.iter().chain(files) {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("the directory takes directories");
        fs::write(path, text).expect("the directory takes files");
    }
    directory
}

fn run(directory: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zonegate"));
    command.args(arguments.split_ascii_whitespace()).current_dir(directory).env_clear().env("LANG", "C.UTF-8");
    command.output().expect("the program starts")
}

/// Everything that is printed, and the exit code.
fn said(directory: &TempDir, arguments: &str) -> (String, i32) {
    let output = run(directory.path(), arguments);
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).expect("it is text"), output.status.code().expect("it ends by itself"))
}

/// The report on the change, and the exit code.
fn report(files: &[(&str, &str)], arguments: &str) -> (Value, i32) {
    let directory = directory(files);
    let output = run(directory.path(), &format!("check --before before --after after --format json {arguments}"));
    let report = serde_json::from_slice(&output.stdout).expect("it is JSON");
    (report, output.status.code().expect("it ends by itself"))
}

/// Rule, severity and origin of the suppression of each finding.
fn findings(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().expect("there is a list").iter();
    let finding = |finding: &Value| {
        let by = text(&finding["suppressed"]["by"]);
        format!("{} {} {by}", text(&finding["severity"]), text(&finding["rule"])).trim_end().to_owned()
    };
    findings.map(finding).collect()
}

fn with_config(config: &str) -> (Vec<String>, i32) {
    let (report, code) = report(&[("zonegate.yaml", config)], "");
    (findings(&report), code)
}

#[test]
fn a_configuration_sets_how_grave_what_is() {
    assert_eq!(with_config(""), (vec!["error cname-with-mx".into()], 1));
    assert_eq!(with_config("severities: {cname-with-mx: warning}"), (vec!["warning cname-with-mx".into()], 0));
    assert_eq!(
        with_config("{fail_on: warning, severities: {cname-with-mx: warning}}"),
        (vec!["warning cname-with-mx".into()], 1)
    );
    assert_eq!(with_config("severities: {cname-with-mx: off}"), (vec![], 0));
    assert_eq!(with_config("fail_on: never").1, 0);
    let config = [("zonegate.yaml", "fail_on: never")];
    assert_eq!(report(&config, "--fail-on error").1, 1, "the command line wins");
    assert_eq!(report(&config, "--no-config").1, 1);
}

#[test]
fn a_suppression_in_the_configuration_has_a_name_or_an_address_and_a_reason() {
    let suppressed = (vec!["error cname-with-mx configuration".to_owned()], 0);
    let open = (vec!["error cname-with-mx".to_owned()], 1);
    let entry =
        |fields: &str| with_config(&format!("suppressions: [{{rule: cname-with-mx, {fields} reason: it moves}}]"));
    assert_eq!(entry(""), suppressed);
    assert_eq!(entry("name: shop.example.com,"), suppressed);
    assert_eq!(entry("name: '*.example.com', until: 9999-12-31,"), suppressed);
    assert_eq!(entry("name: '*.shop.example.com',"), open);
    assert_eq!(entry("name: www.example.com,"), open);
    assert_eq!(entry("address: '*',"), open, "what a zone file holds has no address");
    let expired = vec!["error cname-with-mx".to_owned(), "error suppression-expired".to_owned()];
    assert_eq!(entry("until: 2020-01-31,"), (expired, 1));
    let never = with_config("{never_suppress: [cname-with-mx], suppressions: [{rule: cname-with-mx, reason: x}]}");
    assert_eq!(never, (vec![], 2), "the two contradict one another");
}

#[test]
fn a_suppression_reaches_what_a_plan_does_and_what_it_takes_away() {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/terraform");
    for (case, rule, address) in [
        ("a-cname-is-created-beside-an-mx", "cname-with-mx", "aws_route53_record.shop"),
        ("an-mx-gives-way-to-a-cname-whose-target-is-in-no-zone-here", "cname-replaces-mx", "*"),
    ] {
        let config = format!("suppressions: [{{rule: {rule}, address: '{address}', reason: it moves}}]");
        let directory = directory(&[("zonegate.yaml", &config)]);
        let (text, code) = said(&directory, &format!("check {cases}/{case}/plan.json"));
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("because: it moves (at zonegate.yaml:1:23)"), "{text}");
    }
}

/// A plan in which an alias and an MX meet, written by a provider that nobody knows.
const OWN_PLAN: &str = r#"{
  "format_version": "1.2",
  "resource_changes": [
    {
      "address": "example_dns_record.mail", "mode": "managed", "type": "example_dns_record",
      "provider_name": "registry.terraform.io/example/dns",
      "change": {
        "actions": ["create"], "before": null, "after_unknown": {},
        "after": {"zone": "77", "host": "@", "kind": "MX", "answer": "mx.example.net", "weight": 10}
      }
    },
    {
      "address": "example_dns_record.site", "mode": "managed", "type": "example_dns_record",
      "provider_name": "registry.terraform.io/example/dns",
      "change": {
        "actions": ["create"], "before": null, "after_unknown": {},
        "after": {"zone": "77", "host": "@", "kind": "CNAME", "answer": "site.example.org", "weight": 0}
      }
    }
  ]
}"#;

const OWN_TABLE: &str = "
providers:
- sources: example/dns
  host: {host: Example DNS, cname_at_apex: served, cname_beside_other_data: accepted}
  rows:
  - type: example_dns_record
    unit: record
    zone: {attr: zone, kind: id, via: [example_dns_zone]}
    name: {attr: host, form: relative, apex: ['@']}
    rtype: {attr: kind}
    values: {attr: answer, shape: string, text: target}
    priority: weight
  zones:
  - {type: example_dns_zone, id: [id], domain: name}
";

#[test]
fn a_configuration_tells_of_providers_and_of_zones_that_nobody_knows() {
    let run = |config: &str, command: &str| {
        said(&directory(&[("plan.json", OWN_PLAN), ("zonegate.yaml", config)]), &format!("{command} plan.json"))
    };
    let (text, code) = run("", "check");
    assert!(code == 0 && text.contains("note[unmodelled-dns-resource]"), "{text}");
    let (text, code) = run(OWN_TABLE, "check");
    assert!(code == 1 && text.contains("error[cname-with-mx]"), "{text}");
    assert!(!text.contains("example.com"), "nobody has said which zone it is: {text}");
    let zone = "views: [{zone: example.com, id: '77'}]";
    let (text, code) = run(&format!("{OWN_TABLE}{zone}"), "check");
    assert!(code == 1 && text.contains("example.com gets an alias and an mx at once"), "{text}");
    let (text, code) = run(&format!("{OWN_TABLE}{zone}"), "records");
    assert!(code == 0 && text.contains(r#""fqdn":"example.com.","type":"CNAME""#), "{text}");
    for (wrong, right, message, line) in [
        ("rtype:", "rtyp:", "unknown field `rtyp`", "10 "),
        ("shape: string", "shape: strin", "unknown variant `strin`", "11 "),
        ("via: [example_dns_zone]", "via: [example_zone]", "example_zone", "8 "),
    ] {
        let (text, code) = run(&OWN_TABLE.replace(wrong, right), "check");
        assert!(code == 2 && text.contains("error[invalid-configuration]"), "{text}");
        assert!(text.replace("\n  ", " ").contains(message) && text.contains(&format!("{line}│ ")), "{text}");
    }
}

#[test]
fn what_takes_mail_and_what_does_not_is_said_of_one_name_once() {
    let (text, code) = said(
        &directory(&[("zonegate.yaml", "{mail_domains: [www.example.com], non_mail_domains: [WWW.example.com.]}")]),
        "check after",
    );
    assert!(code == 2 && text.contains("`mail_domains` says that this takes mail"), "{text}");
    let alias = AFTER.replace("  type: A\n  value: 192.0.2.1\n", "  type: CNAME\n  value: web.example.net.\n");
    let files = [("zonegate.yaml", "mail_domains: [www.example.com]"), ("after/example.com.yaml", &alias)];
    let found = findings(&report(&files, "").0);
    assert!(found.contains(&"error cname-on-declared-mail-domain".to_owned()), "{found:?}");
}

#[test]
fn a_comment_speaks_of_the_records_beside_it_and_of_no_others() {
    let at_name = AFTER.replace("shop:", "# zonegate: allow cname-with-mx -- it moves\nshop:");
    let at_record = AFTER.replace("- type: MX", "- type: MX # zonegate: allow cname-with-mx -- it moves");
    let behind_a_mark = format!("\u{feff}{}", at_name.trim_start());
    for text in [&at_name, &at_record, &behind_a_mark] {
        let (report, code) = report(&[("after/example.com.yaml", text)], "");
        assert_eq!((findings(&report), code), (vec!["error cname-with-mx comment".to_owned()], 0));
        assert_eq!(report["findings"][0]["suppressed"]["reason"], "it moves");
        assert_eq!(report["summary"]["suppressed"], 1);
    }
    let below = AFTER.replace("www:", "# zonegate: allow cname-with-mx -- it moves\nwww:");
    let only_before = BEFORE.replace("shop:", "shop: # zonegate: allow cname-with-mx -- it moves");
    for files in [[("after/example.com.yaml", below.as_str())], [("before/example.com.yaml", only_before.as_str())]] {
        let (report, code) = report(&files, "");
        assert_eq!((findings(&report), code), (vec!["error cname-with-mx".to_owned()], 1));
    }
    let (report, code) = report(&[("after/example.com.yaml", &below)], "--all");
    let unused = vec!["error cname-with-mx".to_owned(), "warning unused-suppression".to_owned()];
    assert_eq!((findings(&report), code), (unused, 1));
}

#[test]
fn what_has_run_out_is_not_missed_where_something_else_holds() {
    let over = "# zonegate: allow cname-with-mx -- it moves until 2020-01-31\n";
    let zone = |comments: &str| AFTER.replace("shop:", &format!("{comments}shop:"));
    let holds = "# zonegate: allow cname-with-mx -- it moves\n";
    for comments in [format!("{over}{holds}"), format!("{holds}{over}")] {
        let (report, code) = report(&[("after/example.com.yaml", &zone(&comments))], "");
        assert_eq!((findings(&report), code), (vec!["error cname-with-mx comment".to_owned()], 0));
    }
    let directory = directory(&[]);
    let baseline = "--before before --after after --baseline known.json";
    assert_eq!(said(&directory, &format!("check {baseline} --write-baseline")).1, 0);
    fs::write(directory.path().join("after/example.com.yaml"), zone(over)).expect("the directory takes files");
    let (text, code) = said(&directory, &format!("check {baseline}"));
    assert!(code == 0 && !text.contains("suppression-expired"), "{text}");
}

#[test]
fn a_configuration_sets_how_grave_a_remark_on_a_suppression_is() {
    let entry = "suppressions: [{rule: cname-loop, name: shop.example.com, reason: x}]";
    let found = with_config(&format!("{{severities: {{unused-suppression: error}}, {entry}}}"));
    assert_eq!(found.0, ["error cname-with-mx", "error unused-suppression"]);
    let entry = "suppressions: [{rule: cname-with-mx, reason: x, until: 2020-01-31}]";
    let found = with_config(&format!("{{severities: {{suppression-expired: note}}, {entry}}}"));
    assert_eq!(found.0, ["error cname-with-mx", "note suppression-expired"]);
}

#[test]
fn a_comment_that_zones_share_is_unused_only_where_all_of_them_were_looked_at() {
    let shared = "# zonegate: allow cname-with-mx -- it moves\ntype: CNAME\nvalue: shops.example.org.\n";
    let other = "www:\n- !include shared.yaml\n";
    let changed = format!("{other}- type: A\n  value: 192.0.2.1\n");
    let needs_it = format!("{other}- type: MX\n  value: {{exchange: mx.example.org., preference: 10}}\n");
    let found = |of_net: &str| {
        let files = [
            ("before/shared.yaml", shared),
            ("after/shared.yaml", shared),
            ("before/example.org.yaml", other),
            ("after/example.org.yaml", &changed),
            ("before/example.net.yaml", of_net),
            ("after/example.net.yaml", of_net),
        ];
        findings(&report(&files, "").0)
    };
    let rest = ["error cname-with-mx", "error cname-with-other-data"];
    assert_eq!(found(&needs_it), rest);
    assert_eq!(found("a: {type: A, value: 192.0.2.1}"), [&rest[..], &["warning unused-suppression"]].concat());
}

#[test]
fn a_value_that_looks_like_a_comment_is_none() {
    let comment = "# zonegate: allow cname-with-mx -- it moves";
    let with = |value: &str| AFTER.replace("www:", &format!("- type: TXT\n  value: {value}\nwww:"));
    for (value, is_comment) in [
        (format!("'a {comment}'"), false),
        (format!("\"a {comment}\""), false),
        (format!("|\n    a\n    {comment}"), false),
        (format!("'a' {comment}"), true),
    ] {
        let (report, code) = report(&[("after/example.com.yaml", &with(&value))], "");
        assert_eq!(code, i32::from(!is_comment), "{value}\n{:?}", findings(&report));
    }
    let key = AFTER.replace("www:", "#\nzonegate:");
    assert_eq!(findings(&report(&[("after/example.com.yaml", &key)], "").0), ["error cname-with-mx"]);
}

#[test]
fn what_a_plan_holds_suppresses_nothing_in_it() {
    let case = "testdata/terraform/a-cname-is-created-beside-an-mx/plan.json";
    let plan = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(case)).expect("the case is there");
    let policy = "v=spf1 include:_spf.example.net -all";
    assert!(plan.contains(policy));
    let plan = plan.replace(policy, "a # zonegate: allow cname-with-mx -- b");
    let (text, code) = said(&directory(&[("plan.json", &plan)]), "check plan.json");
    assert!(code == 1 && text.starts_with("error[cname-with-mx]") && !text.contains("-suppression"), "{text}");
}

#[test]
fn an_owner_of_an_mx_cannot_speak_for_another_whose_mail_goes_the_same_way() {
    let zone = |comment: &str, of_others: &str, host: &str| {
        let mx = "  type: MX\n  value: {exchange: mail.example.com., preference: 10}\n";
        format!("a: {comment}\n{mx}b: {of_others}\n{mx}mail:\n  {host}\n")
    };
    let (address, alias) = ("{type: A, value: 192.0.2.1}", "{type: CNAME, value: www.example.net.}");
    let comment = "# zonegate: allow mx-exchange-is-cname -- a test of mail";
    let before = zone("", "", address);
    for (text, code) in [
        (zone(comment, "", alias), 1),
        (zone(comment, comment, alias), 0),
        (zone("", "", &format!("{alias} {comment}")), 0),
    ] {
        let files = [("before/example.com.yaml", before.as_str()), ("after/example.com.yaml", text.as_str())];
        let (report, actual) = report(&files, "");
        assert_eq!(actual, code, "{text}\n{:?}", findings(&report));
    }
}

#[test]
fn an_entry_for_what_is_not_there_is_reported_once_all_was_looked_at() {
    let config = "suppressions: [{rule: cname-loop, name: gone.example.com, reason: x}]";
    let files = [("zonegate.yaml", config)];
    assert_eq!(findings(&report(&files, "").0), ["error cname-with-mx"]);
    assert_eq!(findings(&report(&files, "--all").0), ["error cname-with-mx", "warning unused-suppression"]);
    let elsewhere = [("zonegate.yaml", &*config.replace("example.com", "example.net"))];
    assert_eq!(findings(&report(&elsewhere, "--all").0), ["error cname-with-mx"], "that zone was not loaded");
}

#[test]
fn a_mistake_in_the_configuration_is_shown_in_its_place() {
    let directory = directory(&[("zonegate.yaml", "fail-on: warning\nset: stric\nseverities: {cname-wth-mx: off}\n")]);
    let (text, code) = said(&directory, "check after");
    assert_eq!(code, 2);
    let expected = "\
error[invalid-configuration]: there is no key `fail-on`; did you mean `fail_on`?
   ╭─[zonegate.yaml:1:1]
 1 │ fail-on: warning
   · ───┬───
   ·    ╰── here
   ╰────

error[invalid-configuration]: there is no value `stric`; did you mean `strict`?
   ╭─[zonegate.yaml:2:6]
 2 │ set: stric
   ·      ──┬──
   ·        ╰── here
   ╰────

error[invalid-configuration]: there is no rule `cname-wth-mx`; did you mean
  `cname-with-mx`?
   ╭─[zonegate.yaml:3:14]
 3 │ severities: {cname-wth-mx: off}
   ·              ──────┬─────
   ·                    ╰── here
   ╰────

the check could not be done · 1 configuration · 3 gaps
";
    assert_eq!(text, expected);
    for (config, message) in [
        ("fail_on: !include other.yaml", "a configuration is one file"),
        ("<<: !include other.yaml", "a configuration is one file"),
        ("base: ''", "this is empty, but text is due"),
        ("base: []", "this is a list, but text is due"),
    ] {
        fs::write(directory.path().join("zonegate.yaml"), config).expect("the directory takes files");
        let (text, code) = said(&directory, "check after");
        assert!(code == 2 && text.contains(message) && text.contains("╰── here"), "{text}");
    }
}

#[test]
fn a_bare_check_reads_what_the_configuration_above_names() {
    let directory = directory(&[("zonegate.yaml", "inputs: [after]"), ("deep/er/file", "")]);
    let output = run(&directory.path().join("deep/er"), "check --format concise");
    let text = String::from_utf8(output.stdout).expect("it is text");
    assert!(text.starts_with("../../after/example.com.yaml:4:10: error[cname-with-mx]"), "{text}");
    assert_eq!(output.status.code(), Some(1));
    let (text, code) = said(&directory, "check --config nowhere.yaml");
    assert!(code == 2 && text.contains("no such file"), "{text}");
}

/// What `init` writes, as it is and with every key in force.
fn initiated(files: &[(&str, &str)]) -> (String, String) {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("the directory takes directories");
        fs::write(path, text).expect("the directory takes files");
    }
    let (text, code) = said(&directory, "init");
    assert_eq!(code, 0, "{text}");
    let path = directory.path().join("zonegate.yaml");
    let written = fs::read_to_string(&path).expect("it was written");
    let (refusal, code) = said(&directory, "init");
    assert!(code == 2 && refusal.contains("--force writes it anew"), "{refusal}");
    let uncommented: Vec<&str> = written
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            // A sentence starts with a capital letter or with dots; what could be in force does not.
            Some(rest) if !rest.starts_with(|first: char| first.is_uppercase() || first == '.') => rest,
            _ => line,
        })
        .filter(|line| !line.starts_with("editors"))
        .collect();
    fs::write(&path, uncommented.join("\n")).expect("the directory takes files");
    let (checked, _) = said(&directory, "check --verbose");
    assert!(!checked.contains("invalid-configuration"), "{checked}");
    (text, written)
}

#[test]
fn init_writes_a_configuration_that_fits_what_lies_here() {
    let (text, written) = initiated(&[("zones/example.com.yaml", AFTER)]);
    assert_eq!(text, "zonegate.yaml was written.\n`zonegate check` now reads zones.\n");
    assert!(written.contains("\ninputs:\n- zones\n") && written.contains("\n# base: main\n"), "{written}");
    assert!(written.contains("\n# mail_domains: [shop.example.com]\n"), "{written}");
    let zone = "@ 60 SOA ns x 1 1 1 1 1\nshop MX 10 mx.example.net.\n";
    let (_, written) = initiated(&[("bind/db.example.com", zone), ("bind/db.example.net", zone)]);
    assert!(written.contains("\ninputs:\n- bind\n"), "{written}");
    assert!(written.contains("\n# mail_domains: [shop.example.com, shop.example.net]\n"), "{written}");
    let (text, written) = initiated(&[("infra/main.tf", "")]);
    assert!(text.contains("  cd infra && terraform plan -out tfplan"), "{text}");
    assert!(written.contains("\ninputs:\n- infra/plan.json\n"), "{written}");
    let (text, _) = initiated(&[]);
    assert!(text.contains("name the inputs in it"), "{text}");
    let config = "providers: {zones: {class: octodns.provider.yaml.YamlProvider, directory: zones}}\n\
                  zones: {example.com.: {sources: [zones], targets: [zones]}}\n";
    let files = [("production.yaml", config), ("zones/example.com.yaml", AFTER), ("main.tf", "")];
    let (_, written) = initiated(&files);
    assert!(written.contains("\ninputs:\n- production.yaml\n# - plan.json "), "{written}");
}

#[test]
fn what_was_known_when_a_baseline_was_written_does_not_count() {
    let directory = directory(&[("zonegate.yaml", "baseline: known.json")]);
    let (text, code) = said(&directory, "check after --write-baseline");
    assert_eq!((text.as_str(), code), ("zonegate: what there is to find was written to known.json\n", 0));
    let (text, code) = said(&directory, "check after");
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("because: it was there when the baseline was written (in the baseline)"), "{text}");
    fs::write(directory.path().join("zonegate.yaml"), "{baseline: known.json, never_suppress: [cname-with-mx]}")
        .expect("the directory takes files");
    assert_eq!(said(&directory, "check after").1, 1);
    fs::write(directory.path().join("known.json"), "{}").expect("the directory takes files");
    let (text, code) = said(&directory, "check after");
    assert!(code == 2 && text.starts_with("zonegate: known.json: this is no baseline: missing field"), "{text}");
    assert_eq!(said(&directory, "check after --no-config --write-baseline").1, 2);
}

#[test]
fn one_run_writes_several_formats() {
    let directory = directory(&[]);
    let formats = "--format concise --format json=report.json --format human=report.txt";
    let (text, code) = said(&directory, &format!("check after {formats}"));
    assert_eq!(code, 1);
    assert!(text.starts_with("after/example.com.yaml:4:10: error[cname-with-mx]"), "{text}");
    let read = |name: &str| fs::read_to_string(directory.path().join(name)).expect("it was written");
    let report: Value = serde_json::from_str(&read("report.json")).expect("it is JSON");
    assert_eq!(report["summary"]["exit_code"], 1);
    assert!(read("report.txt").starts_with("error[cname-with-mx]"));
    let (text, code) = said(&directory, "check after --format json=nowhere/report.json");
    assert!(code == 2 && text.contains("nowhere/report.json: "), "{text}");
    let (text, _) = said(&directory, "check after --format json=report.json");
    assert!(text.starts_with("1 error introduced"), "somebody may be watching: {text}");
    let (text, _) = said(&directory, "check after --format json=- --format concise=report.txt");
    assert!(text.starts_with('{'), "{text}");
    for formats in ["--format json=- --format concise", "--format json=a --format sarif=./a"] {
        assert_eq!(said(&directory, &format!("check after {formats}")).1, 2, "{formats}");
    }
}

#[cfg(unix)]
#[test]
fn a_report_takes_the_place_of_a_file_and_of_nothing_else() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = directory(&[("secret.json", ""), ("reports/last.json", "")]);
    let at = |name: &str| directory.path().join(name);
    fs::set_permissions(at("secret.json"), PermissionsExt::from_mode(0o600)).expect("it is ours");
    symlink("reports/last.json", at("link.json")).expect("the directory takes links");
    let pipe = Command::new("mkfifo").arg(at("pipe")).status().expect("the system has pipes");
    assert!(pipe.success());
    let read = std::thread::spawn({
        let pipe = at("pipe");
        move || fs::read_to_string(pipe)
    });
    let (text, code) =
        said(&directory, "check after --format json=secret.json --format sarif=link.json --format concise=pipe");
    assert_eq!(code, 1, "{text}");
    assert_eq!(fs::metadata(at("secret.json")).expect("it is there").permissions().mode() & 0o777, 0o600);
    assert!(
        at("link.json").is_symlink()
            && fs::read_to_string(at("reports/last.json")).is_ok_and(|text| text.contains("2.1.0"))
    );
    assert!(fs::metadata(at("pipe")).is_ok_and(|data| !data.is_file()));
    let told = read.join().expect("it reads").expect("it is text");
    assert!(told.starts_with("after/example.com.yaml:4:10: error"), "{told}");
    let leftover = fs::read_dir(directory.path()).expect("it is there").flatten();
    assert_eq!(leftover.filter(|entry| entry.file_name().to_string_lossy().starts_with(".zonegate-")).count(), 0);
}

#[cfg(unix)]
#[test]
fn a_configuration_that_is_a_link_to_nowhere_is_missed() {
    let directory = directory(&[]);
    std::os::unix::fs::symlink("nowhere.yaml", directory.path().join("zonegate.yaml")).expect("it takes links");
    let (text, code) = said(&directory, "check after");
    assert!(code == 2 && text.contains("zonegate.yaml:1:1"), "{text}");
}

/// A policy that lists one host.
fn policy(host: &str) -> String {
    format!("version: STSv1\nmode: enforce\nmx: {host}\nmax_age: 86400\n")
}

const POLICIES: &str = "mta_sts_policies: [{domain: example.net, file: after/mta-sts.txt}]";

/// A zone whose mail goes to one host.
fn zone(host: &str) -> String {
    format!("'':\n  type: MX\n  value: {{preference: 10, exchange: {host}.}}\n")
}

#[test]
fn a_policy_is_compared_in_the_state_it_has_after_the_change() {
    let (old, new) = ("mx.example.org", "mx2.example.org");
    let states = |before: &str, after: &str| {
        let (before_zone, after_zone) = (zone(old), zone(new));
        let (before, after) = (policy(before), policy(after));
        let files = [
            ("zonegate.yaml", POLICIES),
            ("before/example.net.yaml", &before_zone),
            ("after/example.net.yaml", &after_zone),
            ("before/mta-sts.txt", &before),
            ("after/mta-sts.txt", &after),
        ];
        let (report, _) = report(&files, "--select mta-sts-mx-mismatch");
        findings(&report)
    };
    assert_eq!(states(old, old), ["warning mta-sts-mx-mismatch"]);
    assert!(states(old, new).is_empty(), "both change together");
    assert!(states(new, new).is_empty(), "the policy came first");
}

#[test]
fn a_policy_is_read_from_commits_and_from_the_index_as_zones_are() {
    let directory = directory(&[
        ("zonegate.yaml", POLICIES),
        ("after/example.net.yaml", &zone("mx.example.org")),
        ("after/mta-sts.txt", &policy("mx.example.org")),
    ]);
    let git = |arguments: &str| {
        let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
        let mut command = Command::new("git");
        command.args(identity).args(arguments.split(' ')).current_dir(directory.path());
        assert!(command.output().expect("git is installed where the tests run").status.success(), "{arguments}");
    };
    let found = |arguments: &str| {
        let output =
            run(directory.path(), &format!("check after --select mta-sts-mx-mismatch --format json {arguments}"));
        findings(&serde_json::from_slice(&output.stdout).expect("it is JSON"))
    };
    git("init --quiet");
    git("add --all");
    git("commit --quiet --message x");
    let file = directory.path().join("after/mta-sts.txt");
    fs::write(file, policy("mx2.example.org")).expect("the directory takes files");
    assert_eq!(found("--base HEAD"), ["warning mta-sts-mx-mismatch"], "only the policy changes");
    assert!(found("--staged").is_empty(), "nothing is staged");
    git("add --all");
    assert_eq!(found("--staged"), ["warning mta-sts-mx-mismatch"]);
}

#[test]
fn a_file_that_is_no_policy_is_unreadable() {
    let said = |policy: Option<&str>| {
        let files = [("zonegate.yaml", POLICIES)].into_iter().chain(policy.map(|text| ("after/mta-sts.txt", text)));
        let directory = directory(&files.collect::<Vec<_>>());
        said(&directory, "check --before before --after after --format concise")
    };
    let (text, code) = said(None);
    assert!(text.contains("after/mta-sts.txt: no such file or directory"), "{text}");
    assert_eq!(code, 2);
    let (text, code) = said(Some("version: STSv1\nmode: on\nmx: a..b\nmax_age: 1\n"));
    assert!(text.contains("after/mta-sts.txt:2:7") && text.contains("after/mta-sts.txt:3:5"), "{text}");
    assert_eq!(code, 2);
}

/// The schema that editors use.
fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema/configuration.json");
    let mut text = fs::read_to_string(&path).expect("it is text");
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let gaps: Vec<&str> = COVERAGE.iter().map(|coverage| coverage.id).collect();
    for (name, ids) in [("rule", rules), ("gap", gaps)] {
        let start = format!("    \"{name}\": {{\"enum\": ");
        let at = text.find(&start).expect("there is a list") + start.len();
        let end = at + text[at..].find(']').expect("it ends") + 1;
        let due = serde_json::to_string(&ids).expect("these are strings").replace(',', ", ");
        if std::env::var_os("UPDATE").is_some() {
            text.replace_range(at..end, &due);
            fs::write(&path, &text).expect("it can be written");
        } else {
            assert_eq!(&text[at..end], due, "`UPDATE=1 cargo test` lists every {name}");
        }
    }
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    let schema = schema();
    let keys =
        |value: &Value| value["properties"].as_object().expect("there are some").keys().cloned().collect::<Vec<_>>();
    let sorted = |keys: &[&str]| {
        let mut keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&schema), sorted(&config::KEYS));
    let properties = &schema["properties"];
    assert_eq!(keys(&properties["suppressions"]["items"]), sorted(&config::SUPPRESSION_KEYS));
    assert_eq!(keys(&properties["views"]["items"]), sorted(&config::VIEW_KEYS));
    assert_eq!(keys(&properties["mta_sts_policies"]["items"]), sorted(&config::POLICY_KEYS));
}

#[test]
fn the_schema_and_the_program_take_the_same_configurations() {
    let validator = jsonschema::validator_for(&schema()).expect("it is a schema");
    let own_table = OWN_TABLE.trim_start();
    for (text, is_good) in [
        ("{}", true),
        ("inputs:\nmail_domains:\n", true),
        ("inputs: [a, b/c.yaml]\nbase: main\nbaseline: known.json\nset: strict\nrequire_complete: true\n", true),
        ("fail_on: never\nseverities: {cname-with-mx: warning, zone-partially-visible: 'off'}", true),
        ("mail_domains: [example.com, '*.example.net']\nnon_mail_domains: [www.example.com]", true),
        ("suppressions: [{rule: cname-loop, reason: x}, {rule: [cname-loop], name: a.example, reason: y}]", true),
        ("suppressions: [{rule: cname-loop, reason: x, until: '2027-01-31', address: 'a.*'}]", true),
        ("mta_sts_policies: [{domain: example.com, file: a.txt}]", true),
        ("mta_sts_policies: [{domain: example.com}]", false),
        ("views: [{zone: example.com, id: Z1}, {zone: example.com, id: [Z2, Z3], private: true, name: x}]", true),
        (own_table, true),
        ("[]", false),
        ("input: [a]", false),
        ("inputs: a", false),
        ("set: all", false),
        ("fail_on: off", false),
        ("require_complete: maybe", false),
        ("severities: {cname-with-mxx: warning}", false),
        ("severities: {cname-with-mx: fatal}", false),
        ("never_suppress: [zone-partially-visible]", false),
        ("suppressions: [{rule: cname-loop}]", false),
        ("suppressions: [{rule: cname-loop, reason: ' '}]", false),
        ("suppressions: [{rule: [], reason: x}]", false),
        ("suppressions: [{rule: cname-loop, name: '*', reason: x}]", false),
        ("mail_domains: [a.*.example.com]", false),
        ("suppressions: [{rule: cname-loop, reason: x, until: soon}]", false),
        ("suppressions: [{rule: cname-loop, reason: x, zone: y}]", false),
        ("views: [{zone: example.com}]", false),
        ("views: [{zone: example.com, id: Z1, private: 1}]", false),
        ("providers: [{rows: []}]", false),
    ] {
        let value: Value = serde_yaml::from_str(text).expect("it is YAML");
        assert_eq!(validator.is_valid(&value), is_good, "the schema: {text}");
        let mut sources = Sources::default();
        let source = sources.add("zonegate.yaml".to_owned(), Bytes::Owned(text.into()));
        assert_eq!(config::read(&sources, source).is_ok(), is_good, "the program: {text}");
    }
}
