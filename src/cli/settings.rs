//! The configuration that applies to a run, and where it lies.

use std::mem;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory};

use super::Cli;
use super::inputs::States;
use super::progress::Progress;
use crate::config::{self, Config, FILE_NAME};
use crate::gap::{Gap, INPUT_UNREADABLE};
use crate::load::{self, Loaded};
use crate::report::{Report, Summary};
use crate::source::{Bytes, Input, Place, Sources, Span};
use crate::workspace;

/// Which configuration to use.
#[derive(Debug, Args)]
pub struct Choice {
    /// Use this configuration, not the zonegate.yaml of the working directory or of the nearest directory above it.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<String>,
    /// Use no configuration.
    #[arg(long)]
    no_config: bool,
}

/// What a configuration says, and the directory that its paths start from.
#[derive(Debug, Default)]
pub struct Settings {
    /// What it says.
    pub config: Config,
    /// The path of the configuration; none if there is none.
    pub path: Option<String>,
}

/// What the report calls a configuration.
const KIND: &str = "configuration";

impl Choice {
    /// Reads the configuration. The error is what is wrong with it.
    pub fn read(&self, sources: &mut Sources) -> Result<Settings, Vec<Gap>> {
        let path = match (&self.config, self.no_config) {
            (_, true) => None,
            (Some(path), false) => Some(path.clone()),
            (None, false) => workspace::find_upwards(FILE_NAME),
        };
        let Some(path) = path else { return Ok(Settings::default()) };
        let source = workspace::read(sources, &path);
        let source = source.map_err(|reason| {
            let source = sources.add(path.clone(), Bytes::Owned(Vec::new()));
            let place = Place::at(Span { source, start: 0, end: 0 });
            vec![Gap::new(&INPUT_UNREADABLE, reason, place)]
        })?;
        let config = config::read(sources, source)?;
        Ok(Settings { config, path: Some(path) })
    }
}

/// A report that says why nothing was checked.
pub fn refusal(gaps: Vec<Gap>) -> Report {
    let source = gaps[0].place.span.source;
    Report {
        gaps,
        summary: Summary { exit_code: 2, ..Summary::default() },
        inputs: vec![Input { source, kind: KIND, notes: Vec::new() }],
        ..Report::default()
    }
}

impl Settings {
    /// What the configuration says of how inputs are read; it says so once.
    pub fn take_inputs(&mut self) -> load::Inputs {
        let Config { tables, zones, policies, .. } = &mut self.config;
        let (tables, zones, mut policies) = (mem::take(tables), mem::take(zones), mem::take(policies));
        for policy in &mut policies {
            policy.path = self.located(&policy.path);
        }
        load::Inputs { tables, zones, policies, ..load::Inputs::default() }
    }

    /// Reads these inputs, or if the command line names none, those of the configuration. `as_read` is
    /// [`load::Repository::as_read`].
    pub fn load(
        &mut self,
        inputs: &[String],
        states: &States,
        as_read: bool,
        sources: &mut Sources,
        progress: &Progress,
    ) -> Loaded {
        let known = self.take_inputs();
        if let Some(fault) = states.fault(inputs) {
            Cli::command().error(ErrorKind::ArgumentConflict, fault).exit();
        }
        let named = !inputs.is_empty() || states.names_inputs();
        let config = &self.config;
        let context = config.context.iter().filter(|_| !as_read).map(|path| self.located(path)).collect();
        let states = &states.beside(context);
        if named || config.inputs.is_empty() && config.base.is_none() {
            if !named && !states.compares() {
                let text = "there is nothing to read: name an input, or say with --base or --staged what to compare; \
                            `zonegate init` writes a configuration that does so";
                Cli::command().error(ErrorKind::MissingRequiredArgument, text).exit();
            }
            return states.load(inputs, as_read, known, sources, progress);
        }
        let all = if config.inputs.is_empty() { &vec![".".to_owned()] } else { &config.inputs };
        let inputs: Vec<String> = all.iter().map(|input| self.located(input)).collect();
        states.of_configuration(config.base.as_deref()).load(&inputs, as_read, known, sources, progress)
    }

    /// A path of the configuration, as it is from the working directory.
    pub fn located(&self, path: &str) -> String {
        workspace::beside(self.path.as_deref().unwrap_or_default(), path)
    }
}
