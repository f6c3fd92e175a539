//! `zonegate check`: a change, and what it does to mail.

use std::io::{self, IsTerminal, Write};
use std::mem::ManuallyDrop;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};

use super::inputs::States;
use super::{print, rule_ids};
use crate::excerpt::visible;
use crate::policy::Policy;
use crate::render::{self, Look};
use crate::rule::{Declared, Set};
use crate::severity::Severity;
use crate::source::Sources;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Check {
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

fn format_names() -> PossibleValuesParser {
    render::FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.summary)).into()
}

impl Check {
    pub fn run(self) -> io::Result<u8> {
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
