//! Where reports go, and in which formats.

use std::ffi::OsStr;
use std::io::{self, IsTerminal, Write};

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Command, ValueEnum};

use super::{pages, print, write_to};
use crate::config::unknown;
use crate::render::{self, Format, Look, summary_line};
use crate::report::Report;
use crate::source::Sources;

/// How the report is written.
#[derive(Debug, Args)]
pub struct Output {
    /// How to write the report, and with `=` to which file; several in one run.
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = Targets)]
    format: Vec<Target>,
    #[command(flatten)]
    screen: Screen,
    /// Print findings only.
    #[arg(long, short)]
    quiet: bool,
}

/// What the terminal is to show.
#[derive(Debug, Args)]
pub struct Screen {
    /// When to use colour.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

/// One format, and the file that it goes to; none for standard output, which is called `-` as well.
#[derive(Clone, Debug)]
struct Target {
    format: &'static Format,
    file: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// Reads targets, and tells which formats there are.
#[derive(Clone)]
struct Targets;

impl TypedValueParser for Targets {
    type Value = Target;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<Target, clap::Error> {
        StringValueParser::new().try_map(|text| target(&text)).parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(render::FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.summary))))
    }
}

fn target(text: &str) -> Result<Target, String> {
    let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
    if file == Some("") {
        return Err("the name of the file is missing".to_owned());
    }
    let names = render::FORMATS.iter().map(|format| format.name);
    let format = render::named(name).ok_or_else(|| unknown("format", name, names))?;
    Ok(Target { format, file: file.filter(|file| *file != "-").map(str::to_owned) })
}

impl Output {
    /// Whether nothing is wanted but findings.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// What is wrong with the formats that are asked for.
    pub fn fault(&self) -> Option<&'static str> {
        let absolute = |target: &Target| target.file.as_ref().map(|file| std::path::absolute(file).ok());
        let is_told = |target: &Target, other: &Target| absolute(target) == absolute(other);
        let mut pairs = (1..self.format.len()).flat_map(|at| self.format[..at].iter().map(move |one| (one, at)));
        let (one, _) = pairs.find(|(one, at)| is_told(one, &self.format[*at]))?;
        Some(match one.file {
            Some(_) => "two formats cannot go to one file",
            None => "only one format can go to standard output; write the others to files, as in `--format sarif=FILE`",
        })
    }

    /// Writes the report in every format: to files first, and each of them whole or not at all.
    pub fn write(&self, sources: &Sources, report: &Report) -> io::Result<()> {
        for Target { format, file } in &self.format {
            if let Some(file) = file {
                let look = Look { colour: false, unicode: true, width: 100, quiet: self.quiet, pages: None };
                write_to(file, &(format.render)(sources, report, &look))?;
            }
        }
        let shown = match &self.format[..] {
            [] => render::FORMATS.first(),
            targets => targets.iter().find(|target| target.file.is_none()).map(|target| target.format),
        };
        let look = self.screen.look(self.quiet);
        if let Some(format) = shown {
            print(&(format.render)(sources, report, &look))?;
        }
        // Somebody may be watching who sees nothing else.
        if shown.is_none_or(|format| format.name == "concise") && !look.quiet {
            writeln!(io::stderr(), "{}", summary_line(report, &look))?;
        }
        Ok(())
    }
}

impl Screen {
    /// How text may look where it goes to: standard output.
    pub fn look(&self, quiet: bool) -> Look {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let terminal = io::stdout().is_terminal();
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !dumb && !is_set("NO_COLOR"),
        };
        let width = terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
        let links =
            terminal && !dumb && !matches!(self.color, Color::Never) && supports_hyperlinks::supports_hyperlinks();
        Look {
            colour,
            unicode: has_unicode(),
            width: width.unwrap_or(80).clamp(40, 100),
            quiet,
            pages: links.then(pages::base).flatten(),
        }
    }
}

/// Whether the locale's characters are UTF-8; on Windows they are what the terminal makes of them.
fn has_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let locale = locale.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}
