//! A report made for a comment on a pull request: Markdown as GitHub and GitLab read it.
//!
//! The verdict comes first, then a section for each finding that counts; everything else is folded away. What an input
//! says stands in blocks and spans of code alone: there it is no markup and no link, and mentions nobody.

use std::fmt::Write as _;

use crate::excerpt::visible;
use crate::gap::Gap;
use crate::report::{Finding, Report};
use crate::severity::Severity;
use crate::source::{Place, Sources};

use super::{Look, count, gap_tag, human, location, route, summary_line, suppression_text, tag, wanted_gaps};

/// The first line, by which a bot finds the comment that it wrote before.
const MARKER: &str = "<!-- zonegate-report -->";

/// Characters of a report; a comment of GitHub holds 65,536.
const LONGEST: usize = 60_000;
/// Characters that findings which count may take; what is folded away gets the rest.
const LONGEST_FINDINGS: usize = 50_000;
/// Related places of a finding that are drawn; the others are listed.
const DRAWN_PLACES: usize = 6;
/// Related places of a finding that are listed.
const LISTED_PLACES: usize = 50;
/// The columns of a drawing: what fits a comment.
const WIDTH: usize = 80;

/// Marker, verdict and summary, the findings that count, and what is folded away.
pub(super) fn render(sources: &Sources, report: &Report, look: &Look) -> String {
    let look = Look { colour: false, unicode: true, width: WIDTH, pages: None, ..*look };
    let mut page = Page { sources, look, text: format!("{MARKER}\n## {}\n", verdict(report)), left_out: 0 };
    if !look.quiet {
        page.add(&format!("\n{}\n", summary_line(report, &look)), LONGEST);
    }
    let (counting, others): (Vec<&Finding>, Vec<&Finding>) = report.findings.iter().partition(|found| found.counts());
    for finding in counting {
        page.add(&page.finding(finding), LONGEST_FINDINGS);
    }
    let (suppressed, others): (Vec<&Finding>, Vec<&Finding>) =
        others.into_iter().partition(|finding| finding.suppressed.is_some());
    let gaps = wanted_gaps(report, &look);
    let texts = gaps.iter().map(|gap| page.gap(gap)).collect();
    // Why the check could not be done is for everyone to see.
    let is_open = gaps.iter().any(|gap| gap.severity == Severity::Error);
    page.fold(&format!("not checked: {}", count(gaps.len(), "gap")), is_open, texts);
    let texts = others.iter().map(|finding| page.finding(finding)).collect();
    page.fold(&format!("not brought about by this change: {}", count(others.len(), "finding")), false, texts);
    let texts = suppressed.iter().map(|finding| page.suppressed(finding)).collect();
    page.fold(&format!("suppressed: {}", count(suppressed.len(), "finding")), false, texts);
    if page.left_out > 0 {
        let left_out = count(page.left_out, "entry").replace("entrys", "entries");
        let _ =
            writeln!(page.text, "\n{left_out} left out, since a comment holds no more: the report of the job has all.");
    }
    page.text
}

fn verdict(report: &Report) -> &'static str {
    let summary = &report.summary;
    if report.findings.iter().any(|finding| summary.fails(finding)) {
        "❌ zonegate: mail is at risk"
    } else if summary.exit_code == 2 {
        "❌ zonegate: the check could not be done"
    } else if report.findings.iter().any(Finding::counts) {
        "⚠ zonegate: nothing that stops this change, but see below"
    } else {
        "✅ zonegate: nothing seen that puts mail at risk"
    }
}

struct Page<'a> {
    sources: &'a Sources,
    look: Look,
    text: String,
    /// How many findings and gaps did not fit.
    left_out: usize,
}

impl Page<'_> {
    /// Adds a text if the page holds no more than `longest` characters with it.
    fn add(&mut self, text: &str, longest: usize) {
        if self.text.chars().count() + text.chars().count() <= longest {
            self.text += text;
        } else {
            self.left_out += 1;
        }
    }

    /// Adds texts under a heading that a click opens, as many as fit.
    fn fold(&mut self, heading: &str, is_open: bool, texts: Vec<String>) {
        if texts.is_empty() {
            return;
        }
        let open = if is_open { " open" } else { "" };
        let _ = write!(self.text, "\n<details{open}><summary>{heading}</summary>\n\n");
        for text in texts {
            self.add(&text, LONGEST);
        }
        self.text += "\n</details>\n";
    }

    fn finding(&self, finding: &Finding) -> String {
        let mut text = heading(finding);
        let (drawn, listed) = finding.related.split_at(finding.related.len().min(DRAWN_PLACES));
        let drawing = human::drawing(self.sources, finding, drawn, &self.look).join("\n");
        let fence = "`".repeat(longest_run(&drawing).max(2) + 1);
        let _ = write!(text, "\n{fence}text\n{drawing}\n{fence}\n");
        if !listed.is_empty() {
            let _ = write!(text, "\n<details><summary>{}</summary>\n\n", count(listed.len(), "more place"));
            for label in listed.iter().take(LISTED_PLACES) {
                let _ = writeln!(text, "- {}: {}", self.place(&label.place), prose(&label.text));
            }
            if let Some(more) = listed.len().checked_sub(LISTED_PLACES).filter(|more| *more > 0) {
                let _ = writeln!(text, "- and {more} more");
            }
            text += "\n</details>\n";
        }
        for (at, (when, way)) in route::lines(finding, &self.look).into_iter().enumerate() {
            let start = if at == 0 { "\n- " } else { "- " };
            let _ = writeln!(text, "{start}{when}: {}", prose(&way));
        }
        for (at, way_out) in finding.help.iter().enumerate() {
            let start = if at == 0 { "\nWays out:\n\n- " } else { "- " };
            let _ = writeln!(text, "{start}{}", prose(way_out));
        }
        if !finding.also.is_empty() {
            let also: Vec<String> = finding.also.iter().map(|rule| code(rule.id)).collect();
            let _ = writeln!(text, "\nIt breaks as well: {}", also.join(", "));
        }
        text
    }

    fn suppressed(&self, finding: &Finding) -> String {
        let why = finding.suppressed.as_ref().map(|by| suppression_text(self.sources, by, &self.look));
        let (heading, place) = (heading(finding), self.place(&finding.primary.place));
        format!("{heading}\nat {place}, because: {}\n", prose(&why.unwrap_or_default()))
    }

    fn gap(&self, gap: &Gap) -> String {
        format!("- {} {}, at {}\n", code(&gap_tag(gap)), prose(&gap.reason), self.place(&gap.place))
    }

    fn place(&self, place: &Place) -> String {
        let address = place.address.as_ref().map(|address| format!(" {}", code(&visible(address, true))));
        code(&location(self.sources, place, &self.look)) + &address.unwrap_or_default()
    }
}

fn heading(finding: &Finding) -> String {
    format!("\n### {} {}\n", code(&tag(finding)), prose(&finding.message))
}

/// A text in which everything but plain words stands in code spans: names, addresses, links, mentions, numbers of issues.
/// What the text itself has between backticks is code as well.
fn prose(text: &str) -> String {
    let text = visible(text, true);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // One is alone, so none can be told from what it is part of.
        return words(&text);
    }
    let parts = parts.iter().enumerate().filter(|(_, part)| !part.is_empty());
    let parts = parts.map(|(at, part)| if at % 2 == 0 { words(part) } else { code(part) });
    parts.fold(String::new(), |text, part| {
        // Two spans side by side would be read as one.
        let between = if text.ends_with('`') && part.starts_with('`') { " " } else { "" };
        text + between + &part
    })
}

fn words(text: &str) -> String {
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// A word, in a code span if it is no plain one. What stands round it is as it was.
fn word(word: &str) -> String {
    let inner = word.strip_prefix('(').unwrap_or(word);
    let before = &word[..word.len() - inner.len()];
    let core = inner.trim_end_matches([',', ';', ':', ')', '?']);
    // A number with a parenthesis may start a list.
    let is_number = core.bytes().all(|byte| byte.is_ascii_digit());
    let after = inner[core.len()..].replace(')', if is_number { "\\)" } else { ")" });
    match core {
        core if core.is_empty() || is_plain(core) => format!("{before}{core}{after}"),
        core => format!("{before}{}{after}", code(core)),
    }
}

/// Whether a word is letters or digits alone, and nothing that a host makes a link of, such as the hash of a commit.
fn is_plain(word: &str) -> bool {
    let letters = word.bytes().all(|byte| byte.is_ascii_alphabetic() || b"-'".contains(&byte));
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let is_hash = word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    word.starts_with(|first: char| first.is_ascii_alphanumeric()) && (letters || digits) && !is_hash
}

/// A text that is not empty as a code span, whatever backticks it holds.
fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    // A space at either end is taken away again where both ends have one.
    let is_bare = |edge: Option<char>| edge.is_some_and(|edge| edge == '`' || edge == ' ');
    let padding = if is_bare(text.chars().next()) || is_bare(text.chars().last()) { " " } else { "" };
    format!("{fence}{padding}{text}{padding}{fence}")
}

/// Backticks in a row, at most.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::super::tests::{PLAIN, report};
    use super::*;
    use crate::report::{Origin, Suppressed};
    use crate::source::Bytes;

    const HOSTILE: [&str; 12] = [
        "@someone #1 GH-2 someone/thing#3 deadbeef00 JIRA-4 a@example.com",
        "https://example.org www.example.org [a](b) ![a](b) [a]: b <https://example.org>",
        "<img src=x> </details> <!-- --> <script>x</script> &lt;",
        "**a** _b_ ~~c~~ # d ## e > f - g 1. h 1) i | j | :smile: $x$ $`x`$",
        "`a `` b ``` c ```` d",
        "```",
        "`",
        "a`b`c `d` `e``f`",
        "``` ```\n# a\r\n- b\u{2028}c",
        "(@a) (https://example.org), @b: #5; www.example.net?",
        " ` ",
        "\\`a\\` \\@b",
    ];

    /// What stands outside of code, and everything that is markup for a parser.
    fn outside_code(text: &str) -> (Vec<String>, Vec<String>) {
        let (mut texts, mut markup, mut in_code) = (Vec::new(), Vec::new(), false);
        for event in Parser::new_ext(text, Options::all()) {
            match event {
                Event::Start(Tag::CodeBlock(_)) => in_code = true,
                Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_code = false,
                Event::Text(text) if !in_code => texts.push(text.into_string()),
                Event::Start(Tag::Heading { .. } | Tag::Paragraph | Tag::List(None) | Tag::Item | Tag::HtmlBlock)
                | Event::Text(_)
                | Event::Code(_)
                | Event::SoftBreak
                | Event::End(_) => {}
                Event::Html(html) => markup.push(html.trim().to_owned()),
                other => markup.push(format!("{other:?}")),
            }
        }
        (texts, markup)
    }

    #[test]
    fn nothing_from_an_input_is_markup_or_a_link_or_a_mention() {
        for hostile in HOSTILE {
            let (mut sources, mut report) = report(100, hostile);
            let name = hostile.replace('/', ":");
            let text = format!("\"{hostile}\"");
            let end = u32::try_from(text.len()).unwrap();
            let source = sources.add(name, Bytes::Owned(text.into()));
            report.gaps[0].place = Place::at(crate::source::Span { source, start: 1, end });
            report.gaps[0].reason = hostile.into();
            let finding = &mut report.findings[0];
            finding.related[0].place = report.gaps[0].place.clone();
            finding.message = hostile.into();
            finding.help = vec![hostile.into()];
            finding.primary.text = hostile.into();
            finding.related = vec![finding.related[0].clone(); 12];
            let mut suppressed = finding.clone();
            suppressed.suppressed = Some(Suppressed { reason: hostile.into(), until: None, by: Origin::Baseline });
            report.findings.push(suppressed);
            let text = render(&sources, &report, &PLAIN);
            let (texts, markup) = outside_code(&text);
            let ours = [MARKER, "<details>", "</details>", "<summary>"];
            let foreign: Vec<&String> =
                markup.iter().filter(|html| !ours.iter().any(|ours| html.starts_with(ours))).collect();
            assert!(foreign.is_empty(), "{foreign:?}\n{text}");
            assert_eq!(markup.iter().filter(|html| html.starts_with("<details>")).count(), 3, "{text}");
            for part in texts {
                let active =
                    |word: &str| word.contains(['@', '#', '/', '<', '[', '`', '$', '|']) || word.contains("www.");
                assert!(!active(&part), "{part}\n{text}");
                assert!(!part.contains("deadbeef00") && !part.contains("GH-2") && !part.contains(":smile:"), "{part}");
            }
        }
    }

    #[test]
    fn words_stay_words_and_names_become_code() {
        for (text, expected) in [
            (
                "mail for shop.example.com stops: its mx (A and AAAA)",
                "mail for `shop.example.com` stops: its mx (A and AAAA)",
            ),
            ("write `a.example.`, with the dot", "write `a.example.`, with the dot"),
            ("10 mx1.example.net. and 1 more", "10 `mx1.example.net.` and 1 more"),
            ("`a`b.c", "`a` `b.c`"),
            ("it's a half-way fix -- see", "it's a half-way fix `--` see"),
            ("1) (2)", r"1\) (2\)"),
            ("effaced 1234567", "`effaced` `1234567`"),
            ("", ""),
        ] {
            assert_eq!(prose(text), expected);
        }
    }

    #[test]
    fn code_holds_every_text() {
        for text in HOSTILE.iter().map(|text| visible(text, true)) {
            let written = code(&text);
            let events: Vec<Event> = Parser::new(&written).collect();
            assert!(matches!(&events[1], Event::Code(held) if **held == *text), "{written} {events:?}");
            assert_eq!(events.len(), 3, "{written}");
        }
    }

    #[test]
    fn a_comment_is_never_too_long_and_says_what_is_missing() {
        let (sources, mut report) = report(100, "a.b");
        report.findings = vec![report.findings[0].clone(); 300];
        report.gaps = vec![report.gaps[0].clone(); 900];
        let text = render(&sources, &report, &PLAIN);
        assert!(text.chars().count() < 65_000, "{}", text.chars().count());
        let shown = text.matches("\n### ").count() + text.matches("\n- `warning[").count();
        assert!(text.ends_with(&format!(
            "\n{} entries left out, since a comment holds no more: the report of the job has all.\n",
            1200 - shown
        )));
        report.findings.truncate(1);
        report.findings[0].related = vec![report.findings[0].related[0].clone(); 2000];
        let text = render(&sources, &report, &PLAIN);
        assert!(text.contains("<summary>1994 more places</summary>") && text.contains("- and 1944 more\n"), "{text}");
    }

    #[test]
    fn the_first_line_is_the_marker_and_the_second_the_verdict() {
        let (sources, mut report) = report(100, "a.b");
        let head = |report: &Report| {
            let text = render(&sources, report, &PLAIN);
            let mut lines = text.lines();
            assert_eq!(lines.next(), Some(MARKER));
            lines.next().map(str::to_owned).unwrap()
        };
        assert_eq!(head(&report), "## ❌ zonegate: mail is at risk");
        report.findings[0].severity = Severity::Warning;
        assert_eq!(head(&report), "## ⚠ zonegate: nothing that stops this change, but see below");
        report.findings[0].suppressed = Some(Suppressed { reason: "known".into(), until: None, by: Origin::Baseline });
        assert_eq!(head(&report), "## ✅ zonegate: nothing seen that puts mail at risk");
        report.summary.exit_code = 2;
        assert_eq!(head(&report), "## ❌ zonegate: the check could not be done");
    }
}
