//! `zonegate check`: a change, and what it does to mail.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::mem::ManuallyDrop;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, ValueEnum};
use jiff::Timestamp;
use jiff::tz::Offset;

use super::code::Code;
use super::inputs::States;
use super::output::Output;
use super::progress::Progress;
use super::settings::{Choice, Settings, refusal};
use super::{Cli, refuse, rule_ids, write_to};
use crate::config::Threshold;
use crate::excerpt::visible;
use crate::load::Loaded;
use crate::policy::{Policy, read_baseline, write_baseline};
use crate::rule::Set;
use crate::severity::Severity;
use crate::source::Sources;
use crate::workspace;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Check {
    /// Plans of Terraform, OpenTofu (`terraform show -json FILE`) and OctoDNS; directories of OctoDNS, its configurations
    /// and zone files. `-` is a plan on standard input. Without any, those of the configuration.
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
    #[command(flatten)]
    states: States,
    #[command(flatten)]
    code: Code,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    output: Output,
    /// The least severity of an introduced finding that makes the exit code 1 (default: error).
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    /// Which rules run (default: default).
    #[arg(long)]
    set: Option<SetName>,
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
    /// Leave out of account the findings that this file lists.
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
    /// Write the findings there are to the file of --baseline, in place of a report.
    #[arg(long)]
    write_baseline: bool,
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

impl Check {
    pub fn run(self) -> io::Result<u8> {
        if let Some(fault) = self.output.fault() {
            Cli::command().error(ErrorKind::ArgumentConflict, fault).exit();
        }
        let mut sources = Sources::default();
        let mut settings = match self.choice.read(&mut sources) {
            Ok(settings) => settings,
            Err(gaps) => {
                let report = refusal(gaps);
                self.output.write(&sources, &report)?;
                return Ok(report.summary.exit_code);
            }
        };
        let baseline = self.baseline.clone();
        let baseline = baseline.or_else(|| settings.config.baseline.as_ref().map(|path| settings.located(path)));
        let known = match &baseline {
            Some(path) if !self.write_baseline => known_in(path, &mut sources),
            None if self.write_baseline => Err("--write-baseline needs a file: give --baseline FILE".to_owned()),
            _ => Ok(BTreeSet::new()),
        };
        let known = match known {
            Ok(known) => known,
            Err(reason) => return refuse(&reason),
        };
        let origin = match self.code.origin() {
            Ok(origin) => origin,
            Err(reason) => return refuse(&reason),
        };
        let policy = self.policy(&settings, known);
        let progress = Progress::new(&self.inputs, self.output.is_quiet());
        // The process ends with the report: giving back every record before would only take time.
        let loaded = ManuallyDrop::new(settings.load(&self.inputs, &self.states, false, &mut sources, &progress));
        progress.say("checking");
        let mut found = crate::find(&loaded, &settings.config.declared, &policy);
        found.move_to_code(&mut sources, &loaded, &policy, &origin);
        let report = crate::conclude(&sources, &loaded, &policy, found);
        drop(progress);
        if self.verbose {
            tell(&settings, &loaded, &sources)?;
        }
        if let (Some(path), true, 0 | 1) = (baseline, self.write_baseline, report.summary.exit_code) {
            return write_known(&path, &write_baseline(&report, &policy.never_suppress), self.output.is_quiet());
        }
        self.output.write(&sources, &report)?;
        Ok(report.summary.exit_code)
    }

    fn policy(&self, settings: &Settings, baseline: BTreeSet<String>) -> Policy {
        let config = &settings.config;
        let default = Policy::default();
        let set = self.set.map(|set| match set {
            SetName::Default => Set::Default,
            SetName::Strict => Set::Strict,
            SetName::Pedantic => Set::Pedantic,
        });
        let fail_on = self.fail_on.map(|severity| match severity {
            FailOn::Error => Threshold(Some(Severity::Error)),
            FailOn::Warning => Threshold(Some(Severity::Warning)),
            FailOn::Note => Threshold(Some(Severity::Note)),
            FailOn::Never => Threshold(None),
        });
        Policy {
            set: set.or(config.set).unwrap_or(default.set),
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            levels: config.levels.clone(),
            fail_on: fail_on.or(config.fail_on).unwrap_or(default.fail_on),
            require_complete: self.require_complete || config.require_complete,
            all: self.all,
            exit_zero: self.exit_zero,
            suppressions: config.suppressions.clone(),
            never_suppress: config.never_suppress.clone(),
            baseline,
            today: Offset::UTC.to_datetime(Timestamp::now()).date(),
        }
    }
}

/// What was read, for people who ask.
fn tell(settings: &Settings, loaded: &Loaded, sources: &Sources) -> io::Result<()> {
    let notes = loaded.inputs.iter().flat_map(|input| {
        let name = sources.get(input.source).name();
        input.notes.iter().map(move |note| format!("{name}: {note}"))
    });
    let config = settings.path.as_ref().map(|path| format!("{path}: the configuration that applies"));
    for line in config.into_iter().chain(loaded.notes.iter().cloned()).chain(notes) {
        writeln!(io::stderr(), "{}", visible(&line, true))?;
    }
    Ok(())
}

/// The fingerprints in the baseline at a path.
fn known_in(path: &str, sources: &mut Sources) -> Result<BTreeSet<String>, String> {
    let source = workspace::read(sources, path);
    let known = source.and_then(|source| read_baseline(sources.get(source).bytes()));
    known.map_err(|reason| format!("{path}: {reason}"))
}

fn write_known(path: &str, text: &str, quiet: bool) -> io::Result<u8> {
    write_to(path, text)?;
    if !quiet {
        writeln!(io::stderr(), "zonegate: what there is to find was written to {}", visible(path, true))?;
    }
    Ok(0)
}
