//! Where mail for a name goes, as far as one snapshot can tell (RFC 5321 section 5.1).

use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Answer, Node, Record, Served, Snapshot, ViewId};

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
    Address {
        /// The name.
        name: Name,
        /// Whether the view is known whole, so that there is no MX that the inputs do not show.
        certain: bool,
    },
    /// This name has neither MX nor address.
    Nowhere(Name),
    /// The aliases lead back to this name.
    Loop(Name),
    /// The aliases lead to this name, about which the inputs say too little.
    OutOfView(Name),
}

/// Longer chains of aliases are given up, as resolvers do.
const LONGEST_CHAIN: usize = 16;

impl Destination {
    /// Follows mail for `name`, which is looked for in `view`.
    pub fn of(snapshot: &Snapshot, view: ViewId, name: &Name) -> Destination {
        Chain::of(snapshot, view, name).destination(snapshot)
    }

    /// Follows mail for `owner`, an alias in `view` for `target`, as if the alias were served as one.
    pub fn of_alias(snapshot: &Snapshot, view: ViewId, owner: &Name, target: &Name) -> Destination {
        let views = snapshot.views_for(target, view);
        Chain::walk(snapshot, views, target.clone(), vec![owner.clone()]).destination(snapshot)
    }
}

/// The last name that the aliases of `target` lead to, looked for from `view`, as far as they are in view.
pub fn last_target(snapshot: &Snapshot, view: ViewId, target: &Name) -> Name {
    Chain::from(snapshot, view, target).last
}

/// The names that mail for `name` is led by, each in the view that it is looked for in, and the wildcards that answer for
/// some of them.
pub fn way_of_mail(snapshot: &Snapshot, view: ViewId, name: &Name) -> Vec<(ViewId, Name)> {
    Chain::of(snapshot, view, name).way
}

/// The aliases of the name at which a host that is looked for from `view` has its TLSA records for mail (RFC 7672 section
/// 2.2.3); none if that is too long for a name.
pub fn tlsa_chain<'a>(snapshot: &'a Snapshot, view: ViewId, host: &Name) -> Option<Chain<'a>> {
    let owner = host.child("_tcp").and_then(|tcp| tcp.child("_25")).ok()?;
    Some(Chain::from(snapshot, view, &owner))
}

/// A chain of aliases, followed as far as it goes (RFC 1034 section 3.6.2).
#[derive(Debug)]
pub struct Chain<'a> {
    /// The aliases, in the order in which they are followed.
    pub hops: Vec<Hop<'a>>,
    /// The names that were looked for, each in its view, and the other owners whose records answered.
    way: Vec<(ViewId, Name)>,
    /// The last name.
    pub last: Name,
    /// Why it ends there.
    pub end: End,
}

/// One alias on the way.
#[derive(Debug)]
pub struct Hop<'a> {
    /// The name that is asked for.
    pub name: Name,
    /// The owner of the record that answers: the name itself, a wildcard, or a name above with a DNAME.
    pub owner: Name,
    /// The record.
    pub alias: &'a Record,
    /// The name that is asked for next.
    pub target: Name,
}

/// Why a chain of aliases ends.
#[derive(Debug)]
pub enum End {
    /// The records of this owner answer, and no alias; none if nothing does, and nothing else can.
    Answer(ViewId, Option<Name>),
    /// The last name was there before.
    Loop,
    /// The inputs do not say where the last name leads.
    OutOfView(Unseen),
}

/// What keeps a name out of view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// No zone around it is in the inputs.
    NoZone,
    /// Several views may hold it.
    SeveralViews,
    /// It lies in a child zone that is delegated at this name, and is not in the inputs.
    Delegated(Name),
    /// The inputs do not show all of its zone, and nothing of it.
    Partial,
    /// It is an alias for a name that is not known.
    UnknownTarget,
    /// It is an alias that the DNS host may resolve by itself.
    MayBeFlattened,
    /// Too many aliases lead to it.
    TooLong,
    /// It is not known before the change is applied.
    Unknown,
}

impl<'a> Chain<'a> {
    /// Follows the aliases of a name that is looked for in `view`.
    pub fn of(snapshot: &'a Snapshot, view: ViewId, name: &Name) -> Chain<'a> {
        // A zone that is not there yet, or no more, answers nothing.
        let views = if snapshot.is_empty(view) { snapshot.views_for(name, view) } else { vec![view] };
        Chain::walk(snapshot, views, name.clone(), Vec::new())
    }

    /// Follows the aliases of a name to which a record in `view` refers.
    pub fn from(snapshot: &'a Snapshot, view: ViewId, name: &Name) -> Chain<'a> {
        Chain::walk(snapshot, snapshot.views_for(name, view), name.clone(), Vec::new())
    }

    /// Follows the aliases of `last`, which is looked for in `views`, after those of the names that were `seen`.
    fn walk(snapshot: &'a Snapshot, mut views: Vec<ViewId>, mut last: Name, mut seen: Vec<Name>) -> Chain<'a> {
        let (mut hops, mut way): (Vec<Hop>, Vec<(ViewId, Name)>) = (Vec::new(), Vec::new());
        let end = loop {
            let view = match views[..] {
                [view] => view,
                [] => break End::OutOfView(Unseen::NoZone),
                _ => break End::OutOfView(Unseen::SeveralViews),
            };
            way.push((view, last.clone()));
            if seen.len() >= LONGEST_CHAIN {
                break End::OutOfView(Unseen::TooLong);
            }
            let (owner, alias, target) = match link(snapshot, view, &last) {
                Link::Alias { owner, alias, target } => (owner, alias, target),
                Link::Cut(cut) => {
                    let below = snapshot.views_for(&last, view);
                    if below == views {
                        break End::OutOfView(Unseen::Delegated(cut));
                    }
                    views = below;
                    continue;
                }
                Link::End(end) => break end,
            };
            way.push((view, owner.clone()));
            seen.push(last.clone());
            views = snapshot.views_for(&target, view);
            let is_loop = seen.contains(&target);
            hops.push(Hop { name: std::mem::replace(&mut last, target.clone()), owner, alias, target });
            if is_loop {
                break End::Loop;
            }
        };
        if let End::Answer(view, Some(owner)) = &end {
            way.push((*view, owner.clone()));
        }
        Chain { hops, way, last, end }
    }

    /// The records of one type that answer at the end of the chain.
    pub fn records(&self, snapshot: &'a Snapshot, rtype: &Rtype) -> impl Iterator<Item = &'a Record> + use<'a> {
        let sets = match &self.end {
            End::Answer(view, Some(owner)) => Some(snapshot.sets_at(*view, owner)),
            End::Answer(_, None) | End::Loop | End::OutOfView(_) => None,
        };
        let rtype = rtype.clone();
        let sets = sets.into_iter().flatten().filter(move |set| set.rtype == rtype);
        sets.flat_map(|set| &set.records)
    }

    /// The destination that the end of the chain is.
    pub fn destination(self, snapshot: &Snapshot) -> Destination {
        let Chain { last, end, .. } = self;
        match end {
            End::Answer(view, Some(owner)) => at(&snapshot.node(view, &owner), last, snapshot.is_whole(view)),
            End::Answer(_, None) => Destination::Nowhere(last),
            End::Loop => Destination::Loop(last),
            End::OutOfView(_) => Destination::OutOfView(last),
        }
    }
}

/// What a view makes of a name in a chain.
enum Link<'a> {
    /// This record of an owner leads to a target: a CNAME of the name or of a wildcard, or a DNAME above.
    Alias { owner: Name, alias: &'a Record, target: Name },
    /// Somebody else answers, below this delegation.
    Cut(Name),
    /// The chain ends.
    End(End),
}

fn link<'a>(snapshot: &'a Snapshot, view: ViewId, name: &Name) -> Link<'a> {
    let owner = match snapshot.answer(view, name) {
        Answer::Own => name.clone(),
        Answer::Wildcard(wildcard) => wildcard,
        Answer::Dname(owner) => {
            let set = snapshot.sets_at(view, &owner).iter().find(|set| set.rtype == Rtype::Dname);
            let alias = &set.expect("it answers").records[0];
            return match snapshot.dname_target(view, &owner).map(|target| name.moved(&owner, target)) {
                Some(Some(target)) => Link::Alias { owner, alias, target },
                // No name is that long, and the answer says so (RFC 6672 section 2.2).
                Some(None) => Link::End(End::Answer(view, None)),
                None => Link::End(End::OutOfView(Unseen::UnknownTarget)),
            };
        }
        Answer::Delegation(cut) => return Link::Cut(cut),
        Answer::Nothing if snapshot.is_whole(view) => return Link::End(End::Answer(view, None)),
        Answer::Nothing => return Link::End(End::OutOfView(Unseen::Partial)),
    };
    let sets = snapshot.sets_at(view, &owner).iter().filter(|set| set.rtype == Rtype::Cname);
    // Of several, in whatever order they are written, always the same.
    let aliases = sets.flat_map(|set| &set.records).filter(|record| !record.served.is_flattened());
    let alias = aliases.min_by_key(|record| record.rdata.alias_target());
    let Some(alias) = alias else { return Link::End(End::Answer(view, Some(owner))) };
    if alias.served != Served::AsIs {
        return Link::End(End::OutOfView(Unseen::MayBeFlattened));
    }
    match alias.rdata.alias_target() {
        Some(target) => Link::Alias { owner, alias, target: target.clone() },
        None => Link::End(End::OutOfView(Unseen::UnknownTarget)),
    }
}

/// The destination that a name without an alias is, by the records that answer for it.
fn at(node: &Node, name: Name, whole: bool) -> Destination {
    let known = node.mx().filter_map(|record| record.rdata.mx());
    let mut exchanges: Vec<(u16, Name)> = known.map(|(preference, exchange)| (preference, exchange.clone())).collect();
    exchanges.sort();
    if node.mx().next().is_some() {
        Destination::Exchanges { owner: name, exchanges }
    } else if node.null_mx().is_some() {
        Destination::Refused(name)
    } else if node.addresses().next().is_some() {
        Destination::Address { name, certain: whole }
    } else if whole {
        Destination::Nowhere(name)
    } else {
        Destination::OutOfView(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Builder, RecordSet, Side, View};

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    /// Where mail for `owner` goes in the zone `example.com` with these records.
    fn destination(owner: &str, whole: bool, lines: &[&str]) -> Destination {
        let mut builder = Builder::default();
        let view = builder.view(View { apex: Some(name("example.com")), id: None, private: false, host: None });
        if whole {
            builder.mark_whole(view, Side::Both);
        }
        for line in lines {
            builder.add(Side::Both, RecordSet::from_line(view, line));
        }
        Destination::of(&builder.finish().1, view, &name(owner))
    }

    const WEB: &str = "www.example.com A 192.0.2.1";
    const SHOP: &str = "shop.example.com CNAME www.example.com";

    #[test]
    fn aliases_are_followed_to_the_mx() {
        let mx = ["www.example.com MX 20 b.example.net", "www.example.com MX 10 a.example.net"];
        let exchanges = vec![(10, name("a.example.net")), (20, name("b.example.net"))];
        let owner = name("www.example.com");
        assert_eq!(
            destination("shop.example.com", false, &[SHOP, mx[0], mx[1]]),
            Destination::Exchanges { owner, exchanges }
        );
    }

    #[test]
    fn without_an_mx_the_address_takes_mail_if_that_is_all_there_is() {
        let address = |certain| Destination::Address { name: name("www.example.com"), certain };
        assert_eq!(destination("shop.example.com", true, &[SHOP, WEB]), address(true));
        assert_eq!(destination("shop.example.com", false, &[SHOP, WEB]), address(false));
    }

    #[test]
    fn what_is_not_there_is_nowhere_only_in_a_whole_zone() {
        assert_eq!(destination("shop.example.com", true, &[SHOP]), Destination::Nowhere(name("www.example.com")));
        assert_eq!(destination("shop.example.com", false, &[SHOP]), Destination::OutOfView(name("www.example.com")));
        let away = ["shop.example.com CNAME www.example.org"];
        assert_eq!(destination("shop.example.com", true, &away), Destination::OutOfView(name("www.example.org")));
    }

    #[test]
    fn refusals_and_loops_are_ends_too() {
        let refused = [SHOP, "www.example.com MX 0 ."];
        assert_eq!(destination("shop.example.com", true, &refused), Destination::Refused(name("www.example.com")));
        let around = [SHOP, "www.example.com CNAME shop.example.com"];
        assert_eq!(destination("shop.example.com", true, &around), Destination::Loop(name("shop.example.com")));
    }

    #[test]
    fn a_child_zone_that_is_not_loaded_is_out_of_view() {
        let cut = ["shop.example.com CNAME a.sub.example.com", "sub.example.com NS ns1.example.net"];
        assert_eq!(destination("shop.example.com", true, &cut), Destination::OutOfView(name("a.sub.example.com")));
    }

    #[test]
    fn a_dname_leads_the_names_below_it_elsewhere() {
        let lines = ["old.example.com DNAME new.example.com", "a.new.example.com MX 10 mx.example.net"];
        let exchanges = || vec![(10, name("mx.example.net"))];
        let destination = |owner, more: &[&str]| destination(owner, true, &[&lines[..], more].concat());
        let found = Destination::Exchanges { owner: name("a.new.example.com"), exchanges: exchanges() };
        assert_eq!(destination("a.old.example.com", &[]), found);
        assert_eq!(destination("a.old.example.com", &["a.old.example.com A 192.0.2.1"]), found, "that is occluded");
        assert_eq!(destination("shop.example.com", &["shop.example.com CNAME a.old.example.com"]), found);
        assert_eq!(destination("b.old.example.com", &[]), Destination::Nowhere(name("b.new.example.com")));
        let around = ["x.new.example.com CNAME x.old.example.com"];
        assert_eq!(destination("x.old.example.com", &around), Destination::Loop(name("x.old.example.com")));
        let long = format!("{}.old.example.com", ["x".repeat(63).as_str(); 3].join("."));
        let longer = format!("old.example.com DNAME {}.example.com", "y".repeat(63));
        assert_eq!(
            self::destination(&long, true, &[&longer]),
            Destination::Nowhere(name(&long)),
            "no name is that long"
        );
    }

    #[test]
    fn long_chains_are_given_up() {
        let links: Vec<String> =
            (0..100).map(|at| format!("a{at}.example.com CNAME a{}.example.com", at + 1)).collect();
        let links: Vec<&str> = links.iter().map(String::as_str).collect();
        assert_eq!(destination("a0.example.com", true, &links), Destination::OutOfView(name("a16.example.com")));
    }

    #[test]
    fn a_wildcard_answers_for_a_target_that_has_no_records() {
        let wildcard = [SHOP, "*.example.com MX 10 a.example.net"];
        let exchanges = vec![(10, name("a.example.net"))];
        let owner = name("www.example.com");
        assert_eq!(destination("shop.example.com", true, &wildcard), Destination::Exchanges { owner, exchanges });
    }
}
