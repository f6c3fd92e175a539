//! What pipelines run: the steps of `action.yml` and the job of `templates/zonegate.yml`, run by bash in a repository made
//! for it, with what their runners set.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use regex_lite::Regex;
use serde_yaml::Value;
use tempfile::TempDir;

const ZONE: &str = "shop:\n  - type: MX\n    value: {exchange: mx1.example.net., preference: 10}\n";
const GOOD: &str = "www: {type: A, value: 192.0.2.1}\n";
const BAD: &str = "  - {type: CNAME, value: shops.example.org.}\n";

/// A repository in which a branch has changed a zone, what a runner keeps beside it, and programs before all others.
struct Job(TempDir);

/// How a script ended: exit code and streams.
struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Job {
    fn with(change: &str) -> Job {
        let job = Job(tempfile::tempdir().expect("there is room for a directory"));
        fs::create_dir_all(job.0.path().join("work/zones")).expect("there is room");
        fs::create_dir(job.0.path().join("bin")).expect("there is room");
        job.write("work/zones/example.com.yaml", ZONE);
        let commit = "git add . && git -c user.name=test -c user.email=test@example.com commit -qm";
        assert_eq!(job.bash(&format!("git init -qb main && {commit} before && git checkout -qb change"), &[]).code, 0);
        job.write("work/zones/example.com.yaml", &format!("{ZONE}{change}"));
        assert_eq!(job.bash(&format!("{commit} after"), &[]).code, 0);
        job
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.0.path().join(path), text).expect("there is room");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn path(&self, path: &str) -> String {
        self.0.path().join(path).to_str().expect("temporary directories have names of text").to_owned()
    }

    /// Puts a program before all others of its name.
    fn program(&self, name: &str, script: &str) {
        let path = self.0.path().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}")).expect("there is room");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is our file");
    }

    /// Runs a script as both runners do: each line, up to the first that fails.
    fn bash(&self, script: &str, environment: &[(String, String)]) -> Done {
        self.write("script", script);
        let built = Path::new(env!("CARGO_BIN_EXE_zonegate")).parent().expect("it lies in a directory");
        let path = std::env::var("PATH").expect("there is a PATH");
        let Output { status, stdout, stderr } = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", &self.path("script")])
            .current_dir(self.0.path().join("work"))
            .env_clear()
            .envs([("LANG", "C.UTF-8"), ("HOME", &self.path("")), ("GIT_CONFIG_NOSYSTEM", "1")])
            .env("PATH", format!("{}:{}:{path}", self.path("bin"), built.display()))
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("bash is there");
        let text = |bytes| String::from_utf8(bytes).expect("all programs write UTF-8");
        Done { code: status.code().expect("it ends by itself"), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Runs a step of the action with these inputs and values of `github`, the rest by default.
    fn step(&self, name: &str, given: &[(&str, &str)]) -> Done {
        let action = yaml("action.yml");
        let steps = action["runs"]["steps"].as_sequence().expect("the action has steps");
        let step = steps.iter().find(|step| step["name"] == name).expect("there is such a step");
        let value_of = |expression: &str| {
            let default = || expression.strip_prefix("inputs.").map(|input| text(&action["inputs"][input]["default"]));
            let given = given.iter().find(|(name, _)| *name == expression).map(|(_, value)| *value);
            given.or_else(default).unwrap_or_else(|| panic!("{expression} is not given")).to_owned()
        };
        let variables = step["env"].as_mapping().expect("the step has an environment");
        let mut environment: Vec<(String, String)> = variables
            .iter()
            .map(|(name, value)| (text(name).to_owned(), evaluated(text(value), "${{ ", " }}", value_of)))
            .collect();
        for (name, file) in [("GITHUB_OUTPUT", "output"), ("GITHUB_STEP_SUMMARY", "summary"), ("GITHUB_PATH", "path")] {
            environment.push((name.to_owned(), self.path(file)));
        }
        let runner =
            [("RUNNER_OS", "Linux"), ("RUNNER_ARCH", "X64"), ("GITHUB_SERVER_URL", "https://forge.example.com")];
        environment.extend(runner.map(|(name, value)| (name.to_owned(), value.to_owned())));
        environment.push(("RUNNER_TEMP".to_owned(), self.path("").trim_end_matches('/').to_owned()));
        self.bash(text(&step["run"]), &environment)
    }

    /// Runs a script of the job in the template for GitLab.
    fn template(&self, script: &str, inputs: &[(&str, &str)]) -> Done {
        let text_of = read("templates/zonegate.yml");
        let (head, body) = text_of.split_once("\n---\n").expect("it has a head");
        let head: Value = serde_yaml::from_str(head).expect("the head is YAML");
        let value_of = |expression: &str| {
            let name = expression.strip_prefix("inputs.").expect("it knows inputs only");
            let given = inputs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            given.unwrap_or_else(|| text(&head["spec"]["inputs"][name]["default"])).to_owned()
        };
        let job = &serde_yaml::from_str::<Value>(body).expect("the body is YAML")["zonegate"];
        let variables = job["variables"].as_mapping().expect("the job has variables").iter();
        let variables =
            variables.map(|(name, value)| (text(name).to_owned(), evaluated(text(value), "$[[ ", " ]]", value_of)));
        let base = ("CI_MERGE_REQUEST_DIFF_BASE_SHA".to_owned(), "main".to_owned());
        let lines = job[script].as_sequence().expect("the job has such a script").iter().map(text);
        self.bash(&lines.collect::<Vec<_>>().join("\n"), &variables.chain([base]).collect::<Vec<_>>())
    }
}

/// The text with each expression between these marks replaced by its value.
fn evaluated(text: &str, open: &str, close: &str, value_of: impl Fn(&str) -> String) -> String {
    let mut parts = text.split(open);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (expression, rest) = part.split_once(close).expect("an expression ends");
        whole += &(value_of(expression) + rest);
    }
    whole
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value:?} is no text"))
}

const CHECK: &[(&str, &str)] =
    &[("inputs.base", "main"), ("inputs.sarif-file", "zonegate.sarif"), ("inputs.json-file", "report.json")];

#[test]
fn the_action_fails_on_a_bad_change_and_annotates_its_lines() {
    let job = Job::with(BAD);
    let done = job.step("Check", CHECK);
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(done.stdout.contains("error[cname-with-mx]") && done.stdout.contains("so this mx is never seen"));
    assert!(done.stdout.contains("\n::error file=zones/example.com.yaml,line=4,"), "{}", done.stdout);
    assert!(job.read("summary").contains("shop.example.com"), "the summary is the report in Markdown");
    assert_eq!(job.read("output"), "exit-code=1\nsarif-file=./zonegate.sarif\njson-file=./report.json\n");
    for (report, key) in [("work/zonegate.sarif", "runs"), ("work/report.json", "findings")] {
        let report: serde_json::Value = serde_json::from_str(&job.read(report)).expect("it is JSON");
        assert_eq!(report[key].as_array().expect("it is a list").len(), 1);
    }
}

#[test]
fn the_action_passes_a_good_change_and_a_bad_one_that_is_not_to_fail() {
    let done = Job::with(GOOD).step("Check", CHECK);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert!(!done.stdout.contains("::error"));
    let job = Job::with(BAD);
    assert_eq!(job.step("Check", &[CHECK, &[("inputs.fail-on", "never")]].concat()).code, 0);
    assert_eq!(
        job.step(
            "Check",
            &[CHECK, &[("inputs.args", "--ignore\ncname-with-mx,cname-masks-mail-txt,cname-with-other-data\n")]]
                .concat()
        )
        .code,
        0
    );
    assert_eq!(job.step("Check", &[("inputs.inputs", "zones\n"), ("inputs.base", "main")]).code, 1);
}

#[test]
fn the_action_says_that_a_check_could_not_be_done() {
    let job = Job::with(GOOD);
    assert_eq!(job.step("Check", &[("inputs.inputs", "no-such-plan.json")]).code, 2);
    assert!(job.read("output").starts_with("exit-code=2\n"));
    assert_eq!(job.step("Check", &[("inputs.args", "--no-such-flag")]).code, 2);
}

#[test]
fn the_runner_obeys_no_line_of_the_report() {
    let done = Job::with(BAD).step("Check", CHECK);
    let words = Regex::new(r"(?s)^::stop-commands::([0-9a-f]{32})\n.*\n::([0-9a-f]{32})::\n(.*)$")
        .expect("it is written by hand");
    let found = words.captures(&done.stdout).unwrap_or_else(|| panic!("{}", done.stdout));
    assert_eq!(found[1], found[2]);
    assert!(found[3].starts_with("::error"), "{}", &found[3]);
}

#[test]
fn nothing_that_a_user_gives_is_run() {
    let job = Job::with(GOOD);
    for given in
        ["$(touch hacked)", "; touch hacked;", "\"; touch hacked; \"", "'; touch hacked; '", "|| touch hacked #"]
    {
        for input in ["inputs", "base", "fail-on", "args", "format", "sarif-file", "working-directory"] {
            job.step("Check", &[(&format!("inputs.{input}"), given)]);
        }
        for input in ["inputs", "fail_on", "source", "version"] {
            let given = [&[(input, given)], TEMPLATE].concat();
            job.template("script", &given);
            job.program("cargo", "");
            job.template("before_script", &given);
        }
    }
    assert!(!job.0.path().join("work/hacked").exists());
    let workflows = ["ci.yml", "release.yml"].map(|name| format!(".github/workflows/{name}"));
    let examples = ["octodns-github.yml", "terraform-github.yml"].map(|name| format!("docs/examples/{name}"));
    for path in workflows.into_iter().chain(examples).chain(["action.yml".to_owned()]) {
        for script in scripts(&yaml(&path)) {
            assert!(!script.contains("${{"), "{path}: {script}");
        }
    }
}

/// All that stands under a key `run`.
fn scripts(value: &Value) -> Vec<String> {
    match value {
        Value::Sequence(items) => items.iter().flat_map(scripts).collect(),
        Value::Mapping(entries) => {
            let run = entries.get("run").and_then(Value::as_str).map(str::to_owned);
            run.into_iter().chain(entries.values().flat_map(scripts)).collect()
        }
        _ => Vec::new(),
    }
}

/// A release of this program: what `curl` gets and, in its place, what `cargo` is told.
fn release(job: &Job) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/archive.sh");
    let binary = env!("CARGO_BIN_EXE_zonegate");
    let make = format!("{} v1.2.3 x86_64-unknown-linux-musl {binary} ../release", script.display());
    let done = job.bash(&make, &[]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    job.program("cargo", &format!("echo \"$*\" >{}", job.path("built")));
    job.program("curl", &format!("for url; do case $url in https://forge.example.com/OWNER/zonegate/releases/download/v1.2.3/*) cp {}/$(basename \"$url\") . ;; *v9*) exit 22 ;; esac; done", job.path("release")));
}

fn used_by(reference: &str) -> Vec<(&str, &str)> {
    vec![
        ("github.action_repository", "OWNER/zonegate"),
        ("github.action_ref", reference),
        ("github.action_path", "/source"),
    ]
}

#[test]
fn the_action_takes_the_binary_of_the_release_that_it_is_used_by() {
    let job = Job::with(GOOD);
    release(&job);
    let done = job.step("Install zonegate", &used_by("v1.2.3"));
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    let installed = job.read("path").trim_end().to_owned() + "/zonegate";
    assert!(job.bash(&format!("{installed} --version"), &[]).stdout.starts_with("zonegate "));
    assert!(!job.0.path().join("built").exists());
}

#[test]
fn the_action_takes_no_binary_that_is_not_what_was_released() {
    let job = Job::with(GOOD);
    release(&job);
    let spoil = "echo '#' >>../release/zonegate-v1.2.3-x86_64-unknown-linux-musl.tar.gz";
    assert_eq!(job.bash(spoil, &[]).code, 0);
    assert_eq!(job.step("Install zonegate", &used_by("v1.2.3")).code, 1);
    assert!(!job.0.path().join("built").exists() && !job.0.path().join("zonegate/bin/zonegate").exists());
}

#[test]
fn the_action_is_built_where_it_is_no_release_or_has_no_binary() {
    let job = Job::with(GOOD);
    release(&job);
    let source = [("inputs.install", "source")];
    for given in [used_by("main"), used_by("v9.0.0"), [&source, used_by("v1.2.3").as_slice()].concat()] {
        assert_eq!(job.step("Install zonegate", &given).code, 0);
        let expected = format!("install --locked --quiet --path /source --root {}", job.path("zonegate"));
        assert_eq!(job.read("built").trim_end(), expected);
        fs::remove_file(job.0.path().join("built")).expect("it was read");
    }
}

const TEMPLATE: &[(&str, &str)] = &[("source", "https://forge.example.com/zonegate"), ("version", "v0.1.0")];

#[test]
fn the_template_for_gitlab_fails_on_a_bad_change_and_reports_its_lines() {
    for (change, code, findings) in [(BAD, 1, 1), (GOOD, 0, 0)] {
        let job = Job::with(change);
        job.program(
            "cargo",
            &format!("echo \"$*\"\nmkdir -p .zonegate/bin\ncp {} .zonegate/bin", env!("CARGO_BIN_EXE_zonegate")),
        );
        let done = job.template("before_script", TEMPLATE);
        assert_eq!(
            (done.code, done.stdout.trim_end()),
            (
                0,
                "install --locked --quiet --git https://forge.example.com/zonegate --tag v0.1.0 --root .zonegate zonegate"
            )
        );
        assert_eq!(job.template("before_script", TEMPLATE).stdout, "", "it is there already");
        let done = job.template("script", TEMPLATE);
        assert_eq!(done.code, code, "{}{}", done.stdout, done.stderr);
        let report: serde_json::Value =
            serde_json::from_str(&job.read("work/gl-code-quality-report.json")).expect("it is JSON");
        let report = report.as_array().expect("it is a list");
        let errors = report.iter().filter(|found| found["check_name"] == "cname-with-mx");
        assert_eq!(errors.filter(|found| found["location"]["path"] == "zones/example.com.yaml").count(), findings);
        assert!(job.read("work/zonegate-junit.xml").starts_with("<?xml"));
    }
}
