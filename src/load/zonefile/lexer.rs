//! Entries of a zone file and their fields, each with its bytes (RFC 1035 section 5.1).

use std::fmt;
use std::ops::Range;

use memchr::memchr;

use crate::source::BOM;

/// One field of an entry, as it is written.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    /// Its bytes, escapes and all, without the quotes around it.
    pub text: &'a [u8],
    /// Whether quotes stand around it.
    pub is_quoted: bool,
    /// Where it stands, with its quotes.
    pub range: Range<usize>,
}

/// An entry: a record or a directive, over as many lines as its parentheses take.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Whether it starts with a blank, so that its owner is that of the record before.
    pub is_indented: bool,
    /// From its first field to its last.
    pub range: Range<usize>,
    /// What is wrong with its shape, and where.
    pub fault: Option<(Fault, Range<usize>)>,
}

/// What is wrong with the shape of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A quote that no other closes on its line.
    OpenQuote,
    /// A parenthesis that no other closes.
    OpenParenthesis,
    /// A closing parenthesis that closes none.
    StrayParenthesis,
}

/// Reads on after "this entry".
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::OpenQuote => "has a `\"` that is not closed on its line",
            Fault::OpenParenthesis => "has a `(` that is never closed",
            Fault::StrayParenthesis => "has a `)` that closes nothing",
        })
    }
}

/// How far a file has been read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor {
    at: usize,
    /// Whether a parenthesis was found that is never closed. From there on a line that does not start with a blank ends
    /// every open one: so no byte is read more than twice, and one slip does not take all that follows with it.
    is_cautious: bool,
}

/// Takes a file apart.
#[derive(Debug)]
pub struct Lexer<'a> {
    bytes: &'a [u8],
    cursor: Cursor,
    /// The fields of the entry that was read last.
    pub fields: Vec<Field<'a>>,
    /// The comments so far, from each `;` to the end of its line.
    pub comments: Vec<Range<usize>>,
}

impl<'a> Lexer<'a> {
    /// Reads a file from its start.
    pub fn new(bytes: &'a [u8]) -> Lexer<'a> {
        let at = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        Lexer::resume(bytes, Cursor { at, is_cautious: false })
    }

    /// Reads on where another stopped.
    pub fn resume(bytes: &'a [u8], cursor: Cursor) -> Lexer<'a> {
        Lexer { bytes, cursor, fields: Vec::new(), comments: Vec::new() }
    }

    /// How far the file has been read.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The comment behind the entry that was read last, with its `;`; empty if there is none.
    pub fn comment_behind(&self, entry: &Entry) -> &'a [u8] {
        let last = self.comments.last().filter(|comment| comment.start >= entry.range.end);
        last.map_or(&[], |comment| &self.bytes[comment.clone()])
    }

    /// Reads the next entry; its fields are in `fields`. None at the end.
    pub fn next_entry(&mut self) -> Option<Entry> {
        self.fields.clear();
        let mut entry = Entry { is_indented: self.is_at_blank(), range: 0..0, fault: None };
        // Where each open parenthesis stands.
        let mut open: Vec<usize> = Vec::new();
        loop {
            let at = self.cursor.at;
            let Some(&byte) = self.bytes.get(at) else {
                if let Some(&first) = open.first() {
                    entry.fault.get_or_insert((Fault::OpenParenthesis, first..first + 1));
                    self.back_to_margin(first);
                }
                break;
            };
            self.cursor.at += 1;
            match byte {
                b'\n' if !open.is_empty() => {
                    if self.cursor.is_cautious && self.is_at_margin() {
                        entry.fault.get_or_insert((Fault::OpenParenthesis, open[0]..open[0] + 1));
                        break;
                    }
                }
                b'\n' if self.fields.is_empty() && entry.fault.is_none() => entry.is_indented = self.is_at_blank(),
                b'\n' => break,
                b' ' | b'\t' | b'\r' => {}
                b';' => {
                    self.cursor.at = self.end_of_line(at);
                    self.comments.push(at..self.cursor.at);
                }
                b'(' => open.push(at),
                b')' => {
                    if open.pop().is_none() {
                        entry.fault.get_or_insert((Fault::StrayParenthesis, at..at + 1));
                    }
                }
                b'"' => self.quoted(at, &mut entry),
                _ => self.plain(at),
            }
        }
        let first = self.fields.first().map(|field| field.range.start);
        let last = self.fields.last().map(|field| field.range.end);
        entry.range = match (first, last, &entry.fault) {
            (Some(first), Some(last), Some((_, at))) => first.min(at.start)..last.max(at.end),
            (Some(first), Some(last), None) => first..last,
            (_, _, Some((_, at))) => at.clone(),
            _ => return None,
        };
        Some(entry)
    }

    /// A field from an opening quote to the closing one.
    fn quoted(&mut self, quote: usize, entry: &mut Entry) {
        let start = quote + 1;
        let mut at = start;
        loop {
            match self.bytes.get(at) {
                Some(b'"') => {
                    self.cursor.at = at + 1;
                    break;
                }
                None | Some(b'\n') => {
                    entry.fault.get_or_insert((Fault::OpenQuote, quote..start));
                    self.cursor.at = at;
                    break;
                }
                Some(b'\\') if self.bytes.get(at + 1).is_some_and(|&next| next != b'\n') => at += 2,
                Some(_) => at += 1,
            }
        }
        let range = quote..self.cursor.at;
        self.fields.push(Field { text: &self.bytes[start..at], is_quoted: true, range });
    }

    /// A field without quotes.
    fn plain(&mut self, start: usize) {
        let mut at = start;
        loop {
            match self.bytes.get(at) {
                None | Some(b' ' | b'\t' | b'\r' | b'\n' | b';' | b'(' | b')' | b'"') => break,
                Some(b'\\') if self.bytes.get(at + 1).is_some_and(|&next| next != b'\n') => at += 2,
                Some(_) => at += 1,
            }
        }
        self.cursor.at = at;
        self.fields.push(Field { text: &self.bytes[start..at], is_quoted: false, range: start..at });
    }

    fn end_of_line(&self, at: usize) -> usize {
        memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |length| at + length)
    }

    fn is_at_blank(&self) -> bool {
        matches!(self.bytes.get(self.cursor.at), Some(b' ' | b'\t'))
    }

    /// Whether a line starts here that looks like the start of an entry.
    fn is_at_margin(&self) -> bool {
        !matches!(self.bytes.get(self.cursor.at), None | Some(b' ' | b'\t' | b'\r' | b'\n' | b';' | b')'))
    }

    /// Goes on at the first line behind an open parenthesis that looks like the start of an entry.
    fn back_to_margin(&mut self, open: usize) {
        self.cursor.is_cautious = true;
        self.cursor.at = open;
        loop {
            self.cursor.at = self.end_of_line(self.cursor.at);
            if self.cursor.at == self.bytes.len() {
                break;
            }
            self.cursor.at += 1;
            if self.is_at_margin() {
                break;
            }
        }
        let end = self.cursor.at;
        self.fields.retain(|field| field.range.start < end);
        self.comments.retain(|comment| comment.start < end);
    }
}

/// Those of some offsets, in ascending order, that lie in comments.
pub fn in_comments(bytes: &[u8], offsets: Vec<usize>) -> Vec<usize> {
    let mut lexer = Lexer::new(bytes);
    while lexer.next_entry().is_some() {}
    let comments = lexer.comments;
    let is_in = |offset: &usize| {
        let next = comments.partition_point(|comment| comment.end <= *offset);
        comments.get(next).is_some_and(|comment| comment.contains(offset))
    };
    offsets.into_iter().filter(is_in).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entries of a text, one a line: `_` in front of an indented one, fields with their quotes, and the fault.
    fn entries(text: &str) -> Vec<String> {
        let mut lexer = Lexer::new(text.as_bytes());
        let mut entries = Vec::new();
        while let Some(entry) = lexer.next_entry() {
            let fields = lexer.fields.iter().map(|field| &text[field.range.clone()]);
            let fields = fields.collect::<Vec<_>>().join("|");
            let indent = if entry.is_indented { "_" } else { "" };
            let fault = entry.fault.map_or(String::new(), |(fault, at)| format!(" {fault:?} at {}", at.start));
            entries.push(format!("{indent}{fields}{fault}"));
        }
        entries
    }

    #[test]
    fn fields_end_at_blanks_comments_quotes_and_parentheses() {
        assert_eq!(
            entries("a\tA  192.0.2.1 ; x\r\n  TXT \"a;b\" c\"d\"(e)\n"),
            ["a|A|192.0.2.1", "_TXT|\"a;b\"|c|\"d\"|e"]
        );
        assert_eq!(entries("\u{feff}a b"), ["a|b"], "a byte order mark, and no newline at the end");
        assert_eq!(entries(r#"a\ b\;c TXT "x\"y" \"#), [r#"a\ b\;c|TXT|"x\"y"|\"#]);
        assert_eq!(entries("\n; only\n \t\n"), [""; 0]);
        assert_eq!(entries("\n   \na\n b"), ["a", "_b"]);
    }

    #[test]
    fn parentheses_join_lines() {
        assert_eq!(entries("@ SOA a b ( 1 ; serial (\n2\n  3 )\nx A y"), ["@|SOA|a|b|1|2|3", "x|A|y"]);
        assert_eq!(entries("a ( ( b )\n c )\n"), ["a|b|c"]);
    }

    #[test]
    fn one_slip_does_not_take_the_next_entries_with_it() {
        assert_eq!(entries("a TXT \"x\nb A y\n"), ["a|TXT|\"x OpenQuote at 6", "b|A|y"]);
        assert_eq!(
            entries("a MX ( 10\n  mail\nb A y\nc SOA ( 1\n 2 )\n d A z"),
            ["a|MX|10|mail OpenParenthesis at 5", "b|A|y", "c|SOA|1|2", "_d|A|z"]
        );
        assert_eq!(
            entries("a MX ( 10\nb MX ( 20\nc A y"),
            ["a|MX|10 OpenParenthesis at 5", "b|MX|20 OpenParenthesis at 15", "c|A|y"]
        );
        assert_eq!(entries("a ) b\n)\nc"), ["a|b StrayParenthesis at 2", " StrayParenthesis at 6", "c"]);
        assert_eq!(entries("a ("), ["a OpenParenthesis at 2"]);
        assert_eq!(entries("a TXT ( \"x\n y )\nb"), ["a|TXT|\"x|y OpenQuote at 8", "b"]);
    }

    #[test]
    fn comments_are_told_from_what_stands_in_quotes() {
        let text = "a TXT \"; x\" ; y\n;z\nb ( ; w\n )";
        let at = |needle: char| text.find(needle).unwrap();
        assert_eq!(in_comments(text.as_bytes(), vec![at('x'), at('y'), at('z'), at('w')]), [at('y'), at('z'), at('w')]);
    }
}
