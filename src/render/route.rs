//! How the way of mail is told: in a line of a report, as a tree, and as JSON.

use std::fmt::Write as _;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::excerpt::visible;
use crate::name::Name;
use crate::report::Finding;
use crate::route::{Destination, Unseen};
use crate::source::{Place, Sources};
use crate::trace::{Alias, Datum, MailHost, Reach, Reroute, Trace, Way};

use super::human::wrap;
use super::{Look, json_text, location};

/// Hosts that a line names; the others are counted.
const MANY_HOSTS: usize = 3;
/// Addresses that a line names.
const MANY_ADDRESSES: usize = 2;

/// The way before and after a change that makes mail go elsewhere, in a line each: `before` and
/// `mail for example.com → mx.example.net (mx 10)`.
pub(super) fn lines(finding: &Finding, look: &Look) -> Vec<(&'static str, String)> {
    let Some(Reroute { before, after }) = &finding.route else { return Vec::new() };
    let arrow = if look.unicode { "→" } else { "->" };
    vec![("before", line(before, after, arrow)), ("after", line(after, before, arrow))]
}

/// One way in a line; of hosts that the `other` way leads to all the same, only the name.
fn line(trace: &Trace, other: &Trace, arrow: &str) -> String {
    let end = match &trace.destination {
        Destination::Exchanges { .. } | Destination::Address { .. } => {
            let is_old = |host: &MailHost| other.hosts.iter().any(|old| host.is_same(old));
            // What is new is named first if there is no room for all, and in the order of preference in any case.
            let mut hosts: Vec<(bool, usize)> = trace.hosts.iter().map(is_old).zip(0..).collect();
            hosts.sort_unstable();
            hosts.truncate(MANY_HOSTS);
            hosts.sort_unstable_by_key(|(_, at)| *at);
            let told = hosts.into_iter().map(|(is_old, at)| host_text(&trace.hosts[at], !is_old, arrow));
            let told: Vec<String> = told.collect();
            let comma = if told.iter().any(|host| host.contains(arrow)) { "; " } else { ", " };
            format!(" {arrow} {}{}", told.join(comma), and_more(trace.hosts.len(), MANY_HOSTS))
        }
        Destination::Refused(_) => ", which refuses mail (null mx)".to_owned(),
        Destination::Nowhere(_) => ", which has no mx and no address".to_owned(),
        Destination::Loop(_) => ": a circle of aliases".to_owned(),
        Destination::OutOfView(_) => trace.unseen.as_ref().map_or("", unseen_text).to_owned(),
    };
    format!("mail for {}{}{end}", trace.name.unrooted(), steps(&trace.aliases, arrow))
}

fn steps(aliases: &[Alias], arrow: &str) -> String {
    let steps: Vec<String> =
        aliases.iter().map(|alias| format!(" {arrow} {} (by alias)", alias.target.unrooted())).collect();
    steps.concat()
}

/// Reads on after the first `told` of `count` things.
fn and_more(count: usize, told: usize) -> String {
    count.checked_sub(told).filter(|more| *more > 0).map_or_else(String::new, |more| format!(" and {more} more"))
}

/// A host and, if that is `wanted`, where its own way ends.
fn host_text(host: &MailHost, wanted: bool, arrow: &str) -> String {
    let Some(name) = &host.name else { return "an exchange not known here".to_owned() };
    let Some(preference) = host.preference else {
        // The domain's own name stands before.
        return format!("{} (its own address)", reach_text(&host.reach, ""));
    };
    let way = if wanted {
        let reach = reach_text(&host.reach, arrow);
        // Most exchanges are hosts of somebody else.
        let is_foreign = host.aliases.is_empty() && matches!(host.reach, Reach::Unseen(Unseen::NoZone));
        let tlsa = if host.tlsa.is_empty() { "" } else { ", held to its tlsa" };
        steps(&host.aliases, arrow) + if is_foreign { "" } else { &reach } + tlsa
    } else {
        String::new()
    };
    format!("{} (mx {preference}){way}", name.unrooted())
}

fn reach_text(reach: &Reach, arrow: &str) -> String {
    match reach {
        Reach::Addresses(addresses) => {
            let some: Vec<&str> = addresses.iter().take(MANY_ADDRESSES).map(|address| address.text.as_str()).collect();
            let start = if arrow.is_empty() { String::new() } else { format!(" {arrow} ") };
            format!("{start}{}{}", some.join(", "), and_more(addresses.len(), MANY_ADDRESSES))
        }
        Reach::Nowhere => ", which has no address".to_owned(),
        Reach::Loop => ": a circle of aliases".to_owned(),
        Reach::Unseen(unseen) => unseen_text(unseen).to_owned(),
    }
}

/// What keeps a name out of view, in few words; reads on after the name.
fn unseen_text(unseen: &Unseen) -> &'static str {
    match unseen {
        Unseen::UnknownTarget => ", an alias for a name not known here",
        Unseen::MayBeFlattened => ", an alias that may be flattened",
        Unseen::Unknown => ", which is not known here",
        Unseen::TooLong => " and on and on",
        Unseen::NoZone | Unseen::SeveralViews | Unseen::Delegated(_) | Unseen::Partial => {
            ", which is not in the inputs"
        }
    }
}

/// Why a name is out of view; reads on after `NAME is out of view: `.
fn reason(unseen: &Unseen) -> String {
    match unseen {
        Unseen::NoZone => "no input holds a zone around it".to_owned(),
        Unseen::SeveralViews => "several zones in the inputs may hold it".to_owned(),
        Unseen::Delegated(cut) => {
            format!("it is delegated at {}, and no input holds that zone", cut.unrooted())
        }
        Unseen::Partial => "the inputs do not show all of its zone".to_owned(),
        Unseen::UnknownTarget => "it is an alias for a name that is not known before the change is applied".to_owned(),
        Unseen::MayBeFlattened => "it is an alias that the dns host may serve as addresses".to_owned(),
        Unseen::TooLong => "too many aliases lead to it".to_owned(),
        Unseen::Unknown => "it is not known before the change is applied".to_owned(),
    }
}

/// The ways of mail for a name, for people.
pub fn human(sources: &Sources, name: &Name, ways: &[Way], look: &Look) -> String {
    let mut page = Tree { sources, look, text: String::new() };
    for way in ways {
        let which = way.view.as_ref().and_then(|view| view.id.as_deref()).filter(|_| ways.len() > 1);
        let private = if way.view.as_ref().is_some_and(|view| view.private) { ", in a private zone" } else { "" };
        let which = which.map_or_else(String::new, |id| format!(" ({id})"));
        page.say(0, &format!("mail for {}{private}{which}", name.unrooted()), None);
        match &way.before {
            None => page.trace(1, &way.after),
            Some(before) if before.is_same(&way.after) => {
                page.say(1, "before and after the change:", None);
                page.trace(2, &way.after);
            }
            Some(before) => {
                page.say(1, "before the change:", None);
                page.trace(2, before);
                page.say(1, "after it:", None);
                page.trace(2, &way.after);
            }
        }
    }
    page.text
}

/// Columns by which a step stands further in than the one it belongs to.
const INDENT: usize = 2;

struct Tree<'a> {
    sources: &'a Sources,
    look: &'a Look,
    text: String,
}

impl Tree<'_> {
    /// A line, or more if it is long, and where that is written: behind it, or below it if there is no room.
    fn say(&mut self, depth: usize, text: &str, place: Option<&Place>) {
        let indent = depth * INDENT;
        let hanging = indent + 2 * INDENT;
        let lines = wrap(&visible(text, self.look.unicode), self.look.width, indent, hanging);
        let line = format!("{:indent$}{}", "", lines.join(&format!("\n{:hanging$}", "")));
        self.text.push_str(&line);
        if let Some(place) = place {
            let address = place.address.as_ref().map(|address| format!(" {}", visible(address, self.look.unicode)));
            let location = location(self.sources, place, self.look) + &address.unwrap_or_default();
            let last = line.rsplit('\n').next().unwrap_or_default();
            let fits = last.width() + INDENT + location.width() <= self.look.width;
            let gap = if fits { "  ".to_owned() } else { format!("\n{:hanging$}", "") };
            let (dim, plain) = if self.look.colour { ("\u{1b}[2m", "\u{1b}[0m") } else { ("", "") };
            let _ = write!(self.text, "{gap}{dim}{location}{plain}");
        }
        self.text.push('\n');
    }

    fn trace(&mut self, depth: usize, trace: &Trace) {
        self.aliases(depth, &trace.aliases);
        let last = trace.aliases.last().map_or(&trace.name, |alias| &alias.target).unrooted();
        let end = match &trace.destination {
            Destination::Exchanges { .. } => String::new(),
            Destination::Address { certain: true, .. } => {
                format!("{last} has no mx, so its own address takes the mail")
            }
            Destination::Address { certain: false, .. } => {
                format!("{last} has no mx in the inputs, so its own address may take the mail")
            }
            Destination::Refused(_) => format!("{last} refuses mail: null mx"),
            Destination::Nowhere(_) => format!("{last} has no mx and no address: mail stops here"),
            Destination::Loop(_) => format!("{last} was passed before: mail goes in a circle"),
            Destination::OutOfView(_) => {
                format!("{last} is out of view: {}", trace.unseen.as_ref().map_or_else(String::new, reason))
            }
        };
        if !end.is_empty() {
            self.say(depth, &end, trace.refusal.as_ref());
        }
        for host in &trace.hosts {
            self.host(depth, host);
        }
    }

    fn aliases(&mut self, depth: usize, aliases: &[Alias]) {
        for alias in aliases {
            let by = alias.by.as_ref().map_or_else(String::new, |owner| format!(", by {}", owner.unrooted()));
            let text = format!("{} is an alias for {}{by}", alias.name.unrooted(), alias.target.unrooted());
            self.say(depth, &text, Some(&alias.place));
        }
    }

    fn host(&mut self, depth: usize, host: &MailHost) {
        let Some(name) = &host.name else {
            return self.say(depth, "an mx that is not known before the change is applied", host.place.as_ref());
        };
        if let Some(preference) = host.preference {
            self.say(depth, &format!("mx {preference} {}", name.unrooted()), host.place.as_ref());
        }
        let depth = depth + 1;
        self.aliases(depth, &host.aliases);
        let last = host.aliases.last().map_or(name, |alias| &alias.target).unrooted();
        match &host.reach {
            Reach::Addresses(addresses) => self.data(depth, "address", addresses),
            Reach::Nowhere => self.say(depth, &format!("{last} has no address: mail stops here"), None),
            Reach::Loop => self.say(depth, &format!("{last} was passed before: mail goes in a circle"), None),
            Reach::Unseen(unseen) => self.say(depth, &format!("{last} is out of view: {}", reason(unseen)), None),
        }
        self.data(depth, "tlsa", &host.tlsa);
    }

    fn data(&mut self, depth: usize, what: &str, data: &[Datum]) {
        for datum in data {
            self.say(depth, &format!("{what} {}", datum.text), Some(&datum.place));
        }
    }
}

/// The ways of mail for a name, for programs.
pub fn json(name: &Name, ways: &[Way]) -> String {
    let part = |way: &Way| WayPart {
        zone: way.view.as_ref().and_then(|view| view.apex.as_ref()).map(Name::to_string),
        view: way.view.as_ref().and_then(|view| view.id.as_deref()).map(str::to_owned),
        before: way.before.as_ref().map(part),
        after: part(&way.after),
    };
    let ways = ways.iter().map(part).collect();
    json_text(&Document { format: "zonegate-trace", version: 1, name: name.to_string(), ways })
}

#[derive(Serialize)]
struct Document {
    format: &'static str,
    version: u32,
    name: String,
    /// One for each view that may hold the name.
    ways: Vec<WayPart>,
}

#[derive(Serialize)]
struct WayPart {
    /// The zone; null if its name is not known, or no zone around the name is in the inputs.
    zone: Option<String>,
    view: Option<String>,
    /// Null if nothing told of the state before the change.
    before: Option<TracePart>,
    after: TracePart,
}

/// The way of mail as JSON.
#[derive(Serialize)]
pub(super) struct TracePart {
    /// `mx`, `refused`, `address`, `nowhere`, `loop` or `out-of-view`.
    kind: &'static str,
    /// The name at which that is so, after all aliases.
    name: String,
    /// For `mx`, as far as they are known.
    exchanges: Vec<ExchangePart>,
    /// The names that aliases lead to on the way, the last one at the end.
    aliases: Vec<String>,
    /// The hosts that take the mail, in the order in which they are tried.
    hosts: Vec<HostPart>,
    /// Why the name is out of view.
    reason: Option<String>,
}

#[derive(Serialize)]
struct ExchangePart {
    preference: u16,
    exchange: String,
}

#[derive(Serialize)]
struct HostPart {
    /// None for the domain's own addresses.
    preference: Option<u16>,
    /// None if it is not known before the change is applied.
    name: Option<String>,
    /// `addresses`, `nowhere`, `loop` or `out-of-view`.
    kind: &'static str,
    aliases: Vec<String>,
    addresses: Vec<String>,
    /// RFC 7672.
    tlsa: Vec<String>,
    reason: Option<String>,
}

/// A way as JSON has it.
pub(super) fn part(trace: &Trace) -> TracePart {
    let (kind, name, exchanges) = match &trace.destination {
        Destination::Exchanges { owner, exchanges } => ("mx", owner, exchanges.as_slice()),
        Destination::Refused(name) => ("refused", name, &[][..]),
        Destination::Address { name, .. } => ("address", name, &[][..]),
        Destination::Nowhere(name) => ("nowhere", name, &[][..]),
        Destination::Loop(name) => ("loop", name, &[][..]),
        Destination::OutOfView(name) => ("out-of-view", name, &[][..]),
    };
    let exchange =
        |(preference, exchange): &(u16, Name)| ExchangePart { preference: *preference, exchange: exchange.to_string() };
    TracePart {
        kind,
        name: name.to_string(),
        exchanges: exchanges.iter().map(exchange).collect(),
        aliases: names(&trace.aliases),
        hosts: trace.hosts.iter().map(host_part).collect(),
        reason: trace.unseen.as_ref().map(reason),
    }
}

fn host_part(host: &MailHost) -> HostPart {
    let texts = |data: &[Datum]| data.iter().map(|datum| datum.text.clone()).collect();
    let (kind, addresses, reason) = match &host.reach {
        Reach::Addresses(addresses) => ("addresses", texts(addresses), None),
        Reach::Nowhere => ("nowhere", Vec::new(), None),
        Reach::Loop => ("loop", Vec::new(), None),
        Reach::Unseen(unseen) => ("out-of-view", Vec::new(), Some(reason(unseen))),
    };
    HostPart {
        preference: host.preference,
        name: host.name.as_ref().map(Name::to_string),
        kind,
        aliases: names(&host.aliases),
        addresses,
        tlsa: texts(&host.tlsa),
        reason,
    }
}

fn names(aliases: &[Alias]) -> Vec<String> {
    aliases.iter().map(|alias| alias.target.to_string()).collect()
}
