//! The few lines worth showing round some spans.
//!
//! A line of the input that people can read is shown as it stands, with its number. A Terraform plan is one line of up
//! to hundreds of megabytes: of it, the one JSON object that a label lies in is laid out anew. Either way every shown
//! character knows the bytes it stands for, so that marks fit exactly, and a value marked sensitive is shown neither
//! in text nor in length. Knows nothing of findings, formats or terminals' colours, and reads no more of an input than
//! the block around the labels.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use unicode_width::UnicodeWidthStr;

use crate::rule::Label;
use crate::source::{Position, Source, Sources, Span};

use self::strip::{Lines, Strip};
pub use self::strip::{deceives, visible};

mod json;
mod strip;

/// What a screen can show of a text.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Columns for the text of an excerpt.
    pub width: usize,
    /// Whether characters beyond ASCII can be shown.
    pub unicode: bool,
}

/// Some lines of an input, with what there is to say of them.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The name of the input, safe to print.
    pub path: String,
    /// Where the first label starts; the primary one goes first.
    pub position: Position,
    /// What the input calls the thing that is shown, safe to print.
    pub address: Option<String>,
    /// The lines, safe to print, each ended by a newline.
    pub text: String,
    /// The number of the first line in the input, from 1; none if the text was laid out anew.
    pub first_line: Option<u32>,
    /// What to underline, from left to right and from top to bottom; none overlaps another or a line end.
    pub marks: Vec<Mark>,
}

/// A part of an excerpt's text to underline.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Bytes of the excerpt's text.
    pub range: Range<usize>,
    /// What there is to say of it, safe to print.
    pub text: String,
    /// Whether this is what to look at first.
    pub primary: bool,
}

/// The excerpts that show all labels: the primary one's first, then in the order of the labels. Labels in one block
/// share an excerpt unless many lines lie between them.
pub fn excerpts(sources: &Sources, primary: &Label, related: &[Label], frame: Frame) -> Vec<Excerpt> {
    let mut blocks: Vec<(Span, Vec<Told>)> = Vec::new();
    let all = std::iter::once((primary, true)).chain(related.iter().map(|label| (label, false)));
    for (label, primary) in all {
        let told = Told::new(sources, label, primary);
        match blocks.iter_mut().find(|(block, _)| block.is_same(label.place.block)) {
            Some((_, labels)) => labels.push(told),
            None => blocks.push((label.place.block, vec![told])),
        }
    }
    let blocks = blocks.into_iter();
    let cut = blocks.flat_map(|(block, labels)| {
        let underlined = Underlined::new(&labels);
        Cutter { sources, frame, block, labels, underlined }.cut()
    });
    cut.collect()
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// Bytes either side of a label that are searched for the ends of its line; longer lines are not ordinary.
const REACH: usize = 1 << 14;
/// A block of at most this many lines is shown whole.
const FEW_LINES: u32 = 8;
/// Lines shown before and after a label's line in a larger block.
const CONTEXT: u32 = 2;

/// A label with what is asked of it again and again.
struct Told<'a> {
    label: &'a Label,
    /// Whether it is what to look at first.
    primary: bool,
    /// The bytes to underline, at least one.
    range: Range<usize>,
    /// The line they start on, from 1.
    line: u32,
}

impl<'a> Told<'a> {
    fn new(sources: &Sources, label: &'a Label, primary: bool) -> Told<'a> {
        let Range { start, end } = label.place.span.range();
        Told { label, primary, range: start..end.max(start + 1), line: sources.start(label.place.span).line }
    }
}

/// What the labels of a block underline, by start; of those with one start, in the order of the labels. A finding may
/// have thousands of labels in one block, and none must cost a look at all others.
struct Underlined {
    ranges: Vec<Range<usize>>,
    /// Where the one of each range and those before it ends that reaches furthest.
    reach: Vec<usize>,
}

impl Underlined {
    fn new(labels: &[Told]) -> Underlined {
        let mut ranges: Vec<Range<usize>> = labels.iter().map(|told| told.range.clone()).collect();
        ranges.sort_by_key(|label| label.start);
        let furthest = |reach: &mut usize, label: &Range<usize>| {
            *reach = label.end.max(*reach);
            Some(*reach)
        };
        Underlined { reach: ranges.iter().scan(0, furthest).collect(), ranges }
    }

    /// The one that starts first of those that share a byte with `range`.
    fn first_in(&self, range: &Range<usize>) -> Option<&Range<usize>> {
        let first = self.reach.partition_point(|&reach| reach <= range.start);
        self.ranges.get(first).filter(|label| label.start < range.end)
    }

    /// Those that start in `range`.
    fn starting_in(&self, range: &Range<usize>) -> &[Range<usize>] {
        let from = self.ranges.partition_point(|label| label.start < range.start);
        let count = self.ranges[from..].partition_point(|label| label.start < range.end);
        &self.ranges[from..from + count]
    }

    /// Where the one that reaches furthest ends of those that start before `at`; 0 if none does.
    fn reach_before(&self, at: usize) -> usize {
        let count = self.ranges.partition_point(|label| label.start < at);
        count.checked_sub(1).map_or(0, |last| self.reach[last])
    }

    /// Whether one shares a byte with `range` without holding all of it.
    fn is_any_inside(&self, range: &Range<usize>) -> bool {
        let from = self.reach.partition_point(|&reach| reach <= range.start);
        let mut near = self.ranges[from..].iter().take_while(|label| label.start < range.end);
        !self.starting_in(&(range.start + 1..range.end)).is_empty()
            || near.any(|label| range.start < label.end && label.end < range.end)
    }
}

/// Cuts the excerpts of one block.
struct Cutter<'a> {
    sources: &'a Sources,
    frame: Frame,
    block: Span,
    /// In the order in which they were given, the primary one first.
    labels: Vec<Told<'a>>,
    underlined: Underlined,
}

impl Cutter<'_> {
    fn cut(&self) -> Vec<Excerpt> {
        let plain =
            self.hidden(&self.block.range()).is_empty() && self.labels.iter().all(|told| self.is_ordinary(told));
        match if plain { None } else { self.read_block() } {
            Some(value) => vec![self.excerpt(self.lay_out(&value), None, &self.labels)],
            None => self.windows(),
        }
    }

    fn source(&self) -> &Source {
        self.sources.get(self.block.source)
    }

    /// Whether the label stands on a line that fits the frame.
    fn is_ordinary(&self, told: &Told) -> bool {
        let line = line_at(self.source().bytes(), told.range.start).filter(|line| line.len() <= 4 * self.frame.width);
        line.is_some_and(|line| String::from_utf8_lossy(&self.source().bytes()[line]).width() <= self.frame.width)
    }

    /// The ranges in `range` that must not be shown.
    fn hidden(&self, range: &Range<usize>) -> &[Range<u32>] {
        let hidden = self.source().hidden();
        let from = hidden.partition_point(|hidden| hidden.end as usize <= range.start);
        let count = hidden[from..].partition_point(|hidden| (hidden.start as usize) < range.end);
        &hidden[from..from + count]
    }

    /// An excerpt with these labels, in the order in which they were given.
    fn excerpt<'t>(
        &self,
        lines: Vec<Strip>,
        first_line: Option<u32>,
        labels: impl IntoIterator<Item = &'t Told<'t>>,
    ) -> Excerpt {
        let lines = Lines::new(lines);
        let mut labels = labels.into_iter().peekable();
        let first = labels.peek().expect("an excerpt is cut round a label").label;
        let address = first.place.address.as_deref();
        let mark = |told: &Told| Mark {
            range: lines.find(&told.range),
            text: visible(&told.label.text, self.frame.unicode).into_owned(),
            primary: told.primary,
        };
        Excerpt {
            path: visible(self.source().name(), self.frame.unicode).into_owned(),
            position: self.sources.start(first.place.span),
            address: address.map(|address| visible(address, self.frame.unicode).into_owned()),
            marks: join_overlapping(labels.map(mark).collect()),
            text: lines.text,
            first_line,
        }
    }
}

/// Marks of one text, from left to right; those that overlap become one that says it all.
fn join_overlapping(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
    marks.dedup_by(|next, kept| {
        let overlaps = next.range.start < kept.range.end || next.range == kept.range;
        if overlaps {
            kept.range.end = kept.range.end.max(next.range.end);
            kept.primary |= next.primary;
            if kept.text != next.text {
                kept.text.push_str("; ");
                kept.text.push_str(&next.text);
            }
        }
        overlaps
    });
    marks
}

/// What stands round a byte on its line within [`REACH`], without the line's end, and whether that is the whole line.
fn line_near(bytes: &[u8], at: usize) -> (Range<usize>, bool) {
    let at = at.min(bytes.len());
    let (low, high) = (at.saturating_sub(REACH), (at + REACH).min(bytes.len()));
    let start = memchr::memrchr(b'\n', &bytes[low..at]).map(|newline| low + newline + 1);
    let end = memchr::memchr(b'\n', &bytes[at..high]).map(|newline| at + newline);
    let whole = (start.is_some() || low == 0) && (end.is_some() || high == bytes.len());
    (start.unwrap_or(low)..end.unwrap_or(high), whole)
}

/// The line that holds a byte, without its line end; none if its ends are out of [`REACH`].
fn line_at(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let (line, whole) = line_near(bytes, at);
    whole.then_some(line)
}

/// Lines that stand one below the other in the input.
struct Window<'a> {
    /// The number of the first, from 1.
    first: u32,
    lines: Vec<Strip>,
    /// The labels that start on them, each with its place among those of the block.
    labels: Vec<(usize, &'a Told<'a>)>,
}

/// Lines of the input as they stand.
impl Cutter<'_> {
    fn windows(&self) -> Vec<Excerpt> {
        let mut windows: Vec<Window> = Vec::new();
        for (number, line) in self.lines() {
            let line = self.line(line);
            match windows.last_mut() {
                Some(window) if window.first as usize + window.lines.len() == number as usize => {
                    window.lines.push(line);
                }
                _ => windows.push(Window { first: number, lines: vec![line], labels: Vec::new() }),
            }
        }
        for (place, told) in self.labels.iter().enumerate() {
            let after = windows.partition_point(|window| window.first <= told.line);
            windows[after - 1].labels.push((place, told));
        }
        // The window with the primary label, or else with the first one, leads.
        windows.sort_by_key(|window| window.labels.first().map(|(place, _)| *place));
        let cut = windows.into_iter().map(|window| {
            self.excerpt(window.lines, Some(window.first), window.labels.into_iter().map(|(_, told)| told))
        });
        cut.collect()
    }

    /// The lines of all labels and those around them that belong to the block, by number.
    fn lines(&self) -> BTreeMap<u32, Range<usize>> {
        let last_byte = Span { start: self.block.end.saturating_sub(1).max(self.block.start), ..self.block };
        let block = self.sources.start(self.block).line..=self.sources.start(last_byte).line;
        let mut lines = BTreeMap::new();
        self.labels.iter().for_each(|told| self.add_lines(told, &block, &mut lines));
        lines
    }

    /// Adds the line of a label and those around it that belong to the block, which stands on the lines `block`.
    fn add_lines(&self, told: &Told, block: &RangeInclusive<u32>, lines: &mut BTreeMap<u32, Range<usize>>) {
        let bytes = self.source().bytes();
        let (line, whole) = line_near(bytes, told.range.start);
        if !whole {
            lines.entry(told.line).or_insert(line);
            return;
        }
        let (first, last) = (*block.start(), *block.end());
        let context = if last - first < FEW_LINES { FEW_LINES } else { CONTEXT };
        let (mut up, mut down) = (line.start, line.end);
        lines.insert(told.line, line);
        for above in (first.max(told.line.saturating_sub(context))..told.line).rev() {
            let Some(line) = up.checked_sub(1).and_then(|newline| line_at(bytes, newline)) else { break };
            up = line.start;
            lines.entry(above).or_insert(line);
        }
        for below in told.line + 1..=last.min(told.line + context) {
            let Some(line) = line_at(bytes, down + 1) else { break };
            down = line.end;
            lines.entry(below).or_insert(line);
        }
    }

    fn line(&self, range: Range<usize>) -> Strip {
        let bytes = self.source().bytes();
        let start = if range.start == 0 && bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { range.start };
        let carriage_return = bytes[start..range.end.max(start)].ends_with(b"\r");
        let range = start..range.end.max(start) - usize::from(carriage_return);
        let focus = self.underlined.first_in(&range);
        let mut strip = Strip::default();
        self.write_near(&mut strip, &range, focus);
        self.clip(strip, self.frame.width, focus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Bytes, Place, SourceId};

    pub(super) const FRAME: Frame = Frame { width: 74, unicode: true };

    pub(super) fn read(text: impl Into<Vec<u8>>) -> (Sources, SourceId) {
        let mut sources = Sources::default();
        let source = sources.add("x".into(), Bytes::Owned(text.into()));
        (sources, source)
    }

    pub(super) fn span(source: SourceId, range: Range<usize>) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap();
        Span { source, start: offset(range.start), end: offset(range.end) }
    }

    /// A label at the first occurrence of `value` after that of `block`.
    pub(super) fn label(sources: &Sources, source: SourceId, block: &str, value: &str) -> Label {
        let text = str::from_utf8(sources.get(source).bytes()).unwrap();
        let start = text.find(block).unwrap();
        let at = start + block.find(value).unwrap();
        let place = Place {
            span: span(source, at..at + value.len()),
            block: span(source, start..start + block.len()),
            address: None,
            site: None,
        };
        Label::new(format!("about {value}"), &place)
    }

    pub(super) fn marked(excerpt: &Excerpt) -> Vec<&str> {
        excerpt.marks.iter().map(|mark| &excerpt.text[mark.range.clone()]).collect()
    }

    pub(super) fn only(excerpts: Vec<Excerpt>) -> Excerpt {
        let [only] = <[Excerpt; 1]>::try_from(excerpts).unwrap();
        only
    }

    /// One record in a plan of one long line.
    pub(super) fn plan(after: &str) -> String {
        format!(r#"{{"padding":"{}","after":{after},"more":true}}"#, "x".repeat(300))
    }

    #[test]
    fn short_lines_are_shown_as_they_stand_with_their_numbers() {
        let block = "mail:\r\n  type: MX\r\n  value: ü.example.\r\n";
        let (sources, source) = read(format!("# a zone\n\nwww: {{}}\n{block}other: 1\n"));
        let excerpt = only(excerpts(&sources, &label(&sources, source, block, "ü.example."), &[], FRAME));
        assert_eq!(excerpt.text, "mail:\n  type: MX\n  value: ü.example.\n");
        assert_eq!(excerpt.first_line, Some(4));
        assert_eq!(marked(&excerpt), ["ü.example."]);
    }

    #[test]
    fn labels_far_apart_in_one_block_get_excerpts_of_their_own_the_primary_first() {
        let block = (1..60).map(|line| format!("line {line}.")).collect::<Vec<_>>().join("\n");
        let (sources, source) = read(block.clone());
        let [early, late] = ["line 4.", "line 50."].map(|value| label(&sources, source, &block, value));
        let cut = excerpts(&sources, &late, &[early], FRAME);
        assert_eq!(cut.iter().map(|excerpt| excerpt.first_line).collect::<Vec<_>>(), [Some(48), Some(2)]);
        assert_eq!(cut.iter().flat_map(marked).collect::<Vec<_>>(), ["line 50.", "line 4."]);
        assert!(cut.iter().all(|excerpt| excerpt.text.lines().count() == 5));
    }

    #[test]
    fn labels_at_one_place_share_a_mark() {
        let block = "mail CNAME b.example.\n";
        let (sources, source) = read(block);
        let label = |value| label(&sources, source, block, value);
        let excerpt =
            only(excerpts(&sources, &label("CNAME b.example."), &[label("b.example."), label("mail")], FRAME));
        assert_eq!(marked(&excerpt), ["mail", "CNAME b.example."]);
        assert_eq!(excerpt.marks[1].text, "about CNAME b.example.; about b.example.");
        assert!(excerpt.marks[1].primary);
    }

    #[test]
    fn of_a_line_too_long_to_search_nothing_of_its_neighbours_is_shown() {
        let text = format!("before\nlong {}\nafter\n", "x".repeat(3 * REACH));
        let (sources, source) = read(text.clone());
        let excerpt = only(excerpts(&sources, &label(&sources, source, &text, "long"), &[], FRAME));
        assert_eq!(excerpt.first_line, Some(2));
        assert_eq!(marked(&excerpt), ["long"]);
        assert!(excerpt.text.starts_with("long xxx"), "{}", excerpt.text);
    }

    #[test]
    fn thousands_of_labels_in_one_block_have_a_mark_each() {
        // It takes minutes if every label costs a look at all others.
        for (between, cut) in [(",", 1), (",\n", 1), (",\n1,\n2,\n3,\n4,\n5,\n", 4000)] {
            let names: Vec<String> = (0..4000).map(|number| format!("mx{number}.example.net")).collect();
            let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            let text = format!("[{}]", quoted.join(between));
            let (sources, source) = read(text.clone());
            let mut starts = text.match_indices("mx").map(|(start, _)| start);
            let labels: Vec<Label> = names
                .iter()
                .map(|name| {
                    let start = starts.next().unwrap();
                    let place = Place {
                        span: span(source, start..start + name.len()),
                        block: span(source, 0..text.len()),
                        address: None,
                        site: None,
                    };
                    Label::new("", &place)
                })
                .collect();
            let cut_excerpts = excerpts(&sources, &labels[0], &labels[1..], FRAME);
            assert_eq!(cut_excerpts.len(), cut);
            assert_eq!(cut_excerpts.iter().flat_map(marked).collect::<Vec<_>>(), names);
        }
    }

    #[test]
    fn what_labels_underline_is_found_as_if_each_were_looked_at() {
        let mut state = 5_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        let (sources, source) = read(" ".repeat(60));
        for round in 0..2000 {
            let mut range = || {
                let start = random(40);
                start..start + 1 + random(20)
            };
            let ranges: Vec<Range<usize>> = (0..round % 9).map(|_| range()).collect();
            let block = span(source, 0..60);
            let labels = ranges.iter().map(|range| {
                Label::new("", &Place { span: span(source, range.clone()), block, address: None, site: None })
            });
            let labels: Vec<Label> = labels.collect();
            let told: Vec<Told> = labels.iter().map(|label| Told::new(&sources, label, false)).collect();
            let underlined = Underlined::new(&told);
            let wanted = range();
            let near = || ranges.iter().filter(|label| overlap(label, &wanted));
            let inside = |label: &Range<usize>| label.start > wanted.start || label.end < wanted.end;
            let before = ranges.iter().filter(|label| label.start < wanted.start);
            assert_eq!(underlined.first_in(&wanted), near().min_by_key(|label| label.start));
            assert_eq!(underlined.is_any_inside(&wanted), near().any(inside));
            assert_eq!(underlined.reach_before(wanted.start), before.map(|label| label.end).max().unwrap_or(0));
            assert_eq!(
                underlined.starting_in(&wanted).len(),
                ranges.iter().filter(|label| wanted.contains(&label.start)).count()
            );
        }
    }

    #[test]
    fn any_bytes_give_lines_that_fit_and_marks_within_them() {
        let mut state = 7_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        let parts: [&[u8]; 16] = [
            b"{\"a\":",
            b"}",
            b"[",
            b"]",
            b"\"",
            b"\\",
            b"\n",
            b"\r",
            b"\t",
            b"\xff",
            "é".as_bytes(),
            "中".as_bytes(),
            b",",
            b" ",
            b"null",
            b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ];
        for round in 0..3000 {
            let bytes: Vec<u8> = (0..random(40)).flat_map(|_| parts[random(parts.len())]).copied().collect();
            let length = bytes.len();
            let (mut sources, source) = read(bytes);
            let mut range = || {
                let start = random(length + 1);
                start..start + random(length - start + 1)
            };
            let mut label = || {
                Label::new(
                    "x",
                    &Place { span: span(source, range()), block: span(source, range()), address: None, site: None },
                )
            };
            let (primary, related) = (label(), [label(), label()]);
            let hidden = range();
            sources.hide([span(source, hidden)]);
            let frame = Frame { width: 40, unicode: round % 2 == 0 };
            for excerpt in excerpts(&sources, &primary, &related, frame) {
                assert!(excerpt.text.lines().all(|line| line.width() <= 40), "round {round}: {}", excerpt.text);
                assert!(frame.unicode || excerpt.text.is_ascii());
                assert!(
                    excerpt.marks.iter().all(|mark| excerpt.text.get(mark.range.clone()).is_some()),
                    "round {round}"
                );
                assert!(!marked(&excerpt).iter().any(|text| text.contains('\n')), "round {round}");
            }
        }
    }
}
