//! One plan as the resources it holds: what a table knows, with the sides each stands on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::diff::Way;
use crate::gap::{Gap, INPUT_UNREADABLE, PLAN_NOT_COMPLETE};
use crate::load::json::{Base, Json};
use crate::load::terraform::address::Address;
use crate::load::terraform::document::{Document, StateModule};
use crate::load::terraform::provider::{Provider, provider};
use crate::load::terraform::reference::Configuration;
use crate::load::terraform::resource::{Resource, looks_like_records};
use crate::load::terraform::trouble::Troubles;
use crate::load::terraform::values::Value;
use crate::record::Side;
use crate::severity::Severity;
use crate::source::{Place, Span};

/// A plan, ready to be asked for its records.
#[derive(Debug)]
pub struct Plan<'a> {
    /// The input it stands in.
    pub base: Base<'a>,
    /// Where values come from that are not known yet.
    pub configuration: Configuration<'a>,
    /// Everything that a table knows: first what the plan lists, then what only its prior state shows.
    pub resources: Vec<Resource<'a>>,
    /// The sides on which what only rests stands: both, unless this is a state of one side.
    pub resting_on: Side,
    /// Whether it is a state, which shows what there is; who looks after that need not be there any more.
    pub is_state: bool,
    /// Whether it shows what is there besides, and no part of the change.
    pub is_context: bool,
}

impl<'a> Plan<'a> {
    /// Takes a document apart. What it does not hold, and what cannot be read, goes to `gaps` and `troubles`.
    pub fn new(
        base: Base<'a>,
        document: Document<'a>,
        own: &'a [Provider],
        gaps: &mut Vec<Gap>,
        troubles: &mut Troubles,
    ) -> Plan<'a> {
        gaps.extend(completeness(base, &document));
        let is_state = document.is_state();
        let configuration = document.configuration.map_or_else(|| Ok(Configuration::default()), Configuration::read);
        if let Err(error) = &configuration {
            let reason = format!("the configuration in the plan is not what it should be: {error}");
            gaps.push(Gap::new(&INPUT_UNREADABLE, reason, start(base)).lowered_to(Severity::Warning));
        }
        let mut reading = Reading { base, own, gaps, troubles, providers: HashMap::default(), resources: Vec::new() };
        reading.read(document);
        reading.hand_over();
        Plan {
            base,
            configuration: configuration.unwrap_or_default(),
            resources: reading.resources,
            resting_on: Side::Both,
            is_state,
            is_context: false,
        }
    }
}

impl<'a> Plan<'a> {
    /// The states of one of its resources, each with the side it stands on.
    pub fn states(&self, resource: &Resource<'a>) -> Vec<(Side, Value<'a>)> {
        let side = |side| if side == Side::Both { self.resting_on } else { side };
        resource.states().into_iter().map(|(known, value)| (side(known), value)).collect()
    }
}

/// What a plan says of its own completeness.
fn completeness(base: Base, plan: &Document) -> Vec<Gap> {
    let gap = |severity, reason: &str| Gap::new(&PLAN_NOT_COMPLETE, reason, start(base)).lowered_to(severity);
    let mut gaps = Vec::new();
    if plan.errored == Some(true) {
        let reason = "planning failed, so what could not be planned is not here; make `terraform plan` succeed first";
        gaps.push(gap(Severity::Error, reason));
    } else if plan.complete == Some(false) {
        let reason = "the plan is limited to some resources, or puts some off; the others are taken as they are now";
        gaps.push(gap(Severity::Warning, reason));
    }
    if plan.is_redacted() {
        let reason = "the plan is redacted: values, prior state and configuration may be missing from it";
        gaps.push(gap(Severity::Warning, reason));
    }
    gaps
}

/// The place of a plan as a whole.
fn start(base: Base) -> Place {
    let span = Span { source: base.source, start: 0, end: 0 };
    Place::at(span)
}

struct Reading<'a, 'g> {
    base: Base<'a>,
    /// The tables of users.
    own: &'a [Provider],
    gaps: &'g mut Vec<Gap>,
    troubles: &'g mut Troubles,
    /// By source address and resource type, as they stand in the plan.
    providers: HashMap<(Json<'a>, Json<'a>), Option<&'a Provider>, RandomState>,
    resources: Vec<Resource<'a>>,
}

impl<'a> Reading<'a, '_> {
    fn read(&mut self, document: Document<'a>) {
        let entries = document.resource_changes.unwrap_or_default();
        let mut listed = HashSet::with_capacity_and_hasher(entries.len(), RandomState::default());
        self.resources.reserve(entries.len());
        for entry in entries {
            listed.insert((entry.address, entry.deposed));
            if let Some(provider) = self.provider(entry.resource_type, entry.provider_name, entry.address, entry.mode) {
                self.take(entry.address, Resource::changing(&entry, provider));
            }
        }
        for deferred in document.deferred_changes.unwrap_or_default() {
            let entry = deferred.resource_change;
            if self.provider(entry.resource_type, entry.provider_name, entry.address, entry.mode).is_some() {
                let reason = "the plan puts this off to a later one, so it is not checked";
                let gap = Gap::new(&PLAN_NOT_COMPLETE, reason, self.place(entry.address));
                self.gaps.push(gap.lowered_to(Severity::Warning));
            }
        }
        // A state has them at its top.
        let values = document.prior_state.and_then(|state| state.values).or(document.values);
        let mut modules: Vec<StateModule> = values.map(|values| values.root_module).into_iter().collect();
        while let Some(module) = modules.pop() {
            for object in &module.resources {
                if listed.contains(&(object.address, object.deposed_key)) {
                    continue;
                }
                let kind = (object.resource_type, object.provider_name);
                if let Some(provider) = self.provider(kind.0, kind.1, object.address, object.mode) {
                    self.take(object.address, Resource::resting(object, provider));
                }
            }
            modules.extend(module.child_modules.into_iter().rev());
        }
    }

    /// What one resource forgets and another one imports is told by the latter alone.
    fn hand_over(&mut self) {
        let imported = self.resources.iter().filter(|resource| resource.imported);
        let imported: HashSet<_> = imported.filter_map(Resource::identity).collect();
        let forgotten = self.resources.iter_mut().filter(|resource| resource.way == Some(Way::Forgotten));
        for resource in forgotten.filter(|resource| resource.identity().is_some_and(|one| imported.contains(&one))) {
            resource.hand_over();
        }
    }

    fn take(&mut self, address: Json<'a>, resource: Result<Resource<'a>, &'static str>) {
        match resource {
            Ok(resource) => self.resources.push(resource),
            Err(reason) => {
                let gap = Gap::new(&INPUT_UNREADABLE, format!("{reason}, so this is not checked"), self.place(address));
                self.gaps.push(gap.lowered_to(Severity::Warning));
            }
        }
    }

    /// The provider whose table knows this resource type. A type that only looks like DNS is noted, and so is a
    /// provider that no table speaks for.
    fn provider(
        &mut self,
        resource_type: Json<'a>,
        source: Option<Json<'a>>,
        address: Json<'a>,
        mode: Json<'a>,
    ) -> Option<&'a Provider> {
        let key = (source.unwrap_or(Json::NULL), resource_type);
        let found = *self.providers.entry(key).or_insert_with(|| {
            let resource_type = resource_type.text()?;
            provider(self.own, key.0.content(), &resource_type).filter(|provider| provider.knows(&resource_type))
        });
        if let Some(unread) = found.and_then(|provider| provider.unread(resource_type.content())) {
            self.troubles.unread(unread, self.place(address));
        }
        match (found, source) {
            (Some(provider), Some(source)) if !provider.is_of(source.content()) => {
                self.troubles.foreign(source.content(), &provider.sources[0], self.place(address));
            }
            (None, _) if mode.content() == "managed" && looks_like_records(resource_type.content()) => {
                self.troubles.unmodelled(resource_type.content(), self.place(address));
            }
            _ => {}
        }
        found
    }

    /// The place of a resource as a whole: its address.
    fn place(&self, address: Json) -> Place {
        let address_text: Arc<str> = Arc::clone(Address::new(&address.text().unwrap_or_default()).text());
        let span = self.base.span(address.content());
        Place { span, block: self.base.span(address.raw()), address: Some(address_text), site: None }
    }
}
