//! Checking costs as the input grows, not as its square: counted in allocations, which are the same in every run, where
//! many records share what they refer to.

#![expect(unsafe_code, reason = "an allocator that counts has no safe form")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use zonegate::check::check;
use zonegate::diff::Diff;
use zonegate::load::Loaded;
use zonegate::name::Name;
use zonegate::policy::Policy;
use zonegate::rdata::{Rdata, Rtype};
use zonegate::record::{Builder, Record, RecordSet, Served, Side, View, ViewId};
use zonegate::review;
use zonegate::rule::Declared;
use zonegate::rules::RULES;
use zonegate::source::{Bytes, Place, Sources, Span};

thread_local! {
    /// How often this thread asked for memory; tests run beside each other.
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

/// The allocator of the system, which counts how often it was asked.
struct Counting;

#[global_allocator]
static MEMORY: Counting = Counting;

// SAFETY: all is handed on to the allocator of the system as it comes.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.set(ASKED.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { System.dealloc(memory, layout) }
    }
}

/// A world that grows.
struct Shape {
    name: &'static str,
    /// The zone, owner, type and data of each record of the part with this number.
    part: fn(usize) -> Vec<[String; 4]>,
}

fn line(zone: &str, owner: &str, rtype: &str, data: &str) -> [String; 4] {
    [zone, owner, rtype, data].map(str::to_owned)
}

const SHAPES: [Shape; 18] = [
    Shape {
        name: "zones whose mail goes to one exchange",
        part: |at| vec![line(&format!("z{at}.example"), &format!("z{at}.example"), "MX", "10 mx.example.net")],
    },
    Shape {
        name: "zones whose mail goes to one exchange that no host can be called",
        part: |at| vec![line(&format!("z{at}.example"), &format!("z{at}.example"), "MX", "10 mx_1.example.net")],
    },
    Shape {
        name: "zones that alias one host",
        part: |at| vec![line(&format!("z{at}.example"), &format!("www.z{at}.example"), "CNAME", "www.example.net")],
    },
    Shape {
        name: "zones with a wildcard for one host, whose mail goes to a name below the first",
        part: |at| {
            let zone = format!("z{at}.example");
            let wildcard = line(&zone, &format!("*.{zone}"), "CNAME", "www.example.net");
            vec![wildcard, line(&zone, &zone, "MX", "10 mx.z0.example")]
        },
    },
    Shape {
        name: "zones that delegate to one name server",
        part: |at| vec![line(&format!("z{at}.example"), &format!("sub.z{at}.example"), "NS", "ns.example.net")],
    },
    Shape {
        name: "names whose mail goes to one alias of the same zone",
        part: |at| {
            let alias = line("example.com", "mx.example.com", "CNAME", "mx.example.net");
            let mx = line("example.com", &format!("n{at}.example.com"), "MX", "10 mx.example.com");
            if at == 0 { vec![alias, mx] } else { vec![mx] }
        },
    },
    Shape {
        name: "names whose mail goes to one name of the same zone without an address",
        part: |at| vec![line("example.com", &format!("n{at}.example.com"), "MX", "10 mx.example.com")],
    },
    Shape {
        name: "names that alias one name of the same zone",
        part: |at| vec![line("example.com", &format!("n{at}.example.com"), "CNAME", "www.example.com")],
    },
    Shape {
        name: "names whose spf records include one name of the same zone that has none",
        part: |at| vec![line("example.com", &format!("n{at}.example.com"), "TXT", "v=spf1 include:_spf.example.com")],
    },
    Shape {
        name: "zones whose spf records let one host send",
        part: |at| {
            let host = line("example.net", "out.example.net", "A", "192.0.2.1");
            let spf = line(&format!("z{at}.example"), &format!("z{at}.example"), "TXT", "v=spf1 a:out.example.net");
            if at == 0 { vec![host, spf] } else { vec![spf] }
        },
    },
    Shape {
        name: "names that may send from one exchange that they share",
        part: |at| {
            let name = format!("n{at}.example.com");
            let mx = line("example.com", &name, "MX", "10 mx.example.com");
            vec![mx, line("example.com", &name, "TXT", "v=spf1 mx")]
        },
    },
    Shape {
        name: "wildcards that exchanges lie below",
        part: |at| {
            let wildcard = line("example.com", &format!("*.w{at}.example.com"), "CNAME", "www.example.net");
            vec![wildcard, line("example.com", &format!("n{at}.example.com"), "MX", &format!("10 a.w{at}.example.com"))]
        },
    },
    Shape {
        name: "names that get an alias under one wildcard for mail",
        part: |at| {
            let wildcard = line("example.com", "*.example.com", "MX", "10 mx.example.net");
            let alias = line("example.com", &format!("n{at}.example.com"), "CNAME", "www.example.net");
            if at == 0 { vec![wildcard, alias] } else { vec![alias] }
        },
    },
    Shape {
        name: "names for which one wildcard answered, and whose mail goes to others of them",
        part: |at| {
            let wildcard = line("example.com", "*.example.com", "CNAME", "www.example.net");
            let below = line("example.com", &format!("_dmarc.n{at}.example.com"), "TXT", "v=DMARC1; p=none");
            let mx = line("example.com", &format!("m{at}.example.com"), "MX", &format!("10 n{}.example.com", at + 1));
            if at == 0 { vec![wildcard, below, mx] } else { vec![below, mx] }
        },
    },
    Shape {
        name: "names of mail below one dname, and aliases for them",
        part: |at| {
            let dname = line("example.com", "old.example.com", "DNAME", "new.example.com");
            let mx = line("example.com", &format!("n{at}.old.example.com"), "MX", "10 mx.example.net");
            let alias = line("example.com", &format!("a{at}.example.com"), "CNAME", &format!("n{at}.old.example.com"));
            if at == 0 { vec![dname, mx, alias] } else { vec![mx, alias] }
        },
    },
    Shape {
        name: "dnames that lead to one name",
        part: |at| {
            let dname = line("example.com", &format!("d{at}.example.com"), "DNAME", "new.example.com");
            vec![dname, line("example.com", &format!("n{at}.example.com"), "MX", &format!("10 a.d{at}.example.com"))]
        },
    },
    Shape {
        name: "names of mail below one cut, with a child zone that answers for them",
        part: |at| {
            let cut = line("example.com", "sub.example.com", "NS", "ns.example.net");
            let hidden = line("example.com", &format!("n{at}.sub.example.com"), "MX", "10 mx.example.net");
            let seen = line("sub.example.com", &format!("n{at}.sub.example.com"), "A", "192.0.2.1");
            if at == 0 { vec![cut, hidden, seen] } else { vec![hidden, seen] }
        },
    },
    Shape {
        name: "names with as many labels as fit",
        part: |at| {
            let labels = vec!["a"; 100].join(".");
            let deep = format!("{labels}.n{at}.example.com");
            vec![
                line("example.com", &deep, "MX", &format!("10 mx.{deep}")),
                line("example.com", &format!("mx.{deep}"), "A", "192.0.2.1"),
            ]
        },
    },
];

/// A change that creates so many parts of a shape, or finds them there.
fn diff(shape: &Shape, parts: usize, side: Side) -> Diff {
    diff_of((0..parts).flat_map(shape.part).map(|line| (side, line)))
}

/// A change of these records, each a zone, owner, type and data; the zones are whole.
fn diff_of(lines: impl IntoIterator<Item = (Side, [String; 4])>) -> Diff {
    let name = |text: &str| Name::parse(text).expect("the names are good");
    let source = Sources::default().add(String::new(), Bytes::Owned(Vec::new()));
    let mut builder = Builder::default();
    for (side, [zone, owner, rtype, data]) in lines {
        let view: ViewId = builder.view(View { apex: Some(name(&zone)), id: None, private: false, host: None });
        builder.mark_whole(view, Side::Both);
        let rtype = Rtype::from_text(&rtype);
        let rdata = Rdata::parse(&rtype, &data, Name::parse).expect("the data is good");
        let place = Place::at(Span { source, start: 0, end: 0 });
        let records = vec![Record { rdata, ttl: None, served: Served::AsIs, unrooted: false, place }];
        builder.add(side, RecordSet { view, owner: name(&owner), rtype, variant: None, records });
    }
    let (before, after) = builder.finish();
    Diff::new(before, after)
}

#[test]
fn twice_as_much_to_check_costs_about_twice_as_much() {
    let cost = |shape: &Shape, parts, side, all| {
        let diff = diff(shape, parts, side);
        let start = ASKED.get();
        check(&diff, &Declared::default(), RULES, all);
        ASKED.get() - start
    };
    for shape in &SHAPES {
        for (side, all) in [(Side::After, false), (Side::Before, false), (Side::Both, true)] {
            let [once, twice] = [200, 400].map(|parts| cost(shape, parts, side, all));
            assert!(once > 0, "{}: something is looked at", shape.name);
            assert!(twice * 2 < once * 5, "{}, {side:?}: {once} allocations become {twice}", shape.name);
        }
    }
}

#[test]
fn ten_changes_cost_the_same_in_a_zone_of_any_size() {
    const CHANGES: [[&str; 3]; 10] = [
        ["n1", "CNAME", "www.example.net"],
        ["n2", "CNAME", "n3.example.com"],
        ["n3", "MX", "20 nowhere.example.com"],
        ["n5", "MX", "20 n2.example.com"],
        ["mx", "CNAME", "mx.example.net"],
        ["*.sub", "CNAME", "www.example.net"],
        ["child", "NS", "ns1.example.net"],
        ["tree", "DNAME", "example.net"],
        ["n7", "TXT", "v=spf1 mx -all"],
        ["n9", "A", "192.0.2.9"],
    ];
    let cost = |names: usize| {
        let mut lines: Vec<(Side, [String; 4])> = Vec::new();
        for at in 0..names {
            let exchange = || format!("10 n{}.example.com", at - 1);
            let (rtype, data) = if at % 2 == 0 { ("A", "192.0.2.1".to_owned()) } else { ("MX", exchange()) };
            lines.push((Side::Both, line("example.com", &format!("n{at}.example.com"), rtype, &data)));
        }
        for [label, rtype, data] in CHANGES {
            lines.push((Side::After, line("example.com", &format!("{label}.example.com"), rtype, data)));
        }
        let loaded = Loaded { diff: diff_of(lines), compared: true, ..Loaded::default() };
        let start = ASKED.get();
        let report = review(&Sources::default(), &loaded, &Declared::default(), &Policy::default());
        assert_eq!(report.summary.changes, CHANGES.len());
        assert!(report.findings.len() > 3, "{:?}", report.findings);
        ASKED.get() - start
    };
    let [small, large] = [20_000, 200_000].map(cost);
    assert!(large * 10 < small * 11, "{small} allocations become {large}");
}
