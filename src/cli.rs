//! The command line: what the user typed, and what becomes of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::mem::ManuallyDrop;
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::dump;
use crate::excerpt::visible;
use crate::gap::{COVERAGE, Gap, INPUT_UNREADABLE};
use crate::load::{self, Loaded, Repository};
use crate::policy::Policy;
use crate::render::{self, Look};
use crate::rule::{Declared, Set};
use crate::rules::RULES;
use crate::severity::Severity;
use crate::source::{Bytes, Input, Place, Sources, Span};
use crate::workspace::{self, Tree};

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
    Check(Check),
    /// Print the records that the inputs hold, one JSON line a record set.
    Records(Records),
    /// List all rules and kinds of gap.
    Rules,
    /// Print the page of a rule: why it is there, examples, and what to do.
    Explain {
        /// The rule.
        #[arg(value_parser = rule_ids())]
        rule: String,
    },
}

/// What the directories are compared with.
#[derive(Debug, Default, Args)]
struct States {
    /// Compare this directory, as it was before the change, with that of --after.
    #[arg(long, value_name = "DIR", requires = "after", conflicts_with_all = ["base", "staged"])]
    before: Option<String>,
    /// The directory as it is after the change.
    #[arg(long, value_name = "DIR", requires = "before")]
    after: Option<String>,
    /// Compare the working tree with the commit from which it went away from this revision of git: the merge base of
    /// REV and HEAD.
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    base: Option<String>,
    /// Compare with the very revision of --base.
    #[arg(long, requires = "base")]
    base_exact: bool,
    /// Compare what is staged for the next commit of git with the last one.
    #[arg(long)]
    staged: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
struct Check {
    /// Plans of Terraform, OpenTofu (`terraform show -json FILE`) and OctoDNS; directories of OctoDNS, its configurations
    /// and zone files. `-` is a plan on standard input.
    #[arg(value_name = "INPUT", required_unless_present_any = ["before", "base", "staged"])]
    inputs: Vec<String>,
    #[command(flatten)]
    states: States,
    /// How to write the report.
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = format_names())]
    format: String,
    /// The least severity of an introduced finding that makes the exit code 1.
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    fail_on: FailOn,
    /// Which rules run.
    #[arg(long, default_value = "default")]
    set: SetName,
    /// Run only these rules, whatever their set.
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_ids(), hide_possible_values = true)]
    select: Vec<String>,
    /// Leave these rules out.
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_ids(), hide_possible_values = true)]
    ignore: Vec<String>,
    /// Look at every name, not only at those that the change affects, and list what the change fixes.
    #[arg(long)]
    all: bool,
    /// Let the exit code be 2 if there is any gap: something that the inputs could not tell.
    #[arg(long)]
    require_complete: bool,
    /// Return 0 where 1 was due.
    #[arg(long)]
    exit_zero: bool,
    /// When to use colour.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Print findings only.
    #[arg(long, short)]
    quiet: bool,
    /// Say what was read, too.
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
}

#[derive(Debug, Args)]
struct Records {
    /// The same inputs as those of `check`.
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,
    /// The side of the change.
    #[arg(long, default_value = "after")]
    side: SideName,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SetName {
    Default,
    Strict,
    Pedantic,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
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

fn format_names() -> PossibleValuesParser {
    render::FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.summary)).into()
}

/// Runs the program with the arguments of this process.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Check(check) => check.run(),
        Command::Records(records) => records.run(),
        Command::Rules => print(&catalogue()).map(|()| 0),
        Command::Explain { rule } => print(page(&rule)).map(|()| 0),
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

impl States {
    /// Reads all inputs. One that cannot be read is a gap that is an error. `as_read` is [`Repository::as_read`].
    fn load(&self, paths: &[String], as_read: bool, sources: &mut Sources) -> Loaded {
        let mut unread = Vec::new();
        let mut inputs = load::Inputs::default();
        let mut roots: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut fail = |sources: &mut Sources, path: &str, reason| {
            let source = sources.add(path.to_owned(), Bytes::Owned(Vec::new()));
            unread.push(Gap::new(&INPUT_UNREADABLE, reason, Place::at(Span { source, start: 0, end: 0 })));
        };
        for path in paths {
            match workspace::place(path) {
                workspace::Kind::Document => match workspace::read(sources, path) {
                    Ok(source) => inputs.documents.push(source),
                    Err(reason) => fail(sources, path, reason),
                },
                workspace::Kind::Directory => {
                    roots.insert(path.clone(), Vec::new());
                }
                workspace::Kind::InTree { root, path } => roots.entry(root).or_default().push(path),
            }
        }
        if roots.is_empty() && (self.base.is_some() || self.staged) {
            roots.insert(".".to_owned(), Vec::new());
        }
        roots.extend(self.after.clone().map(|after| (after, Vec::new())));
        for (root, files) in roots {
            match self.of(&root) {
                Ok((before, after)) => inputs.repositories.push(Repository { before, after, files, as_read }),
                Err((path, reason)) => fail(sources, &path, reason),
            }
        }
        let mut loaded = load::load(sources, inputs);
        let unreadable = |gap: &Gap| Input { source: gap.place.span.source, kind: load::UNREADABLE, notes: Vec::new() };
        loaded.inputs.extend(unread.iter().map(unreadable));
        loaded.gaps.extend(unread);
        loaded
    }

    /// The states of a directory; the error is a path and what is wrong with it.
    fn of(&self, root: &str) -> Result<(Option<Tree>, Tree), (String, String)> {
        let (before_root, before) = match (&self.before, &self.base) {
            (Some(before), _) if self.after.as_deref() == Some(root) => (before.as_str(), Some(Tree::disk(before))),
            (_, Some(revision)) => (root, Some(Tree::revision(root, revision, self.base_exact))),
            _ => (root, self.staged.then(|| Tree::head(root))),
        };
        let after = if self.staged { Tree::index(root) } else { Tree::disk(root) };
        let before = before.transpose().map_err(|reason| (before_root.to_owned(), reason))?;
        Ok((before, after.map_err(|reason| (root.to_owned(), reason))?))
    }
}

impl Check {
    fn run(self) -> io::Result<u8> {
        let mut sources = Sources::default();
        // The process ends with the report: giving back every record before would only take time.
        let loaded = ManuallyDrop::new(self.states.load(&self.inputs, false, &mut sources));
        if self.verbose {
            for input in &loaded.inputs {
                for note in &input.notes {
                    let line = format!("{}: {note}", sources.get(input.source).name());
                    writeln!(io::stderr(), "{}", visible(&line, true))?;
                }
            }
        }
        let report = crate::review(&loaded, &Declared::default(), &self.policy());
        let format = render::named(&self.format).expect("clap knows the formats");
        let look = self.look();
        print(&(format.render)(&sources, &report, &look))?;
        if format.name == "concise" && !look.quiet {
            writeln!(io::stderr(), "{}", render::summary_line(&report, &look))?;
        }
        Ok(report.summary.exit_code)
    }

    fn policy(&self) -> Policy {
        Policy {
            set: match self.set {
                SetName::Default => Set::Default,
                SetName::Strict => Set::Strict,
                SetName::Pedantic => Set::Pedantic,
            },
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            fail_on: match self.fail_on {
                FailOn::Error => Some(Severity::Error),
                FailOn::Warning => Some(Severity::Warning),
                FailOn::Note => Some(Severity::Note),
                FailOn::Never => None,
            },
            require_complete: self.require_complete,
            all: self.all,
            exit_zero: self.exit_zero,
        }
    }

    /// How the report may look where it goes to: standard output.
    fn look(&self) -> Look {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let terminal = io::stdout().is_terminal();
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !dumb && !is_set("NO_COLOR"),
        };
        let width = terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
        Look { colour, unicode: has_unicode(), width: width.unwrap_or(80).clamp(40, 100), quiet: self.quiet }
    }
}

/// Whether the locale's characters are UTF-8; on Windows they are what the terminal makes of them.
fn has_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let locale = locale.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}

impl Records {
    fn run(self) -> io::Result<u8> {
        let mut sources = Sources::default();
        let loaded = States::default().load(&self.inputs, true, &mut sources);
        let side = match self.side {
            SideName::Before => &loaded.diff.before,
            SideName::After => &loaded.diff.after,
        };
        let mut out = io::BufWriter::new(io::stdout().lock());
        dump::write(side, &sources, &mut out)?;
        out.flush()?;
        let broken: Vec<&Gap> = loaded.gaps.iter().filter(|gap| gap.severity == Severity::Error).collect();
        for gap in &broken {
            let path = sources.get(gap.place.span.source).name();
            writeln!(io::stderr(), "{}", visible(&format!("{path}: {}", gap.reason), true))?;
        }
        Ok(if broken.is_empty() { 0 } else { 2 })
    }
}

/// The table of all rules and kinds of gap.
fn catalogue() -> String {
    let mut text = String::new();
    let mut row = |id: &str, severity: &dyn std::fmt::Display, set: &str, summary: &str| {
        writeln!(text, "{id:<29}{severity:<9}{set:<10}{summary}").expect("strings take all text");
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
    let rule = RULES.iter().find(|rule| rule.id == id).map(|rule| rule.page);
    let gap = || COVERAGE.iter().find(|coverage| coverage.id == id).map(|coverage| coverage.page);
    rule.or_else(gap).expect("clap knows the rules")
}
