//! What a plan says of a place in it: which attribute of which instance, and what its block was when it was planned.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use serde::Deserialize;
use serde_json::Value as Plain;

use crate::load::json::Json;
use crate::load::terraform::address::{Address, steps};
use crate::load::terraform::reference::Configuration;
use crate::source::{Place, SourceId, Sources, Span};

/// A place in a plan whose code is looked for.
#[derive(Debug)]
pub struct Request {
    /// Which of the places it is.
    pub number: usize,
    /// The instance.
    pub address: Address,
    /// Where in the instance's attributes the place is; nothing if it is the instance as a whole.
    pub path: Vec<Step>,
    /// What stands there.
    pub wanted: String,
    /// Whether it is what was before the change.
    pub is_before: bool,
    /// What the block was when it was planned; none if there was none.
    pub planned: Option<Rc<Planned>>,
    /// Attributes of which something must not be shown.
    pub secret_attributes: Vec<String>,
    /// The texts in them.
    pub secrets: Vec<String>,
}

/// One step into attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// An element of a list or of a set, in whatever order.
    Element,
}

/// A block as it was planned.
#[derive(Debug)]
pub struct Planned {
    /// Its arguments, and what they said.
    pub arguments: Vec<(String, Written)>,
}

/// What an argument said when it was planned.
#[derive(Debug)]
pub enum Written {
    /// This.
    Constant(Plain),
    /// It referred to something.
    References,
}

/// What a plan says of all its code.
#[derive(Debug, Default)]
pub struct PlannedCode {
    /// The values of the root module's variables.
    pub variables: HashMap<String, Plain>,
    /// The source of each module call, by the calls that lead to it, joined with dots.
    pub sources: HashMap<String, String>,
}

/// The parts of a plan that are needed once more.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    configuration: Option<Json<'a>>,
    #[serde(borrow)]
    variables: Option<Json<'a>>,
}

/// The places of one plan, as requests. Those that are in no instance are left out.
pub fn read(sources: &Sources, plan: SourceId, places: &[(usize, &Place)]) -> (Vec<Request>, PlannedCode) {
    let text = str::from_utf8(sources.get(plan).bytes()).unwrap_or_default();
    let mut code = PlannedCode::default();
    let mut configurations = Vec::new();
    for document in documents(text) {
        let variables = document.variables.and_then(Json::fields).unwrap_or_default();
        for (name, variable) in variables.iter() {
            let value = variable.fields().and_then(|fields| serde_json::from_str(fields.get("value")?.raw()).ok());
            code.variables.extend(value.map(|value| (name.to_owned(), value)));
        }
        configurations.extend(document.configuration.and_then(|json| Configuration::read(json).ok()));
    }
    let mut known: HashMap<String, Option<Rc<Planned>>> = HashMap::new();
    let mut requests = Vec::new();
    for (number, place) in places {
        let Some(address) = &place.address else { continue };
        let address = Address::new(address);
        let block = address.block();
        let planned = known.entry(block).or_insert_with(|| {
            let arguments = configurations.iter().find_map(|one| one.arguments(&address))?;
            let told = arguments.iter().filter_map(|(name, json)| Some((name.to_owned(), written(json)?)));
            Some(Rc::new(Planned { arguments: told.collect() }))
        });
        let mut path = String::new();
        for step in steps(address.module()).filter(|step| step.name != "module") {
            path = if path.is_empty() { step.name.to_owned() } else { format!("{path}.{}", step.name) };
            if !code.sources.contains_key(&path) {
                let source = configurations.iter().find_map(|one| one.module_source(&path));
                code.sources.extend(source.map(|source| (path.clone(), source.into_owned())));
            }
        }
        requests.extend(request(sources, *number, place, address, planned.clone()));
    }
    (requests, code)
}

/// The documents in an input: one, or several that Terragrunt wrote one after the other, each behind the name of its
/// directory.
fn documents(text: &str) -> Vec<Document<'_>> {
    let mut documents = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        rest = &rest[start..];
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Document>();
        let Some(Ok(document)) = stream.next() else { break };
        documents.push(document);
        rest = &rest[stream.byte_offset()..];
    }
    documents
}

/// What an argument of a configuration says; none if it is a block, or something that has no value without Terraform.
fn written(expression: Json) -> Option<Written> {
    let fields = expression.fields()?;
    if fields.get("references").is_some() {
        return Some(Written::References);
    }
    serde_json::from_str(fields.get("constant_value")?.raw()).ok().map(Written::Constant)
}

fn request(
    sources: &Sources,
    number: usize,
    place: &Place,
    address: Address,
    planned: Option<Rc<Planned>>,
) -> Option<Request> {
    let source = sources.get(place.block.source);
    let text = str::from_utf8(source.bytes()).ok()?;
    let block = Json::parse(text.get(place.block.range())?)?;
    let mut path = Vec::new();
    let is_object = block.raw().starts_with('{');
    let at = |json: Json| {
        let start = place.block.range().start + (json.raw().as_ptr() as usize - block.raw().as_ptr() as usize);
        start..start + json.raw().len()
    };
    let wanted = if is_object { descend(block, &at, place.span, &mut path) } else { String::new() };
    let mut secret_attributes = Vec::new();
    let mut secrets = Vec::new();
    let hidden = source.hidden();
    let first = hidden.partition_point(|range| range.end as usize <= place.block.range().start);
    let hidden = hidden[first..].iter().take_while(|range| (range.start as usize) < place.block.range().end);
    let hidden: Vec<_> = hidden.map(|range| range.start as usize..range.end as usize).collect();
    for (name, value) in block.fields().unwrap_or_default().iter() {
        let range = at(value);
        let mut inner = hidden.iter().filter(|hidden| hidden.start < range.end && range.start < hidden.end).peekable();
        if inner.peek().is_some() {
            secret_attributes.push(name.to_owned());
            inner.for_each(|hidden| leaves(Json::parse(&text[hidden.clone()]), &mut secrets));
        }
    }
    let before = text[..place.block.range().start].trim_end().trim_end_matches(':').trim_end();
    Some(Request {
        number,
        address,
        path,
        wanted,
        is_before: is_object && before.ends_with("\"before\""),
        planned,
        secret_attributes,
        secrets,
    })
}

/// Goes down to the value at a place, and says what text it is; none if it is a list or an object.
fn descend(json: Json, at: &dyn Fn(Json) -> Range<usize>, span: Span, path: &mut Vec<Step>) -> String {
    let holds = |json: &Json| {
        let range = at(*json);
        range.start <= span.range().start && span.range().end <= range.end
    };
    if let Some(fields) = json.fields() {
        let Some((name, value)) = fields.iter().find(|(_, value)| holds(value)) else { return String::new() };
        path.push(Step::Key(name.to_owned()));
        return descend(value, at, span, path);
    }
    if let Some(elements) = json.elements() {
        let Some(value) = elements.into_iter().find(holds) else { return String::new() };
        path.push(Step::Element);
        return descend(value, at, span, path);
    }
    json.text().map(Cow::into_owned).unwrap_or_default()
}

/// All texts in a value.
fn leaves(json: Option<Json>, texts: &mut Vec<String>) {
    let Some(json) = json else { return };
    if let Some(fields) = json.fields() {
        fields.iter().for_each(|(_, value)| leaves(Some(value), texts));
    } else if let Some(elements) = json.elements() {
        for element in elements {
            leaves(Some(element), texts);
        }
    } else {
        texts.extend(json.text().map(Cow::into_owned).filter(|text| !text.is_empty()));
    }
}
