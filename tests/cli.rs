//! The program as a user or a pipeline calls it: exit codes, streams, colours, and wrong calls.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// An error: a CNAME beside an MX.
const BAD: &str = "a-cname-is-created-beside-an-mx";
/// A warning, and no gap.
const DOUBTFUL: &str = "an-mx-gives-way-to-a-cname-whose-target-has-an-mx";
/// Nothing changes.
const GOOD: &str = "nothing-changes-beside-an-old-bad-pair";
/// A plan that failed.
const FAILED: &str = "a-plan-that-failed-in-part-shows-a-cname-beside-an-mx";

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/terraform").join(name).join("plan.json")
}

fn zonegate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zonegate"));
    command.args(arguments).env_clear().env("LANG", "C.UTF-8").stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    zonegate(arguments).output().expect("the program starts")
}

fn check(plan: &str, arguments: &[&str]) -> Output {
    let plan = case(plan);
    run(&[&["check", plan.to_str().expect("the path is text")], arguments].concat())
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("the program ends by itself")
}

fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).expect("the program writes UTF-8")
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).expect("the program writes UTF-8")
}

#[test]
fn the_exit_code_says_what_a_pipeline_has_to_know() {
    for (plan, arguments, expected) in [
        (BAD, &[][..], 1),
        (BAD, &["--exit-zero"], 0),
        (BAD, &["--fail-on", "never"], 0),
        (BAD, &["--ignore", "cname-with-mx,cname-masks-mail-txt"], 0),
        (BAD, &["--select", "cname-at-apex"], 0),
        (BAD, &["--select", "cname-with-mx,cname-at-apex"], 1),
        (BAD, &["--require-complete"], 2),
        (BAD, &["--require-complete", "--exit-zero"], 2),
        (BAD, &["--require-complete", "--ignore", "zone-partially-visible"], 1),
        (DOUBTFUL, &[], 0),
        (DOUBTFUL, &["--fail-on", "warning"], 1),
        (GOOD, &[], 0),
        (GOOD, &["--all"], 0),
        (GOOD, &["--fail-on", "note"], 0),
        (FAILED, &[], 2),
        (FAILED, &["--exit-zero"], 2),
        (FAILED, &["--ignore", "plan-not-complete"], 2),
    ] {
        for format in ["human", "concise", "json"] {
            let output = check(plan, &[arguments, &["--format", format]].concat());
            assert_eq!(code(&output), expected, "{plan} {arguments:?} {format}");
        }
    }
}

#[test]
fn an_ignored_rule_leaves_what_it_stood_for() {
    let apex = "a-cname-is-created-at-the-apex-beside-an-mx-on-google";
    assert!(stdout(&check(apex, &[])).contains("also: cname-at-apex"));
    let output = check(apex, &["--ignore", "cname-with-mx,cname-masks-mail-txt"]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).starts_with("error[cname-at-apex]"), "{}", stdout(&output));
}

#[test]
fn json_is_one_document_whatever_happens() {
    let missing = ["check", "no-such-file", "--format", "json"];
    for output in [run(&missing), check(FAILED, &["--format", "json"]), check(BAD, &["--format", "json"])] {
        let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        assert_eq!(report["summary"]["exit_code"], code(&output));
        assert_eq!(stderr(&output), "");
    }
    let report: Value = serde_json::from_slice(&run(&missing).stdout).expect("it is JSON");
    assert_eq!(report["inputs"][0]["sha256"], Value::Null);
    assert_eq!(report["gaps"][0]["rule"], "input-unreadable");
}

#[test]
fn json_says_where_mail_goes_instead() {
    let output = check(DOUBTFUL, &["--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let route = &report["findings"][0]["route"];
    assert_eq!((&route["before"]["kind"], &route["after"]["kind"]), (&"mx".into(), &"mx".into()), "{route}");
    assert_ne!(route["before"]["exchanges"], route["after"]["exchanges"]);
}

#[test]
fn standard_input_is_read() {
    let mut child = zonegate(&["check", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let plan = std::fs::read(case(BAD)).expect("the plan can be read");
    child.stdin.take().expect("it is piped").write_all(&plan).expect("the program reads");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("[-:1:"), "{}", stdout(&output));
}

#[test]
fn standard_input_is_one_input() {
    for arguments in ["- --context -", "--before - --after -", "x.zone --before - --after - --context -"] {
        let mut program = zonegate(&["check"]);
        let output = program.args(arguments.split(' ')).output().expect("the program starts");
        let told = (code(&output), stderr(&output).contains("standard input is named twice"));
        assert_eq!(told, (2, true), "{arguments}: {}", stderr(&output));
    }
    assert!(!stderr(&run(&["check", "-", "-"])).contains("twice"), "it is one input");
}

#[test]
fn who_does_not_watch_at_a_terminal_sees_nothing_of_the_progress() {
    let mut command = zonegate(&["check", "-"]);
    let child = command.env("TERM", "xterm").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = child.stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    std::thread::sleep(std::time::Duration::from_millis(800));
    let plan = std::fs::read(case(BAD)).expect("the plan can be read");
    stdin.write_all(&plan).expect("the program reads");
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((code(&output), stderr(&output)), (1, ""));
}

#[test]
fn utf_16_is_read_and_its_digest_is_that_of_the_file() {
    let text = std::fs::read_to_string(case(BAD)).expect("the plan is text");
    let bytes: Vec<u8> = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let mut file = tempfile::NamedTempFile::new().expect("there is room");
    file.write_all(&bytes).expect("there is room");
    let path = file.path().to_str().expect("the path is text");
    let output = run(&["check", path, "--format", "json"]);
    assert_eq!(code(&output), 1);
    let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let digest =
        zonegate::report::hex(&sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(&bytes)));
    assert_eq!(report["inputs"][0]["sha256"], digest);
}

#[test]
fn wrong_calls_are_explained() {
    for (arguments, expected) in [
        (&["check", "--no-config"][..], "name an input"),
        (&["check", "x", "--format", "jsn"], "did you mean `json`?"),
        (&["check", "x", "--format", "json="], "the name of the file is missing"),
        (&["check", "x", "--format", "json", "--format", "human"], "only one format can go to standard output"),
        (&["check", "x", "--format", "json=y", "--format", "human=y"], "two formats cannot go to one file"),
        (&["explain", "cname-with-mxx"], "'cname-with-mx'"),
        (&["explain", "cname_with_mx"], "'cname-with-mx'"),
        (&["check", "x", "--select", "cname_with_mx"], "'cname-with-mx'"),
        (&["check", "x", "--ignore", "nonsense"], "`zonegate rules`"),
        (&["check", "x", "--fail-on", "eror"], "'error'"),
        (&["check", "x", "--set", "strickt"], "'strict'"),
        (&["check", "x", "--formt", "json"], "'--format'"),
        (&["chekc"], "'check'"),
        (&["plan.json"], "`zonegate check plan.json`"),
        (&["src"], "`zonegate check src`"),
    ] {
        let output = run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
    }
    let folder = env!("CARGO_MANIFEST_DIR");
    let output = run(&["check", &format!("{folder}/src")]);
    assert!(stdout(&output).contains("neither a configuration"), "{}", stdout(&output));
    assert_eq!(code(&output), 2);
}

#[test]
fn an_input_that_cannot_be_read_is_told_what_to_do_instead() {
    let place = tempfile::tempdir().expect("there is room for a directory");
    let zone = "'':\n  type: MX\n  value: {exchange: mx.example.com., preference: 10}\n";
    for (path, text, advice) in [
        ("main.tf", "resource \"aws_route53_record\" \"mx\" {\n", "save a plan with `terraform plan -out FILE`"),
        ("show.txt", "Terraform will perform the following actions:\n", "run `terraform show -json FILE > plan.json`"),
        ("octodns.txt", "* example.com.\n*   Summary: Creates=1\n", "octodns.provider.plan.PlanJson"),
        ("example.com.zone", "$ORIGIN example.com.\n", "no record is in this zone file"),
        ("template.json", "{\"AWSTemplateFormatVersion\": \"2010-09-09\"}", "a template of CloudFormation"),
        ("list.json", "[1, 2]", "this JSON is no plan"),
        ("modules/main.tf", "", "no such file or directory"),
        ("zones.yaml", zone, "a zone file is called after its zone"),
        ("example.com.yml", zone, "ends in .yaml"),
        ("docker-compose.yml", "services: {web: {image: x}}\n", "neither a configuration of octodns nor a zone file;"),
        ("broken.yaml", "a: 'b\n", "unclosed quote"),
        ("example.net.yaml", "a: \u{0}", "unexpected character"),
        ("absent.yaml", "", "no such file"),
        ("empty/", "", "a zone file is called after its zone"),
        ("terraform/", "main.tf", "of Terraform a plan is checked"),
        ("plans/", "plan.json", "to check a plan, name the file"),
        ("other/", "example.com.yml", "ends in .yaml"),
    ] {
        let input = place.path().join(path);
        if path.ends_with('/') {
            std::fs::create_dir(&input).expect("there is room for a directory");
            let inside = if text.is_empty() { "README" } else { text };
            std::fs::write(input.join(inside), zone).expect("there is room for a file");
        } else if !text.is_empty() {
            std::fs::write(&input, text).expect("there is room for a file");
        }
        let output = run(&["check", input.to_str().expect("the path is text")]);
        let report = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(report.contains(advice), "{path}: {report}");
        assert_eq!((code(&output), stderr(&output)), (2, ""), "{path}");
    }
}

#[test]
fn an_input_that_is_named_twice_is_read_once() {
    let plan = case(BAD);
    let again = plan.parent().expect("it lies in a folder").join(".").join("plan.json");
    let again = again.to_str().expect("the path is text").replace("/plan.json", "/./plan.json");
    assert_eq!(stdout(&check(BAD, &[&again])), stdout(&check(BAD, &[])));
}

#[test]
fn who_stops_reading_gets_no_error_and_no_verdict() {
    let mut command = zonegate(&["check", "-", "--all"]);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("it starts");
    drop(child.stdout.take());
    let plan = std::fs::read(case(BAD)).expect("the plan can be read");
    child.stdin.take().expect("it is piped").write_all(&plan).expect("the program reads");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((code(&output), stderr(&output)), (2, ""));
}

#[test]
fn a_plan_of_octodns_and_another_state_before_are_one_too_many() {
    let case = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/octodns/an-mx-gives-way-to-a-cname");
    let plan = tempfile::NamedTempFile::new().expect("there is room for a file");
    std::fs::write(plan.path(), "{}").expect("the file can be written");
    let plan = plan.path().to_str().expect("the path is text");
    let [before, after] = ["before", "after"].map(|side| format!("{case}/{side}"));
    let output = run(&["check", plan, "--before", &before, "--after", &after]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("says itself what was there before"), "{}", stdout(&output));
    let output = run(&["check", plan, &after]);
    assert_eq!(code(&output), 0, "an empty plan changes nothing: {}", stdout(&output));
}

#[test]
fn a_summary_always_says_what_was_seen_and_quiet_leaves_it_out() {
    let summary = "compared before with after";
    let flat = |text: &str| text.replace('\n', " ");
    assert!(flat(stdout(&check(GOOD, &[]))).contains(summary));
    assert!(flat(stderr(&check(GOOD, &["--format", "concise"]))).contains(summary));
    let quiet = check(GOOD, &["--quiet"]);
    assert_eq!((stdout(&quiet), stderr(&quiet)), ("", ""));
    let undone = run(&["check", "no-such-file", "--quiet"]);
    assert!(stdout(&undone).contains("no such file"), "why nothing was checked is no noise");
    assert!(stderr(&check(GOOD, &["--verbose"])).contains("a plan of format 1."));
}

#[test]
fn verbose_says_what_was_read_of_a_directory_and_what_was_not() {
    let place = tempfile::tempdir().expect("there is room for a directory");
    let config = "providers:\n  files: {class: octodns.provider.yaml.YamlProvider, directory: zones}\n  \
                  route53: {class: octodns_route53.Route53Provider}\n  own: {class: own.Provider}\n\
                  processors:\n  own: {class: own.Processor}\n\
                  zones:\n  example.com.: {sources: [files, own], targets: [route53, own], processors: [own]}\n";
    for (path, text) in [
        ("before/zones/example.com.yaml", "'': {type: MX, value: {exchange: mx.example.net., preference: 10}}\n"),
        ("after/zones/example.com.yaml", "'': {type: MX, value: {exchange: mx.example.net., preference: 20}}\n"),
        ("after/zones/example.org.yaml", "'': {type: MX, value: {exchange: mx.example.net., preference: 10}}\n"),
        ("after/compose.yml", "services: {}\n"),
        ("before/config.yaml", &config.replace("[files, own]", "[files]")),
        ("after/config.yaml", config),
    ] {
        let path = place.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("there is room for a directory");
        std::fs::write(path, text).expect("there is room for a file");
    }
    let mut command = zonegate(&["check", "--before", "before", "--after", "after", "--verbose"]);
    let output = command.current_dir(&place).output().expect("the program starts");
    let lines: Vec<&str> = stderr(&output).lines().collect();
    let records = "records go to own (own.Provider, of which nothing is known), route53 (Route 53)";
    assert_eq!(
        lines,
        [
            "after: 4 files on disk; compared with 2 files on disk",
            &format!("after/config.yaml: a configuration of example.com; 1 zone file read in zones; {records}"),
            "after/config.yaml: 1 zone: the source own (own.Provider) is not read",
            "after/config.yaml: 1 zone: what own.Processor makes of the records cannot be followed",
            "after/zones: 1 zone file read without a configuration: example.org",
            "after: neither a configuration nor a zone file: compose.yml",
        ]
    );
    assert_eq!(code(&output), 0, "{}", stdout(&output));
}

#[test]
fn colours_are_used_on_request_and_never_in_a_file() {
    assert!(stdout(&check(BAD, &["--color", "always"])).contains("\x1b["));
    for arguments in [&[][..], &["--color", "never"]] {
        assert!(!stdout(&check(BAD, arguments)).contains('\x1b'), "{arguments:?}");
    }
}

#[test]
fn without_a_locale_that_can_show_more_all_is_ascii() {
    let plan = case(BAD);
    let mut command = zonegate(&["check", plan.to_str().expect("the path is text")]);
    let output = command.env("LANG", "C").output().expect("the program starts");
    assert!(stdout(&output).is_ascii(), "{}", stdout(&output));
}

#[test]
fn pages_and_the_catalogue_are_printed() {
    let catalogue = run(&["rules"]);
    for id in stdout(&catalogue).lines().skip(1).filter_map(|line| line.split(' ').next()) {
        let page = run(&["explain", id]);
        assert!(stdout(&page).starts_with(&format!("# {id}\n")), "{id}");
    }
    assert!(stdout(&catalogue).lines().count() > 12);
}

#[test]
fn schemas_are_printed() {
    assert_eq!(stdout(&run(&["schema", "report"])), include_str!("../src/schema/report.json"));
    assert_eq!(stdout(&run(&["schema", "config"])), include_str!("../src/schema/configuration.json"));
    assert_eq!(code(&run(&["schema", "plan"])), 2);
}

#[test]
fn completions_know_every_subcommand_and_flag_in_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&["completions", shell]);
        assert_eq!(code(&output), 0, "{shell}");
        for word in ["check", "records", "rules", "explain", "completions", "man", "fail-on"] {
            assert!(stdout(&output).contains(word), "{shell}: {word}");
        }
    }
    assert!(stdout(&run(&["completions", "bash"])).contains("cname-with-mx"), "rules are values that complete");
    assert_eq!(code(&run(&["completions", "sh"])), 2);
}

#[test]
fn there_is_a_manual_page_for_the_program_and_one_for_each_subcommand() {
    let page = run(&["man"]);
    assert!(stdout(&page).contains(".TH zonegate 1") && stdout(&page).contains("zonegate\\-check(1)"));
    let directory = tempfile::tempdir().expect("there is room for a directory");
    let written = run(&["man", directory.path().to_str().expect("the path is text")]);
    assert_eq!((code(&written), stdout(&written), stderr(&written)), (0, "", ""));
    let help = run(&["help"]);
    let commands = stdout(&help).lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.map_while(|line| line.strip_prefix("  ")).filter_map(|line| line.split(' ').next());
    let commands = commands.filter(|name| !["", "help"].contains(name)).map(|name| format!("zonegate-{name}.1"));
    let expected: BTreeSet<_> = commands.chain(["zonegate.1".to_owned()]).collect();
    let entries = std::fs::read_dir(&directory).expect("it can be listed");
    let names = entries.map(|entry| entry.expect("it can be listed").file_name().into_string().expect("it is text"));
    assert_eq!(names.collect::<BTreeSet<_>>(), expected);
    let check = std::fs::read_to_string(directory.path().join("zonegate-check.1")).expect("it is there");
    assert!(check.contains("\\-\\-fail\\-on") && check.contains("exit code"));
}

#[test]
fn manual_pages_that_cannot_be_written_are_told() {
    let output = run(&["man", "no/such/directory"]);
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    assert!(stderr(&output).starts_with("zonegate: the pages cannot be written to no/such/directory: "));
}

#[test]
fn the_way_of_mail_is_told_step_by_step() {
    let state = |state| format!("{}/testdata/octodns/an-mx-gives-way-to-a-cname/{state}", env!("CARGO_MANIFEST_DIR"));
    let states = ["--before", &state("before"), "--after", &state("after")];
    let trace = |arguments: &[&str]| run(&[&["trace"], arguments, &states].concat());
    let told = trace(&["sales@shop.example.com"]);
    // Where a step is written stands below it, since the paths are long.
    let steps = stdout(&told).lines().filter(|line| !line.trim_start().starts_with('/'));
    assert_eq!(
        steps.collect::<Vec<_>>(),
        [
            "mail for shop.example.com",
            "  before the change:",
            "    mx 10 mx.example.net",
            "      mx.example.net is out of view: no input holds a zone around it",
            "  after it:",
            "    shop.example.com is an alias for www.example.com",
            "    www.example.com has no mx, so its own address takes the mail",
            "      address 192.0.2.1",
        ]
    );
    assert_eq!(code(&told), 0);
    let told: Value = serde_json::from_str(stdout(&trace(&["shop.example.com", "--format", "json"]))).expect("JSON");
    assert_eq!(told["ways"][0]["before"]["exchanges"][0]["exchange"], "mx.example.net.");
    assert_eq!(told["ways"][0]["after"]["kind"], "address");
    assert_eq!(told["ways"][0]["after"]["hosts"][0]["addresses"][0], "192.0.2.1");
}

#[test]
fn a_way_that_cannot_be_told_is_no_success() {
    let told = run(&["trace", "example.com", "no-such-file.json"]);
    assert_eq!(code(&told), 2);
    assert!(stdout(&told).contains("example.com is out of view: no input holds a zone around it"));
    assert!(stderr(&told).starts_with("no-such-file.json:1:1: "));
    assert_eq!(code(&run(&["trace", "a..b", "no-such-file.json"])), 2);
    assert_eq!(code(&run(&["trace", "example.com", "--no-config"])), 2);
}

#[test]
fn trace_and_records_say_where_a_fault_is_and_break_long_lines() {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    let path = directory.path().join("x.zone");
    let (long, cut) = ("a-name-that-is-rather-long", "a-child-zone-of-a-rather-long-name");
    let zone = format!(
        "$ORIGIN example.com.\n@ 60 SOA ns1.example.net. x.example.net. 1 1 1 1 1\n{cut} 60 NS ns1.example.net.\n\
         shop 60 MX 10 {long}.{cut}\n  60 A 192.0.2\n"
    );
    std::fs::write(path, zone).expect("the directory takes files");
    let run = |arguments: &str| {
        let mut program = zonegate(&arguments.split(' ').collect::<Vec<_>>());
        program.current_dir(directory.path()).output().expect("the program starts")
    };
    let told = run("trace shop.example.com x.zone");
    assert_eq!(
        stdout(&told),
        "mail for shop.example.com\n\
         \x20 mx 10\n\
         \x20     a-name-that-is-rather-long.a-child-zone-of-a-rather-long-name.example.com\n\
         \x20     x.zone:4:15\n\
         \x20   a-name-that-is-rather-long.a-child-zone-of-a-rather-long-name.example.com is\n\
         \x20       out of view: it is delegated at\n\
         \x20       a-child-zone-of-a-rather-long-name.example.com, and no input holds that\n\
         \x20       zone\n"
    );
    for output in [told, run("records x.zone")] {
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).starts_with("x.zone:5:8: "), "{}", stderr(&output));
    }
}
