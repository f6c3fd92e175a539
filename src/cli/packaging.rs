//! What a package ships beside the program: completions for shells, and manual pages. Both are made from the command
//! line itself.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, print};

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write all pages, one for each subcommand, into this directory, which exists.
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
}

impl Completions {
    pub(super) fn run(&self) -> io::Result<u8> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "zonegate", &mut script);
        print(&text(script)).map(|()| 0)
    }
}

impl Man {
    pub(super) fn run(&self) -> io::Result<u8> {
        let command = Cli::command().disable_help_subcommand(true);
        let Some(directory) = &self.directory else {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            return print(&text(page)).map(|()| 0);
        };
        match clap_mangen::generate_to(command, directory) {
            Ok(()) => Ok(0),
            Err(error) => {
                writeln!(io::stderr(), "zonegate: the pages cannot be written to {}: {error}", directory.display())?;
                Ok(2)
            }
        }
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("they are made of text")
}
