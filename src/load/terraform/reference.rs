//! Where an attribute's value comes from, when the value itself is not known yet.
//!
//! A plan's `configuration` keeps, for each argument, the references it was written with. They are followed through
//! module inputs and outputs and `for_each` to the resources they name; locals are not part of a plan, so they end the search.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Deserializer};

use crate::load::json::{Fields, Json};
use crate::load::terraform::address::{Address, Step, steps};

/// `configuration` of a plan.
#[derive(Debug, Default, Deserialize)]
pub struct Configuration<'a> {
    #[serde(borrow, default)]
    root_module: Module<'a>,
}

#[derive(Debug, Default, Deserialize)]
struct Module<'a> {
    /// By address.
    #[serde(borrow, default, deserialize_with = "by_address")]
    resources: HashMap<Cow<'a, str>, Block<'a>>,
    #[serde(borrow, default)]
    module_calls: HashMap<Cow<'a, str>, Call<'a>>,
    #[serde(borrow, default)]
    outputs: HashMap<Cow<'a, str>, Output<'a>>,
}

/// A `resource` or `data` block: one, however many instances it has.
#[derive(Debug, Deserialize)]
struct Block<'a> {
    /// Relative to its module and without keys.
    #[serde(borrow)]
    address: Cow<'a, str>,
    #[serde(borrow, default)]
    expressions: Fields<'a>,
    #[serde(borrow)]
    for_each_expression: Option<Json<'a>>,
}

#[derive(Debug, Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    source: Option<Json<'a>>,
    #[serde(borrow, default)]
    expressions: Fields<'a>,
    #[serde(borrow)]
    for_each_expression: Option<Json<'a>>,
    #[serde(borrow, default)]
    module: Module<'a>,
}

#[derive(Debug, Deserialize)]
struct Output<'a> {
    #[serde(borrow)]
    expression: Option<Json<'a>>,
}

/// Blocks by their address; an address that comes twice keeps its last block.
fn by_address<'de: 'a, 'a, D: Deserializer<'de>>(from: D) -> Result<HashMap<Cow<'a, str>, Block<'a>>, D::Error> {
    let blocks = Option::<Vec<Block>>::deserialize(from)?.unwrap_or_default();
    Ok(blocks.into_iter().map(|block| (block.address.clone(), block)).collect())
}

/// A module as one instance: the steps from the root, each with its key as it is written, such as `["eu"]`.
type Path<'p> = Vec<Step<'p>>;

/// Where an expression stands: the module instance, and what `each` and `count` mean there.
#[derive(Clone, Debug)]
struct Scope<'s> {
    path: Path<'s>,
    key: &'s str,
    for_each: Option<Json<'s>>,
}

/// The address of a resource that a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referent {
    /// Without the key of the resource itself; module keys as far as they are known.
    pub address: String,
    /// The key as it is written, such as `["eu"]`; none if the reference leaves it open.
    pub key: Option<String>,
}

impl Referent {
    /// Whether the resource is of this type.
    pub fn is_of(&self, resource_type: &str) -> bool {
        let own = Address::new(&self.address);
        own.within_module().strip_prefix(resource_type).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// Longer chains of modules, inputs and outputs are given up.
const DEPTH: usize = 32;

impl<'a> Configuration<'a> {
    /// Reads the value of a plan's `configuration`.
    pub fn read(json: Json<'a>) -> serde_json::Result<Configuration<'a>> {
        serde_json::from_str(json.raw())
    }

    /// The resources from which an attribute of the resource at this address comes.
    pub fn referents(&self, address: &Address, attribute: &str) -> Vec<Referent> {
        let path = path(address.module());
        let block = self.module(&path).and_then(|module| module.resources.get(address.within_module()));
        let Some(block) = block else { return Vec::new() };
        let Some(expression) = block.expressions.get(attribute) else { return Vec::new() };
        let scope = Scope { path, key: address.key(), for_each: block.for_each_expression };
        let mut referents = Vec::new();
        self.follow(expression, &scope, DEPTH, &mut referents);
        referents
    }

    /// Whether the block of a resource says anything of an attribute; true if there is no block to ask.
    pub fn mentions(&self, address: &Address, attribute: &str) -> bool {
        let module = self.module(&path(address.module()));
        let block = module.and_then(|module| module.resources.get(address.within_module()));
        block.is_none_or(|block| block.expressions.get(attribute).is_some())
    }

    /// The arguments of the block of a resource, as they are written: constants and references; none if there is no
    /// such block.
    pub fn arguments(&self, address: &Address) -> Option<&Fields<'a>> {
        let module = self.module(&path(address.module()))?;
        Some(&module.resources.get(address.within_module())?.expressions)
    }

    /// The source that the last of some calls of modules names, which are joined with dots.
    pub fn module_source(&self, calls: &str) -> Option<Cow<'a, str>> {
        let calls: Vec<Step> = steps(calls).collect();
        let (last, path) = calls.split_last()?;
        self.module(path)?.module_calls.get(last.name)?.source?.text()
    }

    fn module(&self, path: &[Step]) -> Option<&Module<'a>> {
        path.iter().try_fold(&self.root_module, |module, step| Some(&module.module_calls.get(step.name)?.module))
    }

    fn follow(&self, expression: Json, scope: &Scope, depth: usize, referents: &mut Vec<Referent>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let references = references(expression);
        // `zone[each.key]` is written as two references: the resource, and the key it is indexed with.
        let own_key = references.iter().any(|reference| reference == "each.key" || reference == "count.index");
        for reference in &references {
            let mut parts = steps(reference);
            let Some(head) = parts.next() else { continue };
            match head.name {
                "path" | "terraform" | "count" | "self" => {}
                "var" => {
                    if let Some(input) = parts.next() {
                        self.follow_input(input.name, scope, depth, referents);
                    }
                }
                "module" => {
                    if let (Some(module), Some(output)) = (parts.next(), parts.next()) {
                        self.follow_output(module, output.name, scope, depth, referents);
                    }
                }
                "each" => {
                    let is_value = parts.next().is_some_and(|part| part.name == "value");
                    if let Some(for_each) = scope.for_each.filter(|_| is_value) {
                        let mut sources = Vec::new();
                        self.follow(for_each, &Scope { for_each: None, ..scope.clone() }, depth, &mut sources);
                        let keyed = |referent| Referent { key: Some(scope.key.to_owned()), ..referent };
                        sources.into_iter().map(keyed).for_each(|referent| push(referents, referent));
                    }
                }
                // No resource has such an address, but it tells records of one local from those of another.
                "local" => {
                    let address = format!("{}{reference}", prefix(&scope.path));
                    push(referents, Referent { address, key: None });
                }
                _ => {
                    let data = head.name == "data";
                    let first = if data { parts.next() } else { Some(head) };
                    let (Some(resource_type), Some(name)) = (first, parts.next()) else { continue };
                    let data = if data { "data." } else { "" };
                    let address = format!("{}{data}{}.{}", prefix(&scope.path), resource_type.name, name.name);
                    let key = if name.key.is_empty() { own_key.then_some(scope.key) } else { Some(name.key) };
                    push(referents, Referent { address, key: key.map(str::to_owned) });
                }
            }
        }
    }

    /// A module's input: what the caller gives.
    fn follow_input(&self, input: &str, scope: &Scope, depth: usize, referents: &mut Vec<Referent>) {
        let Some((step, caller)) = scope.path.split_last() else { return };
        let call = self.module(caller).and_then(|module| module.module_calls.get(step.name));
        let Some(call) = call else { return };
        if let Some(expression) = call.expressions.get(input) {
            let scope = Scope { path: caller.to_vec(), key: step.key, for_each: call.for_each_expression };
            self.follow(expression, &scope, depth, referents);
        }
    }

    /// A module's output, seen from its caller.
    fn follow_output(&self, call: Step, output: &str, scope: &Scope, depth: usize, referents: &mut Vec<Referent>) {
        let path: Path = scope.path.iter().copied().chain([call]).collect();
        let expression = self.module(&path).and_then(|module| module.outputs.get(output)?.expression);
        if let Some(expression) = expression {
            self.follow(expression, &Scope { path, key: "", for_each: None }, depth, referents);
        }
    }
}

/// Adds an referent once; each reference is followed by its own prefixes, which leave the key open.
fn push(referents: &mut Vec<Referent>, referent: Referent) {
    let known = |one: &Referent| one.address == referent.address && (one.key == referent.key || referent.key.is_none());
    if !referents.iter().any(known) {
        referents.push(referent);
    }
}

/// The `references` of an expression; those of every nested block too.
fn references(expression: Json) -> Vec<String> {
    let listed = expression.fields().and_then(|fields| fields.get("references")?.elements());
    listed.unwrap_or_default().into_iter().filter_map(|reference| reference.text().map(Cow::into_owned)).collect()
}

fn prefix(path: &[Step]) -> String {
    path.iter().flat_map(|step| ["module.", step.name, step.key, "."]).collect()
}

/// The steps of a module address such as `module.dns["eu"].module.zone[0]`.
fn path(address: &str) -> Path<'_> {
    steps(address).filter(|part| part.name != "module").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn referents(configuration: &str, module: &str, key: &str) -> Vec<(String, Option<String>)> {
        let json = Json::new(serde_json::from_str(configuration).unwrap());
        let configuration = Configuration::read(json).unwrap();
        let dot = if module.is_empty() { "" } else { "." };
        let address = Address::new(&format!("{module}{dot}aws_route53_record.r{key}"));
        let referents = configuration.referents(&address, "zone_id").into_iter();
        referents.map(|referent| (referent.address, referent.key)).collect()
    }

    fn record(references: &str) -> String {
        format!(
            r#"{{"address":"aws_route53_record.r","expressions":{{"zone_id":{{"references":{references}}}}},
                "for_each_expression":{{"references":["aws_route53_zone.each"]}}}}"#
        )
    }

    #[test]
    fn references_lead_to_resources() {
        let root = |references| format!(r#"{{"root_module":{{"resources":[{}]}}}}"#, record(references));
        let of = |references, key| referents(&root(references), "", key);
        let zone = |key: Option<&str>| vec![("aws_route53_zone.each".to_owned(), key.map(str::to_owned))];
        assert_eq!(of(r#"["aws_route53_zone.each.zone_id","aws_route53_zone.each"]"#, ""), zone(None));
        let keyed =
            r#"["aws_route53_zone.each[\"a.b\"].zone_id","aws_route53_zone.each[\"a.b\"]","aws_route53_zone.each"]"#;
        assert_eq!(of(keyed, ""), zone(Some(r#"["a.b"]"#)));
        assert_eq!(of(r#"["aws_route53_zone.each","each.key"]"#, r#"["k"]"#), zone(Some(r#"["k"]"#)));
        assert_eq!(of(r#"["each.value.zone_id","each.value"]"#, r#"["k"]"#), zone(Some(r#"["k"]"#)));
        assert_eq!(of(r#"["local.zone"]"#, ""), [("local.zone".to_owned(), None)]);
        assert_eq!(
            of(r#"["data.aws_route53_zone.d.zone_id","data.aws_route53_zone.d"]"#, ""),
            [("data.aws_route53_zone.d".to_owned(), None)]
        );
    }

    #[test]
    fn inputs_lead_to_the_caller_and_outputs_into_the_module() {
        let inner = format!(r#"{{"resources":[{}]}}"#, record(r#"["var.zone"]"#));
        let call = format!(
            r#"{{"root_module":{{"module_calls":{{
                "m":{{"expressions":{{"zone":{{"references":["module.z.id","module.z"]}}}},"module":{inner}}},
                "z":{{"module":{{"outputs":{{"id":{{"expression":{{"references":["aws_route53_zone.this[0].zone_id"]}}}}}}}}}}
            }}}}}}"#
        );
        let found = referents(&call, r#"module.m["eu"]"#, "");
        assert_eq!(found, [("module.z.aws_route53_zone.this".to_owned(), Some("[0]".to_owned()))]);
    }
}
