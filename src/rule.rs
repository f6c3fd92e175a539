//! What a rule is, and what it says.
//!
//! A rule is a `static` of data with one or more functions. It names places and things, never bytes, formats or files.

use std::fmt;

use crate::diff::Diff;
use crate::name::{Name, NamePattern};
use crate::rdata::Rtype;
use crate::record::{Node, Snapshot, View, ViewId};
use crate::severity::Severity;
use crate::source::Place;

/// One row of the catalogue.
#[derive(Debug)]
pub struct Rule {
    /// Kebab case, stable for ever, reads well after "allow".
    pub id: &'static str,
    /// The default; a rule may lower it for a case, the configuration may change it.
    pub severity: Severity,
    /// The smallest set that holds the rule.
    pub set: Set,
    /// One line: what the rule finds.
    pub summary: &'static str,
    /// Its page: why, what is flagged and allowed, what to do.
    pub page: &'static str,
    /// How it finds; nothing if it speaks of suppressions, which are looked at once all is found.
    pub checks: &'static [Check],
}

/// Which rules run; each set holds those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// What everyone wants to know.
    #[default]
    Default,
    /// What a mail operator wants to know.
    Strict,
    /// Everything.
    Pedantic,
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Set::Default => "default",
            Set::Strict => "strict",
            Set::Pedantic => "pedantic",
        })
    }
}

/// How a rule finds faults.
#[derive(Debug)]
pub enum Check {
    /// A statement about one snapshot. The engine asks on both sides and works out what the change is to blame for.
    State {
        /// The faults at a node.
        find: fn(&World, &Node) -> Vec<Fault>,
        /// What to say of some of them, all of one status.
        tell: fn(&Scene, &Node, &[Fault]) -> Telling,
    },
    /// A statement about the change itself, always introduced by it.
    Step(fn(&Scene, &Node) -> Option<Telling>),
    /// A statement about the change that several names of a view share, made once for all of them.
    Joint {
        /// The name that a node shares with others, if the statement holds for it: a wildcard, a zone; or its own.
        find: fn(&Scene, &Node) -> Option<Name>,
        /// What to say of all nodes that share a name, of which there is at least one.
        tell: fn(&Scene, &Name, &[Node]) -> Telling,
    },
}

/// What a state rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// One side.
    pub snapshot: &'a Snapshot,
    /// What people know and records do not say.
    pub declared: &'a Declared,
}

/// What people know and records do not say.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Names that receive mail, although no input need show their MX.
    pub mail_domains: Vec<NamePattern>,
    /// Names that take no mail, whatever the inputs show.
    pub non_mail_domains: Vec<NamePattern>,
    /// Names of mail services below which aliases are meant to take over a name's mail, such as bounce domains.
    pub mail_cname_targets: Vec<Name>,
}

/// Domains of services that send or handle mail for their customers and ask them for an alias at a name of their own.
const MAIL_SERVICES: [&str; 12] = [
    "amazonses.com",
    "createsend.com",
    "hubspotemail.net",
    "mailchimpapp.net",
    "mailgun.org",
    "mailjet.com",
    "mandrillapp.com",
    "mcsv.net",
    "mtasv.net",
    "sendgrid.net",
    "sparkpostmail.com",
    "zcsend.net",
];

impl Default for Declared {
    fn default() -> Declared {
        let name = |service| Name::parse(service).expect("a test reads every one");
        let mail_cname_targets = MAIL_SERVICES.into_iter().map(name).collect();
        Declared { mail_domains: Vec::new(), non_mail_domains: Vec::new(), mail_cname_targets }
    }
}

impl Declared {
    /// Whether a name takes mail, as far as people said so. What is said of the very name counts more than what is said
    /// of all names below another, and that the more the closer the other is.
    pub fn takes_mail(&self, name: &Name) -> Option<bool> {
        let [takes, refuses] = [&self.mail_domains, &self.non_mail_domains].map(|patterns| {
            let meant = patterns.iter().filter(|pattern| pattern.matches(name));
            meant.map(|pattern| pattern.base().ancestors().count()).max()
        });
        (takes != refuses).then_some(takes > refuses)
    }

    /// Whether an alias to this target is meant to hand a name's mail to a mail service.
    pub fn is_mail_service(&self, target: &Name) -> bool {
        self.mail_cname_targets.iter().any(|service| target.is_within(service))
    }
}

/// The change as a rule sees it when it puts a fault into words.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// Both sides.
    pub diff: &'a Diff,
    /// What people know and records do not say.
    pub declared: &'a Declared,
    /// What the change has to do with the fault.
    pub status: Status,
}

impl<'a> Scene<'a> {
    /// The side on which the fault stands.
    pub fn snapshot(&self) -> &'a Snapshot {
        match self.status {
            Status::Fixed => &self.diff.before,
            Status::Introduced | Status::Existing => &self.diff.after,
        }
    }

    /// The view of a node.
    pub fn view(&self, node: &Node) -> &'a View {
        self.diff.after.view(node.view)
    }

    /// The same name before the change, as resolvers saw it.
    pub fn before<'n>(&self, node: &Node<'n>) -> Node<'n>
    where
        'a: 'n,
    {
        self.diff.before.seen(node.view, node.name)
    }
}

/// What the change has to do with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It brings it about.
    Introduced,
    /// It was there before, and still is.
    Existing,
    /// It takes it away.
    Fixed,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Status::Introduced => "introduced",
            Status::Existing => "existing",
            Status::Fixed => "fixed",
        })
    }
}

/// How a fault came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// An alias is new.
    CnameAdded,
    /// An MX is new, and the alias was there before.
    MxAdded,
    /// Alias and MX are both new.
    BothAdded,
    /// An alias takes the place of records of another type.
    TypeChanged,
    /// The fault was there before the change.
    PreExisting,
    /// The DNS host served the alias as addresses, and no longer does.
    FlatteningEnded,
    /// The DNS host serves the alias as addresses, and did not before.
    FlatteningBegun,
    /// A record is new.
    RecordAdded,
    /// The host that an MX names becomes an alias.
    ExchangeChanged,
    /// A record is gone that was needed.
    RecordRemoved,
    /// A key is written a second time.
    KeyRepeated,
    /// A name is written so that its reader takes it for something else.
    NameRewritten,
    /// A host is written without its final dot.
    FinalDotMissing,
    /// What is said of findings, not of records.
    Suppression,
}

impl Cause {
    /// A word or two of kebab case, stable for ever.
    pub fn text(self) -> &'static str {
        match self {
            Cause::CnameAdded => "cname-added",
            Cause::MxAdded => "mx-added",
            Cause::BothAdded => "both-added",
            Cause::TypeChanged => "type-changed",
            Cause::PreExisting => "pre-existing",
            Cause::FlatteningEnded => "flattening-ended",
            Cause::FlatteningBegun => "flattening-begun",
            Cause::RecordAdded => "record-added",
            Cause::ExchangeChanged => "exchange-changed",
            Cause::RecordRemoved => "record-removed",
            Cause::KeyRepeated => "key-repeated",
            Cause::NameRewritten => "name-rewritten",
            Cause::FinalDotMissing => "final-dot-missing",
            Cause::Suppression => "suppression",
        }
    }
}

/// One wrong pair at a node: identity without wording. A fault on both sides is the same fault, whatever its values,
/// lines or times to live.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The view of the other name.
    pub view: ViewId,
    /// The other name: the node's own, or one that depends on it.
    pub related: Name,
    /// The types that clash: that of the node first, that of the related name second.
    pub types: [Rtype; 2],
}

impl Fault {
    /// A fault of a node in itself, between records of these types.
    pub fn at(node: &Node, types: [Rtype; 2]) -> Fault {
        Fault { view: node.view, related: node.name.clone(), types }
    }
}

/// What a rule says of a node.
#[derive(Clone, Debug)]
pub struct Telling {
    /// Lower than the rule's own, where the case is lighter.
    pub severity: Option<Severity>,
    /// How it came about.
    pub cause: Cause,
    /// Lower case, no full stop: what will happen.
    pub message: String,
    /// Ways out, each an imperative that can be followed; the best first.
    pub help: Vec<String>,
    /// What to look at first.
    pub primary: Label,
    /// What else belongs to it.
    pub related: Vec<Label>,
    /// The names that the node's fault concerns besides its own.
    pub names: Vec<Name>,
}

/// A place with what there is to say of it.
#[derive(Clone, Debug)]
pub struct Label {
    /// Lower case, no full stop, a few words.
    pub text: String,
    /// Where.
    pub place: Place,
    /// Where the same stands in a plan, if `place` is in the code that the plan was made from.
    pub planned: Option<Place>,
}

impl Label {
    /// A label at a record.
    pub fn new(text: impl Into<String>, place: &Place) -> Label {
        Label { text: text.into(), place: place.clone(), planned: None }
    }

    /// Moves the label from a plan to the place in the code that the plan was made from, if there is one.
    pub fn move_to(&mut self, place: Option<Place>) {
        if let Some(place) = place {
            self.planned = Some(std::mem::replace(&mut self.place, place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_declaration_counts() {
        let names = |texts: &[&str]| texts.iter().map(|text| NamePattern::parse(text).unwrap()).collect();
        let declared = Declared {
            mail_domains: names(&["example.com", "*.lists.example.com", "in.www.example.com"]),
            non_mail_domains: names(&["*.example.com", "old.lists.example.com", "*.www.example.com"]),
            ..Declared::default()
        };
        for (name, takes_mail) in [
            ("example.com", Some(true)),
            ("shop.example.com", Some(false)),
            ("lists.example.com", Some(false)),
            ("a.lists.example.com", Some(true)),
            ("*.lists.example.com", Some(true)),
            ("b.old.lists.example.com", Some(true)),
            ("old.lists.example.com", Some(false)),
            ("in.www.example.com", Some(true)),
            ("example.net", None),
            ("com", None),
        ] {
            assert_eq!(declared.takes_mail(&Name::parse(name).unwrap()), takes_mail, "{name}");
        }
    }
}
