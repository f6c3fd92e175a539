//! Several inputs as one view, as a user names them: what is joined, what stays apart, and what context means.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A directory with some files.
struct Place(TempDir);

impl Place {
    fn new(files: &[(&str, String)]) -> Place {
        let place = Place(tempfile::tempdir().expect("there is room for a directory"));
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in a directory")).expect("there is room for a directory");
        fs::write(path, text).expect("there is room for a file");
    }

    fn zonegate(&self, arguments: &str) -> Output {
        self.zonegate_in(".", arguments)
    }

    fn zonegate_in(&self, directory: &str, arguments: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zonegate"));
        command.args(arguments.split_whitespace()).current_dir(self.0.path().join(directory)).env("LANG", "C.UTF-8");
        command.output().expect("the program starts")
    }

    /// What a check finds and what it cannot tell, a line each, and the exit code.
    fn check(&self, inputs: &str) -> (Vec<String>, i32) {
        self.check_in("", inputs)
    }

    /// The same from a directory.
    fn check_in(&self, below: &str, inputs: &str) -> (Vec<String>, i32) {
        let output = self.zonegate_in(below, &format!("check {inputs} --format json"));
        let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
        let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
        let list = |key: &str| report[key].as_array().expect("it is a list").clone();
        let findings = list("findings").into_iter().map(|finding| {
            let paths = finding["labels"].as_array().expect("there are labels").iter();
            let paths: Vec<String> = paths.map(|label| text(&label["path"])).collect();
            let cause = text(&finding["cause"]);
            format!("{} {} {cause} {}", text(&finding["severity"]), text(&finding["rule"]), paths.join(" "))
        });
        let gaps = list("gaps").into_iter().map(|gap| format!("{} {}", text(&gap["severity"]), text(&gap["rule"])));
        (findings.chain(gaps).collect(), output.status.code().expect("the program ends by itself"))
    }

    /// Makes a repository of the directory, with all of it in one commit.
    fn commit(&self) {
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "x"]);
    }

    fn git(&self, arguments: &[&str]) {
        self.git_in(".", arguments);
    }

    fn git_in(&self, directory: &str, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=x", "-c", "user.email=x@example.com"]).args(arguments);
        let output = command.current_dir(self.0.path().join(directory)).output().expect("git starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A record of Route 53: the zone, the type, and the values before and after.
fn record(zone: &str, name: &str, rtype: &str, before: Option<&str>, after: Option<&str>) -> Value {
    let values = |value: Option<&str>| {
        value.map(|value| json!({"zone_id": zone, "name": name, "type": rtype, "ttl": 300, "records": [value]}))
    };
    let actions = match (before, after) {
        (None, _) => json!(["create"]),
        (_, None) => json!(["delete"]),
        (before, after) if before == after => json!(["no-op"]),
        _ => json!(["update"]),
    };
    json!({
        "address": format!("aws_route53_record.{zone}_{rtype}_{}", name.replace('.', "_")),
        "mode": "managed",
        "type": "aws_route53_record",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": actions, "before": values(before), "after": values(after), "after_unknown": {}},
    })
}

/// A plan with zones called `example.com` of these identifiers.
fn plan(zones: &[&str], records: &[Value]) -> String {
    let zone = |id: &&str| {
        json!({
            "address": format!("aws_route53_zone.{id}"),
            "mode": "managed",
            "type": "aws_route53_zone",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "values": {"zone_id": id, "name": "example.com"},
        })
    };
    let zones: Vec<Value> = zones.iter().map(zone).collect();
    json!({
        "format_version": "1.2",
        "resource_changes": records,
        "prior_state": {"values": {"root_module": {"resources": zones}}},
    })
    .to_string()
}

/// A list of the record sets of example.com.
fn listing(sets: &[(&str, &str, &str)]) -> String {
    let set = |(name, rtype, value): &(&str, &str, &str)| json!({"Name": name, "Type": rtype, "TTL": 300, "ResourceRecords": [{"Value": value}]});
    let soa = ("example.com.", "SOA", "ns.example.net. hostmaster.example.com. 1 7200 900 1209600 86400");
    let sets: Vec<Value> = std::iter::once(&soa).chain(sets).map(set).collect();
    json!({"ResourceRecordSets": sets}).to_string()
}

const ALIAS: Option<&str> = Some("shops.example.org");
const MX: &str = "shop:\n  type: MX\n  value: {exchange: mx.example.net., preference: 10}\n";

fn alias_created(zones: &[&str]) -> String {
    plan(zones, &[record(zones[0], "shop.example.com", "CNAME", None, ALIAS)])
}

#[test]
fn one_zone_in_two_inputs_is_one_view() {
    let place = Place::new(&[("plan.json", alias_created(&["Z1"])), ("dns/example.com.yaml", MX.to_owned())]);
    let found = vec!["error cname-with-mx cname-added plan.json dns/example.com.yaml".to_owned()];
    for inputs in ["plan.json dns", "dns plan.json", "plan.json --context dns", "plan.json dns/example.com.yaml"] {
        assert_eq!(place.check(inputs), (found.clone(), 1), "{inputs}");
    }
}

#[test]
fn what_context_shows_is_there_before_and_after() {
    let place = Place::new(&[
        ("plan.json", alias_created(&["Z1"])),
        ("mx.json", listing(&[("shop.example.com.", "MX", "10 mx.example.net.")])),
        ("pair.json", listing(&[("a.example.com.", "MX", "10 mx.example.net."), ("a.example.com.", "CNAME", "b")])),
    ]);
    let found = ["error cname-with-mx cname-added plan.json mx.json".to_owned()];
    assert_eq!(place.check("plan.json --context mx.json"), (found.to_vec(), 1));
    assert_eq!(place.check("plan.json --context pair.json"), (Vec::new(), 0), "nobody touches it");
    let all = ["error cname-with-mx pre-existing pair.json pair.json".to_owned()];
    assert_eq!(place.check("plan.json --context pair.json --all"), (all.to_vec(), 0));
}

#[test]
fn what_the_change_takes_away_is_gone_from_context_as_well() {
    let gives_way = |before| {
        let mx = record("Z1", "shop.example.com", "MX", Some(before), None);
        plan(&["Z1"], &[mx, record("Z1", "shop.example.com", "CNAME", None, ALIAS)])
    };
    let dump =
        |text: &str| listing(&[("shop.example.com.", "MX", "10 mx.example.net."), ("shop.example.com.", "TXT", text)]);
    let place = Place::new(&[
        ("plan.json", gives_way("10 mx.example.net")),
        ("other.json", gives_way("10 mx.example.org")),
        ("dump.json", dump("\"x\"")),
    ]);
    let (found, code) = place.check("plan.json --context dump.json");
    assert_eq!(code, 1);
    assert!(
        found[0].starts_with("error cname-replaces-mx") || found[0].starts_with("error cname-with-other-data"),
        "{found:?}"
    );
    assert!(found.iter().all(|line| !line.contains("cname-with-mx")), "the plan deletes the very mx: {found:?}");
    let (found, _) = place.check("other.json --context dump.json");
    assert!(found[0].starts_with("error cname-with-mx"), "another mx stays: {found:?}");
}

#[test]
fn what_two_inputs_show_is_one_record() {
    let spf = "\"v=spf1 include:example.net -all\"";
    let created = record("Z1", "www.example.com", "CNAME", None, ALIAS);
    let text = record(
        "Z1",
        "example.com",
        "TXT",
        Some("v=spf1 include:example.net -all"),
        Some("v=spf1 include:example.net -all"),
    );
    let place = Place::new(&[
        ("plan.json", plan(&["Z1"], &[created, text])),
        ("dump.json", listing(&[("example.com.", "TXT", spf)])),
        ("dns/example.com.yaml", "? ''\n: type: TXT\n  value: v=spf1 include:example.net -all\n".to_owned()),
    ]);
    for inputs in ["plan.json --context dump.json", "plan.json --context dump.json --context dns"] {
        assert_eq!(place.check(&format!("{inputs} --all")), (Vec::new(), 0), "{inputs}");
    }
    let twice = vec!["warning record-owned-twice pre-existing plan.json dns/example.com.yaml".to_owned()];
    assert_eq!(place.check("plan.json dns --all"), (twice, 0), "both write it, but it is one policy of mail");
}

#[test]
fn a_zone_of_which_a_plan_gives_an_identifier_is_the_one_that_its_names_lie_in() {
    let created = |zone| record(zone, "shop.example.com", "CNAME", None, ALIAS);
    let by_id = |records: &[Value]| plan(&[], records);
    let beside = record("Z1", "www.example.net", "CNAME", None, ALIAS);
    let text = record("Z2", "shop.example.com", "TXT", None, Some("x"));
    let place = Place::new(&[
        ("plan.json", by_id(&[created("Z1")])),
        ("wide.json", by_id(&[created("Z1"), beside])),
        ("two.json", by_id(&[created("Z1"), text])),
        ("named.json", plan(&["Z2"], &[created("Z1")])),
        ("mx.json", listing(&[("shop.example.com.", "MX", "10 mx.example.net.")])),
        ("dns/example.com.yaml", MX.to_owned()),
        (
            "deep/shop.example.com.yaml",
            "? ''\n: type: MX\n  value: {exchange: mx.example.net., preference: 10}\n".to_owned(),
        ),
    ]);
    let found = |input: &str| (vec![format!("error cname-with-mx cname-added plan.json {input}")], 1);
    assert_eq!(place.check("plan.json --context mx.json"), found("mx.json"));
    assert_eq!(place.check("plan.json dns"), found("dns/example.com.yaml"));
    assert_eq!(place.check("dns plan.json"), found("dns/example.com.yaml"));
    let apart = vec!["note zone-partially-visible".to_owned()];
    assert_eq!(place.check("wide.json dns"), (apart, 0), "not all names lie in the zone");
    let deep = found("deep/shop.example.com.yaml");
    assert_eq!(place.check("plan.json dns deep"), deep, "of two zones, the one that is asked");
    for plan in ["two.json", "named.json"] {
        let (found, code) = place.check(&format!("{plan} dns"));
        assert_eq!((found.contains(&"warning view-ambiguous".to_owned()), code), (true, 0), "{plan}: {found:?}");
    }
}

#[test]
fn zones_that_nobody_can_tell_apart_are_reported_where_that_matters() {
    let place = Place::new(&[
        ("plan.json", alias_created(&["Z1", "Z2"])),
        ("dns/example.com.yaml", MX.to_owned()),
        ("other/example.com.yaml", MX.replace("shop", "team")),
        (
            "one.yaml",
            "views:\n- {zone: example.com, id: [Z1, dns]}\n- {zone: example.com, id: Z2, name: old}\n".to_owned(),
        ),
        (
            "apart.yaml",
            "views:\n- {zone: example.com, id: Z1}\n- {zone: example.com, id: [Z2, dns], name: old}\n".to_owned(),
        ),
    ]);
    let (found, code) = place.check("plan.json dns");
    assert_eq!((found.first().map(String::as_str), code), (Some("warning view-ambiguous"), 0), "{found:?}");
    let (found, _) = place.check("plan.json other");
    assert!(found.iter().all(|line| !line.contains("view-ambiguous")), "no name is in both: {found:?}");
    let (found, code) = place.check("plan.json dns --config one.yaml");
    assert_eq!((found, code), (vec!["error cname-with-mx cname-added plan.json dns/example.com.yaml".to_owned()], 1));
    let (found, code) = place.check("plan.json dns --config apart.yaml");
    assert_eq!((found, code), (vec!["note zone-partially-visible".to_owned()], 0));
}

#[test]
fn dns_hosts_that_differ_are_two_zones() {
    let config = "providers:\n  files: {class: octodns.provider.yaml.YamlProvider, directory: zones}\n  \
                  cf: {class: octodns_cloudflare.CloudflareProvider}\nzones:\n  example.com.:\n    sources: [files]\n    \
                  targets: [cf]\n";
    let place = Place::new(&[
        ("plan.json", alias_created(&["Z1"])),
        ("dns/config.yaml", config.to_owned()),
        ("dns/zones/example.com.yaml", MX.to_owned()),
    ]);
    let (found, code) = place.check("plan.json dns");
    assert!(found.contains(&"warning view-ambiguous".to_owned()), "{found:?}");
    assert_eq!(code, 0);
}

#[test]
fn single_files_are_compared_too() {
    let place = Place::new(&[
        ("old.json", listing(&[("shop.example.com.", "MX", "10 mx.example.net.")])),
        ("new.json", listing(&[("shop.example.com.", "CNAME", "shops.example.org.")])),
    ]);
    let replaced = ["error cname-replaces-mx type-changed new.json old.json".to_owned()];
    assert_eq!(place.check("--before old.json --after new.json"), (replaced.to_vec(), 1));
    assert_eq!(place.check("old.json"), (Vec::new(), 0), "one state alone");
    place.write("zone.json", &fs::read_to_string(place.0.path().join("old.json")).unwrap());
    place.git(&["init", "--quiet", "--initial-branch=main"]);
    place.git(&["add", "zone.json"]);
    place.git(&["commit", "--quiet", "--message", "x"]);
    place.write("zone.json", &fs::read_to_string(place.0.path().join("new.json")).unwrap());
    let replaced = ["error cname-replaces-mx type-changed zone.json zone.json".to_owned()];
    assert_eq!(place.check("zone.json --base HEAD"), (replaced.to_vec(), 1));
    assert_eq!(place.check("zone.json --staged"), (Vec::new(), 0), "nothing is staged");
    place.git(&["add", "zone.json"]);
    assert_eq!(place.check("zone.json --staged"), (replaced.to_vec(), 1));
}

#[test]
fn a_state_of_terraform_is_what_exists() {
    let place = Place::new(&[("plan.json", alias_created(&["Z1"]))]);
    let mx = json!({
        "address": "aws_route53_record.mx", "mode": "managed", "type": "aws_route53_record",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": {"zone_id": "Z1", "name": "shop.example.com", "type": "MX", "ttl": 300, "records": ["10 mx.example.net"]},
    });
    let state = json!({"format_version": "1.0", "values": {"root_module": {"resources": [mx]}}});
    place.write("state.json", &state.to_string());
    let (found, code) = place.check("plan.json --context state.json");
    assert_eq!((found[0].as_str(), code), ("error cname-with-mx cname-added plan.json state.json", 1));
    let (found, code) = place.check("plan.json state.json");
    assert_eq!((found[0].as_str(), code), ("error cname-with-mx cname-added plan.json state.json", 1));
    assert_eq!(place.check("state.json"), (Vec::new(), 0));
    assert_eq!(place.check("--before state.json --after state.json"), (Vec::new(), 0));
}

#[test]
fn a_state_that_holds_nothing_is_one_where_a_state_is_meant() {
    let mx = json!({
        "address": "aws_route53_record.mx", "mode": "managed", "type": "aws_route53_record",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": {"zone_id": "Z1", "name": "shop.example.com", "type": "MX", "ttl": 300, "records": ["10 mx.example.net"]},
    });
    let state = json!({"format_version": "1.0", "values": {"root_module": {"resources": [mx]}}}).to_string();
    let empty = r#"{"format_version":"1.0","terraform_version":"1.9.0"}"#.to_owned();
    let place = committed(&[
        ("plan.json", alias_created(&["Z1"])),
        ("state.json", state.clone()),
        ("empty.json", empty.clone()),
        ("schemas.json", r#"{"format_version":"1.0","provider_schemas":{}}"#.to_owned()),
    ]);
    let partial = vec!["note zone-partially-visible".to_owned()];
    assert_eq!(place.check("plan.json --context empty.json"), (partial, 0));
    for states in ["--before empty.json --after state.json", "--before empty.json --after empty.json"] {
        assert_eq!(place.check(states), (Vec::new(), 0), "{states}");
    }
    let gone = place.check("--before state.json --after empty.json");
    assert_eq!(gone.1, 0);
    assert!(gone.0.iter().all(|line| !line.contains("input-unreadable")), "{gone:?}");
    let unreadable = "error input-unreadable".to_owned();
    for inputs in ["empty.json", "plan.json empty.json", "plan.json --context schemas.json"] {
        let (found, code) = place.check(inputs);
        assert!(code == 2 && found.contains(&unreadable), "{inputs}: {found:?}");
    }
    place.write("state.json", &empty);
    let told = place.zonegate_in("", "check state.json --base main");
    let told = String::from_utf8(told.stdout).expect("it is text").replace('\n', " ");
    assert!(told.contains("1 record before and 0 after"), "{told}");
}

#[test]
fn context_that_cannot_be_read_is_no_pass() {
    let place = Place::new(&[("plan.json", plan(&["Z1"], &[])), ("dns/example.com.yaml", MX.to_owned())]);
    place.write("cut.json", r#"{"ResourceRecordSets": [{"Name": "example.com."#);
    place.write("empty.json", "");
    fs::create_dir(place.0.path().join("nothing")).unwrap();
    for context in ["gone.zone", "cut.json", "empty.json", "nothing", "./plan.json"] {
        let (found, code) = place.check(&format!("dns --context {context}"));
        assert_eq!(code, 2, "{context}: {found:?}");
        assert!(found.contains(&"error input-unreadable".to_owned()), "{context}: {found:?}");
    }
    assert_eq!(place.check("plan.json --context plan.json").1, 0, "an input is no context of itself");
    assert!(Path::new(&place.0.path().join("plan.json")).exists());
}

#[test]
fn a_list_that_is_cut_short_is_not_the_whole_zone() {
    let place = Place::new(&[("plan.json", alias_created(&["Z1"])), ("whole.json", listing(&[]))]);
    let cut = listing(&[]).replacen('{', "{\"NextToken\": \"x\", ", 1);
    place.write("cut.json", &cut);
    assert_eq!(place.check("plan.json --context whole.json"), (Vec::new(), 0));
    let (found, _) = place.check("plan.json --context cut.json");
    assert_eq!(found, ["note zone-partially-visible", "warning zone-partially-visible"]);
}

#[test]
fn a_zone_file_joins_the_plan_that_writes_to_its_zone() {
    let zone = "$ORIGIN example.com.\n@ 60 SOA ns1.example.net. x.example.net. 1 1 1 1 1\n  NS ns1.example.net.\n";
    let place = Place::new(&[
        ("plan.json", alias_created(&["Z1"])),
        ("mx.zone", format!("{zone}shop MX 10 mx.example.net.\n")),
        ("none.zone", zone.to_owned()),
        ("bad.zone", format!("{zone}shop MX mx.example.net.\nteam A 192.0.2.1\n")),
        ("part.zone", "$ORIGIN example.com.\nteam A 192.0.2.1\n".to_owned()),
    ]);
    let found = ["error cname-with-mx cname-added plan.json mx.zone".to_owned()];
    for inputs in ["plan.json mx.zone", "plan.json --context mx.zone"] {
        assert_eq!(place.check(inputs), (found.to_vec(), 1), "{inputs}");
    }
    assert_eq!(place.check("plan.json none.zone"), (Vec::new(), 0), "the zone is whole");
    assert_eq!(place.check("plan.json part.zone"), (vec!["note zone-partially-visible".to_owned()], 0));
    assert_eq!(place.check("plan.json bad.zone").1, 2);
    let replaced = ["error cname-with-mx cname-added new.zone new.zone".to_owned()];
    place.write("new.zone", &format!("{zone}shop MX 10 mx.example.net.\nshop CNAME shops.example.org.\n"));
    assert_eq!(place.check("--before mx.zone --after new.zone"), (replaced.to_vec(), 1));
}

const ZONE: &str = "$ORIGIN example.com.\n@ 60 SOA ns1.example.net. x.example.net. 1 1 1 1 1\n";

#[test]
fn files_that_a_zone_file_includes_are_of_the_same_state() {
    let zone = format!("{ZONE}$INCLUDE more.inc\nshop MX 10 mx.example.net.\n");
    let place = Place::new(&[("dns/example.com.zone", zone.clone()), ("more.inc", "team A 192.0.2.1\n".to_owned())]);
    place.commit();
    place.write("more.inc", "shop CNAME shops.example.org.\n");
    let found =
        (vec!["error cname-with-mx cname-added more.inc dns/example.com.zone dns/example.com.zone".to_owned()], 1);
    assert_eq!(place.check("dns/example.com.zone --base HEAD"), found);
    assert_eq!(place.check("dns/example.com.zone --base HEAD --base-exact"), found);
    assert_eq!(place.check("dns/example.com.zone --staged"), (Vec::new(), 0), "nothing is staged");
    place.git(&["add", "."]);
    place.write("more.inc", "team A 192.0.2.1\n");
    assert_eq!(place.check("dns/example.com.zone --staged"), found, "what is on disk is no part of the commit");
    place.git(&["commit", "--quiet", "--message", "x"]);
    assert_eq!(place.check("dns/example.com.zone --base HEAD"), (Vec::new(), 0), "the alias goes");
    place.write("old/zone", &zone);
    place.write("old/more.inc", "team A 192.0.2.1\n");
    place.write("new/zone", &zone);
    place.write("new/more.inc", "shop CNAME shops.example.org.\n");
    let found = (vec!["error cname-with-mx cname-added new/more.inc new/zone new/zone".to_owned()], 1);
    assert_eq!(place.check("--before old/zone --after new/zone"), found);
}

#[test]
fn files_are_included_from_the_tree_alone() {
    let zone = |file: &str| format!("{ZONE}$INCLUDE {file}\n");
    let place = Place::new(&[("secret", "s A 192.0.2.1\n".to_owned()), ("in/more.inc", "a A 192.0.2.1\n".to_owned())]);
    let names = [("up", "../secret"), ("top", "/etc/hostname"), ("git", ".git/config"), ("gone", "gone.inc")];
    for (name, file) in names {
        place.write(&format!("in/{name}.zone"), &zone(file));
    }
    place.write("in/deep/down/ok.zone", &zone("more.inc"));
    #[cfg(unix)]
    {
        place.write("in/link.zone", &zone("link.inc"));
        std::os::unix::fs::symlink("../secret", place.0.path().join("in/link.inc")).unwrap();
    }
    place.git_in("in", &["init", "--quiet", "--initial-branch=main"]);
    place.git_in("in", &["add", "--all"]);
    place.git_in("in", &["commit", "--quiet", "--message", "x"]);
    for (name, _) in names.into_iter().chain([("link", "")]).filter(|(name, _)| cfg!(unix) || *name != "link") {
        for states in ["--base HEAD", "--staged"] {
            let output = place.zonegate_in("in", &format!("check {name}.zone {states}"));
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(2), "{name} {states}: {said}");
            assert!(said.contains("this entry is not read"), "{name} {states}: {said}");
            assert!(!said.contains("192.0.2.1"), "{name} {states}: {said}");
        }
    }
    for states in ["--base HEAD", "--staged"] {
        let output = place.zonegate_in("in", &format!("check deep/down/ok.zone {states}"));
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn what_was_wrong_before_the_change_does_not_fail_what_repairs_it() {
    let place = Place::new(&[("example.com.zone", format!("{ZONE}a MX mail\n")), ("other.zone", ZONE.to_owned())]);
    place.commit();
    let (found, code) = place.check("example.com.zone --base HEAD");
    assert_eq!((found.len(), code), (1, 2), "said once: {found:?}");
    place.write("example.com.zone", &format!("{ZONE}a MX 10 mx.example.net.\n"));
    let (found, code) = place.check("example.com.zone --base HEAD");
    assert!(found.contains(&"warning input-unreadable".to_owned()) && code == 0, "{found:?}");
    place.write("new.zone", ZONE);
    assert_eq!(place.check("new.zone --staged").1, 2, "neither in the index nor in the last commit");
}

#[test]
fn a_file_that_is_named_in_a_directory_does_not_stand_for_it() {
    let place = Place::new(&[("example.com.yaml", MX.to_owned()), ("example.net.yaml", MX.replace("shop", "team"))]);
    for inputs in [". example.net.yaml", "example.net.yaml ."] {
        let output = place.zonegate(&format!("records {inputs}"));
        let records = String::from_utf8_lossy(&output.stdout);
        assert!(records.contains("shop.example.com") && records.contains("team.example.net"), "{records}");
    }
}

/// Zones of example.com and example.net as repositories of zone files have them.
fn zone_files() -> Place {
    Place::new(&[
        ("zones/example.com.zone", format!("{ZONE}$INCLUDE zones/mail.zone\n")),
        ("zones/mail.zone", "shop MX 10 mx.example.net.\n".to_owned()),
        ("zones/db.example.net", "$TTL 60\n@ SOA ns x 1 1 1 1 1\nmx A 192.0.2.1\n".to_owned()),
        ("README.md", "the zones of example.com\n".to_owned()),
        ("zones/named.conf.local", "zone \"example.com\" { type primary; file \"example.com.zone\"; };\n".to_owned()),
        ("zones/db.root", ". 3600000 NS a.root-servers.net.\n".to_owned()),
        ("zones/db.example.net.bak", "this is old\n".to_owned()),
        (".cache/example.org.zone", "this is hidden\n".to_owned()),
    ])
}

#[test]
fn zone_files_of_a_directory_are_found_in_every_state() {
    let place = zone_files();
    let output = place.zonegate("records .");
    let records = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{records}{}", String::from_utf8_lossy(&output.stderr));
    for text in ["shop.example.com", "mx.example.net"] {
        assert_eq!(records.matches(&format!("\"fqdn\":\"{text}.\"")).count(), 1, "{text}: {records}");
    }
    assert_eq!(place.check("."), (Vec::new(), 0));
    assert_eq!(place.check("zones"), (Vec::new(), 0));
    place.commit();
    place.write("zones/mail.zone", "shop MX 10 mx.example.net.\nshop CNAME shops.example.org.\n");
    for inputs in ["--base HEAD", ". --base HEAD --base-exact", "zones --base HEAD"] {
        let (lines, code) = place.check(inputs);
        assert!(
            lines[0].starts_with("error cname-with-mx cname-added zones/mail.zone") && code == 1,
            "{inputs}: {lines:?}"
        );
    }
    assert_eq!(place.check("--staged"), (Vec::new(), 0), "nothing is staged");
    place.git(&["add", "."]);
    let (lines, code) = place.check("--staged");
    assert!(lines[0].starts_with("error cname-with-mx cname-added zones/mail.zone") && code == 1, "{lines:?}");
    fs::remove_file(place.0.path().join("zones/db.example.net")).unwrap();
    let (lines, _) = place.check("zones --base HEAD");
    assert!(lines.iter().any(|line| line.contains("mx-exchange-without-address")), "{lines:?}");
}

#[test]
fn a_zone_file_that_is_found_and_cannot_be_read_is_told() {
    let place = zone_files();
    place.commit();
    for (path, text) in [
        ("zones/example.org.zone", ""),
        ("zones/example.org.zone", "{\"a\": 1}"),
        ("zones/example.org.zone", "this is broken\n"),
        ("zones/db.example.org", "@ SOAP ns x 1 1 1 1 1\nmx A 192.0.2.1\n"),
        ("zones/db.example.net", ""),
        ("zones/db.local", "@ 60 SOA localhost. root.localhost. 1 1 1 1 1\n"),
    ] {
        let place = zone_files();
        place.commit();
        place.write(path, text);
        for states in ["zones", "zones --base HEAD"] {
            // An empty file that is no zone file by its name is one if it was.
            if path == "zones/db.example.net" && states == "zones" {
                continue;
            }
            let (lines, code) = place.check(states);
            assert!(
                lines.contains(&"error input-unreadable".to_owned()) && code == 2,
                "{path} {text} {states}: {lines:?}"
            );
        }
    }
    place.write("zones/circle.zone", "$ORIGIN example.org.\n$INCLUDE round.zone\n");
    place.write("zones/round.zone", "$ORIGIN example.org.\n$INCLUDE circle.zone\n");
    assert_eq!(place.check("zones").1, 2, "files that include one another hide nothing");
}

#[cfg(unix)]
#[test]
fn zone_files_that_lie_outside_are_not_read() {
    let place = Place::new(&[("secret", "s A 192.0.2.1\n".to_owned()), ("in/example.com.zone", ZONE.to_owned())]);
    for name in ["in/example.net.zone", "in/db.example.org"] {
        std::os::unix::fs::symlink("../secret", place.0.path().join(name)).unwrap();
    }
    let output = place.zonegate("check in");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        ["db.example.org:1:1", "example.net.zone:1:1"].iter().all(|place| said.contains(place))
            && !said.contains("192.0.2.1"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(2), "{said}");
}

#[test]
fn zones_of_one_name_in_a_directory_are_told_apart() {
    let inside = format!("{ZONE}shop CNAME shops.example.org.\n");
    let outside = format!("{ZONE}shop MX 10 mx.example.net.\n");
    let place = Place::new(&[("inside/example.com.zone", inside.clone()), ("outside/example.com.zone", outside)]);
    assert_eq!(place.check("."), (Vec::new(), 0), "nobody sees both");
    place.commit();
    place.write("outside/example.com.zone", &inside);
    let (lines, code) = place.check("--base HEAD");
    assert!(lines[0].starts_with("error cname-replaces-mx") && code == 1, "{lines:?}");
    // A part without an SOA belongs to the zone beside it.
    place.write("outside/example.com.db", "$ORIGIN example.com.\nshop TXT x\n");
    let (lines, _) = place.check(".");
    assert_eq!(lines, ["error cname-with-other-data both-added outside/example.com.zone outside/example.com.db"]);
}

#[test]
fn what_octodns_has_is_left_to_it() {
    let config = "providers:\n  files: {class: octodns.provider.yaml.YamlProvider, directory: zones}\n\
                  zones:\n  example.com.: {sources: [files], targets: [files]}\n";
    let place = zone_files();
    place.write("config.yaml", config);
    place.write("zones/example.com.yaml", "shop: {type: A, value: 192.0.2.1}\n");
    let output = place.zonegate("check . --verbose");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("zones/example.com.zone is not read, since octodns has its zone"), "{said}");
    assert!(said.contains(".: 1 zone file of name servers read"), "{said}");
    let output = place.zonegate("records .");
    assert!(!String::from_utf8_lossy(&output.stdout).contains("example.net"), "files of no configuration");
    // A zone that moves from the one to the other is the same zone.
    fs::remove_file(place.0.path().join("config.yaml")).unwrap();
    fs::remove_file(place.0.path().join("zones/example.com.yaml")).unwrap();
    place.commit();
    place.write("config.yaml", config);
    place.write("zones/example.com.yaml", "shop: {type: CNAME, value: shops.example.org.}\n");
    fs::remove_file(place.0.path().join("zones/example.com.zone")).unwrap();
    fs::remove_file(place.0.path().join("zones/mail.zone")).unwrap();
    let (lines, code) = place.check("--base HEAD");
    assert!(
        lines[0].starts_with("error cname-replaces-mx type-changed zones/example.com.yaml") && code == 1,
        "{lines:?}"
    );
}

#[test]
fn final_dots_that_a_zone_file_lacks_are_seen_in_the_names_that_come_of_it() {
    let check = |records: &str| {
        let place = Place::new(&[("example.com.zone", format!("{ZONE}{records}"))]);
        let (lines, _) = place.check("example.com.zone");
        let rule = |line: String| line.split(' ').nth(1).unwrap_or_default().to_owned();
        lines.into_iter().map(rule).collect::<Vec<_>>()
    };
    let not_absolute = || vec!["mail-target-not-absolute".to_owned()];
    assert_eq!(check("a CNAME www.example.com\n"), not_absolute());
    assert_eq!(check("_submission._tcp SRV 0 1 587 mail.example.com\n"), not_absolute());
    let mut of_mx = check("mail MX 10 mail.example.com\nmail A 192.0.2.1\n");
    of_mx.sort();
    assert_eq!(of_mx, ["mail-target-not-absolute", "mx-exchange-without-address"]);
    assert_eq!(check("mail.example.com A 192.0.2.1\n"), ["owner-repeats-zone"]);
    assert_eq!(
        check("mail.example.com A 192.0.2.1\na MX 10 mail.example.com\n"),
        ["owner-repeats-zone"],
        "it is there"
    );
    for fine in
        ["a CNAME www.example.com.\n", "a MX 10 mail\nmail A 192.0.2.1\n", "a CNAME b.example\n", "a CNAME com\n"]
    {
        assert!(!check(fine).contains(&"mail-target-not-absolute".to_owned()), "{fine}");
    }
}

/// A zone file of example.com with a line more.
fn zone(line: &str) -> String {
    format!("$ORIGIN example.com.\n@ 60 SOA ns1.example.net. x.example.net. 1 1 1 1 1\n{line}\n")
}

const OLD: &str = "shop 60 MX 10 mx.example.net.";
const NEW: &str = "shop 60 CNAME shops.example.org.";

/// A repository in which these files are committed.
fn committed(files: &[(&str, String)]) -> Place {
    let place = Place::new(files);
    place.git(&["init", "--quiet", "--initial-branch=main"]);
    place.git(&["add", "."]);
    place.git(&["commit", "--quiet", "--message", "x"]);
    place
}

#[test]
fn a_file_is_found_in_git_from_wherever_it_is_named() {
    let place = committed(&[
        ("z.zone", zone(OLD)),
        ("dns/z.zone", zone(OLD)),
        ("zonegate.yaml", "inputs: [z.zone]\nbase: main\n".to_owned()),
        ("sub/deep/x", String::new()),
    ]);
    place.write("z.zone", &zone(NEW));
    place.write("dns/z.zone", &zone(NEW));
    place.git(&["add", "."]);
    let found = |path: &str| (vec![format!("error cname-replaces-mx type-changed {path} {path}")], 1);
    let here = place.0.path().canonicalize().expect("it is there");
    let whole = format!("{}/sub/../z.zone", here.display());
    for (below, inputs, path) in [
        ("", "", "z.zone"),
        ("sub", "", "../z.zone"),
        ("sub/deep", "", "../../z.zone"),
        ("sub", "--staged", "../z.zone"),
        ("sub", "../z.zone --base main", "../z.zone"),
        ("sub", "../z.zone --staged", "../z.zone"),
        ("sub", "../dns/z.zone --staged", "../dns/z.zone"),
        ("", "sub/../z.zone --staged", "z.zone"),
        ("", &whole, "z.zone"),
        ("sub", &format!("{whole} --staged"), "../z.zone"),
    ] {
        let base = if inputs == whole { " --base main" } else { "" };
        assert_eq!(place.check_in(below, &format!("{inputs}{base}")), found(path), "{below}: {inputs}");
    }
    let output = place.zonegate_in("sub", "trace shop.example.com ../z.zone --staged");
    let told = String::from_utf8(output.stdout).expect("it is text");
    assert!(told.contains("before the change:") && told.contains("is an alias for shops.example.org"), "{told}");
}

#[cfg(unix)]
#[test]
fn two_dots_lead_up_from_where_a_link_leads() {
    let place = committed(&[("a/z.zone", zone(OLD)), ("a/b/x", String::new()), ("z.zone", zone(""))]);
    std::os::unix::fs::symlink("a/b", place.0.path().join("link")).expect("the directory takes links");
    place.write("a/z.zone", &zone(NEW));
    let found = vec!["error cname-replaces-mx type-changed a/z.zone a/z.zone".to_owned()];
    assert_eq!(place.check("link/../z.zone --base main"), (found, 1));
}

#[test]
fn a_configuration_of_octodns_is_found_above_the_working_directory() {
    let pair = MX.replace("  type", "- type") + "- type: CNAME\n  value: a.example.org.\n";
    let place =
        Place::new(&[("config.yaml", CONFIG.to_owned()), ("zones/example.com.yaml", pair), ("sub/x", String::new())]);
    let path = "../zones/example.com.yaml";
    let found = (vec![format!("error cname-with-mx both-added {path} {path}")], 1);
    assert_eq!(place.check_in("sub", "../config.yaml"), found);
}

#[test]
fn what_git_is_asked_for_does_not_depend_on_what_lies_on_disk() {
    let place = committed(&[("z.zone", zone(OLD)), ("l.json", listing(&[]))]);
    place.write("z.zone", &zone(NEW));
    place.git(&["add", "."]);
    let replaced = vec!["error cname-replaces-mx type-changed z.zone z.zone".to_owned()];
    let unreadable = vec!["error input-unreadable".to_owned()];
    for text in [None, Some(""), Some("{}"), Some("\u{0}")] {
        for path in ["z.zone", "l.json"] {
            fs::remove_file(place.0.path().join(path)).expect("it is there");
            if let Some(text) = text {
                place.write(path, text);
            }
        }
        assert_eq!(place.check("z.zone --staged"), (replaced.clone(), 1), "{text:?}");
        assert_eq!(place.check("l.json --staged"), (Vec::new(), 0), "{text:?}");
        for path in ["z.zone", "l.json"] {
            if text.is_some() {
                assert_eq!(place.check(&format!("{path} --base main")), (unreadable.clone(), 2), "{path}: {text:?}");
            } else {
                place.write(path, "");
            }
        }
    }
}

#[test]
fn a_file_that_was_no_zone_before_is_a_new_one() {
    let place = committed(&[("z.zone", String::new())]);
    place.write("z.zone", &zone(&format!("{OLD}\n{NEW}")));
    let found = ["error cname-with-mx both-added z.zone z.zone", "warning input-unreadable"].map(str::to_owned);
    assert_eq!(place.check("z.zone --base main"), (found.to_vec(), 1));
    place.write("z.zone", &zone(OLD));
    assert_eq!(place.check("z.zone --base main"), (found[1..].to_vec(), 0), "what repairs it may land");
}

#[test]
fn a_file_that_no_state_has_is_unreadable() {
    let place = committed(&[("z.zone", zone(OLD)), ("sub/x", String::new())]);
    place.write("new.zone", &zone(NEW));
    let unreadable = (vec!["error input-unreadable".to_owned()], 2);
    for inputs in ["new.zone --staged", "gone.zone --staged", "gone.zone --base main", "gone.json --base main"] {
        assert_eq!(place.check(inputs), unreadable, "{inputs}");
    }
    assert_eq!(place.check_in("sub", "../gone.zone ../z.zone --base main"), unreadable);
    for name in ["new.zone", "gone.zone", "gone", "dns/gone"] {
        place.write("zonegate.yaml", &format!("inputs: [{name}]\n"));
        assert_eq!(place.check("--staged"), unreadable, "{name} of a configuration");
    }
    let elsewhere = Place::new(&[("z.zone", zone(OLD)), ("plan.json", plan(&["Z1"], &[]))]);
    for state in ["--staged", "--base main"] {
        assert_eq!(elsewhere.check(&format!("z.zone {state}")), unreadable, "there is no git: {state}");
        assert_eq!(elsewhere.check(&format!("plan.json {state}")), (Vec::new(), 0), "a plan needs none: {state}");
    }
}

#[test]
fn a_directory_that_only_the_index_has_is_read() {
    let place = committed(&[
        ("dns/example.com.yaml", MX.to_owned()),
        ("zonegate.yaml", "inputs: [dns]\n".to_owned()),
        ("sub/x", String::new()),
    ]);
    place.write("dns/example.com.yaml", "shop:\n  type: CNAME\n  value: shops.example.org.\n");
    place.git(&["add", "."]);
    fs::remove_dir_all(place.0.path().join("dns")).expect("it is there");
    for (below, path) in [("", "dns/example.com.yaml"), ("sub", "../dns/example.com.yaml")] {
        let found = vec![format!("error cname-replaces-mx type-changed {path} {path}")];
        assert_eq!(place.check_in(below, "--staged"), (found, 1), "{path}");
    }
}

#[test]
fn a_plan_of_a_configuration_is_left_out_where_only_what_is_staged_counts() {
    let place = committed(&[
        ("z.zone", zone(OLD)),
        ("zonegate.yaml", "inputs: [plan.json, z.zone]\n".to_owned()),
        ("old.json", plan(&[], &[])),
    ]);
    place.write("z.zone", &zone(NEW));
    let found = (vec!["error cname-replaces-mx type-changed z.zone z.zone".to_owned()], 1);
    assert_eq!(place.check("--staged"), (Vec::new(), 0), "there is no plan, and nothing is staged");
    place.git(&["add", "."]);
    assert_eq!(place.check("--staged"), found);
    place.write("plan.json", &alias_created(&["Z1"]));
    assert_eq!(place.check("--staged"), found);
    assert_eq!(place.check("plan.json --staged").1, 0, "a user who names it means it");
}

#[test]
fn a_zone_comes_and_goes_with_its_file() {
    let place = committed(&[("z.zone", zone(OLD))]);
    place.git(&["mv", "z.zone", "other.zone"]);
    for state in ["--base main", "--staged"] {
        let gone = vec!["note all-mx-deleted record-removed z.zone".to_owned()];
        assert_eq!(place.check(&format!("z.zone {state}")), (gone, 0), "{state}");
        assert_eq!(place.check(&format!("z.zone other.zone {state}")), (Vec::new(), 0), "it moved: {state}");
        let output = place.zonegate_in("", &format!("check other.zone {state}"));
        let told = String::from_utf8(output.stdout).expect("it is text").replace('\n', " ");
        assert!(
            told.contains("no records before and 2 after") && told.contains("compared before with after"),
            "{told}"
        );
    }
    place.write("other.zone", &zone(&format!("{OLD}\n{NEW}")));
    let both = vec!["error cname-with-mx both-added other.zone other.zone".to_owned()];
    assert_eq!(place.check("other.zone --base main"), (both, 1));
}

#[test]
fn a_file_that_a_sparse_checkout_leaves_out_is_not_gone() {
    let place = committed(&[("z.zone", zone(OLD)), ("other.zone", zone(""))]);
    place.git(&["sparse-checkout", "set", "--no-cone", "other.zone"]);
    assert_eq!(place.check("z.zone --base main"), (vec!["error input-unreadable".to_owned()], 2));
    assert_eq!(place.check("other.zone --base main"), (Vec::new(), 0));
    assert_eq!(place.check("z.zone --staged"), (Vec::new(), 0), "git has both states");
}

const CONFIG: &str = "providers:\n  zones: {class: octodns.provider.yaml.YamlProvider, directory: zones}\n\
                      zones:\n  example.com.: {sources: [zones], targets: [zones]}\n";

#[test]
fn configurations_and_zones_of_octodns_tell_of_the_sides_too() {
    let alias = "shop:\n  type: CNAME\n  value: shops.example.org.\n".to_owned();
    let place = Place::new(&[
        ("old/config.yaml", CONFIG.to_owned()),
        ("old/zones/example.com.yaml", MX.to_owned()),
        ("new/config.yaml", CONFIG.to_owned()),
        ("new/deep/other.yaml", CONFIG.to_owned()),
        ("new/deep/zones/example.com.yaml", alias.clone()),
        ("new/zones/example.com.yaml", alias),
        ("zone.zone", zone(OLD)),
    ]);
    let (old, new) = ("old/zones/example.com.yaml", "new/zones/example.com.yaml");
    let found = |new: &str| (vec![format!("error cname-replaces-mx type-changed {new} {old}")], 1);
    for (before, after) in [
        ("old/config.yaml", "new/config.yaml"),
        ("old", "new/config.yaml"),
        (old, new),
        ("new/../old/config.yaml", "new/config.yaml"),
    ] {
        let (list, code) = place.check(&format!("--before {before} --after {after}"));
        let list: Vec<String> = list.iter().map(|line| line.replace("new/../", "")).collect();
        assert_eq!((list, code), found(new), "{before} {after}");
    }
    let elsewhere = "--before old/config.yaml --after new/deep/other.yaml";
    assert_eq!(place.check(elsewhere), found("new/deep/zones/example.com.yaml"));
    let unreadable = (vec!["error input-unreadable".to_owned()], 2);
    for (before, after) in [("zone.zone", "new"), ("old/config.yaml", "zone.zone"), ("gone", "new")] {
        let states = format!("--before {before} --after {after}");
        assert_eq!(place.check(&states), unreadable, "{states}");
    }
}

#[test]
fn a_list_that_is_broken_is_told_as_a_list() {
    let place = Place::new(&[("plan.json", alias_created(&["Z1"]))]);
    let list = listing(&[("shop.example.com.", "MX", "10 mx.example.net.")]);
    for (text, expected) in [
        (list[..list.len() - 9].to_owned(), "this list of record sets ends in the middle, after"),
        (list.replacen("[{", "[{,", 1), "this is no list of record sets: "),
        (r#"{"IsTruncated": false, "ResourceRecordSets": {}}"#.to_owned(), "is no list, so nothing of it is read"),
    ] {
        place.write("list.json", &text);
        for inputs in ["list.json", "plan.json --context list.json", "--before list.json --after list.json"] {
            let output = place.zonegate_in("", &format!("check {inputs} --format concise"));
            let told = String::from_utf8(output.stdout).expect("it is text");
            assert!(told.contains(expected) && !told.contains("terraform show"), "{inputs}: {told}");
            assert_eq!(output.status.code(), Some(2), "{told}");
        }
    }
}

#[test]
fn a_zone_file_that_holds_no_zone_is_told_as_one() {
    let place = Place::new(&[("plan.json", alias_created(&["Z1"]))]);
    for (text, expected) in [
        (None, "no such file or directory"),
        (Some(""), "this zone file is empty"),
        (Some(" \n"), "this zone file is empty"),
        (Some("\u{0}\u{1}"), "is not text"),
        (Some("{}"), "holds JSON"),
        (Some(r#"{"format_version":"1.2","#), "holds JSON"),
        (Some("<html></html>"), "HTML"),
    ] {
        if let Some(text) = text {
            place.write("x.zone", text);
        }
        for inputs in ["x.zone", "plan.json --context x.zone", "--before x.zone --after x.zone"] {
            let output = place.zonegate_in("", &format!("check {inputs} --format concise"));
            let told = String::from_utf8(output.stdout).expect("it is text");
            let is_meant = told.contains(expected) && !told.to_lowercase().contains("terra");
            assert!(is_meant && output.status.code() == Some(2), "{inputs}: {text:?}: {told}");
        }
    }
    for (path, is_plan) in [("gone", false), ("dns/gone.txt", false), ("gone.json", true), ("dns/tfplan", true)] {
        let output = place.zonegate_in("", &format!("check {path}"));
        let told = String::from_utf8(output.stdout).expect("it is text");
        assert!(told.contains("no such file") && told.contains("terraform show") == is_plan, "{path}: {told}");
    }
    place.write("db.zone", &alias_created(&["Z1"]));
    assert_eq!(place.check("db.zone"), (vec!["note zone-partially-visible".to_owned()], 0), "a plan of any name");
}

#[test]
fn files_that_include_one_another_many_times_are_not_read_for_ever() {
    let place = Place::new(&[("example.com.zone", ZONE.to_owned() + &"$INCLUDE f0\n".repeat(8))]);
    for level in 0..12 {
        place.write(&format!("f{level}"), &format!("$INCLUDE f{}\n", level + 1).repeat(8));
    }
    place.write("f12", "a A 192.0.2.1\n");
    let output = place.zonegate("check example.com.zone");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("more than 1000 files are"), "{said}");
    assert_eq!(output.status.code(), Some(2));
}
