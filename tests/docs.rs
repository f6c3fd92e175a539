//! What the README and the guides show: every command is run, and prints what the page says.
//!
//! A `console` block holds commands behind `$ `, each followed by all it prints, where `...` stands for lines that are left
//! out; it is run in the root of the repository, or in the directory that follows the word `console`. A `sh` block is for the
//! reader to run: of a `zonegate` in it only the command and the options are looked at. A quick start is one that is run in an
//! empty directory, and fails with what the next block shows. A `yaml` block that starts with
//! `# zonegate.yaml` is a configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use zonegate::config;
use zonegate::source::{Bytes, Sources};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A fenced block of a page.
struct Block {
    page: String,
    language: String,
    /// What follows the language.
    place: String,
    body: String,
}

fn pages() -> Vec<PathBuf> {
    let docs = walkdir::WalkDir::new(Path::new(ROOT).join("docs")).sort_by_file_name().into_iter();
    let docs = docs.map(|entry| entry.expect("the guides can be read").into_path());
    let guides = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    std::iter::once(Path::new(ROOT).join("README.md")).chain(guides).collect()
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    for path in pages() {
        let text = fs::read_to_string(&path).expect("pages are text");
        let page = path.strip_prefix(ROOT).expect("it lies here").display().to_string();
        for (number, part) in text.split("\n```").enumerate().filter(|(number, _)| number % 2 == 1) {
            let (info, body) = part.split_once('\n').unwrap_or((part, ""));
            let (language, place) = info.split_once(' ').unwrap_or((info, ""));
            let [language, place] = [language, place].map(str::to_owned);
            assert!(number > 0);
            blocks.push(Block { page: page.clone(), language, place, body: body.to_owned() + "\n" });
        }
    }
    blocks
}

fn of(language: &str) -> Vec<Block> {
    let blocks: Vec<Block> = blocks().into_iter().filter(|block| block.language == language).collect();
    assert!(!blocks.is_empty(), "there is something to try");
    blocks
}

/// The commands of a `console` block, each with what it prints.
fn commands(block: &Block) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.body.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, printed))) => printed.extend([line, "\n"]),
            (None, None) => panic!("{}: a console block starts with a command", block.page),
        }
    }
    commands
}

/// What a command prints: on standard output, and there and on standard error.
fn printed(command: &str, place: &str) -> [String; 2] {
    let arguments = command.strip_prefix("cargo run --release -- ").or_else(|| command.strip_prefix("zonegate "));
    let arguments = arguments.unwrap_or_else(|| panic!("`{command}` is for a `sh` block"));
    let mut program = Command::new(env!("CARGO_BIN_EXE_zonegate"));
    program.args(arguments.split_ascii_whitespace()).current_dir(Path::new(ROOT).join(place));
    let output = program.env_clear().env("LANG", "C.UTF-8").output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    let all = [output.stdout.clone(), output.stderr].concat();
    [text(output.stdout), text(all)]
}

/// Whether a text is what a page shows of it.
fn is_shown(shown: &str, text: &str) -> bool {
    let parts: Vec<&str> = shown.split("...\n").collect();
    let [first, middle @ .., last] = &parts[..] else { return shown == text };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn every_console_block_shows_what_its_commands_print() {
    for block in of("console") {
        for (command, shown) in commands(&block).into_iter().filter(|(command, _)| command != "cargo test") {
            let [out, all] = printed(&command, &block.place);
            let is_true = is_shown(&shown, &out) || is_shown(&shown, &all);
            assert!(is_true, "{}: `{command}` shows\n{shown}\nbut prints\n{all}", block.page);
        }
    }
}

#[test]
fn from_an_empty_directory_each_quick_start_ends_in_a_change_that_is_stopped() {
    let all = blocks();
    let starts = all.iter().zip(all.iter().skip(1)).filter(|(block, _)| block.place == "quick-start");
    let mut count = 0;
    for (block, shown) in starts {
        let directory = tempfile::tempdir().expect("there is room for a directory");
        let here = directory.path().join("here");
        let programs = directory.path().join("programs");
        fs::create_dir_all(&here).and_then(|()| fs::create_dir_all(&programs)).expect("it takes directories");
        symlink(env!("CARGO_BIN_EXE_zonegate"), programs.join("zonegate"));
        // The plan is one that a real terraform made of the very file that the reader is told to write.
        let case = Path::new(ROOT).join("testdata/terraform/a-first-try");
        let plan = case.join("plan.json").display().to_string();
        let main = case.join("main.tf").display().to_string();
        let terraform = format!("#!/bin/sh\ncmp main.tf '{main}' || exit 1\n[ $1 != show ] || cat '{plan}'\n");
        fs::write(programs.join("terraform"), terraform).expect("it takes files");
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").expect("there is one"));
        let script = format!("set -e; chmod +x ../programs/terraform; {}", block.body);
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(&here).env_clear().env("LANG", "C.UTF-8").env("PATH", path);
        for role in ["AUTHOR", "COMMITTER"] {
            shell.env(format!("GIT_{role}_NAME"), "Example").env(format!("GIT_{role}_EMAIL"), "example@example.com");
        }
        let output = shell.output().expect("there is a shell");
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("it prints text");
        let report = text.find("error[").map(|at| &text[at..]);
        assert_eq!(report, Some(shown.body.as_str()), "{text}");
        count += 1;
    }
    assert_eq!(count, 2);
}

#[cfg(unix)]
fn symlink(program: &str, at: PathBuf) {
    std::os::unix::fs::symlink(program, at).expect("it takes links");
}

#[test]
fn every_option_that_a_reader_is_told_of_exists() {
    for block in of("sh").into_iter().chain(of("yaml")) {
        for line in block.body.lines().filter_map(|line| line.split("zonegate ").nth(1)) {
            let mut words = line.split_ascii_whitespace();
            let command = words.next().unwrap_or_default();
            if !["check", "records", "init", "explain", "schema", "completions", "man"].contains(&command) {
                continue;
            }
            let [help, _] = printed(&format!("zonegate {command} --help"), "");
            for option in
                words.take_while(|word| !["&&", "|", "#"].contains(word)).filter(|word| word.starts_with("--"))
            {
                let option = option.split('=').next().expect("there is a first part").trim_matches(['`', '\'', '"']);
                assert!(help.contains(option), "{}: `{command}` has no {option}: {line}", block.page);
            }
        }
    }
}

#[test]
fn every_configuration_that_is_shown_can_be_read() {
    let is_config = |block: &Block| block.body.starts_with("# zonegate.yaml");
    for block in of("yaml").into_iter().filter(is_config) {
        let mut sources = Sources::default();
        let source = sources.add("zonegate.yaml".to_owned(), Bytes::Owned(block.body.clone().into()));
        let faults = config::read(&sources, source).err().unwrap_or_default();
        assert!(faults.is_empty(), "{}: {:?}\n{}", block.page, faults, block.body);
    }
}

#[test]
fn without_exit_zero_the_first_command_fails() {
    let block = of("console").into_iter().next().expect("there is one");
    let (command, _) = commands(&block).into_iter().next().expect("there is one");
    let arguments = command.strip_prefix("cargo run --release -- ").expect("it needs no installation");
    let arguments = arguments.split(' ').filter(|word| *word != "--exit-zero");
    let mut program = Command::new(env!("CARGO_BIN_EXE_zonegate"));
    let status = program.args(arguments).current_dir(ROOT).output().expect("the program starts").status;
    assert_eq!(status.code(), Some(1));
}

#[test]
fn links_lead_to_files_that_are_there() {
    for path in pages() {
        let text = fs::read_to_string(&path).expect("pages are text");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            let is_here = !link.contains("://") && !file.is_empty();
            let target = path.parent().expect("pages lie in a folder").join(file);
            assert!(!is_here || target.exists(), "{}: {link}", path.display());
        }
    }
}

#[test]
fn three_dots_stand_for_lines_that_are_left_out() {
    for (shown, text, is) in [
        ("a\n", "a\n", true),
        ("a\n", "a\nb\n", false),
        ("a\n...\n", "a\nb\nc\n", true),
        ("a\n...\nc\n", "a\nb\nc\n", true),
        ("...\nb\n...\n", "a\nb\nc\n", true),
        ("a\n...\nd\n", "a\nb\nc\n", false),
    ] {
        assert_eq!(is_shown(shown, text), is, "{shown}");
    }
}
