//! Runs the program on every folder under testdata and compares what it prints with the `expected.*` files there.
//!
//! `UPDATE=1 cargo test --test cases` writes those files anew; read the difference before you commit it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = cases().into_iter().flat_map(|case| {
        let kind = case.parent().and_then(Path::file_name).expect("cases lie in a folder a kind");
        let name = case.file_name().expect("cases have names");
        let test = |what: &str| format!("{}/{}: {what}", kind.display(), name.display());
        let (report, records) = (case.clone(), case.clone());
        [
            Trial::test(test("report"), move || expect(&report.join("expected.txt"), &run(&report, &check(&report)))),
            Trial::test(test("records"), move || {
                let [before, after] = states(&records).map(|arguments| run(&records, &arguments));
                expect(&records.join("expected.jsonl"), &format!("before\n{before}after\n{after}"))
            }),
        ]
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// The call that checks a case: what its file `arguments` says, or else a plan, two states of a repository, or one.
fn check(case: &Path) -> Vec<String> {
    let arguments = match (arguments(case), case.join("plan.json").exists(), case.join("before").exists()) {
        (Some(arguments), ..) => return [vec!["check".to_owned()], arguments].concat(),
        (None, true, _) => "check plan.json",
        (None, false, true) => "check --before before --after after",
        (None, false, false) => "check after",
    };
    words(arguments)
}

/// The calls that print the records of a case before and after the change.
fn states(case: &Path) -> [Vec<String>; 2] {
    if let Some(arguments) = arguments(case) {
        ["before", "after"].map(|side| [words("records --side"), vec![side.to_owned()], arguments.clone()].concat())
    } else if case.join("plan.json").exists() {
        ["records plan.json --side before", "records plan.json"].map(words)
    } else {
        ["records before", "records after"].map(words)
    }
}

fn arguments(case: &Path) -> Option<Vec<String>> {
    fs::read_to_string(case.join("arguments")).ok().map(|text| words(&text))
}

fn words(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

fn cases() -> Vec<PathBuf> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let folders = walkdir::WalkDir::new(testdata).min_depth(2).max_depth(2).sort_by_file_name().into_iter();
    let folders = folders.map(|entry| entry.expect("testdata can be read").into_path());
    let inputs = ["plan.json", "after", "arguments"];
    folders.filter(|path| inputs.iter().any(|input| path.join(input).exists())).collect()
}

/// What the program prints in a folder, with its messages and its exit code if it is not 0.
fn run(folder: &Path, arguments: &[String]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zonegate"));
    command.args(arguments).current_dir(folder).env_clear().env("LANG", "C.UTF-8");
    let output = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    let printed = text(output.stdout) + &text(output.stderr);
    match output.status.code().expect("the program ends by itself") {
        0 => printed,
        code => format!("{printed}exit code {code}\n"),
    }
}

fn expect(file: &Path, actual: &str) -> Result<(), Failed> {
    if std::env::var_os("UPDATE").is_some() {
        return Ok(fs::write(file, actual)?);
    }
    let expected = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if expected == actual {
        return Ok(());
    }
    let name = file.display();
    Err(format!("{name} says\n\n{expected}\nbut the program prints\n\n{actual}\n`UPDATE=1 cargo test` takes that over")
        .into())
}
