//! One object that Terraform tracks or reads, and the sides of the change it stands on.

use std::borrow::Cow;

use serde::Deserialize;

use crate::diff::Way;
use crate::load::json::Json;
use crate::load::terraform::address::Address;
use crate::load::terraform::document::StateResource;
use crate::load::terraform::provider::{Mode, Provider};
use crate::load::terraform::values::Value;
use crate::record::Side;

/// One entry of `resource_changes`. Its address tells module, name and key.
#[derive(Debug, Deserialize)]
pub struct ResourceChange<'a> {
    /// The full address.
    #[serde(borrow)]
    pub address: Json<'a>,
    /// `managed`, `data` or `ephemeral`.
    #[serde(borrow)]
    pub mode: Json<'a>,
    /// The resource type.
    #[serde(borrow, rename = "type")]
    pub resource_type: Json<'a>,
    /// The provider's source address.
    #[serde(borrow)]
    pub provider_name: Option<Json<'a>>,
    /// Marks an object that a replacement left behind.
    #[serde(borrow)]
    pub deposed: Option<Json<'a>>,
    #[serde(borrow)]
    change: States<'a>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct States<'a> {
    #[serde(borrow)]
    actions: Option<Json<'a>>,
    #[serde(borrow)]
    importing: Option<Json<'a>>,
    #[serde(borrow)]
    before: Option<Json<'a>>,
    #[serde(borrow)]
    after: Option<Json<'a>>,
    #[serde(borrow)]
    after_unknown: Option<Json<'a>>,
    #[serde(borrow)]
    before_sensitive: Option<Json<'a>>,
    #[serde(borrow)]
    after_sensitive: Option<Json<'a>>,
}

/// An object of a type that some table knows.
#[derive(Debug)]
pub struct Resource<'a> {
    /// Its address.
    pub address: Address,
    /// The address as it stands in the plan, to point at.
    pub address_at: Json<'a>,
    /// Whether Terraform manages it or only reads it.
    pub mode: Mode,
    /// The resource type.
    pub resource_type: Cow<'a, str>,
    /// Whose table knows the type.
    pub provider: &'a Provider,
    before: Option<Value<'a>>,
    after: Option<Value<'a>>,
    /// What Terraform does to the object, which stays in DNS if it is forgotten; nothing if it is left alone or only read.
    pub way: Option<Way>,
    /// Terraform tracks the object from now on, which was in DNS before.
    pub imported: bool,
    /// Terraform makes the object, or one in its place.
    created: bool,
}

const NO_TYPE: &str = "the type of this resource is not a text";
const NO_ADDRESS: &str = "the address of this resource is not a text";
const NO_OBJECT: &str = "the attributes of this resource are not an object";

impl<'a> Resource<'a> {
    /// A resource that the plan lists, whether or not it changes. The error says what is not as it should be.
    pub fn changing(entry: &ResourceChange<'a>, provider: &'a Provider) -> Result<Resource<'a>, &'static str> {
        let States { actions, importing, before, after, after_unknown, before_sensitive, after_sensitive } =
            entry.change;
        // One is enough of two that are alike.
        let after_sensitive = after_sensitive.filter(|after| before_sensitive != Some(*after));
        let sensitive = [before_sensitive, after_sensitive].map(|json| json.unwrap_or(Json::NULL));
        let actions: Vec<&str> =
            actions.and_then(Json::elements).unwrap_or_default().iter().map(|json| json.content()).collect();
        Ok(Resource {
            address: Address::new(&entry.address.text().ok_or(NO_ADDRESS)?),
            address_at: entry.address,
            mode: mode(entry.mode),
            resource_type: entry.resource_type.text().ok_or(NO_TYPE)?,
            provider,
            before: before.map(|json| object(json, Json::NULL, sensitive)).transpose()?,
            after: after.map(|json| object(json, after_unknown.unwrap_or(Json::NULL), sensitive)).transpose()?,
            way: way(&actions).filter(|_| entry.mode.content() == "managed"),
            imported: importing.is_some_and(|importing| !importing.is_null()),
            created: actions.contains(&"create") || before.is_none(),
        })
    }

    /// An object that only the prior state shows: it is the same on both sides.
    pub fn resting(object_at: &StateResource<'a>, provider: &'a Provider) -> Result<Resource<'a>, &'static str> {
        let sensitive = [object_at.sensitive_values.unwrap_or(Json::NULL), Json::NULL];
        let value = object(object_at.values.ok_or(NO_OBJECT)?, Json::NULL, sensitive)?;
        Ok(Resource {
            address: Address::new(&object_at.address.text().ok_or(NO_ADDRESS)?),
            address_at: object_at.address,
            mode: mode(object_at.mode),
            resource_type: object_at.resource_type.text().ok_or(NO_TYPE)?,
            provider,
            before: Some(value),
            after: Some(value),
            way: None,
            imported: false,
            created: false,
        })
    }

    /// The states that the plan gives it, each with the side it stands on. What counts is `before` and `after`, not
    /// the name of an action: an update of the type and a replacement come to the same.
    pub fn states(&self) -> Vec<(Side, Value<'a>)> {
        match (self.before, self.after) {
            (Some(before), Some(after)) if before.is_same(after) => vec![(Side::Both, after)],
            (before, after) => {
                let stays = if self.way == Some(Way::Forgotten) { Side::Both } else { Side::Before };
                let before = before.map(|value| (stays, value));
                before.into_iter().chain(after.map(|value| (Side::After, value))).collect()
            }
        }
    }

    /// The object that it tracks before the change: the type, and an identifier or else all attributes.
    pub fn identity(&self) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
        let value = self.before?;
        let id = value.object()?.one("id").text().unwrap_or(Cow::Borrowed(value.json().raw()));
        Some((self.resource_type.clone(), id))
    }

    /// Notes that another resource tracks what this one forgets, so that it tells what becomes of it.
    pub fn hand_over(&mut self) {
        self.way = None;
    }

    /// The side on which this very change has made the object, or removed it, so that nothing else can be in it.
    pub fn whole_on(&self) -> Option<Side> {
        match (self.mode, self.before) {
            (Mode::Managed, None) => Some(Side::Both),
            (Mode::Managed, Some(_)) if self.created || self.way == Some(Way::Deleted) => Some(Side::After),
            _ => None,
        }
    }
}

/// A state of a resource: an object, with its mirrors.
fn object<'a>(json: Json<'a>, unknown: Json<'a>, sensitive: [Json<'a>; 2]) -> Result<Value<'a>, &'static str> {
    if json.raw().starts_with('{') { Ok(Value::new(json, unknown, sensitive)) } else { Err(NO_OBJECT) }
}

/// What the actions of a change come to, as a whole.
fn way(actions: &[&str]) -> Option<Way> {
    match actions {
        ["create"] => Some(Way::Created),
        ["delete"] => Some(Way::Deleted),
        ["update"] => Some(Way::InPlace),
        ["delete", "create"] => Some(Way::DeletedFirst),
        ["create", "delete"] => Some(Way::CreatedFirst),
        ["forget"] | ["create", "forget"] | ["forget", "create"] => Some(Way::Forgotten),
        _ => None,
    }
}

fn mode(json: Json) -> Mode {
    if json.content() == "managed" { Mode::Managed } else { Mode::Data }
}

/// Whether a resource type is named like records. Zones, links and policies are no gap by themselves.
pub fn looks_like_records(resource_type: &str) -> bool {
    let words = ["record", "records", "recordset", "recordsets", "rrset", "rrsets", "rr", "cname", "mx"];
    resource_type.split(['_', '-']).any(|word| words.contains(&word)) || resource_type.ends_with("_dns")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::terraform::provider::provider;

    fn sides(change: &str) -> (Vec<Side>, Option<Side>) {
        let text = format!(r#"{{"address":"t.n","mode":"managed","type":"aws_route53_record","change":{change}}}"#);
        let entry: ResourceChange = serde_json::from_str(&text).unwrap();
        let aws = provider(&[], "hashicorp/aws", "aws_route53_record").unwrap();
        let resource = Resource::changing(&entry, aws).unwrap();
        (resource.states().into_iter().map(|(side, _)| side).collect(), resource.whole_on())
    }

    #[test]
    fn sides_follow_from_before_and_after_and_not_from_actions() {
        let (a, b) = (r#"{"name":"a"}"#, r#"{"name":"b"}"#);
        for (before, after, actions, expected) in [
            (a, a, "no-op", vec![Side::Both]),
            (a, b, "update", vec![Side::Before, Side::After]),
            (a, b, "something new", vec![Side::Before, Side::After]),
            ("null", a, "create", vec![Side::After]),
            (a, "null", "delete", vec![Side::Before]),
            (a, "null", "forget", vec![Side::Both]),
            (a, b, r#"create","forget"#, vec![Side::Both, Side::After]),
        ] {
            let change = format!(r#"{{"actions":["{actions}"],"before":{before},"after":{after}}}"#);
            assert_eq!(sides(&change).0, expected, "{change}");
        }
    }

    #[test]
    fn what_is_replaced_is_new_after_the_change() {
        let new = |change| sides(change).1;
        assert_eq!(new(r#"{"actions":["create"],"before":null,"after":{}}"#), Some(Side::Both));
        assert_eq!(new(r#"{"actions":["delete","create"],"before":{},"after":{"a":1}}"#), Some(Side::After));
        assert_eq!(new(r#"{"actions":["update"],"before":{},"after":{"a":1}}"#), None);
    }

    #[test]
    fn actions_tell_what_becomes_of_an_object() {
        for (actions, expected) in [
            (vec!["create"], Some(Way::Created)),
            (vec!["delete"], Some(Way::Deleted)),
            (vec!["update"], Some(Way::InPlace)),
            (vec!["delete", "create"], Some(Way::DeletedFirst)),
            (vec!["create", "delete"], Some(Way::CreatedFirst)),
            (vec!["forget"], Some(Way::Forgotten)),
            (vec!["create", "forget"], Some(Way::Forgotten)),
            (vec!["forget", "create"], Some(Way::Forgotten)),
            (vec!["no-op"], None),
            (vec!["read"], None),
            (vec![], None),
        ] {
            assert_eq!(way(&actions), expected, "{actions:?}");
        }
    }

    #[test]
    fn types_that_hold_records_are_told_by_their_words() {
        for held in ["hetznerdns_record", "ovh_domain_zone_record", "desec_rrset", "sakura_dns", "dns-he-net_mx"] {
            assert!(looks_like_records(held), "{held}");
        }
        for other in
            ["hetznerdns_zone", "aws_config_configuration_recorder", "azurerm_private_dns_zone_virtual_network_link"]
        {
            assert!(!looks_like_records(other), "{other}");
        }
    }
}
