//! Lines of text whose every character knows the bytes it stands for, safe to print.
//!
//! Knows what must not reach a screen: characters that act on a terminal or hide, and values marked sensitive. Knows how
//! to cut a line that is too long round what is underlined, but not where lines begin and end, nor what is in them.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Cutter, overlap};

/// Stands for a value that is marked sensitive, whatever its length.
pub(super) const SENSITIVE: &str = "(sensitive value)";
/// Columns to the right of a mark's middle that its label needs at least.
pub(super) const LABEL_ROOM: usize = 16;
/// Columns between the places a tab leads to.
const TAB: usize = 8;

/// A text from an input made safe for a terminal: control characters, invisible ones and those that change the
/// direction of writing become visible escapes; so does everything beyond ASCII if `unicode` is false.
pub fn visible(text: &str, unicode: bool) -> Cow<'_, str> {
    if !text.chars().any(|character| needs_escape(character, unicode)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    text.chars().for_each(|character| push_visible(&mut shown, character, unicode));
    Cow::Owned(shown)
}

/// Whether a character acts on a terminal or hides instead of showing itself.
pub fn deceives(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(character, '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E0FFF}')
}

fn needs_escape(character: char, unicode: bool) -> bool {
    deceives(character) || !unicode && !character.is_ascii()
}

fn push_visible(text: &mut String, character: char, unicode: bool) {
    if needs_escape(character, unicode) {
        text.extend(character.escape_default());
    } else {
        text.push(character);
    }
}

/// One shown character, escape or stand-in, and the bytes it stands for.
#[derive(Clone, Debug)]
struct Glyph {
    /// Bytes of the input; none, at 0, for filling.
    from: Range<usize>,
    /// Bytes of the strip's text.
    to: Range<usize>,
    /// Columns.
    width: usize,
}

impl Glyph {
    /// Whether it stands for nothing in the input.
    fn is_filling(&self) -> bool {
        self.from.end == 0
    }
}

/// A line of text whose every part knows where it comes from. Filling aside, its glyphs are in the order of the input.
#[derive(Clone, Debug, Default)]
pub(super) struct Strip {
    text: String,
    glyphs: Vec<Glyph>,
    /// Columns.
    pub(super) width: usize,
}

impl Strip {
    /// Adds a text as one glyph.
    pub(super) fn push(&mut self, from: Range<usize>, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.close(from, start);
    }

    fn push_character(&mut self, from: Range<usize>, character: char, unicode: bool) {
        let start = self.text.len();
        push_visible(&mut self.text, character, unicode);
        self.close(from, start);
    }

    /// Makes a glyph of what was added to the text since `start`.
    fn close(&mut self, from: Range<usize>, start: usize) {
        let width = self.text[start..].chars().map(|character| character.width().unwrap_or(0)).sum();
        self.glyphs.push(Glyph { from, to: start..self.text.len(), width });
        self.width += width;
    }

    /// Adds text that stands for nothing in the input.
    pub(super) fn push_filling(&mut self, text: &str) {
        self.push(0..0, text);
    }

    fn append(&mut self, other: &Strip, glyphs: Range<usize>) {
        for glyph in &other.glyphs[glyphs] {
            self.push(glyph.from.clone(), &other.text[glyph.to.clone()]);
        }
    }

    /// Adds all of another strip.
    pub(super) fn append_all(&mut self, other: &Strip) {
        self.append(other, 0..other.glyphs.len());
    }

    /// The glyphs that show any of some bytes.
    fn showing(&self, wanted: &Range<usize>) -> Option<Range<usize>> {
        let first = self.glyphs.iter().position(|glyph| overlap(&glyph.from, wanted))?;
        let last = self.glyphs.iter().rposition(|glyph| overlap(&glyph.from, wanted))?;
        Some(first..last + 1)
    }

    /// The part of the text that shows any of some bytes.
    fn shows(&self, wanted: &Range<usize>) -> Option<Range<usize>> {
        let glyphs = self.showing(wanted)?;
        Some(self.glyphs[glyphs.start].to.start..self.glyphs[glyphs.end - 1].to.end)
    }

    /// The bytes that some glyphs stand for; none, at 0, if they are filling.
    fn bytes(&self, glyphs: Range<usize>) -> Range<usize> {
        let mut shown = self.glyphs[glyphs].iter().filter(|glyph| !glyph.is_filling());
        let Some(first) = shown.next() else { return 0..0 };
        first.from.start..shown.next_back().unwrap_or(first).from.end
    }

    fn columns(&self, glyphs: Range<usize>) -> usize {
        self.glyphs[glyphs].iter().map(|glyph| glyph.width).sum()
    }

    /// The column in the middle of what shows some bytes; 0 if nothing does.
    fn middle(&self, wanted: &Range<usize>) -> usize {
        let glyphs = self.showing(wanted);
        glyphs.map_or(0, |glyphs| self.columns(0..glyphs.start) + self.columns(glyphs) / 2)
    }
}

/// Strips one below the other, in the order of the input.
pub(super) struct Lines {
    /// Their text, each ended by a newline.
    pub(super) text: String,
    strips: Vec<Strip>,
    /// Where each strip starts in the text.
    starts: Vec<usize>,
    /// Where the bytes end that each strip and those above it show.
    ends: Vec<usize>,
}

impl Lines {
    pub(super) fn new(strips: Vec<Strip>) -> Lines {
        let (mut text, mut end) = (String::new(), 0);
        let (mut starts, mut ends) = (Vec::with_capacity(strips.len()), Vec::with_capacity(strips.len()));
        for strip in &strips {
            starts.push(text.len());
            text.push_str(&strip.text);
            text.push('\n');
            end = strip.bytes(0..strip.glyphs.len()).end.max(end);
            ends.push(end);
        }
        Lines { text, strips, starts, ends }
    }

    /// The part of the text that shows some bytes: of several lines the first. If nothing is shown of them, as with
    /// the end of a line, no part, behind the last thing before them.
    pub(super) fn find(&self, wanted: &Range<usize>) -> Range<usize> {
        let line = self.ends.partition_point(|&end| end <= wanted.start);
        if let Some(shown) = self.strips.get(line).and_then(|strip| strip.shows(wanted)) {
            return self.starts[line] + shown.start..self.starts[line] + shown.end;
        }
        let before = self.strips.iter().zip(&self.starts).take(line + 1).rev().find_map(|(strip, start)| {
            let is_before = |glyph: &&Glyph| !glyph.is_filling() && glyph.from.end <= wanted.start;
            strip.glyphs.iter().rfind(is_before).map(|glyph| start + glyph.to.end)
        });
        let at = before.unwrap_or(0);
        at..at
    }
}

/// What the input says, on strips.
impl Cutter<'_> {
    /// What stands for text that is left out.
    pub(super) fn ellipsis(&self) -> &'static str {
        if self.frame.unicode { "…" } else { "..." }
    }

    /// Writes bytes of the input, values that must not be shown left out.
    fn write(&self, strip: &mut Strip, range: &Range<usize>) {
        let mut at = range.start;
        for hidden in self.hidden(range) {
            let hidden = (hidden.start as usize).max(at)..(hidden.end as usize).min(range.end);
            self.write_text(strip, at..hidden.start);
            strip.push(hidden.clone(), SENSITIVE);
            at = hidden.end;
        }
        self.write_text(strip, at..range.end);
    }

    fn write_text(&self, strip: &mut Strip, range: Range<usize>) {
        let mut at = range.start;
        for chunk in self.source().bytes()[range].utf8_chunks() {
            for character in chunk.valid().chars() {
                let from = at..at + character.len_utf8();
                at = from.end;
                if character == '\t' {
                    strip.push(from, &"        "[strip.width % TAB..]);
                } else {
                    strip.push_character(from, character, self.frame.unicode);
                }
            }
            if !chunk.invalid().is_empty() {
                let from = at..at + chunk.invalid().len();
                at = from.end;
                strip.push_character(from, char::REPLACEMENT_CHARACTER, self.frame.unicode);
            }
        }
    }

    /// Writes the bytes round the focus, or the first ones, as many as could ever be shown.
    pub(super) fn write_near(&self, strip: &mut Strip, range: &Range<usize>, focus: Option<&Range<usize>>) {
        let centre = focus.map_or(range.start, |focus| focus.start.max(range.start));
        let reach = 4 * self.frame.width;
        let near = centre.saturating_sub(reach).max(range.start)..(centre + reach).min(range.end);
        if near.start > range.start {
            strip.push(range.start..near.start, self.ellipsis());
        }
        self.write(strip, &near);
        if near.end < range.end {
            strip.push(near.end..range.end, self.ellipsis());
        }
    }

    /// Whether a strip needs no clipping: it has the room, and so have the labels below it.
    pub(super) fn fits(&self, strip: &Strip, room: usize) -> bool {
        let limit = room.saturating_sub(LABEL_ROOM);
        let shown = strip.bytes(0..strip.glyphs.len());
        // Of the labels that start before the strip, the one that reaches furthest has its middle furthest right.
        let before = 0..self.underlined.reach_before(shown.start);
        let mut labels = std::iter::once(&before).chain(self.underlined.starting_in(&shown));
        strip.width <= room && labels.all(|label| strip.middle(label) <= limit)
    }

    /// Clips a value between its quotes or brackets, which stay.
    pub(super) fn clip_inside(&self, strip: Strip, room: usize, range: &Range<usize>) -> Strip {
        let last = strip.glyphs.len().saturating_sub(1);
        if self.fits(&strip, room) || last < 2 {
            return strip;
        }
        let mut inner = Strip::default();
        inner.append(&strip, 1..last);
        let mut clipped = Strip::default();
        clipped.append(&strip, 0..1);
        clipped.append_all(&self.clip(inner, room.saturating_sub(2), self.underlined.first_in(range)));
        clipped.append(&strip, last..last + 1);
        clipped
    }

    /// The part of a strip round the focus that has the room, ellipses in place of the rest.
    pub(super) fn clip(&self, strip: Strip, room: usize, focus: Option<&Range<usize>>) -> Strip {
        if self.fits(&strip, room) {
            return strip;
        }
        let ellipsis = self.ellipsis();
        let focus = focus.and_then(|focus| strip.showing(focus)).unwrap_or(0..0);
        let lead = strip.columns(0..focus.start);
        let mut start = 0;
        if lead + strip.columns(focus.clone()) / 2 > room.saturating_sub(LABEL_ROOM) {
            let mut drop = lead.saturating_sub(room / 4);
            while drop > 0 {
                drop = drop.saturating_sub(strip.glyphs[start].width);
                start += 1;
            }
        }
        let mut clipped = Strip::default();
        if start > 0 {
            clipped.push(strip.bytes(0..start), ellipsis);
        }
        let rest = strip.columns(start..strip.glyphs.len());
        let mut left =
            if clipped.width + rest <= room { rest } else { room.saturating_sub(clipped.width + ellipsis.width()) };
        let fitting = strip.glyphs[start..].iter().take_while(|glyph| {
            let fits = glyph.width <= left;
            left = left.saturating_sub(glyph.width);
            fits
        });
        let end = start + fitting.count();
        clipped.append(&strip, start..end);
        if end < strip.glyphs.len() {
            clipped.push(strip.bytes(end..strip.glyphs.len()), ellipsis);
        }
        clipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::excerpt::excerpts;
    use crate::excerpt::tests::{FRAME, label, marked, only, plan, read, span};

    #[test]
    fn a_hidden_value_is_shown_neither_in_text_nor_in_length() {
        let shown = |secret: &str| {
            let after = format!(r#"{{"name":"a.example","records":["{secret}","b.example."],"ttl":300}}"#);
            let (mut sources, source) = read(plan(&after));
            let hidden = label(&sources, source, &after, secret);
            sources.hide([hidden.place.span]);
            let name = label(&sources, source, &after, "a.example");
            only(excerpts(&sources, &name, &[hidden], FRAME))
        };
        let excerpt = shown("s3cret.example.");
        assert_eq!(marked(&excerpt), ["a.example", "(sensitive value)"]);
        assert_eq!(excerpt.text, shown("zz").text);
        assert!(!excerpt.text.contains("s3cret"));
    }

    #[test]
    fn hidden_text_in_lines_that_are_no_json_is_left_out() {
        let (mut sources, source) = read("key: s3cret # a\n");
        let label = label(&sources, source, "key: s3cret # a", "key");
        sources.hide([span(source, 5..8), span(source, 7..11)]);
        assert_eq!(only(excerpts(&sources, &label, &[], FRAME)).text, "key: (sensitive value) # a\n");
    }

    #[test]
    fn a_long_value_is_clipped_round_what_the_label_underlines() {
        let long = format!("{}include:spf.example {}", "a".repeat(5000), "b".repeat(5000));
        let after = format!(r#"{{"records":["{long}"],"type":"TXT"}}"#);
        let (sources, source) = read(plan(&after));
        let excerpt = only(excerpts(&sources, &label(&sources, source, &after, "include:spf.example"), &[], FRAME));
        assert_eq!(marked(&excerpt), ["include:spf.example"]);
        assert!(excerpt.text.lines().all(|line| line.width() <= FRAME.width), "{}", excerpt.text);
        assert!(excerpt.text.contains("…aaa") && excerpt.text.contains("bbb…"), "{}", excerpt.text);
    }

    #[test]
    fn escapes_stay_escapes_and_what_deceives_becomes_one() {
        let after = "{\"name\":\"a\\u001b[31m\u{202e}b\u{9b}c\"}";
        let (sources, source) = read(plan(after));
        let excerpt = only(excerpts(&sources, &label(&sources, source, after, "b\u{9b}c"), &[], FRAME));
        assert_eq!(excerpt.text, "\"name\": \"a\\u001b[31m\\u{202e}b\\u{9b}c\"\n");
        assert_eq!(marked(&excerpt), ["b\\u{9b}c"]);
        assert_eq!(visible("a\nb\u{feff}ü", true), "a\\nb\\u{feff}ü");
        assert_eq!(visible("ü", false), "\\u{fc}");
    }

    #[test]
    fn an_ellipsis_stands_for_what_is_left_out_and_for_nothing_else() {
        // Whichever part is the first without room, the space between two elements included.
        for length in 1..50 {
            let list = vec![format!("\"{}\"", "x".repeat(length)); 40].join(",");
            let after = format!(r#"{{"first":1,   "list":[{list}]}}"#);
            let (sources, source) = read(plan(&after));
            let excerpt = only(excerpts(&sources, &label(&sources, source, &after, "   "), &[], FRAME));
            assert!(excerpt.text.ends_with("…]\n"), "{}", excerpt.text);
            assert_eq!(marked(&excerpt), [""], "{}", excerpt.text);
        }
    }
}
