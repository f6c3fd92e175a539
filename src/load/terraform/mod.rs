//! Terraform and OpenTofu plans (`terraform show -json`) as the two sides of a change.
//!
//! Past this folder nobody knows what a resource or a provider is. What the plans do not show becomes a gap.

mod address;
pub mod code;
mod document;
mod own;
mod plan;
pub mod provider;
mod record;
mod reference;
mod resource;
mod trouble;
mod values;
mod zone;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use self::document::{Document, Refusal};
pub use self::own::own_table;
use self::plan::Plan;
pub use self::provider::Provider as OwnTable;
use self::provider::{Meaning, Mode, Row, Unit, ZoneKind};
use self::record::{Datum, Reading, Trouble, Why, ZoneName};
use self::reference::Referent;
use self::resource::Resource;
use self::trouble::Troubles;
use self::values::{Known, Object, Value};
use self::zone::{Described, Zones};
use crate::diff::{Operation, Way};
use crate::gap::{Gap, INPUT_UNREADABLE, SENSITIVE_VALUE, UNKNOWN_UNTIL_APPLY, ZONE_PARTIALLY_VISIBLE};
use crate::load::json::{Base, Json};
use crate::load::{DeclaredZone, Found, Pending, StateDocument, UNREADABLE};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Hold, Record, RecordSet, Side, View, ViewId};
use crate::severity::Severity;
use crate::source::{Place, Sources, Span};

/// What the report calls a plan.
pub const KIND: &str = "terraform-plan";

/// What the report calls a state.
pub const STATE: &str = "terraform-state";

/// Whether an input is a state as `terraform show -json` prints it.
pub fn is_state(bytes: &[u8]) -> bool {
    document::read(bytes).is_ok_and(|documents| documents.iter().all(Document::is_state))
}

/// Whether an input is a plan or a state that can be read.
pub fn is_one(bytes: &[u8]) -> bool {
    document::read(bytes).is_ok()
}

/// Reads the plans and states of all inputs as one change, and returns what each is. Why one cannot be read becomes a gap
/// that is an error. A state of which nobody says which side it tells of is on both if anything is `compared`. What people
/// say of resource types in tables of their `own` comes before what is known here, and what they have `declared` of zones
/// adds to what the plans tell.
pub fn load(
    sources: &Sources,
    inputs: &[StateDocument],
    compared: bool,
    own: &[OwnTable],
    declared: &[DeclaredZone],
    found: &mut Found,
) -> Vec<&'static str> {
    let mut read = Vec::new();
    let mut kinds = Vec::new();
    for input in inputs {
        let base = Base { source: input.source, bytes: sources.get(input.source).bytes() };
        match document::read(base.bytes).and_then(|documents| fitting(documents, *input)) {
            Ok(documents) => {
                kinds.push(if documents.iter().any(|document| !document.is_state()) { KIND } else { STATE });
                read.extend(documents.into_iter().map(|document| (base, input, document)));
            }
            Err(refusal) => {
                kinds.push(UNREADABLE);
                let at = u32::try_from(refusal.offset).expect("inputs are smaller than 4 GiB");
                let span = Span { source: base.source, start: at, end: at };
                found.gaps.push(Gap::new(&INPUT_UNREADABLE, refusal.message, Place::at(span)));
            }
        }
    }
    let alone = if compared || kinds.contains(&KIND) { Side::Both } else { Side::After };
    let mut troubles = Troubles::default();
    let mut plans = Vec::new();
    for (base, input, document) in read {
        let version = versions(&document);
        let plan = Plan::new(base, document, own, &mut found.gaps, &mut troubles);
        let plan = Plan { resting_on: input.side.unwrap_or(alone), is_context: input.is_context, ..plan };
        let note = format!("{version}, with {} objects of known DNS types", plan.resources.len());
        found.notes.push((base.source, note));
        plans.push(plan);
    }
    Loader::new(found, troubles).load(&plans, declared);
    kinds
}

/// Documents that are what they are given as: a plan tells of both sides itself, and a state that holds nothing is none
/// unless somebody calls it one.
fn fitting(documents: Vec<Document<'_>>, input: StateDocument) -> Result<Vec<Document<'_>>, Refusal> {
    let is_plan = documents.iter().any(|document| !document.is_state());
    let is_named = input.is_context || input.side.is_some();
    if is_plan && is_named {
        let message = "this is a plan, which tells of both sides of a change itself; name it as an input".to_owned();
        return Err(Refusal { message, offset: 0 });
    }
    match documents.iter().filter(|_| !is_named).find_map(Document::refusal_alone) {
        Some(message) => Err(Refusal { message, offset: 0 }),
        None => Ok(documents),
    }
}

fn versions(document: &Document) -> String {
    let or_unknown = |text: &Option<Cow<str>>| text.as_deref().unwrap_or("unknown").to_owned();
    let (format, program) = (or_unknown(&document.format_version), or_unknown(&document.terraform_version));
    let kind = if document.is_state() { "state" } else { "plan" };
    format!("a {kind} of format {format}, written by version {program}")
}

/// Reads plans.
struct Loader<'f> {
    found: &'f mut Found,
    troubles: Troubles,
    zones: Zones,
    /// Identifiers of zones whose CNAMEs are all flattened after the change, or on both sides.
    flattened: HashSet<String>,
    /// The views of zones that are described, by number.
    views: HashMap<usize, ViewId>,
    /// Zones that no resource names, as far as the names of their records tell.
    learnt: BTreeMap<ViewId, Learnt>,
    /// What data sources list: records that may be those of some resource.
    observed: Vec<RecordSet>,
    /// What data sources of no zone list.
    unplaced: Vec<RecordSet>,
}

/// What the whole names in a zone tell of its own name.
#[derive(Debug, Default)]
struct Learnt {
    /// Told by a record that gives its name both relative and whole.
    apex: Option<Name>,
    /// What all whole names have in common.
    common: Option<Name>,
    whole: HashSet<Name>,
}

/// A resource in one state, and the row that says how to read it.
struct State<'r, 'a> {
    plan: &'r Plan<'a>,
    /// The plan, by number.
    number: usize,
    resource: &'r Resource<'a>,
    row: &'r Row,
    side: Side,
    object: &'r Object<'a>,
}

/// The zone of a record.
struct InZone {
    view: ViewId,
    apex: Option<Name>,
    /// Why something may be missed, if the zone is only guessed.
    doubt: Option<String>,
}

impl<'f> Loader<'f> {
    fn new(found: &'f mut Found, troubles: Troubles) -> Loader<'f> {
        Loader {
            found,
            troubles,
            zones: Zones::default(),
            flattened: HashSet::new(),
            views: HashMap::new(),
            learnt: BTreeMap::new(),
            observed: Vec::new(),
            unplaced: Vec::new(),
        }
    }

    fn load(mut self, plans: &[Plan], declared: &[DeclaredZone]) {
        let all = || {
            plans
                .iter()
                .enumerate()
                .flat_map(|(number, plan)| plan.resources.iter().map(move |one| (number, plan, one)))
        };
        for (number, plan, resource) in all() {
            self.zone_resource(number, plan, resource);
        }
        self.declare(declared);
        if !declared.is_empty() {
            all().for_each(|(.., resource)| self.serve(resource));
        }
        // What needs the names of zones that are still to be learnt waits for a second round.
        let mut waiting = Vec::new();
        for (number, plan, resource) in all() {
            if !self.records(number, plan, resource, true) {
                waiting.push((number, plan, resource));
            }
        }
        for (number, plan, resource) in waiting {
            self.records(number, plan, resource, false);
        }
        for (view, learnt) in std::mem::take(&mut self.learnt) {
            if let Some(apex) = learnt.apex {
                self.found.builder.name_view(view, apex);
            }
        }
        self.found.builder.set_context(false);
        // Whoever joins views has to know that there is another one.
        self.zones.public_names().cloned().for_each(|apex| self.found.builder.describe(apex));
        for at in self.zones.twins() {
            self.described_zone(at);
        }
        self.add_observed();
        self.found.gaps.extend(self.troubles.into_gaps());
    }

    fn hide(&mut self, plan: &Plan, value: Value) {
        self.found.hidden.extend(value.sensitive_parts().into_iter().map(|part| plan.base.span(part.raw())));
    }

    /// Takes in what a resource says of zones: that there is one, or how all its CNAMEs are served.
    fn zone_resource(&mut self, number: usize, plan: &Plan, resource: &Resource) {
        let rows: Vec<_> = resource.provider.zones(&resource.resource_type).collect();
        let flattening = resource.provider.flattening(&resource.resource_type);
        if rows.is_empty() && flattening.is_none() {
            return;
        }
        for (side, value) in plan.states(resource) {
            self.hide(plan, value);
            let Some(object) = value.object() else { continue };
            if let Some(row) = flattening.filter(|row| record::holds(&row.when, &object, &object) == Some(true))
                && side.is_after()
            {
                self.flattened.extend(object.one(&row.zone).text().map(Cow::into_owned));
            }
            for row in &rows {
                let (address, whole_on) = (&resource.address, resource.whole_on());
                let described = Described { plan: number, address, object: &object, whole_on };
                self.zones.add(row, resource.provider, described);
            }
        }
    }

    /// Takes in what a configuration says of zones. What plans say counts more.
    fn declare(&mut self, declared: &[DeclaredZone]) {
        for zone in declared {
            for (id, known) in self.zones.declare(zone) {
                let [known, said] = [&known, &zone.apex].map(Name::unrooted);
                let reason = format!("the plan says that the zone {id} is {known}, so it is not taken for {said}");
                let gap = Gap::new(&INPUT_UNREADABLE, reason, zone.place.clone());
                self.found.gaps.push(gap.lowered_to(Severity::Warning));
            }
        }
    }

    /// Takes in who serves the zone of a record.
    fn serve(&mut self, resource: &Resource) {
        let Some(host) = &resource.provider.dns_host else { return };
        for row in resource.provider.rows(resource.mode, &resource.resource_type) {
            let Some(attr) = row.zone.attr.as_ref().filter(|_| row.zone.kind == ZoneKind::Id) else { continue };
            let objects = resource.states().into_iter().filter_map(|(_, value)| value.object());
            for id in objects.filter_map(|object| Some(object.one(attr).text()?.into_owned())) {
                self.zones.serve(&id, host);
            }
        }
    }

    /// Reads the records of a resource. False if that has to wait until the names of more zones are known; nothing but
    /// what its names tell has been taken from it then.
    fn records<'r, 'a>(
        &mut self,
        number: usize,
        plan: &'r Plan<'a>,
        resource: &'r Resource<'a>,
        may_wait: bool,
    ) -> bool {
        let rows = || resource.provider.rows(resource.mode, &resource.resource_type);
        if rows().next().is_none() {
            return true;
        }
        self.found.builder.set_context(plan.is_context);
        let values = plan.states(resource).into_iter();
        let objects: Vec<_> = values.filter_map(|(side, value)| Some((side, value, value.object()?))).collect();
        let mut states = Vec::new();
        let (mut has_to_wait, mut unmodelled) = (false, false);
        for (side, value, object) in &objects {
            let fits = |row: &&Row| row.select.matches(|key| object.has(key), |attr| object.one(attr).text());
            let Some(first) = rows().find(fits) else {
                unmodelled |= rows().all(|row| row.select.like.is_none());
                continue;
            };
            self.hide(plan, *value);
            for row in rows().filter(|row| row.select == first.select) {
                let state = State { plan, number, resource, row, side: *side, object };
                let zone = self.zone(&state);
                if let Ok(InZone { view, apex: None, .. }) = &zone
                    && may_wait
                    && state.names_zone()
                {
                    let name = record::absolute_name(row, object);
                    has_to_wait |= name.is_none() || resource.provider.flattens_at_apex();
                    self.learn(&state, *view, name);
                }
                states.push((state, zone));
            }
        }
        if has_to_wait {
            return false;
        }
        if unmodelled {
            self.troubles.unmodelled(&resource.resource_type, place_of(plan, resource));
        }
        for (state, zone) in states {
            match zone {
                Ok(zone) => self.read(&state, zone),
                Err(trouble) => self.tell(&state, &trouble),
            }
        }
        true
    }

    /// Learns what a whole name tells of a zone whose name is not known.
    fn learn(&mut self, state: &State, view: ViewId, name: Option<Name>) {
        let Some(name) = name else { return };
        let learnt = self.learnt.entry(view).or_default();
        if let Some(apex) = record::apex_from_name(state.row, state.object, &name) {
            learnt.apex = Some(apex);
        }
        let common = learnt.common.as_ref().map_or_else(|| name.clone(), |common| common.common_ancestor(&name));
        learnt.common = Some(common);
        learnt.whole.insert(name);
    }

    /// What was learnt of a zone that no resource names, for reading this state. The zone is what all whole names have
    /// in common, or above that; a relative name that some whole name starts with tells how far.
    fn learnt_name(&self, state: &State, view: ViewId) -> ZoneName {
        let Some(learnt) = self.learnt.get(&view) else { return ZoneName::Unknown };
        if let Some(apex) = &learnt.apex {
            return ZoneName::Known(apex.clone());
        }
        // A top-level domain in common says nothing.
        let is_telling = |name: &Name| name.ancestors().count() > 2;
        let Some(common) = learnt.common.clone().filter(is_telling) else { return ZoneName::Unknown };
        let relative = state.object.one(&state.row.name.attr).text();
        let is_whole = |origin: &Name| {
            let name = relative.as_ref().and_then(|text| Name::relative(text, origin).ok());
            name.is_some_and(|name| learnt.whole.contains(&name))
        };
        let known = common.ancestors().take_while(is_telling).find(|origin| is_whole(origin));
        ZoneName::Within(known.unwrap_or(common))
    }

    /// Adds the records of one state of a resource.
    fn read(&mut self, state: &State, zone: InZone) {
        let State { resource, row, side, object, .. } = state;
        let zone_name = match zone.apex {
            Some(apex) => ZoneName::Known(apex),
            None => self.learnt_name(state, zone.view),
        };
        if zone.doubt.is_none() {
            self.unnamed_zone(state, zone.view, &zone_name);
        }
        if row.unit == Unit::Zone && !state.holds(Meaning::Scope) {
            self.found.builder.mark_whole(zone.view, *side);
        }
        if let Some(reason) = zone.doubt {
            let gap = Gap::new(&UNKNOWN_UNTIL_APPLY, reason, state.place_of_name());
            self.troubles.part(resource.address.block(), "zone", gap);
        }
        let elements = match record::elements(row, object) {
            Ok(elements) => elements,
            Err(trouble) => return self.tell(state, &trouble),
        };
        let flattens = !self.flattened.is_empty() && self.is_flattened(state);
        for element in elements.iter() {
            let is_configured = |attr: &str| state.plan.configuration.mentions(&resource.address, attr);
            match record::read(row, resource.provider, &zone_name, flattens, element, object, &is_configured) {
                Ok(Some(reading)) => self.add(state, zone.view, reading),
                Ok(None) => {}
                Err(trouble) => self.tell(state, &trouble),
            }
        }
    }

    /// Whether the DNS host serves all CNAMEs of the zone as addresses.
    fn is_flattened(&self, state: &State) -> bool {
        let zone = state.row.zone.attr.as_ref().and_then(|attr| state.object.one(attr).text());
        zone.is_some_and(|zone| self.flattened.contains(zone.as_ref()))
    }

    /// Notes that a relative name stands in a zone that no resource names.
    fn unnamed_zone(&mut self, state: &State, view: ViewId, name: &ZoneName) {
        let State { row, object, .. } = state;
        let has_name = row.each.0.is_empty() && object.one(&row.name.attr).text().is_some();
        let is_whole = record::absolute_name(row, object).is_some();
        let reason = match name {
            ZoneName::Known(_) => return,
            _ if !has_name || is_whole || !state.names_zone() => return,
            ZoneName::Within(name) => {
                format!("no resource names this zone; this relative name is taken to be below {}", name.unrooted())
            }
            ZoneName::Unknown => {
                "no resource names this zone, so its relative names are compared with each other only".to_owned()
            }
        };
        let reason = format!("{reason}; a data source for the zone would tell");
        self.troubles.zone(view, Gap::new(&ZONE_PARTIALLY_VISIBLE, reason, state.place_of_name()));
    }

    fn add(&mut self, state: &State, view: ViewId, reading: Reading) {
        let Reading { owner, rtype, variant, data, ttl, overwrites, name } = reading;
        let mut records = Vec::with_capacity(data.len());
        for Datum { rdata, served, at, trouble } in data {
            let place = state.place([at, name].into_iter().find(|json| !json.is_null()));
            match trouble {
                Some(Trouble { why: Why::Unknown, .. }) if rtype == Rtype::Cname => {
                    let reason = "the target of this alias is not known until apply, so where mail goes is not checked";
                    let gap = Gap::new(&UNKNOWN_UNTIL_APPLY, reason, place.clone()).about(vec![owner.clone()]);
                    self.found.pending.push(Pending { view, owner: owner.clone(), gap });
                }
                // Mail does not depend on the data of other types.
                Some(Trouble { why: Why::Unknown, .. }) if rtype != Rtype::Mx => {}
                Some(trouble) => self.tell(state, &trouble),
                None => {}
            }
            records.push(Record { rdata, ttl, served, unrooted: false, place });
        }
        if records.is_empty() {
            return;
        }
        if let Some(way) = state.resource.way {
            self.found.operations.push(Operation {
                view,
                owner: owner.clone(),
                rtype: rtype.clone(),
                side: state.side,
                way: if way == Way::Forgotten && state.side == Side::After { Way::Created } else { way },
                overwrites,
                object: place_of(state.plan, state.resource),
            });
        }
        let set = RecordSet { view, owner, rtype, variant, records };
        match (state.resource.mode, state.row.zone.kind) {
            (Mode::Managed, _) => match state.hold() {
                Some(hold) => self.found.builder.add_held(state.side, hold, set),
                None => self.found.builder.add(state.side, set),
            },
            (Mode::Data, ZoneKind::None) => self.unplaced.push(set),
            (Mode::Data, _) => self.observed.push(set),
        }
    }

    /// Adds what data sources list. A record that a resource owned before the change is not added again, since it may
    /// be gone after it.
    fn add_observed(&mut self) {
        let builder = &mut self.found.builder;
        for set in std::mem::take(&mut self.unplaced) {
            let view = builder.public_view_around(&set.owner).or_else(|| builder.unnamed_view_with(&set.owner));
            self.observed.push(RecordSet { view: view.unwrap_or(set.view), ..set });
        }
        if self.observed.is_empty() {
            return;
        }
        let owned = builder.owned_before();
        for set in std::mem::take(&mut self.observed) {
            if !owned.contains(&(set.view, set.owner.clone(), set.rtype.clone())) {
                builder.add(Side::Both, set);
            }
        }
    }

    /// The zone of one state of a resource, or why records cannot be compared without it.
    fn zone<'a>(&mut self, state: &State<'_, 'a>) -> Result<InZone, Trouble<'a>> {
        let Some(attr) = state.row.zone.attr.as_ref().filter(|_| state.names_zone()) else {
            return Ok(self.zone_around(state));
        };
        let value = state.object.one(attr);
        let trouble = |why| Trouble { why, part: "zone", at: value.json() };
        match value.known() {
            Known::Is(json) => match json.text() {
                Some(text) => Ok(self.named_zone(state, &text)),
                None => Err(trouble(Why::Unreadable("is not a text".to_owned()))),
            },
            Known::Unknown => self.referenced_zone(state, attr).ok_or(trouble(Why::Unknown)),
            Known::Sensitive => Err(trouble(Why::Sensitive)),
            Known::Null => Err(trouble(Why::Unreadable("is missing".to_owned()))),
        }
    }

    /// The zone that a record names by its domain name or by an identifier.
    fn named_zone(&mut self, state: &State, text: &str) -> InZone {
        let State { row, object, .. } = state;
        let also = state.also();
        let is_id = |text: &str| {
            let prefix = row.zone.id_prefix.as_ref();
            !text.contains('.') || prefix.is_some_and(|prefix| text.starts_with(prefix))
        };
        let domain = match row.zone.kind {
            ZoneKind::Domain => Some(Cow::Borrowed(text)),
            ZoneKind::Extract => row.zone.re.as_ref().and_then(|re| re.capture(text)).map(Cow::Borrowed),
            ZoneKind::Id | ZoneKind::Either | ZoneKind::None => {
                if let Some(at) = self.zones.of_id(text, &also, &row.zone.via) {
                    return self.described_zone(at);
                }
                let itself = (row.zone.kind == ZoneKind::Either && !is_id(text)).then_some(Cow::Borrowed(text));
                itself.or_else(|| row.zone.domain_attrs.iter().find_map(|attr| object.one(attr).text()))
            }
        };
        let apex = domain.and_then(|domain| Name::parse(&domain).ok());
        if let Some(at) = apex.as_ref().and_then(|apex| self.zones.of_apex(apex, &also, &row.zone.via)) {
            return self.described_zone(at);
        }
        let id = also.iter().map(String::as_str).chain([text]).collect::<Vec<_>>().join("/");
        self.undescribed_zone(state, apex, &id, !also.is_empty())
    }

    /// The zone of a record that names none: the one round its name, if the plans have it.
    fn zone_around(&mut self, state: &State) -> InZone {
        let also = state.also();
        let name = record::absolute_name(state.row, state.object);
        if let Some(at) = name.and_then(|name| self.zones.around(&name, &also, &state.row.zone.via)) {
            return self.described_zone(at);
        }
        // Data come from whatever server is asked.
        let host = state.resource.provider.dns_host.clone().filter(|_| state.resource.mode == Mode::Managed);
        let id = (!also.is_empty()).then(|| also.join("/").into());
        let nowhere = View { apex: None, id, private: state.holds(Meaning::Private), host };
        InZone { view: self.found.builder.view(nowhere), apex: None, doubt: None }
    }

    /// A zone that is not known until apply is the one that the configuration refers to.
    fn referenced_zone(&mut self, state: &State, attr: &str) -> Option<InZone> {
        let referents = state.referents(attr);
        let name = record::absolute_name(state.row, state.object);
        if let Some(at) = self.zones.of_referents(state.number, &referents, name.as_ref()) {
            return Some(self.described_zone(at));
        }
        if let Some(at) = name.and_then(|name| self.zones.around(&name, &state.also(), &state.row.zone.via)) {
            let zone = self.described_zone(at);
            let apex = zone.apex.as_ref().map(Name::unrooted).unwrap_or_default();
            let doubt = format!("the zone is not known until apply; by its name this is taken to be in {apex}");
            return Some(InZone { doubt: Some(doubt), ..zone });
        }
        let referent = referents.first()?;
        let id = format!("{}{}", referent.address, referent.key.as_deref().unwrap_or_default());
        let doubt = format!("the zone is not known until apply, so this is compared with what refers to {id} only");
        Some(InZone { doubt: Some(doubt), ..self.undescribed_zone(state, None, &id, false) })
    }

    /// A zone that a plan has a resource or a data source for, or that is declared.
    fn described_zone(&mut self, at: usize) -> InZone {
        let view = *self.views.entry(at).or_insert_with(|| {
            let view = self.found.builder.view(self.zones.view(at));
            self.zones.ids(at).iter().for_each(|id| self.found.builder.label(view, id));
            if let Some(side) = self.zones.whole_on(at) {
                self.found.builder.mark_whole(view, side);
            }
            view
        });
        InZone { view, apex: self.zones.apex(at).cloned(), doubt: None }
    }

    /// A zone of which the plans give only a name or an identifier. An identifier is needed where the name does not do.
    fn undescribed_zone(&mut self, state: &State, apex: Option<Name>, id: &str, is_telling: bool) -> InZone {
        let private = state.holds(Meaning::Private);
        let id = (private || apex.is_none() || is_telling).then(|| id.into());
        let host = state.resource.provider.dns_host.clone();
        InZone { view: self.found.builder.view(View { apex: apex.clone(), id, private, host }), apex, doubt: None }
    }

    /// Notes a part of a record that could not be read.
    fn tell(&mut self, state: &State, trouble: &Trouble) {
        let part = trouble.part;
        let (coverage, severity, reason) = match &trouble.why {
            Why::Unknown => {
                let referents = state.referents(&state.row.name.attr);
                let proofs = &state.row.name.proofs;
                let is_proof = |referent: &Referent| proofs.iter().any(|known| referent.is_of(known));
                let severity = if referents.iter().any(is_proof) { Severity::Note } else { Severity::Warning };
                (&UNKNOWN_UNTIL_APPLY, severity, format!("the {part} is not known until apply, so it is not checked"))
            }
            Why::Sensitive => {
                let reason = format!("the {part} is marked sensitive, so it is neither checked nor shown");
                (&SENSITIVE_VALUE, Severity::Note, reason)
            }
            Why::Unreadable(reason) => {
                (&INPUT_UNREADABLE, Severity::Warning, format!("the {part} {reason}, so it is not checked"))
            }
        };
        let place = if trouble.at.is_null() { state.place_of_name() } else { state.place(Some(trouble.at)) };
        let gap = Gap::new(coverage, reason, place).lowered_to(severity);
        self.troubles.part(state.resource.address.block(), part, gap);
    }
}

impl State<'_, '_> {
    /// Whether a flag holds, or may hold.
    fn holds(&self, meaning: Meaning) -> bool {
        let mut flags = self.row.flags.iter().filter(|flag| flag.meaning == meaning);
        flags.any(|flag| match (record::holds(flag, self.object, self.object), &flag.attr) {
            (Some(holds), _) => holds,
            // What nobody asked for is only computed, and a zone that nobody makes private is public.
            (None, Some(attr)) if meaning == Meaning::Private => {
                self.plan.configuration.mentions(&self.resource.address, attr.trim_start_matches('^'))
            }
            (None, _) => true,
        })
    }

    /// What of the records the resource takes for its own; nothing once it is forgotten, or if only a state shows it.
    fn hold(&self) -> Option<Hold> {
        let is_kept = !self.plan.is_state && self.resource.way != Some(Way::Forgotten);
        is_kept.then_some(if self.row.unit == Unit::Record { Hold::Records } else { Hold::Set })
    }

    /// Whether the resource says which zone it belongs to, even if that is not known yet.
    fn names_zone(&self) -> bool {
        let zone = &self.row.zone;
        let is_left_out = |attr: &String| zone.optional && self.object.one(attr).known() == Known::Null;
        zone.attr.as_ref().is_some_and(|attr| !is_left_out(attr))
    }

    /// The texts that tell zones of one name apart.
    fn also(&self) -> Vec<String> {
        let zone = &self.row.zone;
        // An identifier tells the view too.
        let is_told = zone.kind == ZoneKind::Id && self.names_zone();
        let view = zone.view.as_ref().filter(|_| !is_told).and_then(|view| {
            let named = self.object.one(&view.attr).text();
            named.or_else(|| view.default.as_deref().map(Cow::Borrowed))
        });
        let also = zone.also.iter().filter_map(|attr| self.object.one(attr).text());
        also.chain(view).map(Cow::into_owned).collect()
    }

    /// Where the value of an attribute comes from.
    fn referents(&self, attr: &str) -> Vec<Referent> {
        self.plan.configuration.referents(&self.resource.address, attr)
    }

    /// The place of a value, or of all attributes if there is none.
    fn place(&self, at: Option<Json>) -> Place {
        let block = self.object.value().json();
        let span = self.plan.base.span(at.unwrap_or(block).content());
        let address = Some(Arc::clone(self.resource.address.text()));
        Place { span, block: self.plan.base.span(block.raw()), address, site: None }
    }

    /// The place of the name of a record, or of its resource if it has none.
    fn place_of_name(&self) -> Place {
        match self.object.one(&self.row.name.attr).json() {
            name if name.is_null() => place_of(self.plan, self.resource),
            name => self.place(Some(name)),
        }
    }
}

/// The place of a resource as a whole: its address.
fn place_of(plan: &Plan, resource: &Resource) -> Place {
    let at = resource.address_at;
    let address = Some(Arc::clone(resource.address.text()));
    Place { span: plan.base.span(at.content()), block: plan.base.span(at.raw()), address, site: None }
}
