//! What expressions come to, as far as code alone tells, and where each text of that is written.
//!
//! This is no Terraform: whatever it cannot tell is unknown, and nobody may rely on a value that a plan does not confirm.
//! Values are worked out when somebody asks; texts, lists and the work itself are limited, so that no code takes long.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value as Plain;

use super::expr::{self, Expr, File, For, Node, Slice, Syntax, json_slice, json_value};
use super::modules::{Block, Module, Store, join};
use super::{cut, function};
use crate::load::json::Json;
use crate::load::yaml::{self, Scalar, Yaml};
use crate::source::{SourceId, Sources};

/// What an expression comes to.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string, a number, a truth.
    Text(Text),
    /// `null`.
    Null,
    /// A list.
    List(Rc<Items>),
    /// A map, an object, or a set: that has its elements for keys as well.
    Map(Rc<Items>),
    /// The text of a file.
    File(Rc<File>),
    /// This value as JSON.
    Encoded(Rc<Value>),
    /// There is no such key or element.
    Missing,
    /// Code alone does not tell.
    Unknown,
}

/// A text that code comes to.
#[derive(Clone, Debug)]
pub struct Text {
    /// The text.
    pub text: Rc<str>,
    /// Where it is written, or the expression that it comes from; none if it is in no code.
    pub at: Option<Slice>,
    /// Whether it stands there as it is.
    pub is_literal: bool,
}

/// What is in a list or in a map.
#[derive(Debug, Default)]
pub struct Items {
    /// In their order.
    pub all: Vec<Item>,
    /// Whether there are no others, as far as code tells.
    pub is_whole: bool,
    index: OnceCell<HashMap<Rc<str>, usize>>,
}

/// An element of a list, or an entry of a map.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its key, if it is in a map.
    pub key: Option<Text>,
    /// All that is written of it.
    pub at: Option<Slice>,
    /// Its value.
    pub value: Later,
}

/// A value to be worked out when somebody asks.
#[derive(Clone, Debug)]
pub enum Later {
    /// An expression that is not read yet.
    Slice(Slice, Rc<Scope>),
    /// An expression.
    Node(Rc<Node>, Rc<Scope>),
    /// A value.
    Now(Value),
}

/// Where an expression stands, and what names mean there.
#[derive(Debug)]
pub struct Scope {
    /// The module.
    pub instance: Rc<Instance>,
    /// What `each` is.
    pub each: Option<Item>,
    /// What `count.index` is.
    pub count: Option<usize>,
    /// The names that `for` and `dynamic` give.
    names: Vec<(String, Later)>,
}

/// A module as it is called once.
#[derive(Debug)]
pub struct Instance {
    /// Its code.
    pub module: Rc<Module>,
    /// The call; none for the root module.
    pub call: Option<Call>,
    locals: RefCell<HashMap<String, Value>>,
    inputs: RefCell<HashMap<String, Value>>,
    repetitions: RefCell<HashMap<(SourceId, usize), Value>>,
}

/// One call of a module.
#[derive(Debug)]
pub struct Call {
    /// The block, and those that override parts of it.
    pub blocks: Vec<Block>,
    /// Where it stands.
    pub scope: Rc<Scope>,
}

/// Everything that values are worked out from.
#[derive(Debug)]
pub struct Evaluator<'s> {
    /// The files read so far.
    pub sources: &'s mut Sources,
    /// Where others are.
    pub store: Store,
    /// The values of the root module's variables when the plan was made.
    pub variables: HashMap<String, Plain>,
    /// How many more values will be worked out.
    fuel: usize,
    depth: usize,
    decoded: HashMap<String, Value>,
}

/// Values that are worked out in all.
const FUEL: usize = 20_000_000;
/// Values in values are worked out to this depth.
const DEPTH: usize = 64;
/// Longer texts are not made.
const LONG: usize = 1 << 16;

impl Instance {
    /// A module as it is called here.
    pub fn new(module: Rc<Module>, call: Option<Call>) -> Rc<Instance> {
        let (locals, inputs, repetitions) = Default::default();
        Rc::new(Instance { module, call, locals, inputs, repetitions })
    }
}

impl Scope {
    /// The scope of a module, outside of any block that repeats.
    pub fn of(instance: &Rc<Instance>) -> Rc<Scope> {
        Scope::repeated(instance, None, None)
    }

    /// The scope of one instance of a block.
    pub fn repeated(instance: &Rc<Instance>, each: Option<Item>, count: Option<usize>) -> Rc<Scope> {
        Rc::new(Scope { instance: Rc::clone(instance), each, count, names: Vec::new() })
    }

    /// The same scope with more names.
    pub fn with(&self, names: impl IntoIterator<Item = (String, Later)>) -> Rc<Scope> {
        let names = self.names.iter().cloned().chain(names).collect();
        Rc::new(Scope { instance: Rc::clone(&self.instance), each: self.each.clone(), count: self.count, names })
    }
}

impl Items {
    /// Some items; `is_whole` if there are no others.
    pub fn new(all: Vec<Item>, is_whole: bool) -> Rc<Items> {
        Rc::new(Items { all, is_whole, index: OnceCell::new() })
    }

    /// The entry of a key. Of a key that comes twice the last counts.
    pub fn get(&self, key: &str) -> Option<&Item> {
        let is_it = |item: &&Item| item.key.as_ref().is_some_and(|known| &*known.text == key);
        if self.all.len() < 16 {
            return self.all.iter().rev().find(is_it);
        }
        let keys =
            || self.all.iter().enumerate().filter_map(|(at, item)| Some((Rc::clone(&item.key.as_ref()?.text), at)));
        self.index.get_or_init(|| keys().collect()).get(key).map(|at| &self.all[*at])
    }
}

impl Text {
    /// A text that is worked out from an expression.
    pub fn made(text: impl Into<Rc<str>>, at: &Slice) -> Value {
        let text = text.into();
        if text.len() > LONG {
            return Value::Unknown;
        }
        Value::Text(Text { text, at: Some(at.clone()), is_literal: false })
    }

    fn nowhere(text: &str) -> Value {
        Value::Text(Text { text: text.into(), at: None, is_literal: false })
    }
}

impl Value {
    /// Its text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    /// What is in a list or in a map.
    pub fn items(&self) -> Option<&Rc<Items>> {
        match self {
            Value::List(items) | Value::Map(items) => Some(items),
            _ => None,
        }
    }

    /// A truth.
    pub fn truth(&self) -> Option<bool> {
        match self.text()? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

impl<'s> Evaluator<'s> {
    /// Works out values of the code in a store.
    pub fn new(sources: &'s mut Sources, store: Store, variables: HashMap<String, Plain>) -> Evaluator<'s> {
        Evaluator { sources, store, variables, fuel: FUEL, depth: 0, decoded: HashMap::new() }
    }

    /// The value of an expression that may not be read yet.
    pub fn force(&mut self, later: &Later) -> Value {
        match later {
            Later::Slice(at, scope) => self.value(&expr::read(at), scope),
            Later::Node(node, scope) => self.value(node, scope),
            Later::Now(value) => value.clone(),
        }
    }

    /// The value of an expression.
    pub fn value(&mut self, node: &Rc<Node>, scope: &Rc<Scope>) -> Value {
        if self.depth == DEPTH || self.fuel == 0 {
            return Value::Unknown;
        }
        self.fuel -= 1;
        self.depth += 1;
        let value = self.deeper(node, scope);
        self.depth -= 1;
        value
    }

    fn deeper(&mut self, node: &Rc<Node>, scope: &Rc<Scope>) -> Value {
        match &node.expr {
            Expr::Text(text) => {
                Value::Text(Text { text: text.as_str().into(), at: Some(node.at.clone()), is_literal: true })
            }
            Expr::Null => Value::Null,
            Expr::Template(parts) => self.template(node, parts, scope),
            Expr::List(nodes) => {
                let item = |node: &Rc<Node>| Item {
                    key: None,
                    at: Some(node.at.clone()),
                    value: Later::Node(Rc::clone(node), Rc::clone(scope)),
                };
                Value::List(Items::new(nodes.iter().map(item).collect(), true))
            }
            Expr::Object => self.object(&node.at, scope),
            Expr::Name(name) => match scope.names.iter().rev().find(|(known, _)| known == name) {
                Some((_, later)) => self.force(&later.clone()),
                None => Value::Unknown,
            },
            Expr::Get(from, key) => self.get(node, from, key, scope),
            Expr::Call(name, arguments, is_expanded) => {
                let mut values: Vec<Value> = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(self.value(argument, scope));
                }
                if *is_expanded && let Some(items) = values.pop().as_ref().and_then(Value::items) {
                    for item in &items.all {
                        let value = self.force(&item.value);
                        values.push(value);
                    }
                }
                self.spend(values.len());
                function::call(self, name, &node.at, &values)
            }
            Expr::If([condition, yes, no]) => match self.value(condition, scope).truth() {
                Some(holds) => self.value(if holds { yes } else { no }, scope),
                None => Value::Unknown,
            },
            Expr::Equal([one, other], wanted) => {
                let (one, other) = (self.value(one, scope), self.value(other, scope));
                match (&one, &other) {
                    (Value::Text(one), Value::Text(other)) => truth(node, (one.text == other.text) == *wanted),
                    (Value::Null, Value::Null) => truth(node, *wanted),
                    (Value::Unknown | Value::Missing, _) | (_, Value::Unknown | Value::Missing) => Value::Unknown,
                    (Value::Null, _) | (_, Value::Null) => truth(node, !*wanted),
                    _ => Value::Unknown,
                }
            }
            Expr::Not(inner) => self.value(inner, scope).truth().map_or(Value::Unknown, |holds| truth(node, !holds)),
            Expr::Both([one, other], both) => {
                let sides = [self.value(one, scope).truth(), self.value(other, scope).truth()];
                match sides {
                    [Some(side), _] | [_, Some(side)] if side != *both => truth(node, side),
                    [Some(_), Some(_)] => truth(node, *both),
                    _ => Value::Unknown,
                }
            }
            Expr::For(all) => self.for_all(all, scope),
            Expr::Other => Value::Unknown,
        }
    }

    /// Counts work that is not a value of its own.
    fn spend(&mut self, work: usize) {
        self.fuel = self.fuel.saturating_sub(work);
    }

    fn template(&mut self, node: &Rc<Node>, parts: &[Rc<Node>], scope: &Rc<Scope>) -> Value {
        let mut text = String::new();
        for part in parts {
            match self.value(part, scope) {
                Value::Text(part) if text.len() + part.text.len() <= LONG => text.push_str(&part.text),
                _ => return Value::Unknown,
            }
        }
        Text::made(text, &node.at)
    }

    /// The entries of an object literal.
    fn object(&mut self, at: &Slice, scope: &Rc<Scope>) -> Value {
        let file = &at.file;
        if file.syntax != Syntax::Native {
            let fields = json_value(at).and_then(Json::fields).unwrap_or_default();
            let item = |(key, value): (&str, Json)| {
                let value = json_slice(at, value);
                let is_literal = true;
                let key = Text { text: key.into(), at: Some(value.clone()), is_literal };
                Item { key: Some(key), at: Some(value.clone()), value: Later::Slice(value, Rc::clone(scope)) }
            };
            let items: Vec<Item> = fields.iter().map(item).collect();
            self.spend(items.len());
            return Value::Map(Items::new(items, true));
        }
        let entries = cut::entries(&file.text, at.range.clone());
        self.spend(entries.len());
        let mut items = Vec::with_capacity(entries.len());
        let mut is_whole = true;
        for cut::Entry { key, value } in entries {
            let key_at = at.part(key.clone());
            let node = expr::read(&key_at);
            let key_value = match &node.expr {
                Expr::Name(name) => {
                    Value::Text(Text { text: name.as_str().into(), at: Some(key_at), is_literal: true })
                }
                _ => self.value(&node, scope),
            };
            let all = at.part(key.start..value.end);
            match key_value {
                Value::Text(key) => items.push(Item {
                    key: Some(key),
                    at: Some(all),
                    value: Later::Slice(at.part(value), Rc::clone(scope)),
                }),
                _ => is_whole = false,
            }
        }
        Value::Map(Items::new(items, is_whole))
    }

    fn get(&mut self, node: &Rc<Node>, from: &Rc<Node>, key: &Rc<Node>, scope: &Rc<Scope>) -> Value {
        let Value::Text(key) = self.value(key, scope) else { return Value::Unknown };
        let key = &key.text;
        if let Expr::Name(root) = &from.expr
            && !scope.names.iter().any(|(known, _)| known == root)
        {
            return match root.as_str() {
                "local" => self.local(key, &scope.instance),
                "var" => self.input(key, &scope.instance),
                "each" => match (&scope.each, &**key) {
                    (Some(item), "key") => item.key.clone().map_or(Value::Unknown, Value::Text),
                    (Some(item), "value") => self.force(&item.value.clone()),
                    _ => Value::Unknown,
                },
                "count" => scope.count.map_or(Value::Unknown, |index| Text::made(index.to_string(), &node.at)),
                "path" => match &**key {
                    "module" => Text::made(scope.instance.module.directory.as_str(), &node.at),
                    "root" | "cwd" => Text::made(".", &node.at),
                    _ => Value::Unknown,
                },
                _ => Value::Unknown,
            };
        }
        if let Expr::Get(kind, name) = &from.expr
            && let (Expr::Name(kind), Expr::Text(name)) = (&kind.expr, &name.expr)
            && let blocks @ [_, ..] = scope.instance.module.blocks(&["resource", kind, name])
        {
            let repeats = ["count", "for_each"].iter().any(|name| argument(blocks, name).is_some());
            let argument = argument(blocks, key).filter(|_| !repeats);
            return argument
                .map_or(Value::Unknown, |argument| self.force(&Later::Slice(argument, Scope::of(&scope.instance))));
        }
        match self.value(from, scope) {
            Value::Map(items) => match items.get(key) {
                Some(item) => self.force(&item.value.clone()),
                None if items.is_whole => Value::Missing,
                None => Value::Unknown,
            },
            Value::List(items) => match key.parse().ok().and_then(|at: usize| items.all.get(at)) {
                Some(item) => self.force(&item.value.clone()),
                None if items.is_whole => Value::Missing,
                None => Value::Unknown,
            },
            Value::Missing | Value::Null => Value::Missing,
            _ => Value::Unknown,
        }
    }

    fn local(&mut self, name: &str, instance: &Rc<Instance>) -> Value {
        if let Some(known) = instance.locals.borrow().get(name) {
            return known.clone();
        }
        let value = match instance.module.locals.get(name) {
            Some(at) => self.force(&Later::Slice(at.clone(), Scope::of(instance))),
            None => Value::Unknown,
        };
        // What is unknown since it is deep may be known when asked from elsewhere.
        if self.depth < DEPTH / 2 {
            instance.locals.borrow_mut().insert(name.to_owned(), value.clone());
        }
        value
    }

    fn input(&mut self, name: &str, instance: &Rc<Instance>) -> Value {
        if let Some(known) = instance.inputs.borrow().get(name) {
            return known.clone();
        }
        let default = argument(instance.module.blocks(&["variable", name]), "default");
        let default = default.map(|argument| Later::Slice(argument, Scope::of(instance)));
        let value = match &instance.call {
            Some(call) => match argument(&call.blocks, name) {
                Some(argument) => self.force(&Later::Slice(argument, Rc::clone(&call.scope))),
                None => default.map_or(Value::Unknown, |default| self.force(&default)),
            },
            None => self.root_input(name, instance, default),
        };
        if self.depth < DEPTH / 2 {
            instance.inputs.borrow_mut().insert(name.to_owned(), value.clone());
        }
        value
    }

    /// A variable of the root module: where its value at the time of the plan is written, if it is.
    fn root_input(&mut self, name: &str, instance: &Rc<Instance>, default: Option<Later>) -> Value {
        let given = instance.module.values.iter().filter_map(|file| argument(std::slice::from_ref(file), name));
        let given = given.map(|argument| Later::Slice(argument, Scope::of(instance)));
        let candidates: Vec<Later> = given.chain(default).collect();
        let Some(planned) = self.variables.remove(name) else {
            return candidates.first().map_or(Value::Unknown, |first| self.force(first));
        };
        let mut found = None;
        for candidate in &candidates {
            let value = self.force(candidate);
            if self.is_same(&value, &planned) {
                found = Some(value);
                break;
            }
        }
        let value = found.unwrap_or_else(|| from_plain(&planned));
        self.variables.insert(name.to_owned(), planned);
        value
    }

    /// Whether a value says the same as one of a plan; keys that only the plan has may be defaults.
    pub fn is_same(&mut self, value: &Value, planned: &Plain) -> bool {
        self.spend(1);
        match (value, planned) {
            _ if self.fuel == 0 => false,
            (Value::Null, Plain::Null) => true,
            (Value::Text(text), Plain::String(planned)) => *text.text == **planned,
            (Value::Text(text), Plain::Bool(_) | Plain::Number(_)) => *text.text == *planned.to_string(),
            (Value::List(items), Plain::Array(elements)) => {
                let mut pairs = items.all.iter().zip(elements);
                items.all.len() == elements.len() && pairs.all(|(item, planned)| self.is_item(item, planned))
            }
            (Value::Map(items), Plain::Object(fields)) => items.all.iter().all(|item| {
                let planned = item.key.as_ref().and_then(|key| fields.get(&*key.text));
                planned.is_some_and(|planned| self.is_item(item, planned))
            }),
            _ => false,
        }
    }

    fn is_item(&mut self, item: &Item, planned: &Plain) -> bool {
        let value = self.force(&item.value);
        self.is_same(&value, planned)
    }

    fn for_all(&mut self, all: &For, scope: &Rc<Scope>) -> Value {
        let over = self.value(&all.over, scope);
        let Some(over) = over.items().filter(|_| !all.is_grouped).cloned() else { return Value::Unknown };
        let mut items = Vec::with_capacity(over.all.len());
        let mut is_whole = over.is_whole;
        for (at, item) in over.all.iter().enumerate() {
            let key = item.key.clone().map_or_else(|| Text::nowhere(&at.to_string()), Value::Text);
            let names = [
                all.names.0.clone().map(|name| (name, Later::Now(key))),
                Some((all.names.1.clone(), item.value.clone())),
            ];
            let scope = scope.with(names.into_iter().flatten());
            if let Some(when) = &all.when {
                match self.value(when, &scope).truth() {
                    Some(true) => {}
                    Some(false) => continue,
                    None => is_whole = false,
                }
            }
            let key = match all.key.as_ref().map(|key| self.value(key, &scope)) {
                Some(Value::Text(key)) => Some(key),
                Some(_) => {
                    is_whole = false;
                    continue;
                }
                None => None,
            };
            items.push(Item { key, at: item.at.clone(), value: Later::Node(Rc::clone(&all.value), scope) });
        }
        let items = Items::new(items, is_whole);
        if all.key.is_some() { Value::Map(items) } else { Value::List(items) }
    }

    /// What a block is repeated for: the value of its `for_each`.
    pub fn repetitions(&mut self, blocks: &[Block], scope: &Rc<Scope>) -> Option<Value> {
        let argument = argument(blocks, "for_each")?;
        let key = (argument.file.source, argument.range.start);
        if let Some(known) = scope.instance.repetitions.borrow().get(&key) {
            return Some(known.clone());
        }
        let value = self.force(&Later::Slice(argument, Rc::clone(scope)));
        scope.instance.repetitions.borrow_mut().insert(key, value.clone());
        Some(value)
    }

    /// The file at a path that code names.
    pub fn file(&mut self, path: &str) -> Value {
        self.store.file(self.sources, &join(".", path)).map_or(Value::Unknown, Value::File)
    }

    /// The value in a JSON or YAML file.
    pub fn decoded(&mut self, file: &Rc<File>, is_yaml: bool) -> Value {
        let name = self.sources.get(file.source).name().to_owned();
        if let Some(known) = self.decoded.get(&name) {
            return known.clone();
        }
        let value = if is_yaml {
            self.yaml(file)
        } else {
            let all = Slice { range: 0..file.text.len(), file: Rc::clone(file) };
            let value = json_value(&all).map(|value| json_slice(&all, value));
            // Data names nothing.
            let scope = Scope::of(&Instance::new(Rc::new(Module::default()), None));
            value.map_or(Value::Unknown, |at| self.force(&Later::Slice(at, scope)))
        };
        self.decoded.insert(name, value.clone());
        value
    }

    fn yaml(&mut self, file: &Rc<File>) -> Value {
        let mut yaml = Yaml::default();
        let root = yaml.parse(self.sources, file.source).ok().filter(|parsed| parsed.includes.is_empty());
        let Some(root) = root.and_then(|parsed| parsed.root) else { return Value::Unknown };
        let mut left = self.fuel;
        let value = from_yaml(yaml.value(self.sources, root), file, DEPTH, &mut left);
        self.fuel = left;
        value
    }
}

fn truth(node: &Node, holds: bool) -> Value {
    Text::made(holds.to_string(), &node.at)
}

/// The value of an argument, as the last of some blocks that has it says it.
pub fn argument(blocks: &[Block], name: &str) -> Option<Slice> {
    let mut found = blocks.iter().rev().flat_map(Block::arguments).filter(|(known, _)| known == name);
    found.next().map(|(_, value)| value)
}

/// A value of a plan, which is written in no code.
fn from_plain(value: &Plain) -> Value {
    let item = |key: Option<&String>, value: &Plain| Item {
        key: key.map(|key| Text { text: key.as_str().into(), at: None, is_literal: false }),
        at: None,
        value: Later::Now(from_plain(value)),
    };
    match value {
        Plain::Null => Value::Null,
        Plain::String(text) => Text::nowhere(text),
        Plain::Bool(_) | Plain::Number(_) => Text::nowhere(&value.to_string()),
        Plain::Array(elements) => {
            Value::List(Items::new(elements.iter().map(|element| item(None, element)).collect(), true))
        }
        Plain::Object(fields) => {
            Value::Map(Items::new(fields.iter().map(|(key, value)| item(Some(key), value)).collect(), true))
        }
    }
}

fn from_yaml(value: yaml::Value, file: &Rc<File>, depth: usize, left: &mut usize) -> Value {
    if depth == 0 || *left == 0 {
        return Value::Unknown;
    }
    *left -= 1;
    let slice = |value: yaml::Value| Slice { file: Rc::clone(file), range: value.span().range() };
    if let Some(entries) = value.entries() {
        let mut items = Vec::new();
        for entry in &entries.shown {
            let (key, entry_value) = (slice(entry.key), slice(entry.value));
            // What an anchor brings in stands before or behind.
            let is_in_order = key.range.end <= entry_value.range.start;
            let all = key.part(key.range.start..if is_in_order { entry_value.range.end } else { key.range.end });
            let Some(text) = entry.key.scalar().map(|scalar| yaml_text(&scalar)) else { continue };
            items.push(Item {
                key: Some(Text { text: text.into(), at: Some(key), is_literal: true }),
                at: Some(all),
                value: Later::Now(from_yaml(entry.value, file, depth - 1, left)),
            });
        }
        return Value::Map(Items::new(items, true));
    }
    if let Some(elements) = value.items() {
        let mut items = Vec::new();
        for element in elements {
            let value = Later::Now(from_yaml(element, file, depth - 1, left));
            items.push(Item { key: None, at: Some(slice(element)), value });
        }
        return Value::List(Items::new(items, true));
    }
    match value.scalar() {
        None | Some(Scalar::Null) => Value::Null,
        Some(scalar) => Value::Text(Text { text: yaml_text(&scalar).into(), at: Some(slice(value)), is_literal: true }),
    }
}

/// A scalar as Terraform prints it.
fn yaml_text(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Bool(flag) => flag.to_string(),
        Scalar::Float(number) => number.to_string(),
        other => other.python_str().into_owned(),
    }
}
