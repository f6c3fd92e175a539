//! What to say of a wrong call, beyond what the reader of arguments knows to say.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use crate::workspace::{self, Kind};

/// Adds to an error what to do next.
pub fn advise(mut error: Error) -> Error {
    // Of dozens of rules nobody reads through a list that has no order but the alphabet.
    if matches!(error.get(ContextKind::ValidValue), Some(ContextValue::Strings(values)) if values.len() > MANY) {
        error.remove(ContextKind::ValidValue);
        if error.get(ContextKind::SuggestedValue).is_none() {
            suggest(&mut error, "`zonegate rules` lists all of them".to_owned());
        }
    }
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && (workspace::place(word) == Kind::Directory || word.contains(['.', '/']))
    {
        let word = word.clone();
        suggest(&mut error, format!("to check an input, run `zonegate check {word}`"));
    }
    error
}

/// Values beyond which a list of them is no help.
const MANY: usize = 12;

fn suggest(error: &mut Error, text: String) {
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(text)]));
}
