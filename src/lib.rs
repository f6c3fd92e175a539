//! zonegate checks DNS-as-code changes before they are applied, and stops those that would break mail.

pub mod diff;
pub mod excerpt;
pub mod gap;
pub mod name;
pub mod rdata;
pub mod record;
pub mod render;
pub mod report;
pub mod route;
pub mod rule;
pub mod severity;
pub mod source;
