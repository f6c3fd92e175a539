//! The command line: what the user typed, and what becomes of it.

mod advice;
mod check;
mod code;
mod init;
mod inputs;
mod output;
mod packaging;
mod pages;
mod progress;
mod settings;
mod trace;

use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use self::check::Check;
use self::init::Init;
use self::inputs::States;
use self::packaging::{Completions, Man};
use self::progress::Progress;
use self::settings::Choice;
use self::trace::Trace;
use crate::dump;
use crate::excerpt::visible;
use crate::gap::{self, COVERAGE, Gap};
use crate::rules::{self, RULES};
use crate::severity::Severity;
use crate::source::Sources;
use crate::workspace;

/// Checks DNS-as-code changes before they are applied, and stops those that would break mail.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a change, and say what it does to mail.
    ///
    /// The exit code is 0 if nothing was found, 1 if the change brings about a finding of the --fail-on severity, and 2
    /// if the check could not be done.
    Check(Box<Check>),
    /// Print the records that the inputs hold, one JSON line a record set.
    Records(Records),
    /// Say where mail for a name goes, step by step: aliases, exchanges, addresses, TLSA records.
    Trace(Trace),
    /// Write a zonegate.yaml that fits what lies here, with every key explained.
    Init(Init),
    /// List all rules and kinds of gap.
    Rules,
    /// Print the page of a rule: why it is there, examples, and what to do.
    Explain {
        /// The rule.
        #[arg(value_parser = rule_ids())]
        rule: String,
    },
    /// Print the JSON schema of a document that zonegate reads or writes.
    Schema {
        /// The document.
        document: Document,
    },
    /// Print the completions for a shell.
    ///
    /// In bash, write them to ~/.local/share/bash-completion/completions/zonegate; in zsh, to _zonegate in a directory of
    /// `fpath`; in fish, to ~/.config/fish/completions/zonegate.fish.
    Completions(Completions),
    /// Print the manual page zonegate(1), or write all pages.
    Man(Man),
}

#[derive(Debug, Args)]
struct Records {
    /// The same inputs as those of `check`.
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
    #[command(flatten)]
    states: States,
    #[command(flatten)]
    choice: Choice,
    /// The side of the change.
    #[arg(long, default_value = "after")]
    side: SideName,
}

/// A document that has a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Document {
    /// `zonegate.yaml`.
    Config,
    /// What `check --format json` writes.
    Report,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SideName {
    Before,
    After,
}

fn rule_ids() -> PossibleValuesParser {
    let ids = RULES.iter().map(|rule| rule.id).chain(COVERAGE.iter().map(|coverage| coverage.id));
    ids.collect::<Vec<_>>().into()
}

/// Runs the program with the arguments of this process.
pub fn run() -> ExitCode {
    let done = match Cli::try_parse().unwrap_or_else(|error| advice::advise(error).exit()).command {
        Command::Check(check) => check.run(),
        Command::Records(records) => records.run(),
        Command::Trace(trace) => trace.run(),
        Command::Init(init) => init.run(),
        Command::Rules => print(&catalogue()).map(|()| 0),
        Command::Explain { rule } => print(page(&rule)).map(|()| 0),
        Command::Schema { document } => print(document.schema()).map(|()| 0),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        // Whoever reads has seen enough, but has not seen a verdict.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(2),
        Err(error) => {
            let _ = writeln!(io::stderr(), "zonegate: the report cannot be written: {error}");
            ExitCode::from(2)
        }
    }
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a file; the error names it.
fn write_to(path: &str, text: &str) -> io::Result<()> {
    workspace::write(path, text).map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))
}

/// Says why a command does nothing.
fn refuse(reason: &str) -> io::Result<u8> {
    writeln!(io::stderr(), "zonegate: {}", visible(reason, true))?;
    Ok(2)
}

impl Document {
    fn schema(self) -> &'static str {
        match self {
            Document::Config => include_str!("../schema/configuration.json"),
            Document::Report => include_str!("../schema/report.json"),
        }
    }
}

impl Records {
    fn run(self) -> io::Result<u8> {
        let mut sources = Sources::default();
        let mut settings = match self.choice.read(&mut sources) {
            Ok(settings) => settings,
            Err(gaps) => return tell_broken(&sources, &gaps),
        };
        let progress = Progress::new(&self.inputs, false);
        let loaded = settings.load(&self.inputs, &self.states, true, &mut sources, &progress);
        drop(progress);
        let side = match self.side {
            SideName::Before => &loaded.diff.before,
            SideName::After => &loaded.diff.after,
        };
        let mut out = io::BufWriter::new(io::stdout().lock());
        dump::write(side, &sources, &mut out)?;
        out.flush()?;
        tell_broken(&sources, &loaded.gaps)
    }
}

/// Says what could not be read, a line each.
fn tell_broken(sources: &Sources, gaps: &[Gap]) -> io::Result<u8> {
    let broken: Vec<&Gap> = gaps.iter().filter(|gap| gap.severity == Severity::Error).collect();
    for gap in &broken {
        let path = sources.get(gap.place.span.source).name();
        let start = sources.start(gap.place.span);
        let told = format!("{path}:{}:{}: {}", start.line, start.column, gap.reason);
        writeln!(io::stderr(), "{}", visible(&told, true))?;
    }
    Ok(if broken.is_empty() { 0 } else { 2 })
}

/// The table of all rules and kinds of gap.
fn catalogue() -> String {
    let mut text = String::new();
    let ids = RULES.iter().map(|rule| rule.id).chain(COVERAGE.iter().map(|coverage| coverage.id));
    let width = ids.map(str::len).max().unwrap_or_default() + 1;
    let mut row = |id: &str, severity: &dyn std::fmt::Display, set: &str, summary: &str| {
        writeln!(text, "{id:<width$}{severity:<9}{set:<10}{summary}").expect("strings take all text");
    };
    row("RULE", &"SEVERITY", "SET", "WHAT IT FINDS");
    for rule in RULES {
        row(rule.id, &rule.severity, &rule.set.to_string(), rule.summary);
    }
    for coverage in COVERAGE {
        row(coverage.id, &coverage.severity, "gap", coverage.summary);
    }
    text
}

fn page(id: &str) -> &'static str {
    let rule = rules::named(id).map(|rule| rule.page);
    rule.or_else(|| gap::named(id).map(|coverage| coverage.page)).expect("clap knows the rules")
}
