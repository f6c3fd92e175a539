//! What the inputs could not tell. A gap is made by a loader, never by a rule, and nothing is skipped without one.

use crate::name::Name;
use crate::severity::Severity;
use crate::source::Place;

/// One kind of gap: a row of the catalogue that speaks of coverage.
#[derive(Debug)]
pub struct Coverage {
    /// Kebab case, stable for ever.
    pub id: &'static str,
    /// The default. A gap that is an error means that the check could not be done.
    pub severity: Severity,
    /// One line: what could not be told.
    pub summary: &'static str,
    /// Its page.
    pub page: &'static str,
}

impl Coverage {
    /// Whether such a gap always means that the check could not be done.
    pub fn is_fatal(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// An input that cannot be read, in whole or in part.
pub static INPUT_UNREADABLE: Coverage = Coverage {
    id: "input-unreadable",
    severity: Severity::Error,
    summary: "an input, or a value in it, cannot be read",
    page: include_str!("rules/input_unreadable.md"),
};

/// A key or a value of the configuration that means nothing.
pub static INVALID_CONFIGURATION: Coverage = Coverage {
    id: "invalid-configuration",
    severity: Severity::Error,
    summary: "a key or a value of the configuration means nothing, so nothing was checked",
    page: include_str!("rules/invalid_configuration.md"),
};

/// A plan that does not hold all that would happen.
pub static PLAN_NOT_COMPLETE: Coverage = Coverage {
    id: "plan-not-complete",
    severity: Severity::Error,
    summary: "the plan failed, was limited to some resources, or puts some off",
    page: include_str!("rules/plan_not_complete.md"),
};

/// A record whose owner, type, zone or exchange the plan does not know yet.
pub static UNKNOWN_UNTIL_APPLY: Coverage = Coverage {
    id: "unknown-until-apply",
    severity: Severity::Warning,
    summary: "a name, type, zone or mail exchange is not known before the change is applied",
    page: include_str!("rules/unknown_until_apply.md"),
};

/// A record part that is marked sensitive.
pub static SENSITIVE_VALUE: Coverage = Coverage {
    id: "sensitive-value",
    severity: Severity::Note,
    summary: "a part of a record is marked sensitive, so it is neither checked nor shown",
    page: include_str!("rules/sensitive_value.md"),
};

/// A resource type that looks like DNS and that no row describes.
pub static UNMODELLED_DNS_RESOURCE: Coverage = Coverage {
    id: "unmodelled-dns-resource",
    severity: Severity::Note,
    summary: "a resource looks like DNS records, but its type is not known here",
    page: include_str!("rules/unmodelled_dns_resource.md"),
};

/// A zone in which an alias appears and whose other records the inputs do not show.
pub static ZONE_PARTIALLY_VISIBLE: Coverage = Coverage {
    id: "zone-partially-visible",
    severity: Severity::Note,
    summary: "an alias appears in a zone that may hold records that the inputs do not show",
    page: include_str!("rules/zone_partially_visible.md"),
};

/// Zones of one name in several inputs that may be one or not.
pub static VIEW_AMBIGUOUS: Coverage = Coverage {
    id: "view-ambiguous",
    severity: Severity::Warning,
    summary: "several inputs hold a zone of one name, and nothing tells whether they are one",
    page: include_str!("rules/view_ambiguous.md"),
};

/// Code that is another than what a plan was made from.
pub static CODE_NOT_AS_PLANNED: Coverage = Coverage {
    id: "code-not-as-planned",
    severity: Severity::Note,
    summary: "the code is not what was planned, so places are those in the plan",
    page: include_str!("rules/code_not_as_planned.md"),
};

/// Every kind of gap, by name.
pub static COVERAGE: &[&Coverage] = &[
    &CODE_NOT_AS_PLANNED,
    &INPUT_UNREADABLE,
    &INVALID_CONFIGURATION,
    &PLAN_NOT_COMPLETE,
    &SENSITIVE_VALUE,
    &UNKNOWN_UNTIL_APPLY,
    &UNMODELLED_DNS_RESOURCE,
    &VIEW_AMBIGUOUS,
    &ZONE_PARTIALLY_VISIBLE,
];

/// The kind of gap of this name.
pub fn named(id: &str) -> Option<&'static Coverage> {
    COVERAGE.iter().copied().find(|coverage| coverage.id == id)
}

/// Something that could not be told from the inputs.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Which kind.
    pub coverage: &'static Coverage,
    /// Lower than the kind's own, where the case is lighter.
    pub severity: Severity,
    /// What was not checked and why, with what to do about it; lower case, no full stop.
    pub reason: String,
    /// The names it concerns, as far as they are known.
    pub names: Vec<Name>,
    /// Where.
    pub place: Place,
    /// Where the same stands in a plan, if `place` is in the code that the plan was made from.
    pub planned: Option<Place>,
}

impl Gap {
    /// A gap of the kind's own severity.
    pub fn new(coverage: &'static Coverage, reason: impl Into<String>, place: Place) -> Gap {
        Gap { coverage, severity: coverage.severity, reason: reason.into(), names: Vec::new(), place, planned: None }
    }

    /// The same gap, but lighter.
    #[must_use]
    pub fn lowered_to(self, severity: Severity) -> Gap {
        Gap { severity, ..self }
    }

    /// Moves the gap from a plan to the place in the code that the plan was made from, if there is one.
    pub fn move_to(&mut self, place: Option<Place>) {
        if let Some(place) = place {
            self.planned = Some(std::mem::replace(&mut self.place, place));
        }
    }

    /// The same gap, about these names.
    #[must_use]
    pub fn about(self, names: Vec<Name>) -> Gap {
        Gap { names, ..self }
    }
}
