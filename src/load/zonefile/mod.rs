//! Zone files (RFC 1035 section 5, RFC 2308 section 4, and `$GENERATE` of BIND): one zone, whole.
//!
//! Entries are read one by one: one that cannot be read is a gap, and the others are read all the same.

mod data;
mod generate;
mod lexer;
mod tree;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;

use crate::gap::{Gap, INPUT_UNREADABLE};
use crate::load::zonefile::data::{Header, NameTrouble, Trouble, shown};
use crate::load::zonefile::lexer::{Entry, Field, Lexer};
use crate::load::{Found, StateDocument};
use crate::name::Name;
use crate::rdata::{Rdata, Rtype};
use crate::record::{Record, RecordSet, Served, Side, View};
use crate::severity::Severity;
use crate::source::{Place, SourceId, Sources, Span};
use crate::workspace::{Folder, Tree, directory_of, join};

pub use crate::load::zonefile::lexer::in_comments;
pub use crate::load::zonefile::tree::{InTree, home};

/// What the report calls an input of this kind.
pub const KIND: &str = "zone-file";

/// Files may include one another this deep.
const DEEPEST: usize = 16;
/// All files of a zone together include no more than this, each file as often as it is named: two lines a file double what is
/// read with each level.
const MOST_INCLUDED: usize = 1_000;
/// All `$GENERATE` of a zone make no more records than this.
const MOST_GENERATED: usize = 1_000_000;
/// Of more entries that cannot be read, only the number is told.
const MANY: usize = 100;
/// What stands in the comment behind a record that Cloudflare exports and proxies.
const PROXIED: &[u8] = b"cf-proxied:true";
/// Bytes that tell what a file is.
const START: usize = 1 << 16;

/// Whether an input is a zone file: by its name, by a first entry that nothing else starts with, or by a line with an
/// `$ORIGIN` or a `$TTL`.
pub fn is_one(name: &str, bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(START)];
    is_text(start) && (has_its_name(name) || starts_as_one(start) || sets_state(start))
}

/// Whether these are not the first bytes of what is no list of entries.
fn is_text(start: &[u8]) -> bool {
    !matches!(start.trim_ascii_start().first(), None | Some(b'{' | b'[' | b'<')) && !start.contains(&0)
}

/// Whether files of such a name are zone files.
pub fn has_its_name(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let lower = file.to_ascii_lowercase();
    let others = ["json", "yaml", "yml", "tf", "tfvars", "hcl", "toml", "txt", "md"];
    match lower.rsplit_once('.') {
        Some((_, ending)) if others.contains(&ending) => false,
        Some((_, ending)) => ending == "zone" || lower.starts_with("db."),
        None => false,
    }
}

/// Why a file that has the name of a zone file is none.
pub fn refusal(bytes: &[u8]) -> &'static str {
    let start = &bytes[..bytes.len().min(START)];
    match start.trim_ascii_start().first() {
        None => "this zone file is empty; a zone has at least its SOA and its NS records",
        Some(b'{' | b'[') => "this has the name of a zone file, but holds JSON that is no plan and no state",
        Some(b'<') => "this has the name of a zone file, but holds a page of HTML or XML",
        Some(_) => "this has the name of a zone file, but is not text; a zone file holds records as people write them",
    }
}

/// What the name of a file among others says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Likeness {
    /// It is a zone file.
    Zone,
    /// It is one if it holds any record.
    Likely,
    /// It is called as domains are, and maybe by chance: it is one if it starts as one.
    Domain,
}

/// What the path of a file among others says, if it may be a zone file. One that a program or an editor left beside another
/// is none, nor is one to make others of.
fn likeness(path: &str) -> Option<Likeness> {
    let lower = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let (start, ending) = lower.rsplit_once('.')?;
    if path.split('/').any(|part| part.starts_with('.')) || lower.ends_with('~') || PASSED_OVER.contains(&ending) {
        return None;
    }
    Some(match ending {
        "zone" => Likeness::Zone,
        "db" | "hosts" | "dns" if start.contains('.') => Likeness::Likely,
        _ if lower.starts_with("db.") || lower.starts_with("pri.") => Likeness::Likely,
        _ => zone_in(&lower).map(|_| Likeness::Domain)?,
    })
}

/// Endings of files that are no zone files, however they start.
const PASSED_OVER: [&str; 32] = [
    "bak", "old", "orig", "save", "rej", "swp", "jnl", "jbk", "erb", "j2", "jinja", "tmpl", "tpl", "template", "json",
    "yaml", "yml", "tf", "tfvars", "hcl", "toml", "txt", "md", "c", "css", "go", "h", "html", "java", "js", "lock",
    "xml",
];

/// Whether a file among others, of this name and with these first bytes, is a zone file, or meant as one. The root's name
/// servers alone, as resolvers have them, are none.
fn may_be_one(likeness: Likeness, start: &[u8]) -> bool {
    let mut lexer = Lexer::new(start);
    let mut entries = std::iter::from_fn(|| {
        let entry = lexer.next_entry()?;
        let is_hint = matches!(&lexer.fields[..], [owner, .., _, _] if owner.text == b"." && !entry.is_indented)
            && lexer.fields.iter().any(|field| field.text.eq_ignore_ascii_case(b"NS"));
        Some((is_telling(&entry, &lexer.fields), is_hint))
    });
    let is_first_hint = |(_, is_hint): &(bool, bool)| *is_hint;
    match likeness {
        Likeness::Zone => true,
        _ if !is_text(start) => false,
        Likeness::Likely => {
            entries.next().is_some_and(|first| !is_first_hint(&first) && (first.0 || entries.any(|one| one.0)))
        }
        Likeness::Domain => entries.next().is_some_and(|first| !is_first_hint(&first) && first.0),
    }
}

/// Whether the first entry is a directive, or a record whose data are what its type has.
fn starts_as_one(start: &[u8]) -> bool {
    let mut lexer = Lexer::new(start);
    lexer.next_entry().is_some_and(|entry| is_telling(&entry, &lexer.fields))
}

/// Whether any entry is an `$ORIGIN` or a `$TTL` of its form.
fn sets_state(start: &[u8]) -> bool {
    let mut lexer = Lexer::new(start);
    while let Some(entry) = lexer.next_entry() {
        let is_set = match Directive::of(&entry, &lexer.fields) {
            Some(Directive::Origin) => lexer.fields.len() == 2,
            Some(Directive::Ttl) => is_telling(&entry, &lexer.fields),
            _ => false,
        };
        if is_set && entry.fault.is_none() {
            return true;
        }
    }
    false
}

/// Whether an entry is a directive, or a record whose data are what its type has.
fn is_telling(entry: &Entry, fields: &[Field]) -> bool {
    if entry.fault.is_some() {
        return false;
    }
    if let Some(directive) = Directive::of(entry, fields) {
        return match directive {
            Directive::Ttl => fields.len() == 2 && data::ttl(&shown(&fields[1])).is_some(),
            Directive::Generate => fields.len() > 4,
            Directive::Origin | Directive::Include => fields.len() > 1,
            Directive::Unknown => false,
        };
    }
    let rest = &fields[usize::from(!entry.is_indented)..];
    let root = Name::root();
    let is_record = |header: Header| {
        data::datum(&header.rtype, &rest[header.length..], Some(&root), &entry.range).is_ok_and(|_| {
            // Of what is a sentence as well, only what a sentence does not say.
            header.length > 1 || !matches!(header.rtype, Rtype::Txt | Rtype::Other(_))
        })
    };
    data::header(rest, &entry.range).is_ok_and(is_record)
}

/// An entry that is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directive {
    Origin,
    Ttl,
    Include,
    Generate,
    /// One that starts with a dollar and is none of these.
    Unknown,
}

impl Directive {
    fn of(entry: &Entry, fields: &[Field]) -> Option<Directive> {
        let first = fields.first().filter(|first| !entry.is_indented && !first.is_quoted)?;
        let word = first.text.strip_prefix(b"$")?.to_ascii_uppercase();
        Some(match word.as_slice() {
            b"ORIGIN" => Directive::Origin,
            b"TTL" => Directive::Ttl,
            b"INCLUDE" => Directive::Include,
            b"GENERATE" => Directive::Generate,
            _ => Directive::Unknown,
        })
    }
}

/// Reads the zone in a file, with the files that it includes.
pub fn load(sources: &mut Sources, document: StateDocument, side: Side, found: &mut Found) {
    let StateDocument { source, .. } = document;
    let path = sources.get(source).name().to_owned();
    let mut zone = read(sources, source, &path, Around::Disk);
    // The document itself is an input already.
    zone.files.retain(|&file| file != source);
    zone.add(side, found);
}

/// Reads the zone in a file, of this path where the files lie that it includes.
fn read(sources: &mut Sources, source: SourceId, path: &str, around: Around) -> Zone {
    let (label, bytes) = (sources.get(source).name().to_owned(), sources.get(source).bytes());
    if !is_text(&bytes[..bytes.len().min(START)]) {
        return Zone::unread(source, "this file is called as zone files are, and holds no record");
    }
    let named = zone_in(path);
    let mut reader = Reader { named: named.clone(), around, ..Reader::default() };
    reader.read(sources, source, path, State { origin: named, owner: Owner::None });
    reader.finish(source, label)
}

/// Where files lie that others include.
#[derive(Default)]
enum Around<'t> {
    /// On disk.
    #[default]
    Disk,
    /// In one state of a directory.
    Tree(&'t mut Tree),
}

/// The zone that the name of a file tells, as in `example.com.zone`, `db.example.com` and `example.com`.
fn zone_in(path: &str) -> Option<Name> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let lower = file.to_ascii_lowercase();
    let start = lower.strip_prefix("db.").or_else(|| lower.strip_prefix("pri."));
    let whole = start.unwrap_or(&lower);
    let endings = [".zone", ".db", ".hosts", ".dns"];
    let end = endings.iter().find_map(|ending| whole.strip_suffix(ending));
    let zone = end.unwrap_or(whole).trim_end_matches('.');
    let endings = ["txt", "conf", "cfg", "bak", "old", "orig", "log", "md", "text", "bind", "named", "inc", "include"];
    let last = zone.rsplit('.').next().unwrap_or(zone);
    // `before.zone` is a state of some zone, and not the zone `before`.
    let is_zone = zone.contains('.') && !endings.contains(&last) && !last.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    if is_zone && is_host { Name::parse(zone).ok() } else { None }
}

/// What holds where an entry stands.
#[derive(Clone, Debug)]
struct State {
    /// What names are relative to.
    origin: Option<Name>,
    /// The owner of the record before.
    owner: Owner,
}

/// The owner of the record before.
#[derive(Clone, Debug)]
enum Owner {
    /// There was none.
    None,
    /// It cannot be read, which has been told: by which gap, or none if that is one of many.
    Unread(Option<usize>),
    Is(Name),
}

/// A record before the zone is known.
struct Read {
    owner: Name,
    rtype: Rtype,
    record: Record,
    /// Its owner, or all of its entry where that is not written.
    owner_at: Span,
}

/// What has been read so far.
#[derive(Default)]
struct Reader<'t> {
    /// Where the files lie.
    around: Around<'t>,
    /// The zone that the name of the file tells.
    named: Option<Name>,
    /// Whether Cloudflare has exported it, and says of records that it proxies them.
    is_export: bool,
    /// The first `$ORIGIN`.
    first_origin: Option<Name>,
    /// The last `$TTL`.
    ttl: Option<u32>,
    /// The time to live that was stated last (RFC 1035 section 5.1).
    last_ttl: Option<u32>,
    records: Vec<Read>,
    generated: usize,
    inclusions: usize,
    gaps: Vec<Gap>,
    /// Gaps that are not told one by one.
    more: usize,
    /// How many entries each gap leaves out besides its own.
    below: BTreeMap<usize, usize>,
    /// Whether it has been told that names are relative to nothing, and by which gap, as of an owner.
    has_told_no_origin: bool,
    no_origin: Option<usize>,
    /// The file that is read, behind those that include it: each with its path where they lie.
    stack: Vec<(SourceId, String)>,
    /// Where each of those includes the next.
    sites: Vec<Span>,
    /// Every file, once.
    files: Vec<SourceId>,
}

/// A file to read before the next entry.
struct Include<'a> {
    /// The field that names it.
    path: Field<'a>,
    /// What names in it are relative to, if that is another than here.
    origin: Option<Name>,
    /// Its entry.
    entry: Range<usize>,
}

impl Reader<'_> {
    /// Reads a file. What it says of origin and owner ends with it (RFC 1035 section 5.1).
    fn read(&mut self, sources: &mut Sources, source: SourceId, path: &str, mut state: State) {
        if !self.files.contains(&source) {
            self.files.push(source);
        }
        self.stack.push((source, path.to_owned()));
        self.is_export |= memmem::find(sources.get(source).bytes(), PROXIED).is_some();
        let mut cursor = None;
        loop {
            let bytes = sources.get(source).bytes();
            let mut lexer = cursor.map_or_else(|| Lexer::new(bytes), |cursor| Lexer::resume(bytes, cursor));
            let Some(include) = self.read_to_include(source, &mut lexer, &mut state) else { break };
            cursor = Some(lexer.cursor());
            let Include { path: field, origin, entry } = include;
            let (at, wanted) = (field.range.clone(), shown(&field).into_owned());
            match self.included(sources, path, &wanted) {
                Ok((file, path)) => {
                    self.sites.push(span(source, &entry));
                    let origin = origin.or_else(|| state.origin.clone());
                    self.read(sources, file, &path, State { origin, owner: state.owner.clone() });
                    self.sites.pop();
                }
                Err(reason) => self.tell(source, &entry, &Trouble { reason, at }),
            }
        }
        self.stack.pop();
    }

    /// Reads entries up to one that includes another file.
    fn read_to_include<'a>(
        &mut self,
        source: SourceId,
        lexer: &mut Lexer<'a>,
        state: &mut State,
    ) -> Option<Include<'a>> {
        while let Some(entry) = lexer.next_entry() {
            let count = self.records.len();
            match self.entry(source, &entry, &lexer.fields, state) {
                Ok(None) if self.is_export => self.take_mark(count, lexer.comment_behind(&entry)),
                Ok(None) => {}
                Ok(Some(include)) => return Some(include),
                Err(trouble) => self.tell(source, &entry.range, &trouble),
            }
        }
        None
    }

    /// Takes in what Cloudflare writes behind a record that it exports.
    fn take_mark(&mut self, from: usize, comment: &[u8]) {
        let can_be = |read: &&mut Read| matches!(read.rtype, Rtype::A | Rtype::Aaaa | Rtype::Cname);
        if memmem::find(comment, PROXIED).is_some() {
            self.records[from..].iter_mut().filter(can_be).for_each(|read| read.record.served = Served::Proxied);
        }
    }

    /// Reads an entry.
    fn entry<'a>(
        &mut self,
        source: SourceId,
        entry: &Entry,
        fields: &[Field<'a>],
        state: &mut State,
    ) -> Result<Option<Include<'a>>, Trouble> {
        let directive = Directive::of(entry, fields);
        if let Some((fault, at)) = &entry.fault {
            if directive.is_none() {
                let owner = fields.first().filter(|_| !entry.is_indented).map(|owner| owner_of(owner, state));
                state.owner = match owner {
                    Some(Ok(owner)) => Owner::Is(owner),
                    Some(Err(_)) => Owner::Unread(self.next_gap()),
                    None => state.owner.clone(),
                };
            }
            return Err(Trouble { reason: format!("it {fault}"), at: at.clone() });
        }
        match directive {
            None => self.record(source, entry, fields, state)?,
            Some(Directive::Origin) => {
                let [_, origin] = fields else { return Err(form("$ORIGIN name", entry)) };
                let origin = data::name(origin, state.origin.as_ref()).map_err(|trouble| trouble.at(origin))?;
                self.first_origin.get_or_insert_with(|| origin.clone());
                state.origin = Some(origin);
            }
            Some(Directive::Ttl) => {
                let [_, field] = fields else { return Err(form("$TTL seconds", entry)) };
                let text = shown(field);
                let seconds =
                    data::ttl(&text).ok_or_else(|| Trouble::new(format!("`{text}` is no time to live"), field));
                self.ttl = Some(seconds?);
            }
            Some(Directive::Include) => {
                let [_, path, rest @ ..] = fields else { return Err(form("$INCLUDE file origin", entry)) };
                let origin = match rest {
                    [] => None,
                    [origin] => Some(data::name(origin, state.origin.as_ref()).map_err(|trouble| trouble.at(origin))?),
                    _ => return Err(form("$INCLUDE file origin", entry)),
                };
                return Ok(Some(Include { path: path.clone(), origin, entry: entry.range.clone() }));
            }
            Some(Directive::Generate) => self.generate(source, entry, fields, state)?,
            Some(Directive::Unknown) => {
                let reason =
                    format!("`{}` is no directive; there are $ORIGIN, $TTL, $INCLUDE and $GENERATE", shown(&fields[0]));
                return Err(Trouble::new(reason, &fields[0]));
            }
        }
        Ok(None)
    }

    /// Reads a record.
    fn record(&mut self, source: SourceId, entry: &Entry, fields: &[Field], state: &mut State) -> Result<(), Trouble> {
        let (owner, rest) = if entry.is_indented {
            match &state.owner {
                Owner::Is(owner) => (owner.clone(), fields),
                Owner::Unread(gap) => {
                    self.leave_out(*gap);
                    return Ok(());
                }
                Owner::None => {
                    let reason = "it starts with a blank, so it has the owner of the record before, and there is none";
                    return Err(Trouble { reason: reason.to_owned(), at: entry.range.clone() });
                }
            }
        } else {
            match owner_of(&fields[0], state) {
                Ok(owner) => {
                    state.owner = Owner::Is(owner.clone());
                    (owner, &fields[1..])
                }
                Err(trouble) => {
                    let has_no_origin = trouble == NameTrouble::NoOrigin;
                    if has_no_origin && self.has_told_no_origin {
                        state.owner = Owner::Unread(self.no_origin);
                        self.leave_out(self.no_origin);
                        return Ok(());
                    }
                    let gap = self.next_gap();
                    state.owner = Owner::Unread(gap);
                    if has_no_origin {
                        (self.has_told_no_origin, self.no_origin) = (true, gap);
                    }
                    return Err(trouble.at(&fields[0]));
                }
            }
        };
        let owner_at = if entry.is_indented { entry.range.clone() } else { fields[0].range.clone() };
        let header = data::header(rest, &entry.range)?;
        let datum = data::datum(&header.rtype, &rest[header.length..], state.origin.as_ref(), &entry.range);
        let (rdata, range, trouble) = match datum {
            Ok(datum) => (datum.rdata, datum.range, None),
            // What is not known is no absent record.
            Err(trouble) => (Rdata::Unknown, owner_at.clone(), Some(trouble)),
        };
        let ttl = self.ttl_of(&header, &rdata);
        let place = self.place(span(source, &range), span(source, &entry.range));
        let record = Record { rdata, ttl, served: Served::AsIs, unrooted: false, place };
        self.records.push(Read { owner, rtype: header.rtype, record, owner_at: span(source, &owner_at) });
        trouble.map_or(Ok(()), Err)
    }

    /// Seconds: as stated, or as the last `$TTL` says, or as stated last, or the minimum of the SOA (as BIND has it).
    fn ttl_of(&mut self, header: &Header, rdata: &Rdata) -> Option<u32> {
        if header.ttl.is_some() {
            self.last_ttl = header.ttl;
        }
        let ttl = header.ttl.or(self.ttl).or(self.last_ttl);
        match rdata {
            Rdata::Text(text) if ttl.is_none() && header.rtype == Rtype::Soa => {
                self.ttl = text.rsplit(' ').next().and_then(|minimum| minimum.parse().ok());
                self.ttl
            }
            _ => ttl,
        }
    }

    /// Reads the records that `$GENERATE range owner [ttl] [class] type data` makes. They stand where it does.
    fn generate(&mut self, source: SourceId, entry: &Entry, fields: &[Field], state: &State) -> Result<(), Trouble> {
        let [_, range, owner, rest @ ..] = fields else {
            return Err(form("$GENERATE range owner type data", entry));
        };
        let numbers = generate::range(range)?;
        let header = data::header(rest, &entry.range)?;
        let [template] = &rest[header.length..] else {
            let reason = "`$GENERATE` takes its data as one field; put quotes around them";
            return Err(Trouble { reason: reason.to_owned(), at: entry.range.clone() });
        };
        let filled = |field: &Field, number| {
            let text = generate::filled(field.text, number);
            text.map_err(|reason| Trouble::new(format!("`{}` {reason}", shown(field)), field))
        };
        let place = self.place(span(source, &entry.range), span(source, &entry.range));
        for number in numbers {
            if self.generated == MOST_GENERATED {
                let reason = format!("`$GENERATE` makes more than {MOST_GENERATED} records, and the rest is not made");
                return Err(Trouble { reason, at: range.range.clone() });
            }
            self.generated += 1;
            let (owner_text, data_text) = (filled(owner, number)?, filled(template, number)?);
            let made = Field { text: &owner_text, is_quoted: owner.is_quoted, range: owner.range.clone() };
            let owner = data::name(&made, state.origin.as_ref()).map_err(|trouble| trouble.at(&made))?;
            let mut lexer = Lexer::new(&data_text);
            let made = lexer.next_entry();
            if let Some((fault, _)) = made.and_then(|made| made.fault) {
                return Err(Trouble::new(format!("its data {fault}"), template));
            }
            let place_of = |field: Field<'_>| Field { range: template.range.clone(), text: &[], ..field };
            let texts: Vec<Vec<u8>> = lexer.fields.iter().map(|field| field.text.to_vec()).collect();
            let fields: Vec<Field> =
                lexer.fields.drain(..).map(place_of).zip(&texts).map(|(field, text)| Field { text, ..field }).collect();
            let datum = data::datum(&header.rtype, &fields, state.origin.as_ref(), &template.range)?;
            let ttl = self.ttl_of(&header, &datum.rdata);
            let record =
                Record { rdata: datum.rdata, ttl, served: Served::AsIs, unrooted: false, place: place.clone() };
            let owner_at = place.span;
            self.records.push(Read { owner, rtype: header.rtype.clone(), record, owner_at });
        }
        Ok(())
    }

    /// The file of an `$INCLUDE` in the file `from`, and its path: looked for from the directory of that file, and from those
    /// above it, as far as the repository or the tree goes, since a path counts from wherever the name server runs. The
    /// error reads on after "this entry is not read: ".
    fn included(&mut self, sources: &mut Sources, from: &str, path: &str) -> Result<(SourceId, String), String> {
        if self.stack.len() == DEEPEST {
            return Err(format!("files include one another more than {DEEPEST} deep"));
        }
        if self.inclusions == MOST_INCLUDED {
            return Err(format!("more than {MOST_INCLUDED} files are included, and the rest is not read"));
        }
        self.inclusions += 1;
        let directory = directory_of(from);
        let ways = std::iter::successors(Some(path.to_owned()), |way| Some(format!("../{way}")));
        let mut ways = ways.take(if path.starts_with('/') { 1 } else { DEEPEST });
        let found = match &mut self.around {
            Around::Disk => {
                let folder = Folder::new(if from.starts_with('/') && directory.is_empty() { "/" } else { directory });
                let file = ways.find_map(|way| folder.read(sources, &way)).ok_or_else(|| {
                    format!("there is no file `{path}` beside it or in a directory above it in the repository")
                })?;
                (file, sources.get(file).name().to_owned())
            }
            Around::Tree(tree) => {
                let inside: Vec<String> = ways.map_while(|way| join(directory, &way)).collect();
                let there = inside.iter().find(|way| tree.has_file(way)).cloned();
                let there = there.or_else(|| tree.seen_from_above(path));
                if there.is_none() && inside.is_empty() {
                    let root = tree.name("");
                    let root = if root.is_empty() { "." } else { &root };
                    return Err(format!("`{path}` lies outside of `{root}`, and only what lies there is read"));
                }
                let there = there.ok_or_else(|| {
                    let state = tree.state();
                    format!("there is no file `{path}` beside it or in a directory above it {state}")
                })?;
                let file = tree.read_within(sources, &there);
                (file.map_err(|reason| format!("`{path}` cannot be included: {reason}"))?, there)
            }
        };
        if self.stack.iter().any(|(file, _)| *file == found.0) {
            return Err(format!("`{path}` includes itself"));
        }
        Ok(found)
    }

    /// A place in the file that is read.
    fn place(&self, span: Span, block: Span) -> Place {
        Place { span, block, address: None, site: self.sites.last().copied() }
    }

    /// The gap that the next trouble becomes, unless it is one of many.
    fn next_gap(&self) -> Option<usize> {
        (self.gaps.len() < MANY).then_some(self.gaps.len())
    }

    /// Counts an entry that is left out because of a gap that is told elsewhere.
    fn leave_out(&mut self, gap: Option<usize>) {
        match gap {
            Some(gap) => *self.below.entry(gap).or_default() += 1,
            None => self.more += 1,
        }
    }

    /// Tells what is wrong with an entry.
    fn tell(&mut self, source: SourceId, entry: &Range<usize>, trouble: &Trouble) {
        if self.gaps.len() == MANY {
            self.more += 1;
            return;
        }
        let place = self.place(span(source, &trouble.at), span(source, entry));
        self.gaps.push(Gap::new(&INPUT_UNREADABLE, format!("this entry is not read: {}", trouble.reason), place));
    }

    /// What was read.
    fn finish(mut self, source: SourceId, label: String) -> Zone {
        let start = Place::at(span(source, &(0..0)));
        for (gap, number) in std::mem::take(&mut self.below) {
            let entries = if number == 1 { "is 1 more entry" } else { &format!("are {number} more entries") };
            write!(self.gaps[gap].reason, "; nor {entries} below it").expect("strings take all text");
        }
        if self.more > 0 {
            let reason = format!("{} more entries of this file cannot be read", self.more);
            self.gaps.push(Gap::new(&INPUT_UNREADABLE, reason, start.clone()));
        }
        if self.records.is_empty() && self.gaps.is_empty() {
            let reason = "no record is in this zone file";
            self.gaps.push(Gap::new(&INPUT_UNREADABLE, reason, start.clone()));
        }
        let soa = self.records.iter().find(|read| read.rtype == Rtype::Soa).map(|read| read.owner.clone());
        // Without its SOA a file is part of a zone.
        let has_soa = soa.is_some();
        let whole = has_soa && self.gaps.is_empty();
        let named =
            self.named.take().filter(|named| self.first_origin.as_ref().is_none_or(|origin| origin.is_within(named)));
        let apex = soa.or(named).or(self.first_origin.take());
        if apex.is_none() && !self.records.is_empty() {
            let reason = "nothing says of which zone this file is: it has no SOA and no `$ORIGIN`, and its name is no \
                          zone; begin it with `$ORIGIN` and the zone";
            self.gaps.push(Gap::new(&INPUT_UNREADABLE, reason, start));
        }
        let Some(apex) = apex else {
            return Zone { gaps: self.gaps, files: self.files, ..Zone::default() };
        };
        let zone = apex.unrooted();
        let mut gaps = self.gaps;
        let mut first_soa: Option<(Name, Rdata)> = None;
        self.records.retain(|Read { owner, rtype, record, owner_at }| {
            let mut refuse = |reason: String, severity| {
                let place = Place { span: *owner_at, ..record.place.clone() };
                let reason = format!("this entry is not read: {reason}");
                gaps.push(Gap::new(&INPUT_UNREADABLE, reason, place).lowered_to(severity));
                false
            };
            if !owner.is_within(&apex) {
                let owner = owner.unrooted();
                refuse(format!("{owner} is not in the zone {zone}, so name servers ignore it"), Severity::Warning)
            } else if *rtype != Rtype::Soa {
                true
            } else if let Some((name, rdata)) = &first_soa {
                // A zone transfer ends as it begins (RFC 5936 section 2.2).
                let is_again = name == owner && rdata.is_same(&record.rdata);
                let reason = || format!("the zone {zone} has another SOA already, and name servers refuse two");
                !is_again && refuse(reason(), Severity::Error)
            } else {
                first_soa = Some((owner.clone(), record.rdata.clone()));
                true
            }
        });
        Zone { apex: Some(apex), id: None, has_soa, whole, records: self.records, gaps, files: self.files, label }
    }
}

/// The zone in a file, or a part of one.
#[derive(Default)]
struct Zone {
    /// Its name, if anything tells it; else there are no records.
    apex: Option<Name>,
    /// What tells it from others of the name.
    id: Option<Arc<str>>,
    /// Without its SOA a file is part of a zone.
    has_soa: bool,
    /// Whether there are no other records.
    whole: bool,
    records: Vec<Read>,
    gaps: Vec<Gap>,
    /// The file and all that it includes, once each; none if it could not be read.
    files: Vec<SourceId>,
    /// What people call it: the file.
    label: String,
}

impl Zone {
    /// Nothing but why a file cannot be read; `source` need not hold its bytes.
    fn unread(source: SourceId, reason: &str) -> Zone {
        let gap = Gap::new(&INPUT_UNREADABLE, reason, Place::at(span(source, &(0..0))));
        Zone { gaps: vec![gap], ..Zone::default() }
    }

    /// The view that it is, or is a part of.
    fn view(&self) -> Option<View> {
        let apex = self.apex.clone()?;
        Some(View { apex: Some(apex), id: self.id.clone(), private: false, host: None })
    }

    /// Says that all of the zone is known on this side.
    fn mark_whole(&self, side: Side, found: &mut Found) {
        if let Some(view) = self.view() {
            let view = found.builder.view(view);
            found.builder.mark_whole(view, side);
        }
    }

    /// Adds what was read.
    fn add(self, side: Side, found: &mut Found) {
        found.include(self.files.iter().map(|&file| (file, KIND)));
        if self.whole {
            self.mark_whole(side, found);
        }
        let view = self.view();
        found.gaps.extend(self.gaps);
        let Some(view) = view else { return };
        let view = found.builder.view(view);
        found.builder.label(view, &self.label);
        for Read { owner, rtype, record, .. } in self.records {
            found.builder.add(side, RecordSet { view, owner, rtype, variant: None, records: vec![record] });
        }
    }
}

/// The owner that a field names.
fn owner_of(field: &Field, state: &State) -> Result<Name, NameTrouble> {
    data::name(field, state.origin.as_ref())
}

/// A directive that is not of its form.
fn form(form: &str, entry: &Entry) -> Trouble {
    Trouble { reason: format!("it is not of the form `{form}`"), at: entry.range.clone() }
}

fn span(source: SourceId, range: &Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).expect("inputs are smaller than 4 GiB");
    Span { source, start: offset(range.start), end: offset(range.end) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{self, Inputs};
    use crate::source::Bytes;

    /// The records of a file, as `owner ttl type data`, and what is wrong with it, as `line: reason`.
    fn read(name: &str, text: &[u8]) -> (Vec<String>, Vec<String>) {
        let mut sources = Sources::default();
        let source = sources.add(name.to_owned(), Bytes::Owned(text.to_owned()));
        let loaded = load::load(&mut sources, Inputs::documents(vec![source]));
        let ttl = |record: &Record| record.ttl.map_or("-".to_owned(), |ttl| ttl.to_string());
        let line = |set: &RecordSet, record: &Record| {
            format!("{} {} {} {}", set.owner.unrooted(), ttl(record), set.rtype, record.rdata)
        };
        let sets = loaded.diff.after.sets().iter();
        let records = sets.flat_map(|set| set.records.iter().map(move |record| line(set, record))).collect();
        let gaps = loaded.gaps.iter().filter(|gap| gap.coverage.id == INPUT_UNREADABLE.id);
        let gap = |gap: &Gap| {
            let reason = gap.reason.strip_prefix("this entry is not read: ").unwrap_or(&gap.reason);
            format!("{}: {reason}", sources.start(gap.place.span).line)
        };
        (records, gaps.map(gap).collect())
    }

    /// The records of a file of the zone example.com, in which nothing is wrong.
    fn records(text: &str) -> Vec<String> {
        let (records, gaps) = read("example.com.zone", text.as_bytes());
        assert_eq!(gaps, [""; 0], "{text}");
        records
    }

    /// What is wrong with a file of the zone example.com.
    fn gaps(text: &str) -> Vec<String> {
        read("example.com.zone", text.as_bytes()).1
    }

    #[test]
    fn time_and_class_stand_in_any_order_or_not_at_all() {
        let text = "a 60 IN A 192.0.2.1\nb IN 1h A 192.0.2.1\nc in a 192.0.2.1\nd A 192.0.2.1\n$TTL 1d2h\n TXT x\n5 5 A 192.0.2.1\n";
        assert_eq!(
            records(text),
            [
                "5.example.com 5 A 192.0.2.1",
                "a.example.com 60 A 192.0.2.1",
                "b.example.com 3600 A 192.0.2.1",
                "c.example.com 3600 A 192.0.2.1",
                "d.example.com 3600 A 192.0.2.1",
                "d.example.com 93600 TXT \"x\"",
            ]
        );
        let soa = "@ SOA ns hostmaster.example.net. 1 2h 900 1w 5m\n  NS ns\nns A 192.0.2.1\n";
        assert_eq!(
            records(soa),
            [
                "example.com 300 NS ns.example.com.",
                "example.com 300 SOA ns.example.com. hostmaster.example.net. 1 7200 900 604800 300",
                "ns.example.com 300 A 192.0.2.1",
            ]
        );
    }

    #[test]
    fn names_are_relative_to_the_origin_that_holds_there() {
        let text =
            "www CNAME @\n$ORIGIN sub\na MX 10 b\n$ORIGIN x.example.com.\n@ CNAME c.\n\\*.d CNAME a\\.b\n* MX 0 .\n";
        assert_eq!(
            records(text),
            [
                "a.sub.example.com - MX 10 b.sub.example.com.",
                "www.example.com - CNAME example.com.",
                "x.example.com - CNAME c.",
                "*.x.example.com - MX 0 .",
                "*.d.x.example.com - CNAME a\\.b.x.example.com.",
            ]
        );
    }

    #[test]
    fn every_type_is_read_or_at_least_held_to_its_form() {
        let text = "@ TXT v=spf1 \"-all\" a\\;b\n@ SRV 0 1 465 mail\n@ ALIAS x.example.net.\n@ ANAME y\n@ CAA 0 issue \"ca.example.net\"\n\
                    @ TYPE65280 \\# 3 0a0B 0c\n@ TYPE15 \\# 8 000A 04 6d61696c 00\n@ MX \\# 8 000A 04 6d61696c 00\n@ A \\# 4 c0000201\n@ AAAA 2001:db8::1\n\
                    @ TLSA 3 1 1 ( 0123456789abcdef0123456789abcdef\n 0123456789abcdef0123456789abcdef )\n@ HTTPS 1 . alpn=h2\n";
        let mut all = records(text);
        all.sort();
        assert_eq!(
            all,
            [
                "example.com - A 192.0.2.1",
                "example.com - AAAA 2001:db8::1",
                "example.com - ALIAS x.example.net.",
                "example.com - ALIAS y.example.com.",
                "example.com - CAA 0 issue \"ca.example.net\"",
                "example.com - HTTPS 1 . alpn=h2",
                "example.com - MX 10 mail.",
                "example.com - MX 10 mail.",
                "example.com - SRV 0 1 465 mail.example.com.",
                "example.com - TLSA 3 1 1 0123456789abcdef0123456789abcdef 0123456789abcdef0123456789abcdef",
                "example.com - TXT \"v=spf1\" \"-all\" \"a\\;b\"",
                "example.com - TYPE65280 \\# 3 0a0B 0c",
            ]
        );
    }

    #[test]
    fn what_cloudflare_says_that_it_proxies_is_proxied() {
        let text = "a A 192.0.2.1 ; cf_tags=cf-proxied:true\nb CNAME a ; cf_tags=cf-proxied:false\n\
                    c CNAME a ; by hand\n; cf-proxied:true\nd MX 1 a ; cf_tags=cf-proxied:true\ne CNAME a";
        let mut sources = Sources::default();
        let source = sources.add("example.com.zone".to_owned(), Bytes::Owned(text.into()));
        let after = load::load(&mut sources, Inputs::documents(vec![source])).diff.after;
        let served: Vec<Served> = after.sets().iter().map(|set| set.records[0].served).collect();
        assert_eq!(served, [Served::Proxied, Served::AsIs, Served::AsIs, Served::AsIs, Served::AsIs]);
    }

    #[test]
    fn records_are_made_by_the_number() {
        assert_eq!(
            records("$TTL 60\n$GENERATE 1-3/2 h$ IN MX \"10 mx${0,2}.example.net.\"\n$GENERATE 5-5 $ PTR p$\n"),
            [
                "5.example.com 60 PTR p5.example.com.",
                "h1.example.com 60 MX 10 mx01.example.net.",
                "h3.example.com 60 MX 10 mx03.example.net.",
            ]
        );
        assert_eq!(
            gaps("$GENERATE 2-1 a A 192.0.2.1\n$GENERATE 1-2 a MX 10 b\n$GENERATE 1-2 a$ A 192.0.2\n"),
            [
                "1: `2-1` is no range of the form `start-stop` or `start-stop/step`",
                "2: `$GENERATE` takes its data as one field; put quotes around them",
                "3: `192.0.2` is no address for A",
            ]
        );
        let (records, gaps) = read("example.com.zone", b"$GENERATE 0-2000000 $ A 192.0.2.1\n");
        assert_eq!((records.len(), gaps.len()), (MOST_GENERATED, 1), "{gaps:?}");
    }

    #[test]
    fn each_entry_that_cannot_be_read_is_told_and_the_others_are_read() {
        let text = "a MX mail\nb MX 70000 mail\nc A 192.0.2.300\nd FOO x\ne CH A 192.0.2.1\nf\n$FOO x\n$TTL x\n..g A 192.0.2.1\n TXT x\n\
                    h TXT \"x\ni MX ( 10\nj CAA 0 issue\nk A 192.0.2.1 192.0.2.2\nl TYPE65280 x\nm A\nn TXT \\999\nz A 192.0.2.1\n";
        let (records, gaps) = read("example.com.zone", text.as_bytes());
        assert_eq!(
            gaps,
            [
                "1: its MX is not of the form `preference exchange`",
                "2: `70000` is no preference: that is a number from 0 to 65535",
                "3: `192.0.2.300` is no address for A",
                "4: `FOO` is no type of record",
                "5: its class is CH, and only IN is checked",
                "6: it has no type of record",
                "7: `$FOO` is no directive; there are $ORIGIN, $TTL, $INCLUDE and $GENERATE",
                "8: `x` is no time to live",
                "9: `..g` is not a domain name: it has an empty label; nor is 1 more entry below it",
                "11: it has a `\"` that is not closed on its line",
                "12: it has a `(` that is never closed",
                "13: its CAA is not well-formed: unexpected end of entry",
                "14: its A is not of the form `address`",
                "15: its TYPE65280 is not of the form `\\# length data`",
                "16: its A has no data",
                "17: it has an incomplete escape",
            ]
        );
        assert!(records.contains(&"z.example.com - A 192.0.2.1".to_owned()), "{records:?}");
        assert!(records.contains(&"a.example.com - MX ?".to_owned()), "what is not known is not absent: {records:?}");
    }

    #[test]
    fn entries_below_an_owner_that_cannot_be_read_are_counted() {
        assert_eq!(
            gaps("..a A 192.0.2.1\n MX 10 x\n TXT y\nb A 192.0.2.1\n TXT z\n..c ( A\n ) TXT \"q\n A 192.0.2.1\n"),
            [
                "1: `..a` is not a domain name: it has an empty label; nor are 2 more entries below it",
                "7: it has a `\"` that is not closed on its line; nor is 1 more entry below it",
            ]
        );
        let (records, gaps) = read("-", b"a A 192.0.2.1\n TXT x\nb A 192.0.2.1\n$ORIGIN example.com.\nc A 192.0.2.1\n");
        assert_eq!(records, ["c.example.com - A 192.0.2.1"]);
        assert!(gaps.len() == 1 && gaps[0].ends_with("its zone; nor are 2 more entries below it"), "{gaps:?}");
        let bad = "..a A 192.0.2.1\n".repeat(MANY);
        let (_, gaps) = read("example.com.zone", format!("{bad}..b A 192.0.2.1\n A 192.0.2.1\n").as_bytes());
        assert_eq!((gaps.len(), gaps[MANY].as_str()), (MANY + 1, "1: 2 more entries of this file cannot be read"));
    }

    #[test]
    fn the_zone_is_that_of_the_soa_or_else_of_the_name_or_the_origin() {
        let apex = |name: &str, text: &str| {
            let (records, gaps) = read(name, text.as_bytes());
            [records, gaps].concat().join(" / ")
        };
        assert_eq!(apex("dns/db.example.com", "a A 192.0.2.1"), "a.example.com - A 192.0.2.1");
        assert_eq!(apex("example.com", "a A 192.0.2.1"), "a.example.com - A 192.0.2.1");
        assert_eq!(apex("example.com.db", "$TTL 5\na A 192.0.2.1"), "a.example.com 5 A 192.0.2.1");
        assert_eq!(apex("my.records", "$ORIGIN example.com.\na A 192.0.2.1"), "a.example.com - A 192.0.2.1");
        assert!(
            apex("-", "a A 192.0.2.1\nb A 192.0.2.1").ends_with("`$ORIGIN` and its zone; nor is 1 more entry below it")
        );
        assert!(apex("before.zone", "a A 192.0.2.1").contains("nothing says to what"), "no zone is called `before`");
        assert!(apex("zone.txt", "a.example.com. A 192.0.2.1").contains("nothing says of which zone this file is"));
        let outside = apex(
            "x",
            "$ORIGIN example.com.\n@ 1 SOA a b 1 1 1 1 1\na.example.net. A 192.0.2.1\nsub SOA a b 1 1 1 1 1\n",
        );
        assert!(outside.contains("3: a.example.net is not in the zone example.com"), "{outside}");
        assert!(outside.contains("4: the zone example.com has another SOA already"), "{outside}");
        let transferred = apex("x", "example.com. 1 SOA a. b. 1 1 1 1 1\nexample.com. 1 SOA a. b. 1 1 1 1 1\n");
        assert!(!transferred.contains("SOA already") && !transferred.contains('/'), "{transferred}");
    }

    #[test]
    fn zone_files_are_told_from_all_else() {
        for (name, text) in [
            ("x", "$ORIGIN example.com.\n"),
            ("x", "; a comment\n$TTL 1h\n"),
            ("x", "@ IN SOA a b 1 1 1 1 1"),
            ("x", "example.com. 300 IN TXT \"x\""),
            ("example.com.zone", "this is broken"),
            ("db.example.com", "( \"\n"),
            ("x", "this is broken\n$ORIGIN example.com.\n"),
            ("x", "@ SOA a b ( 1\n$TTL 1h\n"),
        ] {
            assert!(is_one(name, text.as_bytes()), "{text}");
        }
        for (name, text) in [
            ("x", ""),
            ("x", "{\"a\": 1}"),
            ("example.com.zone", "{\"a\": 1}"),
            ("db.yaml", "a: b"),
            ("x", "www:\n  type: A\n  value: 192.0.2.1\n"),
            ("x", "locals {\n  a = \"b\"\n}\n"),
            ("x", "Terraform will perform the following actions:\n"),
            ("x", "he is in a good mood\n"),
            ("x", "this txt is text\n"),
            ("x", "<html>"),
            ("x", "$HOME is where\n"),
            ("x", "use strict;\n$TTL = 5;\n$ORIGIN = \"x\";\n"),
            ("x.zone", "a\0b"),
        ] {
            assert!(!is_one(name, text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn files_include_others_of_the_repository_alone() {
        let outside = tempfile::tempdir().unwrap();
        let root = outside.path().join("repository");
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::create_dir_all(root.join("zones")).unwrap();
        let write = |path: &str, text: &str| std::fs::write(root.join(path), text).unwrap();
        write("common.inc", "$ORIGIN inner\nin A 192.0.2.1\n$TTL 5\n");
        write("zones/circle.inc", "$INCLUDE circle.inc\n");
        std::fs::write(outside.path().join("secret"), "s A 192.0.2.1\n").unwrap();
        let text = "$ORIGIN example.com.\nfirst A 192.0.2.1\n$INCLUDE common.inc\n A 192.0.2.2\n$INCLUDE common.inc other\n\
                    $INCLUDE circle.inc\n$INCLUDE ../../secret\n$INCLUDE absent\nlast A 192.0.2.1\n";
        let path = root.join("zones/example.com.zone");
        let (records, gaps) = read(path.to_str().unwrap(), text.as_bytes());
        assert_eq!(
            records,
            [
                "first.example.com - A 192.0.2.1",
                "first.example.com 5 A 192.0.2.2",
                "in.inner.example.com - A 192.0.2.1",
                "last.example.com 5 A 192.0.2.1",
                "in.inner.other.example.com 5 A 192.0.2.1",
            ]
        );
        assert_eq!(
            gaps,
            [
                "1: `circle.inc` includes itself",
                "7: there is no file `../../secret` beside it or in a directory above it in the repository",
                "8: there is no file `absent` beside it or in a directory above it in the repository",
            ]
        );
    }
}
