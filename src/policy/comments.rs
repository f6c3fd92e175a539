//! Suppressions that stand in comments beside the records: `# zonegate: allow RULE -- why`, with `;` in zone files.

use std::collections::{BTreeSet, HashMap};
use std::ptr;

use jiff::civil::Date;
use memchr::{memchr, memmem, memrchr};

use crate::config::{Reach, Suppression, suppressible};
use crate::load;
use crate::report::Finding;
use crate::rule::{Label, Rule};
use crate::source::{Input, Place, SourceId, Sources, Span};

const MARK: &[u8] = b"zonegate:";
/// What a comment starts with: in YAML and in the code of plans, in such code alone, or in zone files.
const SIGNS: [&[u8]; 3] = [b"#", b"//", OF_ZONE_FILES];
const OF_ZONE_FILES: &[u8] = b";";

/// The comments of some inputs.
#[derive(Debug)]
pub struct Comments<'a> {
    sources: &'a Sources,
    /// Of each input, in the order in which they stand.
    by_source: HashMap<SourceId, Vec<Comment>>,
}

/// A comment that is meant for us.
#[derive(Debug)]
pub struct Comment {
    /// From the mark to the end of the line.
    pub span: Span,
    /// What it says, or why it says nothing.
    pub said: Result<Suppression, String>,
}

impl<'a> Comments<'a> {
    /// Reads the comments of these inputs and of the code that they were made from. No comment can speak of the rules in `never`.
    pub fn read(sources: &'a Sources, inputs: &[Input], code: &BTreeSet<SourceId>, never: &[&str]) -> Comments<'a> {
        let mut by_source = HashMap::new();
        let inputs = inputs.iter().map(|input| (input.source, Some(input)));
        for (source, input) in inputs.chain(code.iter().map(|source| (*source, None))) {
            let bytes = sources.get(source).bytes();
            let marks: Vec<usize> = memmem::find_iter(bytes, MARK).filter(|at| opens_comment(&bytes[..*at])).collect();
            // Most inputs have none, and are not read again.
            let marks = match input {
                Some(input) if !marks.is_empty() => load::outside_values(sources, input, marks),
                Some(_) => marks,
                None => marks.into_iter().filter(|at| is_comment_of_code(&bytes[..*at])).collect(),
            };
            let comments = marks.into_iter().map(|at| comment(source, bytes, at, never));
            // What must not be shown gives no reason that is shown.
            let is_hidden = |span: Span| {
                let mut hidden = sources.get(source).hidden().iter();
                hidden.any(|hidden| hidden.start < span.end && span.start < hidden.end)
            };
            let comments: Vec<Comment> = comments.filter(|comment| !is_hidden(comment.span)).collect();
            by_source.insert(source, comments);
        }
        Comments { sources, by_source }
    }

    /// All of them, in the order in which they stand.
    pub fn all(&self) -> impl Iterator<Item = &Comment> {
        let mut sources: Vec<_> = self.by_source.iter().collect();
        sources.sort_unstable_by_key(|(source, _)| **source);
        sources.into_iter().flat_map(|(_, comments)| comments)
    }

    /// What comments say of a finding: those beside the first of its records to look at, or, where there is one beside each
    /// of the others, those beside any of them. One may be told several times.
    pub fn about(&self, finding: &Finding, today: Date) -> Vec<&Suppression> {
        let beside = |label: &Label| -> Vec<&Suppression> {
            self.beside(&label.place).filter_map(|comment| comment.said.as_ref().ok()).collect()
        };
        let mut about = beside(&finding.primary);
        let related = finding.related.iter().filter(|label| self.by_source.contains_key(&label.place.span.source));
        let related: Vec<Vec<&Suppression>> = related.map(beside).collect();
        let holds = |said: &&Suppression| said.speaks_of(finding.rule) && !said.has_ended(today);
        let open: Vec<_> = related.iter().filter(|said| !said.iter().any(holds)).collect();
        let is_beside_all =
            |said: &&&Suppression| open.iter().all(|beside| beside.iter().any(|it| ptr::eq(*it, **said)));
        about.extend(related.iter().flatten().filter(is_beside_all));
        about
    }

    /// Those on the lines of a thing, or of what brings it in, and on the lines of comments right above.
    pub fn beside(&self, place: &Place) -> impl Iterator<Item = &Comment> {
        [Some(place.block), place.site].into_iter().flatten().flat_map(|block| {
            let comments = self.by_source.get(&block.source).map(Vec::as_slice).unwrap_or_default();
            let lines = if comments.is_empty() { 0..0 } else { lines_of(self.sources, block) };
            let first = comments.partition_point(|comment| comment.span.range().start < lines.start);
            comments[first..].iter().take_while(move |comment| comment.span.range().start < lines.end)
        })
    }
}

/// Whether what stands before a mark makes it the start of a comment: a sign behind a space or at the start of a line.
fn opens_comment(before: &[u8]) -> bool {
    let before = without_byte_order(before).trim_ascii_end();
    let before = SIGNS.iter().find_map(|sign| before.strip_suffix(*sign));
    before.is_some_and(|before| before.last().is_none_or(u8::is_ascii_whitespace))
}

/// Whether what stands before a mark that opens a comment makes it one in the code of plans.
fn is_comment_of_code(before: &[u8]) -> bool {
    !before.trim_ascii_end().ends_with(OF_ZONE_FILES) && !is_in_quotes(before)
}

/// Whether a text is open in the line that ends here, in the code of plans.
fn is_in_quotes(before: &[u8]) -> bool {
    let line = &before[memrchr(b'\n', before).map_or(0, |newline| newline + 1)..];
    let is_quote = |at: &usize| line[*at] == b'"' && (*at == 0 || line[at - 1] != b'\\');
    (0..line.len()).filter(is_quote).count() % 2 == 1
}

/// What stands behind a byte order mark, with which a file may start.
fn without_byte_order(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)
}

fn comment(source: SourceId, bytes: &[u8], at: usize, never: &[&str]) -> Comment {
    let rest = &bytes[at..];
    let line = rest[..memchr(b'\n', rest).unwrap_or(rest.len())].trim_ascii_end();
    let offset = |at: usize| u32::try_from(at).expect("inputs are smaller than 4 GiB");
    let span = Span { source, start: offset(at), end: offset(at + line.len()) };
    let text = String::from_utf8_lossy(&line[MARK.len()..]);
    let said = parse(text.trim(), never).map(|(rules, reason, until)| Suppression {
        rules,
        reach: Reach::Beside,
        reason,
        until,
        place: Place::at(span),
    });
    Comment { span, said }
}

/// `allow RULE, RULE -- why until 2027-01-31`; the day is optional.
fn parse(text: &str, never: &[&str]) -> Result<(Vec<&'static Rule>, String, Option<Date>), String> {
    let (verb, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if verb != "allow" {
        return Err(format!("`{verb}` is no word here; write `allow`"));
    }
    let (ids, reason) = format!(" {rest} ").split_once(" -- ").map_or_else(
        || Err("it gives no reason; write ` -- ` and the reason behind the rule".to_owned()),
        |(ids, reason)| Ok((ids.to_owned(), reason.trim().to_owned())),
    )?;
    let rules = ids.split(',').map(|id| suppressible(id.trim())).collect::<Result<Vec<_>, _>>()?;
    if let Some(rule) = rules.iter().find(|rule| never.contains(&rule.id)) {
        return Err(format!("the configuration has {} in `never_suppress`", rule.id));
    }
    let (reason, until) = match reason.rsplit_once("until ") {
        Some((reason, day)) if day.starts_with(|first: char| first.is_ascii_digit()) && !day.contains(' ') => {
            let date = day.parse().map_err(|_| format!("`{day}` is no day; write it as 2027-01-31"))?;
            (reason.trim_end().trim_end_matches(',').to_owned(), Some(date))
        }
        _ => (reason, None),
    };
    let day_of = |part: &str| part.get(..10).is_some_and(|day| day.parse::<Date>().is_ok());
    if reason.split("until ").skip(1).any(day_of) {
        return Err("the day it ends on stands last, as in `-- why until 2027-01-31`".to_owned());
    }
    if reason.is_empty() {
        return Err("its reason is empty".to_owned());
    }
    Ok((rules, reason, until))
}

/// The lines of a block, and those right above it that are comments.
fn lines_of(sources: &Sources, block: Span) -> std::ops::Range<usize> {
    let bytes = sources.get(block.source).bytes();
    let start_of_line = |at: usize| memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
    let mut start = start_of_line(block.range().start);
    while start > 0 {
        let above = start_of_line(start - 1);
        let line = without_byte_order(&bytes[above..start]).trim_ascii_start();
        if !SIGNS.iter().any(|sign| line.starts_with(sign)) {
            break;
        }
        start = above;
    }
    let end = block.range().end;
    start..memchr(b'\n', &bytes[end..]).map_or(bytes.len(), |newline| end + newline)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        match parse(text, &["cname-with-mx"]) {
            Ok((rules, reason, until)) => {
                let rules: Vec<&str> = rules.iter().map(|rule| rule.id).collect();
                format!("{} / {reason} / {}", rules.join(" "), until.map(|day| day.to_string()).unwrap_or_default())
            }
            Err(reason) => reason,
        }
    }

    #[test]
    fn a_comment_names_rules_and_a_reason_and_at_times_a_day() {
        assert_eq!(said("allow cname-at-apex -- it is parked"), "cname-at-apex / it is parked / ");
        assert_eq!(
            said("allow cname-at-apex,cname-loop -- until they move, until 2027-01-31"),
            "cname-at-apex cname-loop / until they move / 2027-01-31"
        );
        assert_eq!(said("allow cname-loop -- wait until then"), "cname-loop / wait until then / ");
    }

    #[test]
    fn a_comment_that_means_nothing_says_why() {
        for (text, part) in [
            ("ignore cname-loop -- why", "`ignore` is no word here"),
            ("", "`` is no word here"),
            ("allow cname-loop", "it gives no reason"),
            ("allow cname-loop --", "its reason is empty"),
            ("allow cname-loop -- until 2027-01-31", "its reason is empty"),
            ("allow cname-loop -- why until 2027-02-31", "`2027-02-31` is no day"),
            ("allow cname-loop -- until 2027-01-31, or until then", "stands last"),
            ("allow cname-loop -- why until 2027-01-31 (see the plan)", "stands last"),
            ("allow cname-lop -- why", "did you mean `cname-loop`?"),
            ("allow -- why", "there is no rule"),
            ("allow zone-partially-visible -- why", "is a gap, not a finding"),
            ("allow unused-suppression -- why", "cannot be suppressed itself"),
            ("allow cname-with-mx -- why", "`never_suppress`"),
        ] {
            assert!(said(text).contains(part), "{text}: {}", said(text));
        }
    }

    #[test]
    fn what_stands_in_a_text_of_code_is_no_comment() {
        for (before, is_in) in [
            ("value = \"a # ", true),
            ("value = \"a\" # ", false),
            ("value = \"a \\\" b\" # ", false),
            ("value = \"a \\\" # ", true),
            ("a = \"open\n# ", false),
            ("# ", false),
        ] {
            assert_eq!(is_in_quotes(before.as_bytes()), is_in, "{before}");
        }
    }

    #[test]
    fn a_semicolon_opens_no_comment_in_code() {
        assert!(is_comment_of_code(b"a = 1 # ") && is_comment_of_code(b"// "));
        assert!(!is_comment_of_code(b"a = 1 ; ") && !is_comment_of_code(b"a = \"# "));
    }

    #[test]
    fn only_a_comment_opens_with_a_mark() {
        for (before, opens) in [
            ("# ", true),
            ("a: 1 #", true),
            ("  # ", true),
            ("\u{feff}# ", true),
            ("a = 1 // ", true),
            ("a A 192.0.2.1 ; ", true),
            ("a#", false),
            ("http://", false),
            ("value: ", false),
        ] {
            assert_eq!(opens_comment(before.as_bytes()), opens, "{before}");
        }
    }
}
