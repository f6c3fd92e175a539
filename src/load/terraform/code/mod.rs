//! From places in a plan to the code that it was made from.
//!
//! A plan names no file. Its addresses lead to blocks, and the keys in them to the entries of the maps that blocks are
//! repeated for. A literal is pointed at only if it is what the plan says; where the code is another than what was
//! planned, that is said, and the place in the plan stays. Asked once all is found, for what is reported alone.

mod cut;
mod eval;
mod expr;
mod function;
mod modules;
mod request;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use memchr::memmem;

use self::eval::{Call, Evaluator, Instance, Item, Later, Scope, Text, Value, argument};
use self::expr::Slice;
use self::modules::{Block, Module, Store};
use self::request::{Request, Step, Written};
use crate::gap::{CODE_NOT_AS_PLANNED, Gap};
use crate::load::terraform::address::{self, steps};
use crate::source::{Place, SourceId, Sources, Span};
use crate::workspace::{self, Folder};

/// Where the code of plans is.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The directory of the root module. Without it, it is that of the plan if it holds code, or else the working
    /// directory.
    pub directory: Option<String>,
    /// The files in a plan that `terraform plan -out` wrote, by their paths below `tfconfig/`.
    pub saved: Option<BTreeMap<String, Vec<u8>>>,
    /// Terraform's own directory in that of the root module: `TF_DATA_DIR`, or `.terraform`.
    pub data: Option<String>,
}

/// What was found of some places.
#[derive(Debug, Default)]
pub struct Located {
    /// For each place, that in the code, if there is one.
    pub places: Vec<Option<Place>>,
    /// What is not as it was planned.
    pub gaps: Vec<Gap>,
    /// The files that places were found in.
    pub files: BTreeSet<SourceId>,
}

/// The files in a plan that `terraform plan -out` wrote. The error is a message without the path.
pub fn saved(path: &str) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let files = workspace::archive(path, "tfconfig/")?;
    if files.is_empty() {
        return Err("this archive holds no code; give the file that `terraform plan -out FILE` wrote".to_owned());
    }
    Ok(files)
}

/// Looks for the code of places in these plans. Texts that must not be shown are hidden in it.
pub fn locate(sources: &mut Sources, plans: &[SourceId], places: &[&Place], origin: &Origin) -> Located {
    let mut located = Located { places: vec![None; places.len()], ..Located::default() };
    for &plan in plans {
        let of_plan: Vec<(usize, &Place)> = places
            .iter()
            .enumerate()
            .filter(|(_, place)| place.span.source == plan)
            .map(|(at, place)| (at, *place))
            .collect();
        if of_plan.iter().all(|(_, place)| place.address.is_none()) {
            continue;
        }
        let Some((store, is_sure)) = store(sources, plan, origin) else { continue };
        let (requests, code) = request::read(sources, plan, &of_plan);
        let evaluator = Evaluator::new(sources, store, code.variables);
        let mut finder = Finder {
            evaluator,
            calls: code.sources,
            reached: HashMap::new(),
            sites: HashMap::new(),
            hidden: Vec::new(),
            other: BTreeMap::new(),
            is_any: false,
        };
        for request in &requests {
            let found = finder.find(request);
            if let Some(found) = &found {
                located.files.extend([Some(found.block), found.site].into_iter().flatten().map(|span| span.source));
            }
            located.places[request.number] = found;
        }
        let Finder { hidden, other, is_any, .. } = finder;
        sources.hide(hidden);
        if is_sure || is_any {
            located.gaps.extend(other.into_iter().map(|(file, others)| others.gap(&file, places)));
        }
    }
    located
}

/// Where the code of a plan is, and whether it is known to be the plan's.
fn store(sources: &mut Sources, plan: SourceId, origin: &Origin) -> Option<(Store, bool)> {
    let beside = workspace::beside(sources.get(plan).name(), ".");
    let directories = match &origin.directory {
        Some(directory) => vec![(directory.as_str(), true)],
        None if origin.saved.is_some() => vec![(beside.as_str(), true)],
        None => vec![(beside.as_str(), true), (".", false)],
    };
    let data = origin.data.as_deref().unwrap_or(".terraform");
    directories.into_iter().find_map(|(directory, is_sure)| {
        let store = Store::new(Folder::new(directory), origin.saved.clone(), data, sources);
        (!store.is_empty()).then_some((store, is_sure))
    })
}

/// Looks for the code of one plan.
struct Finder<'s> {
    evaluator: Evaluator<'s>,
    /// The sources of module calls when it was planned.
    calls: HashMap<String, String>,
    /// The modules, by their addresses.
    reached: HashMap<String, Rc<Reached>>,
    /// What was found of each instance, by address.
    sites: HashMap<Rc<str>, Rc<Site>>,
    hidden: Vec<Span>,
    /// What is not as it was planned, by file or directory.
    other: BTreeMap<String, Others>,
    /// Whether anything of the plan is in this code.
    is_any: bool,
}

/// What of a file is not as it was planned.
struct Others {
    what: String,
    number: usize,
    addresses: BTreeSet<String>,
}

/// The code of one instance.
#[derive(Debug, Default)]
struct Site {
    /// The calls of the modules that it is in, from the root.
    calls: Vec<Rc<Repeated>>,
    /// Its own block; none if its module is not at hand.
    own: Option<Repeated>,
    /// Why this is not what was planned: the file or directory, and what is wrong with it.
    fault: Option<(String, String)>,
}

/// A module that an address leads through.
#[derive(Clone, Debug, Default)]
struct Reached {
    /// The names of the calls that lead to it, joined with dots.
    path: String,
    /// The module; none if it is not at hand.
    instance: Option<Rc<Instance>>,
    calls: Vec<Rc<Repeated>>,
    fault: Option<(String, String)>,
}

/// A block, and what it is repeated for.
#[derive(Debug)]
struct Repeated {
    /// The block, and those that override parts of it.
    blocks: Vec<Block>,
    /// The entry that the instance is made of.
    item: Option<Item>,
    /// What names mean in it.
    scope: Rc<Scope>,
    is_own: bool,
}

/// What was found of a value.
#[derive(Debug, Default)]
struct Hit {
    /// The text that is what the plan says.
    value: Option<Text>,
    /// The argument, or the element in it, that the value comes from.
    written: Option<Slice>,
    /// The value is known, and another.
    is_other: bool,
}

impl Others {
    fn gap(self, file: &str, places: &[&Place]) -> Gap {
        let more = match self.addresses.len() {
            0 | 1 => String::new(),
            number => format!(" (and {} more)", number - 1),
        };
        let reason = format!(
            "{file} is not what was planned: {}{more}, so these places are shown in the plan; check out what was planned, \
             or give --plan-file",
            self.what
        );
        Gap::new(&CODE_NOT_AS_PLANNED, reason, places[self.number].clone())
    }
}

impl Finder<'_> {
    fn find(&mut self, request: &Request) -> Option<Place> {
        let site = self.site(request);
        if let Some((file, what)) = &site.fault {
            if !request.is_before {
                self.note(file, what, request);
            }
            return None;
        }
        let mut hit = Hit::default();
        if let (Some(own), [_, ..]) = (&site.own, &request.path[..]) {
            hit = self.seek_in(&own.blocks, &own.scope, &request.path, &request.wanted);
        }
        if request.is_before && (request.path.is_empty() || hit.value.is_none()) {
            return None;
        }
        if hit.is_other {
            if let Some(written) = &hit.written {
                let file = self.name(written);
                let what = format!("it says another value for {}", request.address.text());
                self.note(&file, &what, request);
            }
            return None;
        }
        let place = site.place(&hit, request)?;
        if !request.secret_attributes.is_empty() {
            self.hide(&site, request, &place);
        }
        Some(place)
    }

    fn name(&self, at: &Slice) -> String {
        self.evaluator.sources.get(at.file.source).name().to_owned()
    }

    fn note(&mut self, file: &str, what: &str, request: &Request) {
        let others = self.other.entry(file.to_owned()).or_insert_with(|| Others {
            what: what.to_owned(),
            number: request.number,
            addresses: BTreeSet::new(),
        });
        others.addresses.insert(request.address.text().to_string());
    }

    /// The code of an instance, found once.
    fn site(&mut self, request: &Request) -> Rc<Site> {
        if let Some(known) = self.sites.get(&**request.address.text()) {
            return Rc::clone(known);
        }
        let site = Rc::new(self.look(request));
        self.sites.insert(Rc::from(&**request.address.text()), Rc::clone(&site));
        site
    }

    fn look(&mut self, request: &Request) -> Site {
        let address = &request.address;
        let mut reached = self.root();
        for step in steps(address.module()).filter(|step| step.name != "module") {
            // All of the address up to and with this step, which is part of it.
            let length = step.key.as_ptr() as usize + step.key.len() - address.text().as_ptr() as usize;
            let text = &address.text()[..length];
            let known = self.reached.get(text).cloned();
            reached = known.unwrap_or_else(|| Rc::new(self.step(&reached, step)));
            self.reached.insert(text.to_owned(), Rc::clone(&reached));
        }
        let mut site = Site { calls: reached.calls.clone(), own: None, fault: None };
        if let Some(fault) = &reached.fault {
            site.fault = request.planned.is_some().then(|| fault.clone());
            return site;
        }
        let Some(instance) = &reached.instance else { return site };
        let module = &instance.module;
        let names: Vec<&str> = address.within_module().split('.').collect();
        let labels = match names[..] {
            ["data", kind, name] => vec!["data", kind, name],
            [kind, name] => vec!["resource", kind, name],
            _ => return site,
        };
        let blocks = module.blocks(&labels).to_vec();
        if blocks.is_empty() {
            let fault = (named(module), format!("it has no {}", address.within_module()));
            site.fault = request.planned.is_some().then_some(fault);
            return site;
        }
        self.is_any = true;
        let (own, fault) = self.repeated(blocks, instance, address.key(), module.is_own);
        let fault = fault.map(str::to_owned).or_else(|| self.other_argument(&own, request));
        if let Some(fault) = fault {
            let file = self.name(&own.blocks[0].header);
            site.fault = Some((file, format!("{} {fault}", address.within_module())));
        }
        site.own = Some(own);
        site
    }

    /// The root module, where every address starts.
    fn root(&mut self) -> Rc<Reached> {
        if let Some(known) = self.reached.get("") {
            return Rc::clone(known);
        }
        let module = self.evaluator.store.root(self.evaluator.sources);
        let instance = Some(Instance::new(module, None));
        let root = Rc::new(Reached { instance, ..Reached::default() });
        self.reached.insert(String::new(), Rc::clone(&root));
        root
    }

    /// The module that a step of an address leads to.
    fn step(&mut self, from: &Reached, step: address::Step) -> Reached {
        let Some(instance) = from.instance.as_ref().filter(|_| from.fault.is_none()) else { return from.clone() };
        let module = &instance.module;
        let path = if from.path.is_empty() { step.name.to_owned() } else { format!("{}.{}", from.path, step.name) };
        let mut next = Reached { path, instance: None, calls: from.calls.clone(), fault: None };
        let blocks = module.blocks(&["module", step.name]).to_vec();
        if blocks.is_empty() {
            next.fault = Some((named(module), format!("it does not call module {}", step.name)));
            return next;
        }
        self.is_any = true;
        let (call, fault) = self.repeated(blocks, instance, step.key, module.is_own);
        next.fault = fault.map(|fault| (self.name(&call.blocks[0].header), format!("module {} {fault}", step.name)));
        let source = argument(&call.blocks, "source").and_then(|argument| {
            let source = self.evaluator.force(&Later::Slice(argument, Scope::of(instance)));
            source.text().map(str::to_owned)
        });
        let source = source.or_else(|| self.calls.get(&next.path).cloned()).unwrap_or_default();
        let called = self.evaluator.store.called(self.evaluator.sources, module, &next.path, &source);
        let (blocks, scope) = (call.blocks.clone(), Rc::clone(&call.scope));
        next.calls.push(Rc::new(call));
        next.instance = called.map(|called| Instance::new(called, Some(Call { blocks, scope })));
        next
    }

    /// A block for one key, or why that is not what was planned.
    fn repeated(
        &mut self,
        blocks: Vec<Block>,
        instance: &Rc<Instance>,
        key: &str,
        is_own: bool,
    ) -> (Repeated, Option<&'static str>) {
        let scope = Scope::of(instance);
        let (item, count, fault) = match key_in(key) {
            Key::None => (None, None, None),
            Key::Number(number) => (None, Some(number), None),
            Key::Text(key) => match self.evaluator.repetitions(&blocks, &scope) {
                Some(Value::Map(items)) => match items.get(&key) {
                    Some(item) => (Some(item.clone()), None, None),
                    None => (None, None, items.is_whole.then_some("has no entry for a key of the plan")),
                },
                Some(_) => (None, None, None),
                None => (None, None, Some("is not repeated for the keys of the plan")),
            },
        };
        let unknown = |key: String| Item {
            key: Some(Text { text: key.into(), at: None, is_literal: false }),
            at: None,
            value: Later::Now(Value::Unknown),
        };
        let each = item.clone().or_else(|| if let Key::Text(key) = key_in(key) { Some(unknown(key)) } else { None });
        let scope = Scope::repeated(instance, each, count);
        (Repeated { blocks, item, scope, is_own }, fault)
    }

    /// The argument that says now what was not planned.
    fn other_argument(&mut self, own: &Repeated, request: &Request) -> Option<String> {
        let planned = Rc::clone(request.planned.as_ref()?);
        for (name, written) in &planned.arguments {
            let Some(argument) = argument(&own.blocks, name) else {
                return Some(format!("no longer says its {name}"));
            };
            let node = expr::read(&argument);
            let is_other = match written {
                Written::References => matches!(node.expr, expr::Expr::Text(_) | expr::Expr::Null),
                Written::Constant(constant) => {
                    let value = self.evaluator.value(&node, &own.scope);
                    self.is_known(&value) && !self.evaluator.is_same(&value, constant)
                }
            };
            if is_other {
                return Some(format!("says another {name}"));
            }
        }
        None
    }

    /// Whether all of a value is known.
    fn is_known(&mut self, value: &Value) -> bool {
        match value {
            Value::Text(_) | Value::Null => true,
            Value::List(items) | Value::Map(items) => {
                let is_known = |item: &Item| {
                    let value = self.evaluator.force(&item.value);
                    self.is_known(&value)
                };
                items.is_whole && items.all.iter().all(is_known)
            }
            _ => false,
        }
    }

    /// Looks for a value in a block.
    fn seek_in(&mut self, blocks: &[Block], scope: &Rc<Scope>, path: &[Step], wanted: &str) -> Hit {
        let [Step::Key(name), rest @ ..] = path else { return Hit::default() };
        if let Some(argument) = argument(blocks, name) {
            return self.seek(&Later::Slice(argument.clone(), Rc::clone(scope)), rest, wanted, &argument);
        }
        // In a plan a block that may come several times is a list.
        let inner = if let [Step::Element, inner @ ..] = rest { inner } else { rest };
        let mut last = Hit::default();
        for block in blocks {
            let mut within = Vec::new();
            within.extend(block.blocks(name).into_iter().map(|block| (block, Rc::clone(scope))));
            for dynamic in block.dynamic(name) {
                within.extend(self.dynamic(&dynamic, name, scope));
            }
            for (block, scope) in within {
                let hit = self.seek_in(std::slice::from_ref(&block), &scope, inner, wanted);
                if hit.value.is_some() {
                    return hit;
                }
                if last.written.is_none() || last.is_other && !hit.is_other {
                    last = hit;
                }
            }
        }
        last
    }

    /// The blocks that a `dynamic` one makes.
    fn dynamic(&mut self, dynamic: &Block, kind: &str, scope: &Rc<Scope>) -> Vec<(Block, Rc<Scope>)> {
        let Some(over) = argument(std::slice::from_ref(dynamic), "for_each") else { return Vec::new() };
        let name = argument(std::slice::from_ref(dynamic), "iterator").map(|name| name.text().to_owned());
        let name = name.unwrap_or_else(|| kind.to_owned());
        let Some(content) = dynamic.blocks("content").into_iter().next() else { return Vec::new() };
        let over = self.evaluator.force(&Later::Slice(over, Rc::clone(scope)));
        let items = over.items().map(|items| items.all.clone()).unwrap_or_default();
        let made = items.into_iter().map(|item| {
            let names =
                [("key", item.key.clone().map(|key| Later::Now(Value::Text(key)))), ("value", Some(item.value))];
            let fields = names.into_iter().filter_map(|(name, value)| {
                let key = Text { text: name.into(), at: None, is_literal: false };
                Some(Item { key: Some(key), at: None, value: value? })
            });
            let iterator = Value::Map(eval::Items::new(fields.collect(), true));
            (content.clone(), scope.with([(name.clone(), Later::Now(iterator))]))
        });
        made.collect()
    }

    /// Looks for a value in what an expression comes to.
    fn seek(&mut self, later: &Later, path: &[Step], wanted: &str, written: &Slice) -> Hit {
        let value = self.evaluator.force(later);
        let within = |item: &Item| item.at.clone().filter(|at| written.contains(at)).unwrap_or_else(|| written.clone());
        match (path, &value) {
            ([], Value::Text(text)) => {
                let (is_it, is_like) = (same(&text.text, wanted), is_relative(&text.text, wanted));
                let value = Some(text.clone()).filter(|_| is_it);
                Hit { is_other: !is_it && !is_like, value, written: Some(written.clone()) }
            }
            ([Step::Element, rest @ ..], Value::List(items) | Value::Map(items)) => {
                let mut all_other = items.is_whole && !items.all.is_empty();
                for item in &items.all {
                    let hit = self.seek(&item.value, rest, wanted, &within(item));
                    if hit.value.is_some() {
                        return hit;
                    }
                    all_other &= hit.is_other;
                }
                Hit { is_other: all_other, value: None, written: Some(written.clone()) }
            }
            ([Step::Key(key), rest @ ..], Value::Map(items)) => match items.get(key) {
                Some(item) => self.seek(&item.value, rest, wanted, &within(item)),
                None => Hit { written: Some(written.clone()), ..Hit::default() },
            },
            _ => Hit { written: Some(written.clone()), ..Hit::default() },
        }
    }

    /// Hides what must not be shown of an instance, wherever in the lines of its place it stands.
    fn hide(&mut self, site: &Site, request: &Request, place: &Place) {
        let mut slices = Vec::new();
        if let Some(own) = &site.own {
            for name in &request.secret_attributes {
                let Some(argument) = argument(&own.blocks, name) else { continue };
                slices.push(argument.clone());
                self.origins(&Later::Slice(argument, Rc::clone(&own.scope)), &mut slices);
                own.blocks.iter().flat_map(|block| block.blocks(name)).for_each(|block| slices.push(block.all));
            }
        }
        self.hidden.extend(slices.iter().map(Slice::span));
        let bytes = self.evaluator.sources.get(place.block.source).bytes();
        let range = place.block.range();
        let start = memchr::memrchr(b'\n', &bytes[..range.start]).map_or(0, |newline| newline + 1);
        let end = memchr::memchr(b'\n', &bytes[range.end..]).map_or(bytes.len(), |newline| range.end + newline);
        let offset = |at: usize| u32::try_from(at).expect("inputs are smaller than 4 GiB");
        for secret in &request.secrets {
            let found = memmem::find_iter(&bytes[start..end], secret.as_bytes());
            self.hidden.extend(found.map(|at| Span {
                source: place.block.source,
                start: offset(start + at),
                end: offset(start + at + secret.len()),
            }));
        }
    }

    /// Where all texts of a value are written.
    fn origins(&mut self, later: &Later, slices: &mut Vec<Slice>) {
        match self.evaluator.force(later) {
            Value::Text(text) => slices.extend(text.at),
            Value::List(items) | Value::Map(items) if slices.len() < 1000 => {
                items.all.iter().for_each(|item| self.origins(&item.value, slices));
            }
            _ => {}
        }
    }
}

impl Site {
    /// Where to point: at the literal if it stands in something that is this instance's; or else at the entry that the
    /// instance is made of, at the argument, at the block, at the call of its module.
    fn place(&self, hit: &Hit, request: &Request) -> Option<Place> {
        let own = self.own.as_ref();
        let own_block = own.filter(|own| own.is_own);
        let own_item = own.and_then(Repeated::item_at);
        let calls = || self.calls.iter().rev().filter(|call| call.is_own);
        let literal = hit.value.as_ref().filter(|text| text.is_literal).and_then(|text| text.at.clone());
        if let Some(at) = literal.filter(|at| at.file.is_own) {
            let blocks = own_block.into_iter().flat_map(|own| own.blocks.iter().map(|block| &block.all));
            let of_calls =
                calls().flat_map(|call| call.item_at().into_iter().chain(call.blocks.iter().map(|block| &block.all)));
            let mut regions = own_item.into_iter().chain(blocks).chain(of_calls);
            if let Some(region) = regions.find(|region| region.contains(&at)) {
                return Some(self.at(&at, region, request));
            }
        }
        if let Some(at) = own_item {
            return Some(self.at(&own.expect("it has the entry").item_key(), at, request));
        }
        if let Some(own) = own_block {
            let written = hit.written.as_ref();
            let found = written.and_then(|at| Some((at, own.blocks.iter().find(|block| block.all.contains(at))?)));
            let (at, block) = found.unwrap_or((&own.blocks[0].header, &own.blocks[0]));
            return Some(self.at(at, &block.all, request));
        }
        let call = calls().next()?;
        Some(match call.item_at() {
            Some(at) => self.at(&call.item_key(), at, request),
            None => self.at(&call.blocks[0].header, &call.blocks[0].all, request),
        })
    }

    /// A place, with what else of the code belongs to the instance: comments there count as well.
    fn at<'s>(&'s self, at: &Slice, block: &Slice, request: &Request) -> Place {
        let own = self.own.as_ref().filter(|own| own.is_own).map(|own| &own.blocks[0]);
        let call = self.calls.iter().rev().find(|call| call.is_own);
        // Other entries of the same block are not meant.
        let outer = |one: &'s Block| if one.all.contains(block) { &one.header } else { &one.all };
        let of_call = |call: &'s Rc<Repeated>| {
            call.item_at().filter(|item| !item.contains(block)).unwrap_or_else(|| outer(&call.blocks[0]))
        };
        let site = own.map(outer).filter(|site| !block.contains(site)).or_else(|| call.map(of_call));
        let site = site.filter(|site| !block.contains(site)).map(Slice::span);
        Place {
            span: at.without_quotes().span(),
            block: block.span(),
            address: Some(request.address.text().clone()),
            site,
        }
    }
}

impl Repeated {
    /// The entry, if users wrote it.
    fn item_at(&self) -> Option<&Slice> {
        self.item.as_ref()?.at.as_ref().filter(|at| at.file.is_own)
    }

    /// What to underline of the entry: its key, or where it starts.
    fn item_key(&self) -> Slice {
        let item = self.item.as_ref().expect("asked only where there is an entry");
        let all = item.at.as_ref().expect("asked only where it is written");
        let key = item.key.as_ref().and_then(|key| key.at.clone());
        if let Some(key) = key.filter(|key| all.contains(key)) {
            return key;
        }
        let first_line = all.text().find(['\n', '\r']).unwrap_or(all.range.len());
        let first_entry = cut::entries(&all.file.text, all.range.clone()).into_iter().next();
        match first_entry.filter(|_| first_line < all.range.len() && all.text().starts_with('{')) {
            Some(entry) => all.part(entry.key.start..entry.value.end),
            None => all.part(all.range.start..all.range.start + first_line),
        }
    }
}

/// How people call a directory of code.
fn named(module: &Module) -> String {
    if module.directory == "." { "the code".to_owned() } else { module.directory.clone() }
}

/// The key of an instance.
enum Key {
    None,
    Number(usize),
    Text(String),
}

/// Reads a key in brackets, as addresses have it.
fn key_in(key: &str) -> Key {
    let Some(inner) = key.strip_prefix('[').and_then(|key| key.strip_suffix(']')) else { return Key::None };
    match (inner.parse(), serde_json::from_str::<String>(inner)) {
        (Ok(number), _) => Key::Number(number),
        (_, Ok(text)) => Key::Text(text.replace("$${", "${").replace("%%{", "%{")),
        _ => Key::Text(inner.trim_matches('"').to_owned()),
    }
}

/// Whether two texts name the same: case and final dots do not matter, nor do quotes round it.
fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.trim_matches('"').trim_end_matches('.').to_lowercase();
    one == other || plain(one) == plain(other)
}

/// Whether a plan may give for a name in the code this whole one.
fn is_relative(name: &str, whole: &str) -> bool {
    name.is_empty() || name == "@" || whole.to_lowercase().starts_with(&(name.to_lowercase() + "."))
}
