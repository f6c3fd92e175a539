//! The report for people: each finding with its places drawn, then what was not checked, then one sentence on it all.
//!
//! Of a finding with very many places it draws the first ones and counts the others; the formats for programs list all.
//! The only file that names miette, which draws the marks below the lines. It sees finished excerpts of a few lines,
//! never an input; headings, texts and the frame that joins several excerpts are ours.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::excerpt::{Excerpt, Frame, Mark, excerpts, visible};
use crate::gap::Gap;
use crate::report::{Finding, Report};
use crate::rule::{Label, Status};
use crate::severity::Severity;
use crate::source::Sources;

use super::{Look, gap_tag, location, route, summary_line, suppression_text, tag, wanted_gaps};

/// Findings, gaps, a sentence that sums them up, and where to read on.
pub(super) fn render(sources: &Sources, report: &Report, look: &Look) -> String {
    let page = Page { sources, look: Look { width: look.width.max(NARROWEST), ..*look } };
    let mut lines = Vec::new();
    let (suppressed, counting): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.suppressed.is_some());
    for finding in counting {
        page.write_finding(&mut lines, finding);
        lines.push(String::new());
    }
    if !look.quiet {
        page.write_suppressed(&mut lines, &suppressed);
    }
    let (broken, others): (Vec<&Gap>, Vec<&Gap>) = wanted_gaps(report, look).into_iter().partition(|gap| is_drawn(gap));
    let (broken, more) = broken.split_at(broken.len().min(MANY_BROKEN));
    for gap in broken {
        page.write_broken(&mut lines, gap);
    }
    page.write_gaps(&mut lines, &[more, &others].concat());
    if !look.quiet {
        page.write_hanging(&mut lines, "", "", "", &summary_line(report, look));
        let counts = |finding: &&Finding| finding.suppressed.is_none();
        if let Some(finding) = report.findings.iter().find(counts).or(report.findings.first()) {
            lines.push(page.paint(DIM, &format!("more on a rule: zonegate explain {}", page.link(finding.rule.id))));
        }
    }
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// The places of a finding in one frame: its primary one and these.
pub(super) fn drawing(sources: &Sources, finding: &Finding, related: &[Label], look: &Look) -> Vec<String> {
    let mut lines = Vec::new();
    Page { sources, look: *look }.write_frame(&mut lines, finding.severity, &finding.primary, related);
    lines
}

const BOLD: &str = "1";
const DIM: &str = "2";
const CYAN: &str = "36";

/// What stands before the address of a link, and with no address before the end of its text.
const LINK: &str = "\u{1b}]8;;";
/// What stands after the address.
const LINK_END: &str = "\u{1b}\\";

/// Columns below which nothing can be drawn.
const NARROWEST: usize = 40;
/// Columns that a label takes at least, whatever the room.
const NARROW_LABEL: usize = 12;
/// Related places of one finding that are drawn; a person who wants more wants a list.
const MANY_PLACES: usize = 12;
/// Broken places that are drawn; the others are listed.
const MANY_BROKEN: usize = 12;
/// Gaps of one kind, beyond which each takes a line of its own and no more.
const MANY_GAPS: usize = 8;

struct Page<'a> {
    sources: &'a Sources,
    look: Look,
}

impl Page<'_> {
    fn write_finding(&self, lines: &mut Vec<String>, finding: &Finding) {
        self.write_title(lines, colour(finding), &self.with_link(&tag(finding), finding.rule.id), &finding.message);
        self.write_excerpts(lines, finding.severity, &finding.primary, &finding.related);
        for (when, way) in route::lines(finding, &self.look) {
            self.write_hanging(lines, CYAN, &format!("{when:>6}: "), "        ", &self.visible(&way));
        }
        for (at, way_out) in finding.help.iter().enumerate() {
            let start = if at == 0 { "  help: " } else { "    or: " };
            self.write_hanging(lines, CYAN, start, "        ", &self.visible(way_out));
        }
        if !finding.also.is_empty() {
            let also: Vec<String> = finding.also.iter().map(|rule| self.link(rule.id)).collect();
            self.write_hanging(lines, DIM, "  also: ", "        ", &also.join(", "));
        }
    }

    /// What could not be read, in its place.
    fn write_broken(&self, lines: &mut Vec<String>, gap: &Gap) {
        self.write_title(
            lines,
            severity_colour(gap.severity),
            &self.with_link(&gap_tag(gap), gap.coverage.id),
            &gap.reason,
        );
        self.write_excerpts(lines, gap.severity, &Label::new("here", &gap.place), &[]);
        lines.push(String::new());
    }

    fn write_title(&self, lines: &mut Vec<String>, colour: &str, tag: &str, message: &str) {
        let title = wrap(&format!("{tag}: {}", self.visible(message)), self.look.width, 0, 2);
        for (at, line) in title.iter().enumerate() {
            // Only a screen narrower than the tag breaks it.
            let (tag, rest) = line.split_at(if line.starts_with(tag) { tag.len() } else { 0 });
            let indent = if at == 0 { "" } else { "  " };
            lines.push(format!("{indent}{}{}", self.paint(colour, tag), self.paint(BOLD, rest)));
        }
    }

    /// Draws some places, and says how many there are besides those that are drawn.
    fn write_excerpts(&self, lines: &mut Vec<String>, severity: Severity, primary: &Label, related: &[Label]) {
        let (related, more) = related.split_at(related.len().min(MANY_PLACES));
        // The code first, and below it what was planned from it.
        let planned = std::iter::once(primary).chain(related).filter_map(|label| label.planned.as_ref());
        let planned = planned.map(|place| Label::new("as planned", place));
        let drawn: Vec<Label> = related.iter().cloned().chain(planned).collect();
        let gutter = self.write_frame(lines, severity, primary, &drawn);
        if !more.is_empty() {
            let places = if more.len() == 1 { "place" } else { "places" };
            let text = format!("... and {} more {places} (--format json lists them all)", grouped(more.len()));
            let indent = gutter + 2;
            for line in wrap(&text, self.look.width, indent, indent) {
                lines.push(format!("{:indent$}{}", "", self.paint(DIM, &line)));
            }
        }
    }

    /// Draws some places in one frame, and tells the columns left of it.
    fn write_frame(&self, lines: &mut Vec<String>, severity: Severity, primary: &Label, related: &[Label]) -> usize {
        let labels = std::iter::once(primary).chain(related);
        let last_line = labels.map(|label| self.sources.start(label.place.span).line).max().unwrap_or(1);
        // An excerpt may reach some lines beyond its last label.
        let frame_width = (last_line + 8).to_string().len() + 4;
        let frame = Frame { width: self.look.width - frame_width, unicode: self.look.unicode };
        let excerpts = excerpts(self.sources, primary, related, frame);
        let gutter = excerpts.iter().map(digits).max().unwrap_or(1);
        let [first, next, end] =
            if self.look.unicode { ["╭─", "├─", "╰────"] } else { [",-", "|-", "`----"] };
        for (at, excerpt) in excerpts.iter().enumerate() {
            self.write_heading(lines, gutter, if at == 0 { first } else { next }, excerpt);
            self.write_drawing(lines, gutter, excerpt, severity);
        }
        lines.push(format!("{:gutter$}  {end}", ""));
        gutter
    }

    /// Where an excerpt comes from: its path, line and column, and what the input calls it.
    fn write_heading(&self, lines: &mut Vec<String>, gutter: usize, corner: &str, excerpt: &Excerpt) {
        let place = format!("{}:{}:{}", excerpt.path, excerpt.position.line, excerpt.position.column);
        let heading = format!("{:gutter$}  {corner}[{}]", "", self.paint(CYAN, &place));
        match &excerpt.address {
            Some(address) if gutter + place.width() + address.width() + 7 <= self.look.width => {
                lines.push(format!("{heading} {address}"));
            }
            Some(address) => {
                let bar = if self.look.unicode { "│" } else { "|" };
                lines.extend([heading, format!("{:gutter$}  {bar} {address}", "")]);
            }
            None => lines.push(heading),
        }
    }

    fn write_drawing(&self, lines: &mut Vec<String>, gutter: usize, excerpt: &Excerpt, severity: Severity) {
        let drawing = Drawing {
            text: &excerpt.text,
            first_line: excerpt.first_line.unwrap_or(1),
            labels: labels(excerpt, self.look.width.saturating_sub(gutter + 4)),
        };
        let mut drawn = String::new();
        let handler = GraphicalReportHandler::new_themed(self.theme(excerpt, severity)).without_cause_chain();
        handler.render_report(&mut drawn, &drawing).expect("an excerpt holds its own marks");
        // An empty message, its heading and the frame's end are ours to write.
        let mut drawn: Vec<&str> = drawn.lines().skip(2).collect();
        drawn.pop();
        let padding = gutter - digits(excerpt);
        for line in drawn {
            let line =
                if excerpt.first_line.is_none() { Cow::Owned(without_number(line)) } else { Cow::Borrowed(line) };
            lines.push(format!("{:padding$}{}", "", line.trim_end()));
        }
    }

    /// The characters and colours that miette draws with: the primary mark in the colour of the finding.
    fn theme(&self, excerpt: &Excerpt, severity: Severity) -> GraphicalTheme {
        let mut theme = match (self.look.unicode, self.look.colour) {
            (true, true) => GraphicalTheme::unicode(),
            (true, false) => GraphicalTheme::unicode_nocolor(),
            (false, true) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        };
        let styles = &mut theme.styles;
        let primary = match severity {
            Severity::Error => styles.error,
            Severity::Warning => styles.warning,
            Severity::Note => styles.advice,
        };
        let secondary = styles.help;
        styles.highlights = excerpt.marks.iter().map(|mark| if mark.primary { primary } else { secondary }).collect();
        theme
    }

    /// What does not count, and why: a few lines each.
    fn write_suppressed(&self, lines: &mut Vec<String>, findings: &[&Finding]) {
        if findings.is_empty() {
            return;
        }
        lines.push(self.paint(BOLD, "suppressed:"));
        for finding in findings {
            let tag = self.with_link(tag(finding).trim_end_matches(" suppressed"), finding.rule.id);
            let tag = format!("  {tag}: ");
            self.write_hanging(lines, DIM, &tag, "    ", &self.visible(&finding.message));
            let place = location(self.sources, &finding.primary.place, &self.look);
            lines.push(format!("      {}", self.paint(CYAN, &place)));
            if let Some(by) = &finding.suppressed {
                let why = suppression_text(self.sources, by, &self.look);
                self.write_hanging(lines, "", "      because: ", "        ", &why);
            }
        }
        lines.push(String::new());
    }

    /// Gaps by kind, then each reason once, with all the places it holds for.
    fn write_gaps(&self, lines: &mut Vec<String>, gaps: &[&Gap]) {
        if gaps.is_empty() {
            return;
        }
        lines.push(self.paint(BOLD, "not checked:"));
        let mut kinds: Vec<&str> = Vec::new();
        for gap in gaps {
            if !kinds.contains(&gap.coverage.id) {
                kinds.push(gap.coverage.id);
            }
        }
        for kind in kinds {
            let of_kind: Vec<&Gap> = gaps.iter().copied().filter(|gap| gap.coverage.id == kind).collect();
            for alike in by_reason(&of_kind) {
                self.write_gaps_alike(lines, &alike, of_kind.len() > MANY_GAPS);
            }
        }
        lines.push(String::new());
    }

    fn write_gaps_alike(&self, lines: &mut Vec<String>, gaps: &[&Gap], many: bool) {
        let first = gaps[0];
        let colour = severity_colour(first.severity);
        let tag = format!("  {}: ", self.with_link(&gap_tag(first), first.coverage.id));
        let reason = self.visible(&first.reason);
        if many && gaps.len() == 1 {
            let place = self.paint(CYAN, &location(self.sources, &first.place, &self.look));
            let address = first.place.address.as_ref().map(|address| format!(" {}", self.visible(address)));
            lines.push(format!("{}{place}{}: {reason}", self.paint(colour, &tag), address.unwrap_or_default()));
            return;
        }
        self.write_hanging(lines, colour, &tag, "    ", &reason);
        for gap in gaps {
            let place = location(self.sources, &gap.place, &self.look);
            let address = self.visible(gap.place.address.as_deref().unwrap_or_default());
            let fits = place.width() + address.width() + 7 <= self.look.width;
            let between = if fits { " " } else { "\n        " };
            lines.push(format!("      {}{between}{address}", self.paint(CYAN, &place)).trim_end().into());
        }
    }

    /// Writes a text in lines that fit, `start` before the first and `indent` before the others.
    fn write_hanging(&self, lines: &mut Vec<String>, colour: &str, start: &str, indent: &str, text: &str) {
        for (at, line) in wrap(text, self.look.width, shown(start), indent.width()).iter().enumerate() {
            let before = if at == 0 { self.paint(colour, start) } else { indent.to_string() };
            lines.push(format!("{before}{line}"));
        }
    }

    /// The name of a rule or of a kind of gap, as a link to its page where there are links.
    fn link(&self, id: &str) -> String {
        let Some(pages) = self.look.pages else { return id.to_owned() };
        format!("{LINK}{}/{}.md{LINK_END}{id}{LINK}{LINK_END}", pages.trim_end_matches('/'), id.replace('-', "_"))
    }

    /// A tag, in which the name stands in brackets.
    fn with_link(&self, tag: &str, id: &str) -> String {
        tag.replacen(id, &self.link(id), 1)
    }

    fn visible<'t>(&self, text: &'t str) -> Cow<'t, str> {
        visible(text, self.look.unicode)
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.look.colour && !text.trim().is_empty() && !colour.is_empty() {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_string()
        }
    }
}

/// Whether a gap means that the check could not be done, and has a text to show.
fn is_drawn(gap: &Gap) -> bool {
    gap.severity == Severity::Error && !gap.place.span.range().is_empty()
}

/// The columns that a text takes, some words of which may be links.
fn shown(text: &str) -> usize {
    let mut parts = text.split(LINK);
    let start = parts.next().map_or(0, UnicodeWidthStr::width);
    start + parts.filter_map(|part| part.split_once(LINK_END)).map(|(_, text)| text.width()).sum::<usize>()
}

/// A number with a comma before every three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Gaps of one reason together, in the order in which the reasons first occur.
fn by_reason<'a>(gaps: &[&'a Gap]) -> Vec<Vec<&'a Gap>> {
    let mut groups: Vec<Vec<&Gap>> = Vec::new();
    let mut known: HashMap<(Severity, &str), usize> = HashMap::new();
    for gap in gaps {
        let at = *known.entry((gap.severity, &gap.reason)).or_insert(groups.len());
        if at == groups.len() {
            groups.push(Vec::new());
        }
        groups[at].push(gap);
    }
    groups
}

fn colour(finding: &Finding) -> &'static str {
    if finding.status == Status::Fixed { "1;32" } else { severity_colour(finding.severity) }
}

fn severity_colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Note => "1;36",
    }
}

/// Lines of at most `width` columns once `first` or `rest` columns stand before them; a longer word, such as a domain
/// name, stays whole.
pub(super) fn wrap(text: &str, width: usize, first: usize, rest: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut left = width.saturating_sub(first);
    for word in text.split(' ') {
        let line = lines.last_mut().expect("starts with one");
        let needed = shown(word) + usize::from(!line.is_empty());
        if line.is_empty() || needed <= left {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
            left = left.saturating_sub(needed);
        } else {
            lines.push(word.to_string());
            left = width.saturating_sub(rest + shown(word));
        }
    }
    lines
}

/// The digits that the line numbers of an excerpt take; one column if it has none.
fn digits(excerpt: &Excerpt) -> usize {
    if excerpt.first_line.is_some() { digits_drawn(excerpt) } else { 1 }
}

/// The digits of the last line number that miette draws.
fn digits_drawn(excerpt: &Excerpt) -> usize {
    let before = excerpt.first_line.unwrap_or(1) as usize - 1;
    (before + excerpt.text.lines().count()).to_string().len()
}

/// A drawn line without its line number: the lines of a value laid out anew have none in the input.
fn without_number(line: &str) -> String {
    let drawn = line.trim_start();
    let is_numbered = drawn.starts_with(|character: char| character.is_ascii_digit() || character == '\u{1b}');
    let bar = if is_numbered { drawn.find(['│', '|']).unwrap_or(0) } else { 0 };
    format!("   {}", &drawn[bar..])
}

/// The marks of an excerpt with their texts in as many lines as fit to the right of where miette starts them.
fn labels(excerpt: &Excerpt, width: usize) -> Vec<LabeledSpan> {
    let label = |mark: &Mark| {
        let line = excerpt.text[..mark.range.start].rfind('\n').map_or(0, |newline| newline + 1);
        let start = columns(&excerpt.text[line..mark.range.start]);
        let middle = start + columns(&excerpt.text[mark.range.clone()]) / 2;
        // miette puts a corner, a line and a space before the text.
        let room = width.saturating_sub(middle + 4).max(NARROW_LABEL);
        let text = wrap(&mark.text, room, 0, 0).join("\n");
        let new = if mark.primary { LabeledSpan::new_primary_with_span } else { LabeledSpan::new_with_span };
        new(Some(text), mark.range.clone())
    };
    excerpt.marks.iter().map(label).collect()
}

fn columns(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}

/// An excerpt as miette wants it: a whole source of a few lines, with labels and no message.
#[derive(Debug)]
struct Drawing<'a> {
    text: &'a str,
    first_line: u32,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Drawing<'_> {}

impl Diagnostic for Drawing<'_> {
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }
}

impl SourceCode for Drawing<'_> {
    /// All lines, whichever are asked for: the excerpt has been cut to what is worth showing.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let all = SourceSpan::from(0..self.text.len());
        let lines = self.text.lines().count();
        Ok(Box::new(MietteSpanContents::new(self.text.as_bytes(), all, self.first_line as usize - 1, 0, lines)))
    }
}
