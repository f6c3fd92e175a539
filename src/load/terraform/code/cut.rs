//! Cuts configuration text into blocks, arguments and the entries of objects, without reading any expression.
//!
//! Takes time in proportion to the text, and any text at all: what is not built like code only gives fewer parts. So a
//! file that a parser rejects still has its blocks, and a map of very many entries costs no more than a look at each byte.

use std::ops::Range;

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// `type "label" { … }`.
    Block(Block),
    /// `name = value`.
    Argument(Entry),
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its type, and its labels without quotes.
    pub labels: Vec<String>,
    /// From the type to the last label.
    pub header: Range<usize>,
    /// From the type to the closing brace.
    pub all: Range<usize>,
    /// What stands between the braces.
    pub body: Range<usize>,
}

/// An argument of a body, or an entry of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name or the expression before the sign.
    pub key: Range<usize>,
    /// The expression behind it.
    pub value: Range<usize>,
}

/// The parts of a body, which stand in this range of a text.
pub fn parts(text: &str, range: Range<usize>) -> Vec<Part> {
    let scan = Scan { bytes: text.as_bytes(), end: range.end.min(text.len()) };
    let mut parts = Vec::new();
    let mut at = range.start;
    while let Some(start) = scan.past_blanks(at, true) {
        let name = start..scan.word_end(start);
        let after = scan.past_blanks(name.end, false).unwrap_or(scan.end);
        at = if name.is_empty() {
            scan.skip(start)
        } else if scan.is_sign(after, b"=") {
            let value = scan.expression(after + 1, false);
            let next = value.end.max(after + 1);
            parts.push(Part::Argument(Entry { key: name, value }));
            next
        } else if let Some(block) = scan.block(text, name.clone()) {
            let next = block.all.end;
            parts.push(Part::Block(block));
            next
        } else {
            scan.line_end(name.end)
        };
    }
    parts
}

/// The entries of an object literal, which stands in this range of a text, braces and all.
pub fn entries(text: &str, range: Range<usize>) -> Vec<Entry> {
    let end = range.end.min(text.len());
    let is_closed = text.as_bytes()[..end].ends_with(b"}");
    let scan = Scan { bytes: text.as_bytes(), end: end - usize::from(is_closed) };
    let mut entries = Vec::new();
    let mut at = range.start + 1;
    while let Some(start) = scan.past_blanks(at, true) {
        let sign = scan.key_end(start);
        if !scan.is_sign(sign, b"=:") {
            at = sign.max(start) + 1;
            continue;
        }
        let value = scan.expression(sign + 1, true);
        at = value.end.max(sign + 1);
        entries.push(Entry { key: trimmed(scan.bytes, start..sign), value });
    }
    entries
}

/// An expression with every object literal in it replaced by an empty list of the same length: parsers take time in
/// proportion to the square of an object's entries. `for` expressions stay, and so does what stands in strings.
pub fn masked(text: &str, range: Range<usize>) -> String {
    let scan = Scan { bytes: text.as_bytes(), end: range.end.min(text.len()) };
    let mut masked = String::with_capacity(range.len());
    let (mut at, mut copied) = (range.start, range.start);
    while at < scan.end {
        if scan.bytes[at] == b'{' && !scan.is_for(at) {
            let end = scan.close(at).unwrap_or(scan.end);
            masked.push_str(&text[copied..at]);
            masked.push('[');
            masked.extend(std::iter::repeat_n(' ', (end - at).saturating_sub(2)));
            masked.push(']');
            (at, copied) = (end, end);
        } else {
            at = scan.skip(at);
        }
    }
    masked.push_str(text.get(copied..scan.end).unwrap_or_default());
    masked
}

/// Whether the brace at this byte opens an object literal.
pub fn opens_object(text: &str, at: usize) -> bool {
    let scan = Scan { bytes: text.as_bytes(), end: text.len() };
    text.as_bytes().get(at) == Some(&b'{') && !scan.is_for(at)
}

/// Where the bracket closes that opens at this byte: the byte after it, which is at most `end`.
pub fn close(text: &str, at: usize, end: usize) -> Option<usize> {
    Scan { bytes: text.as_bytes(), end: end.min(text.len()) }.close(at)
}

fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let text = &bytes[range.clone()];
    let start = range.start + (text.len() - text.trim_ascii_start().len());
    start..start + text.trim_ascii().len()
}

/// A look at each byte of a text up to some end.
#[derive(Clone, Copy)]
struct Scan<'t> {
    bytes: &'t [u8],
    end: usize,
}

impl Scan<'_> {
    fn starts(self, at: usize, text: &[u8]) -> bool {
        at < self.end && self.bytes[at..self.end].starts_with(text)
    }

    /// Whether one of these signs stands here, alone: neither `==` nor `=>`.
    fn is_sign(self, at: usize, signs: &[u8]) -> bool {
        let next = self.bytes.get(at + 1);
        at < self.end && signs.contains(&self.bytes[at]) && !matches!(next, Some(b'=' | b'>'))
    }

    /// The first byte that is no blank and no comment, and with `lines` no line end and no comma either.
    fn past_blanks(self, mut at: usize, lines: bool) -> Option<usize> {
        while at < self.end {
            match self.bytes[at] {
                b' ' | b'\t' | b'\r' => at += 1,
                b'\n' | b',' if lines => at += 1,
                b'#' if lines => at = self.line_end(at),
                b'/' if lines && self.starts(at, b"//") => at = self.line_end(at),
                b'/' if self.starts(at, b"/*") => at = self.skip(at),
                _ => return Some(at),
            }
        }
        None
    }

    fn line_end(self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.bytes[at.min(self.end)..self.end]).map_or(self.end, |newline| at + newline)
    }

    fn word_end(self, at: usize) -> usize {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || !byte.is_ascii();
        let rest = &self.bytes[at.min(self.end)..self.end];
        at + rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len())
    }

    /// The end of the token that starts here: a comment, a string, a heredoc, a word, or one byte.
    fn skip(self, at: usize) -> usize {
        let end = match self.bytes[at] {
            b'"' => self.string_end(at),
            b'#' => self.line_end(at),
            b'/' if self.starts(at, b"//") => self.line_end(at),
            b'/' if self.starts(at, b"/*") => {
                let rest = &self.bytes[at + 2..self.end];
                memchr::memmem::find(rest, b"*/").map_or(self.end, |close| at + 2 + close + 2)
            }
            b'<' if self.starts(at, b"<<") => self.heredoc_end(at),
            _ => self.word_end(at),
        };
        end.max(at + 1).min(self.end.max(at + 1))
    }

    /// The end of a string, behind its quote. Templates in it may hold strings again. A line end outside of templates
    /// ends it as well: such text is broken.
    fn string_end(self, start: usize) -> usize {
        // For each template that the scan is in, how many braces are open in it.
        let mut open: Vec<usize> = Vec::new();
        let (mut in_text, mut at) = (true, start + 1);
        while at < self.end {
            let next = self.bytes.get(at + 1).copied();
            match (in_text, self.bytes[at]) {
                (true, b'\\') => at += 1,
                (true, b'"') if open.is_empty() => return at + 1,
                (true, b'\n') if open.is_empty() => return at,
                (_, b'"') => in_text = !in_text,
                (true, sign @ (b'$' | b'%')) if next == Some(sign) && self.bytes.get(at + 2) == Some(&b'{') => at += 2,
                (true, b'$' | b'%') if next == Some(b'{') => {
                    open.push(0);
                    (in_text, at) = (false, at + 1);
                }
                (false, b'{') => *open.last_mut().expect("outside of text there is a template") += 1,
                (false, b'}') => {
                    let braces = open.pop().expect("outside of text there is a template");
                    open.extend(braces.checked_sub(1));
                    in_text = braces == 0;
                }
                _ => {}
            }
            at += 1;
        }
        self.end
    }

    /// The end of a heredoc: that of the line that holds its word alone.
    fn heredoc_end(self, at: usize) -> usize {
        let start = at + if self.starts(at, b"<<-") { 3 } else { 2 };
        let word = start..self.word_end(start);
        if word.is_empty() {
            return at + 2;
        }
        let mut line = self.line_end(word.end);
        while line < self.end {
            let end = self.line_end(line + 1);
            if self.bytes[line + 1..end].trim_ascii() == &self.bytes[word.clone()] {
                return end;
            }
            line = end;
        }
        self.end
    }

    /// Behind the bracket that closes the one here.
    fn close(self, open: usize) -> Option<usize> {
        let (mut depth, mut at) = (0_usize, open);
        while at < self.end {
            match self.bytes[at] {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth -= 1,
                _ => {}
            }
            at = self.skip(at);
            if depth == 0 {
                return Some(at);
            }
        }
        None
    }

    /// The expression that starts here: up to the end of the line, outside of brackets, or to the bracket that closes
    /// what it stands in, or to a comma.
    fn expression(self, start: usize, commas: bool) -> Range<usize> {
        let (mut depth, mut at) = (0_usize, start);
        while at < self.end {
            match self.bytes[at] {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' | b'\n' | b'#' if depth == 0 => break,
                b')' | b']' | b'}' => depth -= 1,
                b'/' if depth == 0 && self.starts(at, b"//") => break,
                b',' if depth == 0 && commas => break,
                _ => {}
            }
            at = self.skip(at);
        }
        trimmed(self.bytes, start.min(self.end)..at.min(self.end).max(start.min(self.end)))
    }

    /// The sign behind the key that starts here, or what stands in its place.
    fn key_end(self, start: usize) -> usize {
        let (mut depth, mut at) = (0_usize, start);
        while at < self.end {
            match self.bytes[at] {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                b'\n' | b',' | b'=' | b':' if depth == 0 => return at,
                _ => {}
            }
            at = self.skip(at);
        }
        self.end
    }

    /// Whether the brace here opens a `for` expression.
    fn is_for(self, brace: usize) -> bool {
        let Some(word) = self.past_blanks(brace + 1, true) else { return false };
        let end = self.word_end(word);
        let next = self.past_blanks(end, false).unwrap_or(self.end);
        &self.bytes[word..end] == b"for" && !self.is_sign(next, b"=:")
    }

    /// The block whose type is this word; none if no brace follows.
    fn block(self, text: &str, word: Range<usize>) -> Option<Block> {
        let mut labels = vec![text.get(word.clone())?.to_owned()];
        let mut header = word;
        loop {
            let at = self.past_blanks(header.end, false)?;
            let end = match self.bytes[at] {
                b'{' => {
                    let close = self.close(at);
                    let end = close.unwrap_or(self.end);
                    let body = at + 1..end - usize::from(close.is_some());
                    return Some(Block { labels, all: header.start..end, header, body });
                }
                b'"' => self.string_end(at),
                _ => self.word_end(at),
            };
            let label = text.get(at..end).filter(|label| !label.is_empty())?;
            labels.push(label.trim_matches('"').to_owned());
            header.end = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a text: blocks as their labels with their parts in brackets, arguments as they stand.
    fn cut(text: &str, range: Range<usize>) -> Vec<String> {
        let told = parts(text, range).into_iter().map(|part| match part {
            Part::Block(block) => format!("{} {:?}", block.labels.join(" "), cut(text, block.body)),
            Part::Argument(Entry { key, value }) => format!("{} = {}", &text[key], &text[value]),
        });
        told.collect()
    }

    fn all(text: &str) -> Vec<String> {
        cut(text, 0..text.len())
    }

    fn object(text: &str) -> Vec<(&str, &str)> {
        entries(text, 0..text.len()).into_iter().map(|entry| (&text[entry.key], &text[entry.value])).collect()
    }

    #[test]
    fn a_file_is_cut_into_blocks_and_arguments() {
        let text = "# x = 1\nresource \"a_b\" c {\n  n = \"}\" // {\n  l = [\n    1, # ]\n    2,\n  ]\n  b { x = 1 }\n}\nv \"w\" { t = s }\n";
        assert_eq!(
            all(text),
            [r#"resource a_b c ["n = \"}\"", "l = [\n    1, # ]\n    2,\n  ]", "b [\"x = 1\"]"]"#, r#"v w ["t = s"]"#]
        );
    }

    #[test]
    fn strings_hold_templates_and_templates_strings() {
        for value in [
            r#""a}${ b["}"] }{""#,
            r#""$${" "#.trim(),
            r#""%%{\"""#,
            r#""${"${"x"}"}""#,
            r#""${ { a = "}" }.a }""#,
            "<<-EOT\n  } x = 1\n  EOT",
            "<<A\nA B\nA",
            r"x ? y : z",
            "f(\n1,\n2)",
            "a == b",
            "/* } */ 1",
        ] {
            let text = format!("a {{\r\n  n = {value}\r\n  m = 1\r\n}}\r\nb {{}}\r\n");
            assert_eq!(
                all(&text),
                [format!("a {:?}", [format!("n = {value}"), "m = 1".into()]), "b []".into()],
                "{text}"
            );
        }
    }

    #[test]
    fn an_object_is_cut_into_entries() {
        let text = "{\n  a = 1 # x = 2\n  \"b.c\" : { d = 1, e = 2 }, (x == y ? \"f\" : \"g\") = [1,\n 2]\n\n  \"${k}=\" = \"}\"\n}";
        assert_eq!(
            object(text),
            [
                ("a", "1"),
                ("\"b.c\"", "{ d = 1, e = 2 }"),
                ("(x == y ? \"f\" : \"g\")", "[1,\n 2]"),
                ("\"${k}=\"", "\"}\"")
            ]
        );
        assert_eq!(object("{}"), []);
    }

    #[test]
    fn objects_are_masked_and_everything_keeps_its_place() {
        for (text, expected) in [
            ("{}", "[]"),
            (
                "merge({a = 1}, { for k, v in {b = 1} : k => {c = v} })",
                "merge([     ], { for k, v in [     ] : k => [     ] })",
            ),
            ("\"{\"", "\"{\""),
            ("{ for = 1 }.for", "[         ].for"),
            ("[{\n}]", "[[ ]]"),
            ("x{é", "x[ ]"),
        ] {
            assert_eq!(masked(text, 0..text.len()), expected);
        }
    }

    #[test]
    fn text_that_is_no_code_gives_what_it_holds() {
        assert_eq!(all("resource \"a\" \"b\" {\n  c = 1\n"), [r#"resource a b ["c = 1"]"#]);
        assert_eq!(all("} ) = \"\nx = 1\n"), ["x = 1"]);
        assert_eq!(all("a = \"b\nc = 1"), ["a = \"b", "c = 1"]);
    }

    #[test]
    fn any_text_is_cut_within_its_bounds() {
        let tokens = [
            "a", "\"", "${", "}", "{", "[", "]", "(", ")", "=", ":", "\n", "<<A", "A", "#", "/*", "*/", "\\", "é",
            "for", " ", ",", "%{", "$$",
        ];
        let mut state = 3_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        for _ in 0..20_000 {
            let text: String = (0..random(30)).map(|_| tokens[random(tokens.len())]).collect();
            all(&text);
            let text = format!("{{{text}");
            for entry in entries(&text, 0..text.len()) {
                assert!(text.get(entry.key).is_some() && text.get(entry.value).is_some(), "{text}");
            }
            masked(&text, 0..text.len());
        }
    }
}
