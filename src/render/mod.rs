//! The output formats.
