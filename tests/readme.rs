//! README is true: its commands exist, its report is real, its table is complete.

use std::process::Command;

use zonegate::rules::RULES;

const README: &str = include_str!("../README.md");

/// The blocks of the console: each command with what it prints.
fn console() -> Vec<(&'static str, &'static str)> {
    let blocks = README.split("```console\n$ ").skip(1).filter_map(|rest| rest.split_once("\n```"));
    blocks.map(|(block, _)| block.split_once('\n').unwrap_or((block, ""))).collect()
}

#[test]
fn the_report_it_shows_is_what_the_first_command_prints() {
    let (command, shown) = console()[0];
    let arguments = command.strip_prefix("cargo run --release -- ").expect("the first command runs the program");
    let output = Command::new(env!("CARGO_BIN_EXE_zonegate"))
        .args(arguments.split(' '))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("LANG", "C.UTF-8")
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "a first try does not look broken");
    assert_eq!(String::from_utf8(output.stdout).expect("the report is UTF-8").trim_end(), shown);
}

#[test]
fn without_exit_zero_the_exit_code_is_what_it_says() {
    let arguments: Vec<&str> = console()[0].0.split(' ').skip(4).filter(|word| *word != "--exit-zero").collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_zonegate"));
    let status =
        command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("the program starts").status;
    assert_eq!(status.code(), Some(1));
}

#[test]
fn the_second_command_runs_the_tests() {
    assert_eq!(console()[1], ("cargo test", ""));
}

#[test]
fn its_table_lists_every_rule() {
    let listed: Vec<&str> = README.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    for rule in RULES {
        assert!(listed.contains(&rule.id), "{} is missing", rule.id);
    }
    assert_eq!(listed.len(), RULES.len());
}

#[test]
fn files_it_links_to_are_there() {
    let links = README.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in links {
        assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists(), "{link}");
    }
}
