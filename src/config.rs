//! What a team has agreed on: `zonegate.yaml`, every key and value with its place.
//!
//! Knows its own keys and what may stand behind them. Where the file lies and who acts on it is not its business.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use crate::gap::{self, COVERAGE, Coverage, Gap, INVALID_CONFIGURATION};
use crate::load::yaml::{Fault, Include, Parsed, Scalar, Value, Yaml};
use crate::load::{DeclaredZone, OwnTable, PolicyFile, own_table};
use crate::name::{Name, NameError, NamePattern};
use crate::rule::{Declared, Rule, Set};
use crate::rules::{self, RULES};
use crate::severity::Severity;
use crate::source::{Place, SourceId, Sources};

/// What the file is called that a run looks for.
pub const FILE_NAME: &str = "zonegate.yaml";

/// A configuration. What it does not say is as if there were none.
#[derive(Debug, Default)]
pub struct Config {
    /// What to read if the command line names nothing; relative to the configuration's directory.
    pub inputs: Vec<String>,
    /// What is there besides, whatever is checked.
    pub context: Vec<String>,
    /// The revision to compare those inputs with.
    pub base: Option<String>,
    /// The list of what was known already; relative to the configuration's directory.
    pub baseline: Option<String>,
    /// Which rules run.
    pub set: Option<Set>,
    /// What makes the exit code 1.
    pub fail_on: Option<Threshold>,
    /// Whether any gap makes the exit code 2.
    pub require_complete: bool,
    /// How grave findings of a rule and gaps of a kind are.
    pub levels: BTreeMap<&'static str, Level>,
    /// Rules whose findings always count.
    pub never_suppress: Vec<&'static str>,
    /// What does not count, and why.
    pub suppressions: Vec<Suppression>,
    /// What records do not say.
    pub declared: Declared,
    /// Zones that plans name by an identifier alone.
    pub zones: Vec<DeclaredZone>,
    /// The files that state MTA-STS policies; relative to the configuration's directory.
    pub policies: Vec<PolicyFile>,
    /// How things in plans become records that are not known here.
    pub tables: Vec<OwnTable>,
}

/// The least severity of an introduced finding that makes the exit code 1; none never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(pub Option<Severity>);

/// How grave something is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is left out.
    Off,
    /// It is as grave as this, or lighter where the case is lighter.
    At(Severity),
}

/// Somebody's word that findings do not count.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Of which rules.
    pub rules: Vec<&'static Rule>,
    /// Which of their findings.
    pub reach: Reach,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, in UTC.
    pub until: Option<Date>,
    /// Where it is said.
    pub place: Place,
}

impl Suppression {
    /// Whether its last day is over.
    pub fn has_ended(&self, today: Date) -> bool {
        self.until.is_some_and(|day| day < today)
    }

    /// Whether it names this rule.
    pub fn speaks_of(&self, rule: &Rule) -> bool {
        self.rules.iter().any(|named| named.id == rule.id)
    }
}

/// Which findings a suppression speaks of.
#[derive(Clone, Debug)]
pub enum Reach {
    /// Those about the records beside which it stands.
    Beside,
    /// Those about these names and at these addresses; all if neither is given.
    Matching {
        /// The host of the finding.
        name: Option<NamePattern>,
        /// What an input calls the thing; `*` stands for any characters.
        address: Option<String>,
    },
}

/// Reads a configuration, or says everything that is wrong with it.
pub fn read(sources: &Sources, source: SourceId) -> Result<Config, Vec<Gap>> {
    let mut yaml = Yaml::default();
    let gaps = |faults: Vec<Fault>| faults.into_iter().map(gap).collect();
    let Parsed { root, includes } = yaml.parse(sources, source).map_err(|fault| gaps(vec![fault]))?;
    let included = |include: Include| Fault { message: "a configuration is one file".to_owned(), span: include.span };
    let mut reader = Reader { faults: includes.into_iter().map(included).collect() };
    let config = root.map(|root| reader.config(yaml.value(sources, root))).unwrap_or_default();
    reader.faults.sort_by_key(|fault| fault.span.start);
    if reader.faults.is_empty() { Ok(config) } else { Err(gaps(reader.faults)) }
}

fn gap(Fault { message, span }: Fault) -> Gap {
    Gap::new(&INVALID_CONFIGURATION, message, Place::at(span))
}

/// The top-level keys, in the order in which a person would write them.
pub const KEYS: [&str; 16] = [
    "inputs",
    "context",
    "base",
    "baseline",
    "set",
    "fail_on",
    "require_complete",
    "severities",
    "mail_domains",
    "non_mail_domains",
    "mail_cname_targets",
    "mta_sts_policies",
    "never_suppress",
    "suppressions",
    "views",
    "providers",
];

/// The keys of a suppression.
pub const SUPPRESSION_KEYS: [&str; 5] = ["rule", "name", "address", "reason", "until"];

/// The keys of a view.
pub const VIEW_KEYS: [&str; 4] = ["zone", "id", "private", "name"];

/// The keys of an MTA-STS policy.
pub const POLICY_KEYS: [&str; 2] = ["domain", "file"];

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn config(&mut self, root: Value) -> Config {
        let fields = self.fields(root, &KEYS);
        let mut config = Config::default();
        let field = |key| fields.get(key).copied();
        config.inputs = self.list(field("inputs"), Reader::text);
        config.context = self.list(field("context"), Reader::text);
        config.base = field("base").and_then(|at| self.text(at));
        config.baseline = field("baseline").and_then(|at| self.text(at));
        let sets = [Set::Default, Set::Strict, Set::Pedantic].map(|set| (set.to_string(), set));
        config.set = field("set").and_then(|at| self.choice(at, &sets));
        let thresholds = severities(Threshold(None), "never", |severity| Threshold(Some(severity)));
        config.fail_on = field("fail_on").and_then(|at| self.choice(at, &thresholds));
        config.require_complete = field("require_complete").and_then(|at| self.flag(at)).unwrap_or_default();
        config.levels = field("severities").map(|at| self.levels(at)).unwrap_or_default();
        config.declared = self.declared(&fields);
        let never = self.list(field("never_suppress"), Reader::rule);
        config.never_suppress = never.iter().map(|rule| rule.id).collect();
        let never = &config.never_suppress;
        config.suppressions = self.list(field("suppressions"), |reader, at| reader.suppression(at, never));
        config.policies = self.list(field("mta_sts_policies"), Reader::policy);
        config.zones = self.list(field("views"), Reader::zone);
        config.tables =
            self.list(field("providers"), |reader, at| own_table(at).map_err(|fault| reader.faults.push(fault)).ok());
        config
    }

    fn declared(&mut self, fields: &HashMap<&str, Value>) -> Declared {
        let mut declared = Declared::default();
        let field = |key| fields.get(key).copied();
        declared.mail_domains = self.list(field("mail_domains"), Reader::pattern);
        let takes_mail = declared.mail_domains.clone();
        declared.non_mail_domains = self.list(field("non_mail_domains"), |reader, at| {
            let pattern = reader.pattern(at)?;
            if takes_mail.contains(&pattern) {
                reader.fault(at, "`mail_domains` says that this takes mail".to_owned());
            }
            Some(pattern)
        });
        declared.mail_cname_targets.extend(self.list(field("mail_cname_targets"), Reader::name));
        declared
    }

    fn zone(&mut self, at: Value) -> Option<DeclaredZone> {
        let fields = self.fields(at, &VIEW_KEYS);
        let field = |key| fields.get(key).copied();
        let (Some(zone), Some(id)) = (field("zone"), field("id")) else {
            self.fault(at, "a view needs a `zone` and an `id`".to_owned());
            return None;
        };
        let ids = self.one_or_several(id, Reader::text);
        let private = field("private").and_then(|at| self.flag(at)).unwrap_or_default();
        let name = field("name").and_then(|at| self.text(at));
        let place = Place { block: at.span(), ..Place::at(zone.span()) };
        Some(DeclaredZone { apex: self.name(zone)?, ids, private, name, place })
    }

    fn policy(&mut self, at: Value) -> Option<PolicyFile> {
        let fields = self.fields(at, &POLICY_KEYS);
        let field = |key| fields.get(key).copied();
        let (Some(domain), Some(file)) = (field("domain"), field("file")) else {
            self.fault(at, "a policy needs a `domain` and a `file`".to_owned());
            return None;
        };
        let place = Place { block: at.span(), ..Place::at(file.span()) };
        Some(PolicyFile { domain: self.name(domain)?, path: self.text(file)?, place, states: [None, None] })
    }

    fn levels(&mut self, at: Value) -> BTreeMap<&'static str, Level> {
        let mut levels = BTreeMap::new();
        let choices = severities(Level::Off, "off", Level::At);
        for (key, at) in self.entries(at) {
            let Some(word) = word(key) else { continue };
            let id = match (rules::named(&word), gap::named(&word)) {
                (Some(rule), _) => rule.id,
                (None, Some(coverage)) => coverage.id,
                (None, None) => {
                    let known = RULES.iter().map(|rule| rule.id).chain(COVERAGE.iter().map(|coverage| coverage.id));
                    self.fault(key, unknown("rule", &word, known));
                    continue;
                }
            };
            let Some(level) = self.choice(at, &choices) else { continue };
            if gap::named(id).is_some_and(Coverage::is_fatal) && level != Level::At(Severity::Error) {
                self.fault(at, format!("{id} means that the check could not be done, and stays an error"));
            }
            levels.insert(id, level);
        }
        levels
    }

    fn suppression(&mut self, at: Value, never: &[&str]) -> Option<Suppression> {
        let fields = self.fields(at, &SUPPRESSION_KEYS);
        if !at.is_mapping() {
            return None;
        }
        for key in ["rule", "reason"] {
            if !fields.contains_key(key) {
                self.fault(at, format!("this suppression has no `{key}`"));
            }
        }
        let rules = fields.get("rule").map(|at| self.one_or_several(*at, Reader::rule)).unwrap_or_default();
        if let Some(at) = fields.get("rule").filter(|at| at.items().is_some_and(|items| items.is_empty())) {
            self.fault(*at, "this suppression names no rule".to_owned());
        }
        for rule in rules.iter().filter(|rule| never.contains(&rule.id)) {
            self.fault(fields["rule"], format!("{} is in `never_suppress`", rule.id));
        }
        let reason = fields.get("reason").and_then(|at| self.text(*at));
        let until = fields.get("until").and_then(|at| self.date(*at));
        let name = fields.get("name").and_then(|at| self.pattern(*at));
        let address = fields.get("address").and_then(|at| self.text(*at));
        let place = Place { block: at.span(), ..Place::at(fields.get("rule").map_or(at, |rule| *rule).span()) };
        Some(Suppression { rules, reach: Reach::Matching { name, address }, reason: reason?, until, place })
    }

    /// The entries of a mapping, of which no key stands there twice.
    fn entries<'v>(&mut self, at: Value<'v>) -> Vec<(Value<'v>, Value<'v>)> {
        let Some(entries) = at.entries() else {
            self.fault(at, format!("this is {}, but a mapping is due", at.kind()));
            return Vec::new();
        };
        for (hidden, _) in &entries.hidden {
            self.fault(hidden.key, "this key stands here again further down".to_owned());
        }
        entries.shown.into_iter().map(|entry| (entry.key, entry.value)).collect()
    }

    /// The values of these keys. There is no other; one without a value is as if it were absent.
    fn fields<'v>(&mut self, at: Value<'v>, keys: &[&'static str]) -> HashMap<&'static str, Value<'v>> {
        let mut fields = HashMap::new();
        for (key, value) in self.entries(at) {
            let word = word(key).unwrap_or_default();
            match keys.iter().find(|known| **known == word) {
                Some(known) if !value.is_null() => {
                    fields.insert(*known, value);
                }
                Some(_) => {}
                None => self.fault(key, unknown("key", &word, keys.iter().copied())),
            }
        }
        fields
    }

    fn list<'v, T>(&mut self, at: Option<Value<'v>>, read: impl Fn(&mut Reader, Value<'v>) -> Option<T>) -> Vec<T> {
        let Some(at) = at else { return Vec::new() };
        let Some(items) = at.items() else {
            self.fault(at, format!("this is {}, but a list is due", at.kind()));
            return Vec::new();
        };
        items.into_iter().filter_map(|item| read(self, item)).collect()
    }

    fn one_or_several<'v, T>(&mut self, at: Value<'v>, read: impl Fn(&mut Reader, Value<'v>) -> Option<T>) -> Vec<T> {
        if at.items().is_some() { self.list(Some(at), read) } else { read(self, at).into_iter().collect() }
    }

    fn text(&mut self, at: Value) -> Option<String> {
        let text = match word(at) {
            Some(text) if text.trim().is_empty() => Err("this is empty, but text is due".to_owned()),
            text => text.ok_or_else(|| format!("this is {}, but text is due", at.kind())),
        };
        self.due(at, text)
    }

    fn flag(&mut self, at: Value) -> Option<bool> {
        let flag = match at.scalar() {
            Some(Scalar::Bool(flag)) => Ok(flag),
            _ => Err(format!("this is {}, but `true` or `false` is due", at.kind())),
        };
        self.due(at, flag)
    }

    fn choice<T: Copy>(&mut self, at: Value, choices: &[(String, T)]) -> Option<T> {
        let word = self.text(at)?;
        let chosen = choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        let names = choices.iter().map(|(name, _)| name.as_str());
        self.due(at, chosen.ok_or_else(|| unknown("value", &word, names)))
    }

    fn date(&mut self, at: Value) -> Option<Date> {
        let text = self.text(at)?;
        self.due(at, text.parse().map_err(|_| format!("`{text}` is no day; write it as 2027-01-31")))
    }

    fn rule(&mut self, at: Value) -> Option<&'static Rule> {
        let word = self.text(at)?;
        self.due(at, suppressible(&word))
    }

    fn name(&mut self, at: Value) -> Option<Name> {
        let text = self.text(at)?;
        self.due(at, Name::parse(&text).map_err(|error| no_name(&text, error)))
    }

    fn pattern(&mut self, at: Value) -> Option<NamePattern> {
        let text = self.text(at)?;
        if text.strip_prefix("*.").unwrap_or(&text).contains('*') {
            self.fault(at, "`*` stands for names in front of a name only, as in `*.example.com`".to_owned());
        }
        self.due(at, NamePattern::parse(&text).map_err(|error| no_name(&text, error)))
    }

    fn due<T>(&mut self, at: Value, value: Result<T, String>) -> Option<T> {
        value.map_err(|message| self.fault(at, message)).ok()
    }

    fn fault(&mut self, at: Value, message: String) {
        self.faults.push(Fault { message, span: at.site() });
    }
}

fn no_name(text: &str, error: NameError) -> String {
    format!("`{text}` is no domain name: {error}")
}

/// A scalar as a person reads it: `off` and `no` are words here, whatever YAML takes them for.
fn word(at: Value) -> Option<String> {
    match at.scalar()? {
        Scalar::Text(text) => Some(text.into_owned()),
        Scalar::Null | Scalar::Binary => None,
        Scalar::Bool(_) | Scalar::Int(_) | Scalar::Float(_) | Scalar::Date(_) => Some(at.written().to_owned()),
    }
}

fn severities<T>(none: T, no_word: &str, some: impl Fn(Severity) -> T) -> [(String, T); 4] {
    let named = |severity: Severity| (severity.to_string(), some(severity));
    [named(Severity::Error), named(Severity::Warning), named(Severity::Note), (no_word.to_owned(), none)]
}

/// The rule of this name, if its findings can be suppressed; else why not.
pub fn suppressible(id: &str) -> Result<&'static Rule, String> {
    let able = |rule: &&Rule| !rule.checks.is_empty();
    match rules::named(id) {
        Some(rule) if able(&rule) => Ok(rule),
        Some(_) => Err(format!("{id} speaks of suppressions, and cannot be suppressed itself")),
        None if gap::named(id).is_some() => {
            Err(format!("{id} is a gap, not a finding; leave it out with `severities: {{{id}: off}}`"))
        }
        None => Err(unknown("rule", id, RULES.iter().copied().filter(able).map(|rule| rule.id))),
    }
}

/// What to say of a word that means nothing: the one that was meant, or all there are.
pub fn unknown<'k>(what: &str, word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let distance = |candidate: &str| strsim::osa_distance(&word.replace('-', "_"), &candidate.replace('-', "_"));
    let nearest = known.iter().min_by_key(|candidate| distance(candidate));
    match nearest {
        Some(nearest) if distance(nearest) <= nearest.len().div_ceil(4) => {
            format!("there is no {what} `{word}`; did you mean `{nearest}`?")
        }
        _ if known.len() <= KEYS.len() => format!("there is no {what} `{word}`; there are {}", known.join(", ")),
        _ => format!("there is no {what} `{word}`; `zonegate rules` lists them all"),
    }
}
