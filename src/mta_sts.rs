//! MTA-STS policies (RFC 8461): which hosts take mail for a domain, as the domain's own web server says.

use crate::name::Name;
use crate::source::Place;

/// The policy of a domain (section 3.2).
#[derive(Clone, Debug)]
pub struct Policy {
    /// What senders do about other hosts.
    pub mode: Mode,
    /// Where that is said.
    pub place: Place,
    /// The hosts, each with its place; `*.example.com` stands for names with one label more.
    pub mx: Vec<(Name, Place)>,
}

/// What senders do about hosts that a policy does not allow (section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They do not send mail to them.
    Enforce,
    /// They send it, and report it.
    Testing,
    /// Nothing.
    None,
}

impl Policy {
    /// Whether mail may be sent to a host (section 4.1).
    pub fn allows(&self, exchange: &Name) -> bool {
        let one_more = |pattern: &Name| pattern.is_wildcard() && pattern.parent() == exchange.parent();
        self.mode == Mode::None || self.mx.iter().any(|(pattern, _)| pattern == exchange || one_more(pattern))
    }

    /// Whether both say the same, wherever they say it.
    pub fn says_same(&self, other: &Policy) -> bool {
        let hosts = |policy: &Policy| {
            let mut hosts: Vec<Name> = policy.mx.iter().map(|(name, _)| name.clone()).collect();
            hosts.sort();
            hosts
        };
        self.mode == other.mode && hosts(self) == hosts(other)
    }
}
