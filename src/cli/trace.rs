//! `zonegate trace`: the way of mail for a name, as far as the inputs show it.

use std::io;

use clap::{Args, ValueEnum};

use super::inputs::States;
use super::output::Screen;
use super::progress::Progress;
use super::settings::Choice;
use super::{print, tell_broken};
use crate::name::Name;
use crate::render::route;
use crate::source::Sources;
use crate::trace::ways;

#[derive(Debug, Args)]
pub struct Trace {
    /// The domain of the mail, or a whole address.
    #[arg(value_parser = name)]
    name: Name,
    /// The same inputs as those of `check`. Without any, those of the configuration.
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,
    #[command(flatten)]
    states: States,
    #[command(flatten)]
    choice: Choice,
    /// How to write the way.
    #[arg(long, default_value = "human")]
    format: Format,
    #[command(flatten)]
    screen: Screen,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A step a line, for people.
    Human,
    /// For programs.
    Json,
}

/// A name as people write one, with or without what stands before an @.
fn name(text: &str) -> Result<Name, String> {
    let domain = text.rsplit('@').next().unwrap_or(text);
    Name::parse(domain).map_err(|error| error.to_string())
}

impl Trace {
    pub fn run(self) -> io::Result<u8> {
        let mut sources = Sources::default();
        let mut settings = match self.choice.read(&mut sources) {
            Ok(settings) => settings,
            Err(gaps) => return tell_broken(&sources, &gaps),
        };
        let progress = Progress::new(&self.inputs, false);
        let loaded = settings.load(&self.inputs, &self.states, false, &mut sources, &progress);
        drop(progress);
        let ways = ways(&loaded.diff, loaded.compared, &self.name);
        print(&match self.format {
            Format::Human => route::human(&sources, &self.name, &ways, &self.screen.look(false)),
            Format::Json => route::json(&self.name, &ways),
        })?;
        tell_broken(&sources, &loaded.gaps)
    }
}
