//! The zones of a plan, and how records find theirs.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::load::DeclaredZone;
use crate::load::terraform::address::Address;
use crate::load::terraform::provider::{Provider, ZoneRow};
use crate::load::terraform::record::holds;
use crate::load::terraform::reference::Referent;
use crate::load::terraform::values::Object;
use crate::name::Name;
use crate::record::{DnsHost, Side, View};

/// A zone that some resource or data source of a plan describes, or else a configuration.
#[derive(Debug)]
struct Zone {
    /// Its domain name.
    apex: Option<Name>,
    /// The side on which a plan has made or removed it, so that nothing is in it but what the plan shows.
    whole_on: Option<Side>,
    /// None if no plan describes it.
    resource_type: Option<String>,
    /// What records refer to it by; the first is the most telling.
    ids: Vec<String>,
    /// Further texts that tell zones of one name apart.
    also: Vec<String>,
    private: bool,
    /// Who serves it, as far as that is known; two for an identifier that two providers have.
    hosts: Vec<Arc<DnsHost>>,
    /// The plans that describe it, by number.
    plans: Vec<usize>,
    /// Where it is described first; empty if no plan does.
    address: String,
    /// What a configuration says of it, by number.
    declared: Option<usize>,
}

impl Zone {
    /// Whether records may name it that name zones of these resource types.
    fn is_one_of(&self, types: &[String]) -> bool {
        self.resource_type.as_ref().is_none_or(|own| types.contains(own))
    }
}

/// A view that a configuration tells of: one zone, or several that are one to their users.
#[derive(Debug)]
struct DeclaredView {
    apex: Name,
    name: Option<String>,
    private: bool,
    /// The first identifier that the configuration gives.
    id: Option<String>,
    /// The zones, by number.
    zones: Vec<usize>,
}

/// The zones of all plans.
#[derive(Debug, Default)]
pub struct Zones {
    zones: Vec<Zone>,
    by_id: HashMap<String, Vec<usize>>,
    /// By plan and address without key, then by key.
    by_block: HashMap<(usize, String), BTreeMap<String, Vec<usize>>>,
    by_apex: HashMap<Name, Vec<usize>>,
    declared: Vec<DeclaredView>,
}

/// What a plan says of a zone in one state.
#[derive(Clone, Copy, Debug)]
pub struct Described<'d, 'a> {
    /// The plan, by number.
    pub plan: usize,
    /// The address of the resource.
    pub address: &'d Address,
    /// Its attributes.
    pub object: &'d Object<'a>,
    /// The side on which the plan has made or removed it.
    pub whole_on: Option<Side>,
}

impl Zones {
    /// Takes in one state of a zone. States of one zone join: those before and after the change, those of a resource
    /// and of data, and those of several plans.
    pub fn add(&mut self, row: &ZoneRow, provider: &Provider, described: Described) {
        let Described { plan, address, object, whole_on } = described;
        let text = |attr: &String| object.one(attr).text().filter(|text| !text.is_empty()).map(|text| text.to_string());
        let domain = row.domain.0.iter().find_map(text);
        let domain = match row.below.as_ref().and_then(text) {
            Some(labels) => domain.map(|domain| format!("{labels}.{domain}")),
            None => domain,
        };
        let zone = Zone {
            apex: domain.and_then(|domain| Name::parse(&domain).ok()),
            whole_on,
            resource_type: Some(row.resource_type.clone()),
            ids: row.id.iter().filter_map(text).collect(),
            also: row.also.iter().filter_map(text).collect(),
            private: row.private.iter().any(|flag| holds(flag, object, object) == Some(true)),
            hosts: provider.dns_host.clone().into_iter().collect(),
            plans: vec![plan],
            address: address.without_key().to_owned(),
            declared: None,
        };
        let at = self.same(&zone, described).unwrap_or(self.zones.len());
        for id in &zone.ids {
            insert(self.by_id.entry(id.clone()).or_default(), at);
        }
        let keys = self.by_block.entry((plan, address.without_key().to_owned())).or_default();
        insert(keys.entry(address.key().to_owned()).or_default(), at);
        if let Some(known) = self.zones.get_mut(at) {
            known.whole_on = known.whole_on.or(zone.whole_on);
            known.private |= zone.private;
            zone.ids.into_iter().for_each(|id| insert(&mut known.ids, id));
            insert(&mut known.plans, plan);
        } else {
            if let Some(apex) = &zone.apex {
                self.by_apex.entry(apex.clone()).or_default().push(at);
            }
            self.zones.push(zone);
        }
    }

    /// Takes in what a configuration says of a zone, once all plans have had their say. Returns what the plans know some
    /// of its identifiers as, if that is another zone.
    pub fn declare(&mut self, declared: &DeclaredZone) -> Vec<(String, Name)> {
        let DeclaredZone { apex, ids, private, name, .. } = declared;
        let same = |view: &DeclaredView| name.is_some() && view.name == *name && view.apex == *apex;
        let view = self.declared.iter().position(same).unwrap_or(self.declared.len());
        if view == self.declared.len() {
            let (apex, name, id) = (apex.clone(), name.clone(), ids.first().cloned());
            self.declared.push(DeclaredView { apex, name, private: false, id, zones: Vec::new() });
        }
        let mut others = Vec::new();
        for id in ids {
            let mut known: Vec<usize> = self.with_id(id).collect();
            if known.is_empty() {
                known.push(self.add_undescribed(id));
            }
            for at in known {
                match &self.zones[at].apex {
                    Some(other) if other != apex => others.push((id.clone(), other.clone())),
                    named => {
                        if named.is_none() {
                            self.zones[at].apex = Some(apex.clone());
                            self.by_apex.entry(apex.clone()).or_default().push(at);
                        }
                        self.zones[at].declared = Some(view);
                        insert(&mut self.declared[view].zones, at);
                    }
                }
            }
        }
        let view = &mut self.declared[view];
        view.private |= *private || view.zones.iter().any(|&at| self.zones[at].private);
        others
    }

    /// A zone of which nothing but an identifier is known.
    fn add_undescribed(&mut self, id: &str) -> usize {
        self.by_id.entry(id.to_owned()).or_default().push(self.zones.len());
        self.zones.push(Zone {
            apex: None,
            whole_on: None,
            resource_type: None,
            ids: vec![id.to_owned()],
            also: Vec::new(),
            private: false,
            hosts: Vec::new(),
            plans: Vec::new(),
            address: String::new(),
            declared: None,
        });
        self.zones.len() - 1
    }

    /// Says who serves the zone that no plan describes and that has this identifier.
    pub fn serve(&mut self, id: &str, host: &Arc<DnsHost>) {
        for at in self.by_id.get(id).into_iter().flatten() {
            let zone = &mut self.zones[*at];
            if zone.resource_type.is_none() && !zone.hosts.contains(host) {
                zone.hosts.push(Arc::clone(host));
            }
        }
    }

    /// The zone that this is another state of: by address, by identifier, or by its name in another plan, as long as
    /// nothing tells them apart.
    fn same(&self, zone: &Zone, described: Described) -> Option<usize> {
        let block = self.by_block.get(&(described.plan, described.address.without_key().to_owned()));
        let by_address = block.and_then(|keys| keys.get(described.address.key())).into_iter().flatten().copied();
        let by_id = zone.ids.iter().flat_map(|id| self.with_id(id));
        let by_name = zone.apex.as_ref().and_then(|apex| self.by_apex.get(apex)).into_iter().flatten().copied();
        let by_name = by_name.filter(|&at| {
            let known = &self.zones[at];
            let untold = known.ids.is_empty() || zone.ids.is_empty();
            untold && known.private == zone.private && !known.plans.contains(&described.plan)
        });
        by_address.chain(by_id).chain(by_name).find(|&at| {
            let known = &self.zones[at];
            known.apex == zone.apex && known.resource_type == zone.resource_type && known.also == zone.also
        })
    }

    /// The domain name of a zone.
    pub fn apex(&self, at: usize) -> Option<&Name> {
        self.zones[at].apex.as_ref()
    }

    /// The names of the public zones.
    pub fn public_names(&self) -> impl Iterator<Item = &Name> {
        self.by_apex.iter().filter(|(_, zones)| zones.iter().any(|&at| !self.is_private(at))).map(|(apex, _)| apex)
    }

    /// The public zones that share their name with another one.
    pub fn twins(&self) -> Vec<usize> {
        let public = self.by_apex.values().map(|zones| zones.iter().copied().filter(|&at| !self.is_private(at)));
        let mut twins: Vec<usize> =
            public.map(Iterator::collect::<Vec<_>>).filter(|zones| zones.len() > 1).flatten().collect();
        twins.sort_unstable();
        twins
    }

    /// What records refer to a zone by.
    pub fn ids(&self, at: usize) -> &[String] {
        &self.zones[at].ids
    }

    /// The side on which a plan has made or removed the view of a zone, so that nothing is in it but what the plan shows.
    pub fn whole_on(&self, at: usize) -> Option<Side> {
        let is_shared = |view: usize| self.declared[view].zones.len() > 1;
        self.zones[at].whole_on.filter(|_| !self.zones[at].declared.is_some_and(is_shared))
    }

    /// The only zone of these resource types that has this identifier.
    pub fn of_id(&self, id: &str, also: &[String], types: &[String]) -> Option<usize> {
        let of_types = || self.with_id(id).filter(|&at| self.zones[at].is_one_of(types));
        only(of_types().filter(|&at| self.zones[at].also == also)).or_else(|| only(of_types()))
    }

    /// The zone of this name that is told apart by these texts, or the only one. A zone that no plan describes is found
    /// by its identifiers alone.
    pub fn of_apex(&self, apex: &Name, also: &[String], types: &[String]) -> Option<usize> {
        let named = || self.by_apex.get(apex).into_iter().flatten().copied();
        let described = || named().filter(|&at| self.zones[at].resource_type.is_some());
        let of_types = || described().filter(|&at| self.zones[at].is_one_of(types));
        only(of_types().filter(|&at| self.zones[at].also == also)).or_else(|| only(of_types()))
    }

    /// The zone that one of these references of a plan leads to; where they leave several open, the one that `name`
    /// lies in.
    pub fn of_referents(&self, plan: usize, referents: &[Referent], name: Option<&Name>) -> Option<usize> {
        let mut candidates: Vec<usize> = Vec::new();
        for referent in referents {
            let Some(keys) = self.by_block.get(&(plan, referent.address.clone())) else { continue };
            match &referent.key {
                Some(key) => candidates.extend(keys.get(key).into_iter().flatten()),
                None => candidates.extend(keys.values().flatten()),
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        only(candidates.iter().copied()).or_else(|| self.deepest(name?, |at| candidates.binary_search(&at).is_ok()))
    }

    /// The only zone of these resource types that the name lies in, and no other below it, unless these texts tell that
    /// it is another.
    pub fn around(&self, name: &Name, also: &[String], types: &[String]) -> Option<usize> {
        self.deepest(name, |at| {
            let zone = &self.zones[at];
            zone.is_one_of(types) && (zone.also.is_empty() || also.is_empty() || zone.also == also)
        })
    }

    /// The view of a zone. A zone needs an identifier only where its name does not tell it from others.
    pub fn view(&self, at: usize) -> View {
        let zone = &self.zones[at];
        let twins = zone.apex.as_ref().and_then(|apex| self.by_apex.get(apex)).into_iter().flatten();
        let public = twins.filter(|&&twin| !self.is_private(twin));
        // Zones that are one view are not told apart.
        let views: HashSet<_> = public.map(|&twin| self.zones[twin].declared.ok_or(twin)).collect();
        let needs_id = self.is_private(at) || views.len() != 1;
        if let Some(view) = zone.declared.map(|view| &self.declared[view]) {
            let id = view.name.as_ref().or(view.id.as_ref()).filter(|_| needs_id).map(|id| id.as_str().into());
            let mut hosts = view.zones.iter().flat_map(|&at| &self.zones[at].hosts);
            let host = hosts.next().filter(|first| hosts.all(|host| host == *first)).cloned();
            return View { apex: Some(view.apex.clone()), id, private: view.private, host };
        }
        let id = || {
            let parts: Vec<&str> = zone.also.iter().chain(zone.ids.first()).map(String::as_str).collect();
            if parts.is_empty() { zone.address.as_str().into() } else { parts.join("/").into() }
        };
        let host = zone.hosts.first().cloned();
        View { apex: zone.apex.clone(), id: needs_id.then(id), private: zone.private, host }
    }

    fn is_private(&self, at: usize) -> bool {
        let zone = &self.zones[at];
        zone.declared.map_or(zone.private, |view| self.declared[view].private)
    }

    fn with_id(&self, id: &str) -> impl Iterator<Item = usize> {
        self.by_id.get(id).into_iter().flatten().copied()
    }

    fn deepest(&self, name: &Name, is_meant: impl Fn(usize) -> bool) -> Option<usize> {
        name.ancestors().find_map(|ancestor| {
            let mut found = self.by_apex.get(&ancestor)?.iter().copied().filter(|&at| is_meant(at)).peekable();
            found.peek().is_some().then(|| only(found))
        })?
    }
}

fn insert<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The only item there is.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next();
    items.next().is_none().then_some(first).flatten()
}
