//! How grave a finding or a gap is.

use std::fmt;

/// The order is that of gravity, so that `severity >= threshold` reads as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// For information.
    Note,
    /// Likely a mistake, or one whose effect cannot be told from here.
    Warning,
    /// Mail is lost, or goes where nobody meant it to.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}
