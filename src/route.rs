//! Where mail for a name goes, as far as one snapshot can tell (RFC 5321 section 5.1).

use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::record::{Node, Record, Served, Snapshot, ViewId};

/// What a mail server finds when it looks for the servers of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// MX records at `owner`: exchanges with their preference, the most preferred first; those not known are left out.
    Exchanges {
        /// The name that holds the MX records, after all aliases.
        owner: Name,
        /// Preference and exchange.
        exchanges: Vec<(u16, Name)>,
    },
    /// A null MX at this name: mail is refused at once (RFC 7505).
    Refused(Name),
    /// No MX, so port 25 of this name's own addresses (implicit MX).
    Address(Name),
    /// This name has neither MX nor address.
    Nowhere(Name),
    /// The aliases lead back to this name.
    Loop(Name),
    /// The aliases lead to this name, about which the inputs say too little.
    OutOfView(Name),
}

impl Destination {
    /// Follows mail for `name`, starting in `view`.
    pub fn of(snapshot: &Snapshot, view: ViewId, name: &Name) -> Destination {
        let mut seen = vec![name.clone()];
        let mut views = vec![view];
        loop {
            let name = seen.last().expect("starts with one").clone();
            // Several public zones of one name: which of them the world sees is not known.
            let [view] = views[..] else { return Destination::OutOfView(name) };
            let owner = snapshot.answering(view, &name);
            let node = owner.as_ref().map(|owner| snapshot.node(view, owner));
            let alias = node.and_then(|node| node.cnames().next());
            match alias.map(|record| (&record.rdata, record.served)) {
                Some((Rdata::Cname(target) | Rdata::Alias(target), Served::AsIs)) => {
                    if seen.contains(target) {
                        return Destination::Loop(target.clone());
                    }
                    views = snapshot.views_for(target, view);
                    seen.push(target.clone());
                }
                Some(_) => return Destination::OutOfView(name),
                None => return at(node, &name, snapshot.is_whole(view)),
            }
        }
    }
}

/// The destination that a name without an alias gives.
fn at(node: Option<Node>, name: &Name, whole: bool) -> Destination {
    let Some(node) = node.filter(|node| !node.sets.is_empty() || whole) else {
        return if whole { Destination::Nowhere(name.clone()) } else { Destination::OutOfView(name.clone()) };
    };
    let mut exchanges: Vec<(u16, Name)> = node.mx().filter_map(preference_and_exchange).collect();
    exchanges.sort();
    if node.mx().next().is_some() {
        Destination::Exchanges { owner: name.clone(), exchanges }
    } else if node.null_mx().is_some() {
        Destination::Refused(name.clone())
    } else if node.addresses().next().is_some() {
        Destination::Address(name.clone())
    } else if whole {
        Destination::Nowhere(name.clone())
    } else {
        Destination::OutOfView(name.clone())
    }
}

fn preference_and_exchange(record: &Record) -> Option<(u16, Name)> {
    match &record.rdata {
        Rdata::Mx { preference, exchange } => Some((*preference, exchange.clone())),
        _ => None,
    }
}

/// The last name of the chain of aliases that starts with the CNAMEs of `node`, as far as it is in view; the target
/// itself if it is not.
pub fn last_target(snapshot: &Snapshot, view: ViewId, target: &Name) -> Name {
    let mut seen = vec![target.clone()];
    let mut from = view;
    loop {
        let name = seen.last().expect("starts with one").clone();
        let [view] = snapshot.views_for(&name, from)[..] else { return name };
        let Some(owner) = snapshot.answering(view, &name) else { return name };
        let node = snapshot.node(view, &owner);
        let next = node.records(&Rtype::Cname).find_map(|record| match &record.rdata {
            Rdata::Cname(next) | Rdata::Alias(next) if record.served == Served::AsIs => Some(next.clone()),
            _ => None,
        });
        match next {
            Some(next) if !seen.contains(&next) => seen.push(next),
            _ => return name,
        }
        from = view;
    }
}
