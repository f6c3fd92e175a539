//! The records of one side, one JSON line a set: what a loader made of its input, for people and for comparison.

use std::io::{self, Write};

use serde::Serialize;

use crate::rdata::Rdata;
use crate::record::{Record, RecordSet, Served, Snapshot};
use crate::source::Sources;

#[derive(Serialize)]
struct Line<'a> {
    zone: Option<String>,
    fqdn: String,
    #[serde(rename = "type")]
    rtype: &'a str,
    ttl: Option<u32>,
    /// An unknown value is `null`, and so is an unknown list.
    values: Option<Vec<Option<String>>>,
    served: &'static str,
    path: &'a str,
    line: u32,
    column: u32,
    address: Option<&'a str>,
}

/// Writes all record sets, by zone, name and type.
pub fn write(snapshot: &Snapshot, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let mut lines: Vec<Line> = snapshot.sets().iter().map(|set| line(set, snapshot, sources)).collect();
    lines.sort_by(|one, other| (&one.zone, &one.fqdn, one.rtype).cmp(&(&other.zone, &other.fqdn, other.rtype)));
    for line in lines {
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn line<'a>(set: &'a RecordSet, snapshot: &Snapshot, sources: &'a Sources) -> Line<'a> {
    let first = &set.records[0];
    let start = sources.start(first.place.span);
    Line {
        zone: snapshot.view(set.view).apex.as_ref().map(ToString::to_string),
        fqdn: set.owner.to_string(),
        rtype: set.rtype.text(),
        ttl: first.ttl,
        values: values(&set.records),
        served: match first.served {
            Served::AsIs => "as-is",
            Served::Flattened => "flattened",
            Served::Proxied => "proxied",
            Served::Unknown => "unknown",
        },
        path: sources.get(first.place.span.source).name(),
        line: start.line,
        column: start.column,
        address: first.place.address.as_deref(),
    }
}

fn values(records: &[Record]) -> Option<Vec<Option<String>>> {
    if let [Record { rdata: Rdata::Unknown, .. }] = records {
        return None;
    }
    let text = |record: &Record| (record.rdata != Rdata::Unknown).then(|| record.text());
    let mut values: Vec<_> = records.iter().map(text).collect();
    values.sort();
    Some(values)
}
