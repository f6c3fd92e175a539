//! Who may send mail as a name by its SPF record, as far as one snapshot can tell (RFC 7208 sections 4 to 6).

use std::net::IpAddr;

use crate::mail_text::{MailText, mail_texts};
use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::record::{Node, Record, Served, Snapshot, ViewId};
use crate::route::{Chain, End};
use crate::spf::{self, Network, Subject};

/// The hosts that a term leads to.
#[derive(Debug, Default)]
pub struct Hosts<'a> {
    /// The mail exchanges, if it leads to such.
    pub exchanges: Vec<Name>,
    /// The addresses that are known.
    pub addresses: Vec<IpAddr>,
    /// The records that say so.
    pub records: Vec<&'a Record>,
    /// Whether there are no others.
    pub is_all: bool,
}

/// An SPF record.
#[derive(Debug)]
pub struct SpfRecord<'a> {
    /// The TXT record.
    pub record: &'a Record,
    /// What its terms speak of, each with whether what it matches may send.
    pub terms: Vec<(bool, Subject)>,
}

/// More records than this are not followed from one to the next (RFC 7208 section 4.6.4).
const MOST_LOOKUPS: usize = 10;

impl<'a> SpfRecord<'a> {
    /// The record of a node, if it has one that an alias does not hide. Of several none counts (RFC 7208 section 4.5).
    pub fn at(node: &Node<'a>) -> Option<SpfRecord<'a>> {
        let [record] = spf_texts(node)[..] else { return None };
        let text = record.rdata.joined_text()?;
        let terms = spf::terms(&text).into_iter().map(|term| (term.passes, term.subject)).collect();
        Some(SpfRecord { record, terms })
    }
}

/// The SPF texts of a node that an alias does not hide.
fn spf_texts<'a>(node: &Node<'a>) -> Vec<&'a Record> {
    let is_seen = node.cnames().next().is_none();
    let texts = mail_texts(node).into_iter().filter(|(text, _)| is_seen && *text == MailText::Spf);
    texts.map(|(_, record)| record).collect()
}

/// Whether a name that is looked for from a view surely has no SPF record, whatever aliases lead on from it.
pub fn has_no_record(snapshot: &Snapshot, view: ViewId, name: &Name) -> bool {
    match end_of(snapshot, view, name) {
        Ending::Node(node) => {
            let is_known = |record: &Record| record.rdata.joined_text().is_some();
            let are_known = node.records(&Rtype::Txt).all(is_known) && snapshot.is_whole(node.view);
            are_known && spf_texts(&node).is_empty()
        }
        Ending::Nothing => true,
        Ending::Unknown => false,
    }
}

/// The hosts of a name that is looked for from a view.
pub fn hosts_of<'a>(snapshot: &'a Snapshot, view: ViewId, name: &Name) -> Hosts<'a> {
    let end = end_of(snapshot, view, name);
    let mut hosts = Hosts { is_all: !matches!(end, Ending::Unknown), ..Hosts::default() };
    let Ending::Node(node) = end else { return hosts };
    for record in node.addresses() {
        hosts.records.push(record);
        match (record.served, &record.rdata) {
            (Served::AsIs, Rdata::A(address)) => hosts.addresses.push((*address).into()),
            (Served::AsIs, Rdata::Aaaa(address)) => hosts.addresses.push((*address).into()),
            // The addresses of a proxy are none of those that are written.
            (Served::Proxied, _) => {}
            _ => hosts.is_all = false,
        }
    }
    hosts.is_all &= !hosts.records.is_empty() || snapshot.is_whole(node.view);
    hosts
}

/// The mail exchanges of a name that is looked for from a view. Without an MX there are none (RFC 7208 section 5.4).
pub fn exchanges_of<'a>(snapshot: &'a Snapshot, view: ViewId, name: &Name) -> Hosts<'a> {
    let end = end_of(snapshot, view, name);
    let mut all = Hosts { is_all: !matches!(end, Ending::Unknown), ..Hosts::default() };
    let Ending::Node(node) = end else { return all };
    for record in node.mx() {
        all.records.push(record);
        let Some(exchange) = record.rdata.exchange() else {
            all.is_all = false;
            continue;
        };
        let hosts = hosts_of(snapshot, node.view, exchange);
        all.exchanges.push(exchange.clone());
        all.addresses.extend(hosts.addresses);
        all.is_all &= hosts.is_all;
    }
    all.exchanges.sort();
    all.is_all &= !all.records.is_empty() || snapshot.is_whole(node.view);
    all
}

/// The networks that may send as a name that is looked for from a view, as far as they are known.
pub fn networks_of(snapshot: &Snapshot, view: ViewId, name: &Name) -> Vec<Network> {
    let mut networks = Vec::new();
    let mut open = vec![(view, name.clone())];
    for _ in 0..MOST_LOOKUPS {
        let Some((view, name)) = open.pop() else { break };
        let Ending::Node(node) = end_of(snapshot, view, &name) else { continue };
        let terms = SpfRecord::at(&node).map(|found| found.terms).unwrap_or_default();
        for (_, subject) in terms.into_iter().filter(|(passes, _)| *passes) {
            let host = subject.name(&name);
            match &subject {
                Subject::Include(name) | Subject::Redirect(name) => open.push((node.view, name.clone())),
                Subject::Network(network) => networks.push(*network),
                Subject::Addresses(_, lengths) | Subject::Exchanges(_, lengths) => {
                    let look_up = if matches!(subject, Subject::Addresses(..)) { hosts_of } else { exchanges_of };
                    let hosts = host.map(|host| look_up(snapshot, node.view, host)).unwrap_or_default();
                    networks.extend(hosts.addresses.into_iter().map(|address| lengths.round(address)));
                }
                Subject::All | Subject::Other => {}
            }
        }
    }
    networks
}

/// What answers for a name, after all aliases.
enum Ending<'a> {
    /// The records of this node.
    Node(Node<'a>),
    /// Surely nothing.
    Nothing,
    /// The inputs do not tell.
    Unknown,
}

fn end_of<'a>(snapshot: &'a Snapshot, view: ViewId, name: &Name) -> Ending<'a> {
    match Chain::from(snapshot, view, name).end {
        End::Answer(view, Some(owner)) => match snapshot.sets_at(view, &owner).first() {
            Some(set) => Ending::Node(snapshot.node(view, &set.owner)),
            // Only names below it own records (RFC 4592 section 2.2.2).
            None if snapshot.is_whole(view) => Ending::Nothing,
            None => Ending::Unknown,
        },
        End::Answer(_, None) | End::Loop => Ending::Nothing,
        End::OutOfView(_) => Ending::Unknown,
    }
}
