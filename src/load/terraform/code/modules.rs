//! The directories that code lies in, and the blocks of each: as Terraform 1.11 and OpenTofu 1.12 find them.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::rc::Rc;

use super::cut::{self, Part};
use super::expr::{File, Slice, Syntax, json_slice, json_value};
use crate::load::json::Json;
use crate::source::Sources;
use crate::workspace::Folder;

/// Where the files of modules come from.
#[derive(Debug)]
pub struct Store {
    folder: Folder,
    /// The sources in a saved plan, by path: `modules.json`, and `m-KEY/FILE` for each module.
    saved: Option<BTreeMap<String, Vec<u8>>>,
    /// The directories of modules by their calls joined with dots, with whether they are the user's own.
    listed: HashMap<String, (String, bool)>,
    modules: HashMap<String, Rc<Module>>,
    files: HashMap<String, Option<Rc<File>>>,
}

/// One directory of code.
#[derive(Debug, Default)]
pub struct Module {
    /// Its path from the root module, `.` for that one.
    pub directory: String,
    /// Whether users write it themselves.
    pub is_own: bool,
    /// The blocks of each type and labels; those of override files last.
    blocks: HashMap<Vec<String>, Vec<Block>>,
    /// The values of locals, by name.
    pub locals: HashMap<String, Slice>,
    /// Files of values for variables, the one that counts last first.
    pub values: Vec<Block>,
}

/// A block of code, or an object that is one in JSON.
#[derive(Clone, Debug)]
pub struct Block {
    /// Type and labels.
    pub header: Slice,
    /// All of it.
    pub all: Slice,
    body: Range<usize>,
    /// Its parts, cut once.
    parts: Rc<OnceCell<Vec<Part>>>,
}

impl Store {
    /// The code of a root module: on disk, or as it is in a saved plan.
    pub fn new(folder: Folder, saved: Option<BTreeMap<String, Vec<u8>>>, data: &str, sources: &mut Sources) -> Store {
        let mut store = Store { folder, saved, listed: HashMap::new(), modules: HashMap::new(), files: HashMap::new() };
        let manifest = match &store.saved {
            Some(saved) => saved.get("modules.json").and_then(|bytes| String::from_utf8(bytes.clone()).ok()),
            None => store
                .folder
                .read_in(sources, &format!("{data}/modules"), "modules.json")
                .and_then(|id| String::from_utf8(sources.get(id).bytes().to_owned()).ok()),
        };
        store.listed = manifest.as_deref().map(listed).unwrap_or_default();
        store
    }

    /// Whether there is any code in the root module.
    pub fn is_empty(&self) -> bool {
        match &self.saved {
            Some(saved) => !saved.keys().any(|path| path.starts_with("m-/")),
            None => code_files(&self.folder.names(".")).is_empty(),
        }
    }

    /// The root module.
    pub fn root(&mut self, sources: &mut Sources) -> Rc<Module> {
        self.module(sources, "", ".", true)
    }

    /// The module that is called by a chain of calls, of which the last one names this source; none if that is not at
    /// hand.
    pub fn called(&mut self, sources: &mut Sources, by: &Module, path: &str, source: &str) -> Option<Rc<Module>> {
        let is_local = source.starts_with("./") || source.starts_with("../");
        let (directory, is_own) = match self.listed.get(path) {
            Some((directory, is_own)) => (directory.clone(), *is_own && by.is_own),
            None if is_local => (join(&by.directory, source), by.is_own),
            None => return None,
        };
        let module = self.module(sources, path, &directory, is_own);
        (!module.blocks.is_empty()).then_some(module)
    }

    fn module(&mut self, sources: &mut Sources, path: &str, directory: &str, is_own: bool) -> Rc<Module> {
        // One directory may be downloaded for one call and written for another.
        let key = if self.saved.is_some() { path } else { directory };
        if let Some(module) = self.modules.get(key) {
            return Rc::clone(module);
        }
        let mut module = Module {
            directory: directory.to_owned(),
            is_own,
            blocks: HashMap::new(),
            locals: HashMap::new(),
            values: Vec::new(),
        };
        let prefix = format!("m-{path}/");
        let names: Vec<String> = match &self.saved {
            Some(saved) => {
                let below = saved.keys().filter_map(|file| file.strip_prefix(&prefix));
                below.filter(|name| !name.contains('/')).map(str::to_owned).collect()
            }
            None => self.folder.names(directory),
        };
        for name in code_files(&names) {
            let id = match &self.saved {
                Some(saved) => self.folder.take(sources, &join(directory, &name), &saved[&(prefix.clone() + &name)]),
                None => self.folder.read_in(sources, directory, &name),
            };
            let Some(id) = id else { continue };
            let syntax = if name.strip_suffix(".json").is_some() { Syntax::Json } else { Syntax::Native };
            let text = String::from_utf8(sources.get(id).bytes().to_owned()).unwrap_or_default();
            module.add(&Rc::new(File { source: id, text, syntax, is_own }));
        }
        if path.is_empty() {
            for name in value_files(&self.folder.names(directory)) {
                let Some(file) = self.file(sources, &join(directory, &name)) else { continue };
                module.values.push(whole(&file));
            }
        }
        let locals = module.blocks(&["locals"]).iter().flat_map(Block::arguments);
        module.locals = locals.collect();
        let module = Rc::new(module);
        self.modules.insert(key.to_owned(), Rc::clone(&module));
        module
    }

    /// A file that code reads, by its path from the root module.
    pub fn file(&mut self, sources: &mut Sources, path: &str) -> Option<Rc<File>> {
        let path = join(".", path);
        if let Some(known) = self.files.get(&path) {
            return known.clone();
        }
        let file = self.folder.read(sources, &path).map(|id| {
            let text = String::from_utf8(sources.get(id).bytes().to_owned()).unwrap_or_default();
            let syntax = match path.rsplit('.').next() {
                Some("tfvars") => Syntax::Native,
                _ => Syntax::Data,
            };
            let is_own = !path.split('/').any(|part| part == ".terraform");
            Rc::new(File { source: id, text, syntax, is_own })
        });
        self.files.insert(path, file.clone());
        file
    }
}

/// The directories in a `modules.json`: an object with a list, or in a saved plan that list.
fn listed(manifest: &str) -> HashMap<String, (String, bool)> {
    let manifest = Json::parse(manifest);
    let list = manifest.and_then(|json| json.fields().map_or(Some(json), |fields| fields.get("Modules")));
    let entries = list.and_then(Json::elements).unwrap_or_default();
    let entry = |entry: Json| {
        let fields = entry.fields()?;
        let text = |key| fields.get(key).and_then(Json::text);
        let source = text("Source").unwrap_or_default();
        let is_own = source.is_empty() || source.starts_with("./") || source.starts_with("../");
        Some((text("Key")?.into_owned(), (text("Dir")?.into_owned(), is_own)))
    };
    entries.into_iter().filter_map(entry).collect()
}

/// The files of a directory that are code: overrides last, and of OpenTofu's the ones that hide others.
fn code_files(names: &[String]) -> Vec<String> {
    let is_code = |name: &&String| {
        let is_passed_over = name.starts_with('.') || name.ends_with('~') || name.starts_with('#');
        let ends = [".tf", ".tf.json", ".tofu", ".tofu.json"];
        !is_passed_over && ends.iter().any(|end| name.ends_with(end)) && !is_hidden(name, names)
    };
    let is_override = |name: &String| {
        let stem = name.strip_suffix(".json").unwrap_or(name).rsplit_once('.').map_or("", |(stem, _)| stem);
        stem == "override" || stem.ends_with("_override")
    };
    let (last, first): (Vec<String>, Vec<String>) = names.iter().filter(is_code).cloned().partition(is_override);
    [first, last].concat()
}

/// Whether `x.tofu` stands beside an `x.tf`.
fn is_hidden(name: &str, names: &[String]) -> bool {
    let other = match name.strip_suffix(".json") {
        Some(name) => name.strip_suffix(".tf").map(|stem| format!("{stem}.tofu.json")),
        None => name.strip_suffix(".tf").map(|stem| format!("{stem}.tofu")),
    };
    other.is_some_and(|other| names.contains(&other))
}

/// The files that give values to the variables of the root module by themselves, the one that counts last first.
fn value_files(names: &[String]) -> Vec<String> {
    let is_automatic = |name: &&String| name.ends_with(".auto.tfvars");
    let automatic = names.iter().rev().filter(is_automatic);
    automatic.chain(names.iter().filter(|name| *name == "terraform.tfvars")).cloned().collect()
}

/// A path that is relative to a directory, without detours.
pub fn join(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let from = if path.starts_with('/') { "" } else { directory };
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') || directory.starts_with('/') { "/" } else { "" };
    let joined = root.to_owned() + &parts.join("/");
    if joined.is_empty() { ".".to_owned() } else { joined }
}

impl Module {
    fn add(&mut self, file: &Rc<File>) {
        let file = whole(file);
        match file.header.file.syntax {
            Syntax::Native => {
                for (labels, block) in file.native_blocks() {
                    self.blocks.entry(labels.to_vec()).or_default().push(block);
                }
            }
            Syntax::Json | Syntax::Data => {
                for (kind, depth) in [("resource", 2), ("data", 2), ("module", 1), ("variable", 1), ("locals", 0)] {
                    for block in file.blocks(kind) {
                        self.add_json(vec![kind.to_owned()], block, depth);
                    }
                }
            }
        }
    }

    /// In JSON every label is a level of objects.
    fn add_json(&mut self, labels: Vec<String>, block: Block, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return self.blocks.entry(labels).or_default().push(block);
        };
        for (name, value) in block.json_fields() {
            for inner in block.json_blocks(&name, &value) {
                self.add_json(labels.iter().cloned().chain([name.clone()]).collect(), inner, depth);
            }
        }
    }

    /// The blocks of a type and its labels: one, with those that override parts of it behind it.
    pub fn blocks(&self, labels: &[&str]) -> &[Block] {
        let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        self.blocks.get(&labels).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A file as one block.
fn whole(file: &Rc<File>) -> Block {
    let start = if file.text.starts_with('\u{feff}') { 3 } else { 0 };
    let all = Slice { file: Rc::clone(file), range: start..file.text.len() };
    Block::new(all.part(start..start), all.range.clone(), all)
}

impl Block {
    fn new(header: Slice, body: Range<usize>, all: Slice) -> Block {
        Block { header, all, body, parts: Rc::default() }
    }

    fn part(&self, range: Range<usize>) -> Slice {
        self.all.part(range)
    }

    fn native_parts(&self) -> &[Part] {
        self.parts.get_or_init(|| cut::parts(&self.all.file.text, self.body.clone()))
    }

    fn native_blocks(&self) -> impl Iterator<Item = (&[String], Block)> {
        self.native_parts().iter().filter_map(|part| match part {
            Part::Block(block) => {
                let (header, all) = (self.part(block.header.clone()), self.part(block.all.clone()));
                Some((block.labels.as_slice(), Block::new(header, block.body.clone(), all)))
            }
            Part::Argument(_) => None,
        })
    }

    fn json_fields(&self) -> Vec<(String, Slice)> {
        let body = self.part(self.body.clone());
        let fields = json_value(&body).and_then(Json::fields).unwrap_or_default();
        fields.iter().map(|(key, value)| (key.to_owned(), json_slice(&body, value))).collect()
    }

    /// The arguments: names and values.
    pub fn arguments(&self) -> Vec<(String, Slice)> {
        match self.all.file.syntax {
            Syntax::Native => {
                let arguments = self.native_parts().iter().filter_map(|part| match part {
                    Part::Argument(entry) => {
                        Some((self.part(entry.key.clone()).text().to_owned(), self.part(entry.value.clone())))
                    }
                    Part::Block(_) => None,
                });
                arguments.collect()
            }
            Syntax::Json | Syntax::Data => self.json_fields(),
        }
    }

    /// The blocks of this type that stand directly in it; of a `dynamic` one the second label is the type.
    pub fn blocks(&self, kind: &str) -> Vec<Block> {
        if self.all.file.syntax == Syntax::Native {
            let blocks = self.native_blocks().filter(|(labels, _)| labels.first().is_some_and(|label| label == kind));
            return blocks.map(|(_, block)| block).collect();
        }
        let of_kind = self.json_fields().into_iter().filter(|(name, _)| name == kind);
        of_kind.flat_map(|(name, value)| self.json_blocks(&name, &value)).collect()
    }

    /// The objects that are blocks in JSON: one, or a list of them.
    fn json_blocks(&self, name: &str, value: &Slice) -> Vec<Block> {
        let is_object = |value: &Slice| value.text().starts_with('{');
        let block = |value: Slice| {
            // The key stands somewhere before its value.
            let before = &self.all.file.text[self.body.start..value.range.start];
            let quoted = format!("\"{name}\"");
            let key = before.rfind(&quoted).map(|at| self.body.start + at..self.body.start + at + quoted.len());
            let header = key.unwrap_or(value.range.start..value.range.start + 1);
            let all = self.part(header.start..value.range.end);
            Block::new(self.part(header), value.range, all)
        };
        if is_object(value) {
            return vec![block(value.clone())];
        }
        let elements = json_value(value).and_then(Json::elements).unwrap_or_default();
        elements.into_iter().map(|element| json_slice(value, element)).filter(is_object).map(block).collect()
    }

    /// The `dynamic` blocks that make blocks of this type.
    pub fn dynamic(&self, kind: &str) -> Vec<Block> {
        match self.all.file.syntax {
            Syntax::Native => {
                let blocks = self.native_blocks().filter(|(labels, _)| *labels == ["dynamic", kind]);
                blocks.map(|(_, block)| block).collect()
            }
            Syntax::Json | Syntax::Data => {
                self.blocks("dynamic").iter().flat_map(|dynamic| dynamic.blocks(kind)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_those_that_terraform_reads_and_overrides_come_last() {
        let names = [
            "a.tf",
            "a.tofu",
            "b.tf",
            "b_override.tf",
            ".c.tf",
            "c.tf~",
            "d.tf.json",
            "override.tf.json",
            "e.txt",
            "z.tf",
        ];
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        assert_eq!(code_files(&names), ["a.tofu", "b.tf", "d.tf.json", "z.tf", "b_override.tf", "override.tf.json"]);
    }

    #[test]
    fn paths_are_joined_without_detours() {
        for (directory, path, joined) in [
            (".", "./modules/dns", "modules/dns"),
            ("modules/dns", "../records", "modules/records"),
            (".", "../x", "../x"),
            (".", ".", "."),
            ("a", "/b/../c", "/c"),
            ("/a", "../b", "/b"),
        ] {
            assert_eq!(join(directory, path), joined);
        }
    }

    #[test]
    fn both_forms_of_the_list_of_modules_are_read() {
        let list = r#"[{"Key": "", "Dir": "."}, {"Key": "a", "Source": "./m", "Dir": "m"}, {"Key": "b", "Source": "x/y/z", "Dir": ".terraform/modules/b"}]"#;
        for text in [list.to_owned(), format!("{{\"Modules\": {list}}}")] {
            let listed = listed(&text);
            assert_eq!(listed["a"], ("m".to_owned(), true));
            assert_eq!(listed["b"], (".terraform/modules/b".to_owned(), false));
        }
        assert!(super::listed("no JSON").is_empty());
    }
}
