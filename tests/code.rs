//! From plans to the code that they were made from: directories of code beside plans written by hand, and where the
//! program points.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use zonegate::load::terraform::code::Origin;
use zonegate::load::{Inputs, load};
use zonegate::policy::Policy;
use zonegate::rule::Declared;
use zonegate::source::{Bytes, Sources};

/// An alias and an MX at one name, which clash, as some addresses have them.
fn clash(alias: &str, mx: &str) -> Value {
    plan(&[(alias, record("shop", "CNAME", "shops.example.org.")), (mx, record("shop", "MX", "10 mx.example.net."))])
}

fn record(label: &str, rtype: &str, data: &str) -> Value {
    json!({"zone_id": "Z1", "name": format!("{label}.example.com"), "type": rtype, "ttl": 300, "records": [data]})
}

/// A plan that creates these records. Of their blocks it says no more than that there were such.
fn plan(records: &[(&str, Value)]) -> Value {
    let mut root = json!({"resources": [], "module_calls": {}});
    let mut changes = Vec::new();
    for (address, after) in records {
        let steps: Vec<&str> = address.split("module.").skip(1).collect();
        let mut module = &mut root;
        for step in &steps {
            let name = step.split(['.', '[']).next().unwrap();
            let calls = module["module_calls"].as_object_mut().unwrap();
            let call = calls.entry(name).or_insert_with(|| json!({"module": {"resources": [], "module_calls": {}}}));
            module = &mut call["module"];
        }
        let own = address.split("aws_route53_record.").nth(1).unwrap().split('[').next().unwrap();
        let block = json!({"address": format!("aws_route53_record.{own}"), "expressions": {}});
        let blocks = module["resources"].as_array_mut().unwrap();
        if !blocks.contains(&block) {
            blocks.push(block);
        }
        changes.push(json!({
            "address": address, "mode": "managed", "type": "aws_route53_record",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": {}},
        }));
    }
    json!({"format_version": "1.2", "resource_changes": changes, "configuration": {"root_module": root}})
}

/// A directory with these files.
fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

/// What the program prints in a directory.
fn check(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zonegate"));
    let command = command.arg("check").args(arguments).current_dir(directory).env_clear().env("LANG", "C.UTF-8");
    let output = command.output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

fn report(directory: &Path, arguments: &[&str]) -> Value {
    let text = check(directory, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"))
}

/// The places of all findings: file, line, and the text that is pointed at.
fn places(files: &[(&str, &str)], plan: &Value) -> Vec<String> {
    let directory = directory(files);
    fs::write(directory.path().join("plan.json"), plan.to_string()).unwrap();
    let report = report(directory.path(), &["plan.json"]);
    let labels =
        report["findings"].as_array().unwrap().iter().flat_map(|finding| finding["labels"].as_array().unwrap());
    labels.map(|label| place(directory.path(), label)).collect()
}

fn place(directory: &Path, label: &Value) -> String {
    let path = label["path"].as_str().unwrap();
    let text = fs::read_to_string(directory.join(path)).unwrap();
    let at = |end: &str| usize::try_from(label[end]["offset"].as_u64().unwrap()).unwrap();
    let line = if path == "plan.json" { String::new() } else { format!(":{}", label["start"]["line"]) };
    assert_eq!(label["planned"].is_null(), path == "plan.json", "{label}");
    format!("{path}{line} {}", &text[at("start")..at("end")])
}

fn gaps(report: &Value) -> Vec<&str> {
    let gaps = report["gaps"].as_array().unwrap().iter();
    gaps.filter(|gap| gap["rule"] == "code-not-as-planned").map(|gap| gap["reason"].as_str().unwrap()).collect()
}

const BLOCKS: &str = r#"
resource "aws_route53_record" "a" {
  zone_id = "Z1"
  name    = "shop.example.com"
  type    = "CNAME"
  ttl     = 300
  records = ["shops.example.org."]
}

resource aws_route53_record b {
  zone_id = "Z1"
  name    = "shop.example.com"
  type    = "MX"
  ttl     = 300
  records = [
    # the first
    "10 mx.example.net.",
  ]
}
"#;

const EACH: &str = r#"
resource "aws_route53_record" "all" {
  for_each = local.records
  zone_id  = "Z1"
  name     = each.value.name
  type     = each.value.type
  ttl      = 300
  records  = each.value.records
}
"#;

const BOTH: [&str; 2] = ["aws_route53_record.a", "aws_route53_record.b"];
const KEYED: [&str; 2] = [r#"aws_route53_record.all["web"]"#, r#"aws_route53_record.all["mail"]"#];

fn keyed() -> Value {
    clash(KEYED[0], KEYED[1])
}

#[test]
fn plain_blocks_are_pointed_into() {
    let plan = clash(BOTH[0], BOTH[1]);
    assert_eq!(
        places(&[("main.tf", BLOCKS)], &plan),
        ["main.tf:7 shops.example.org.", "main.tf:17 10 mx.example.net."]
    );
    let dos = BLOCKS.replace('\n', "\r\n");
    assert_eq!(places(&[("main.tf", &dos)], &plan), ["main.tf:7 shops.example.org.", "main.tf:17 10 mx.example.net."]);
    let marked = format!("\u{feff}{BLOCKS}");
    assert_eq!(places(&[("main.tf", &marked)], &plan)[0], "main.tf:7 shops.example.org.");
}

#[test]
fn entries_of_maps_are_pointed_into_whatever_builds_them() {
    let web = r#"{ name = "shop.example.com", type = "CNAME", records = ["shops.example.org."] }"#;
    let mail = r#"{ name = "shop.example.com", type = "MX", records = ["10 mx.example.net."] }"#;
    for records in [
        format!("{{\n web = {web}\n\n mail = {mail}\n}}"),
        format!("merge(\n{{ web = {web} }},\n\n{{ \"mail\" = {mail} }})"),
        format!("{{ for k, v in {{\nweb = {web},\n\nmail : {mail} }} : lower(upper(k)) => v if v != null }}"),
        format!(
            "{{ for k, v in local.raw : k => {{ name = v.name, type = v.type, records = v.records }} }}\n  raw = {{ web = {web}\n\n mail = {mail} }}"
        ),
        format!("{{ for r in flatten([\n[{web}],\n\n[{mail}]]) : (r.type == \"MX\" ? \"mail\" : \"web\") => r }}"),
    ] {
        let code = format!("locals {{\n  records = {records}\n}}\n{EACH}");
        let places = places(&[("main.tf", &code)], &keyed());
        assert!(places[0].ends_with(" shops.example.org.") && places[1].ends_with(" 10 mx.example.net."), "{places:?}");
        let line = |place: &String| place[8..].split(' ').next().unwrap().parse::<usize>().unwrap();
        assert_eq!(line(&places[0]) + 2, line(&places[1]), "{places:?}\n{code}");
    }
}

#[test]
fn two_records_with_one_text_are_not_confused() {
    let code = r#"
resource "aws_route53_record" "all" {
  for_each = {
    "shop.example.com" = "unused"
    "shop"             = "unused"
  }
  zone_id = "Z1"
  name    = each.key
  type    = "A"
  records = ["192.0.2.1"]
}

resource "aws_route53_record" "web" {
  for_each = { "shop.example.com" = "shops.example.org.", "www.example.com" = "shops.example.org." }
  zone_id  = "Z1"
  name     = each.key
  type     = "CNAME"
  records  = [each.value]
}

resource "aws_route53_record" "mail" {
  for_each = toset(["shop.example.com",
                    "www.example.com"])
  zone_id = "Z1"
  name    = each.key
  type    = "MX"
  records = ["10 mx.${each.value}"]
}
"#;
    let plan = plan(&[
        (r#"aws_route53_record.web["www.example.com"]"#, record("www", "CNAME", "shops.example.org.")),
        (r#"aws_route53_record.mail["www.example.com"]"#, record("www", "MX", "10 mx.www.example.com")),
    ]);
    let directory = directory(&[("main.tf", code), ("plan.json", &plan.to_string())]);
    let report = report(directory.path(), &["plan.json"]);
    let labels = &report["findings"][0]["labels"];
    assert_eq!(place(directory.path(), &labels[0]), "main.tf:14 shops.example.org.");
    assert!(labels[0]["start"]["column"].as_u64().unwrap() > 60, "the second of two that are alike: {labels}");
    assert_eq!(place(directory.path(), &labels[1]), "main.tf:23 www.example.com");
}

#[test]
fn entries_of_a_yaml_or_json_file_are_pointed_into() {
    let yaml = "web: {name: shop.example.com, type: CNAME, records: [shops.example.org.]}\nmail:\n  name: shop.example.com\n  type: MX\n  records:\n    - 10 mx.example.net.\n";
    let code = |value: &str| format!("locals {{\n  records = {value}\n}}\n{EACH}");
    let decoded = code(r#"yamldecode(file("${path.module}/data/records.yaml"))"#);
    assert_eq!(
        places(&[("main.tf", &decoded), ("data/records.yaml", yaml)], &keyed()),
        ["data/records.yaml:1 shops.example.org.", "data/records.yaml:6 10 mx.example.net."]
    );
    let json = "{\"zone\": {\"web\": {\"name\": \"shop.example.com\", \"type\": \"CNAME\", \"records\": [\"shops.example.org.\"]},\n\"mail\": {\"name\": \"shop.example.com\", \"type\": \"MX\", \"records\": [\"10 mx.example.net.\"]}}}";
    let decoded = code(r#"jsondecode(file("records.json")).zone"#);
    assert_eq!(
        places(&[("main.tf", &decoded), ("records.json", json)], &keyed()),
        ["records.json:1 shops.example.org.", "records.json:2 10 mx.example.net."]
    );
    let outside = code(r#"yamldecode(file("../records.yaml"))"#);
    let places = places(&[("dns/main.tf", &outside), ("records.yaml", yaml), ("dns/plan.json", "")], &keyed());
    assert!(places.iter().all(|place| place.starts_with("plan.json ")), "no code lies beside this plan: {places:?}");
}

#[test]
fn files_outside_of_the_repository_are_not_read() {
    let yaml = "web: {name: shop.example.com, type: CNAME, records: [shops.example.org.]}\n";
    let code = format!("locals {{\n  records = yamldecode(file(\"../records.yaml\"))\n}}\n{EACH}");
    let directory =
        directory(&[("dns/main.tf", &code), ("records.yaml", yaml), ("dns/plan.json", &keyed().to_string())]);
    let path = |directory: &Path| {
        report(&directory.join("dns"), &["plan.json"])["findings"][0]["labels"][0]["path"].as_str().unwrap().to_owned()
    };
    assert_eq!(path(directory.path()), "main.tf");
    fs::create_dir(directory.path().join(".git")).unwrap();
    assert_eq!(path(directory.path()), "../records.yaml");
}

#[test]
fn inputs_lead_through_modules_to_the_call() {
    let root = r#"
module "dns" {
  source = "./modules/dns"
  count  = 2
  target = "shops.example.org."
  mail   = { (var.key) = ["10 mx.example.net."] }
}

variable "key" { default = "in" }
"#;
    let dns = r#"
variable "target" {}
variable "mail" {}
module "records" {
  source = "../records"
  target = var.target
  mail   = var.mail
}
"#;
    let records = r#"
variable "target" {}
variable "mail" {}
resource "aws_route53_record" "a" {
  zone_id = "Z1"
  name    = "shop.example.com"
  type    = "CNAME"
  records = [var.target]
}
resource "aws_route53_record" "b" {
  for_each = var.mail
  zone_id  = "Z1"
  name     = "shop.example.com"
  type     = "MX"
  records  = each.value
}
"#;
    let files = [("main.tf", root), ("modules/dns/x.tf", dns), ("modules/records/x.tf", records)];
    let module = "module.dns[1].module.records";
    let plan = clash(&format!("{module}.aws_route53_record.a"), &format!("{module}.aws_route53_record.b[\"in\"]"));
    assert_eq!(places(&files, &plan), ["main.tf:5 shops.example.org.", "main.tf:6 10 mx.example.net."]);
}

#[test]
fn a_downloaded_module_is_left_for_its_call() {
    let root = r#"
module "records" {
  source  = "example/route53/aws//modules/records"
  version = "1.2.3"

  zone_name = "example.com"
  records = [
    {
      name    = "shop"
      type    = "CNAME"
      records = ["shops.example.org."]
    },
    {
      name    = "shop"
      type    = "MX"
      records = ["10 mx.example.net."]
    },
  ]
}
"#;
    let module = r#"
locals {
  # convert from list to map with unique keys
  recordsets = { for rs in var.records : try(rs.key, join(" ", compact(["${rs.name} ${rs.type}", try(rs.set_identifier, "")]))) => rs }
}
variable "records" { default = [] }
variable "zone_name" {}
data "aws_route53_zone" "this" { name = var.zone_name }
resource "aws_route53_record" "this" {
  for_each = local.recordsets
  zone_id  = data.aws_route53_zone.this.zone_id
  name     = each.value.name != "" ? "${each.value.name}.${data.aws_route53_zone.this.name}" : data.aws_route53_zone.this.name
  type     = each.value.type
  records  = each.value.records
}
"#;
    let plan = clash(
        r#"module.records.aws_route53_record.this["shop CNAME"]"#,
        r#"module.records.aws_route53_record.this["shop MX"]"#,
    );
    let manifest = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"records","Source":"registry.terraform.io/example/route53/aws//modules/records","Version":"1.2.3","Dir":".terraform/modules/records/modules/records"}]}"#;
    let files = [
        ("main.tf", root),
        (".terraform/modules/modules.json", manifest),
        (".terraform/modules/records/modules/records/main.tf", module),
    ];
    assert_eq!(places(&files, &plan), ["main.tf:11 shops.example.org.", "main.tf:16 10 mx.example.net."]);
    let call = r#"main.tf:2 module "records""#;
    assert_eq!(places(&files[..1], &plan), [call, call], "the module is not at hand");
}

#[test]
fn override_files_count_for_what_they_override() {
    let other = "resource \"aws_route53_record\" \"a\" {\n  records = [\"other.example.org.\"]\n}\n";
    let over = "resource \"aws_route53_record\" \"a\" {\n  records = [\"shops.example.org.\"]\n}\n";
    let plan = clash(BOTH[0], BOTH[1]);
    let code = BLOCKS.replace("shops.example.org.", "old.example.org.");
    let files = [("main.tf", code.as_str()), ("a_override.tf", other), ("override.tf", over)];
    assert_eq!(places(&files, &plan), ["override.tf:2 shops.example.org.", "main.tf:17 10 mx.example.net."]);
    let files = [("main.tf", code.as_str()), ("main.tofu", BLOCKS)];
    assert_eq!(places(&files, &plan)[0], "main.tofu:7 shops.example.org.");
}

#[test]
fn code_in_json_is_pointed_into() {
    let code = r#"{
  "locals": {"target": "shops.example.org."},
  "resource": {
    "aws_route53_record": {
      "a": {
        "zone_id": "Z1", "name": "shop.example.com", "type": "CNAME",
        "records": ["${local.target}"]
      },
      "all": [{
        "for_each": {"mail": ["10 mx.example.net."]},
        "zone_id": "Z1", "name": "shop.example.com", "type": "MX",
        "records": "${each.value}"
      }]
    }
  }
}"#;
    let plan = clash(BOTH[0], KEYED[1]);
    assert_eq!(
        places(&[("main.tf.json", code)], &plan),
        ["main.tf.json:7 ${local.target}", "main.tf.json:10 10 mx.example.net."]
    );
}

#[test]
fn values_of_variables_are_those_of_the_plan() {
    let code = format!(
        "variable \"target\" {{\n  default = \"wrong.example.org.\"\n}}\nlocals {{\n  records = {{\n    web = {{ name = \"shop.example.com\", type = \"CNAME\", records = [var.target] }}\n    mail = var.mail\n  }}\n}}\nvariable \"mail\" {{}}\n{EACH}"
    );
    let values = "mail = {\n  name = \"shop.example.com\"\n  type = \"MX\"\n  records = [\"10 mx.example.net.\"]\n}\n";
    let mut plan = keyed();
    plan["variables"] = json!({
        "target": {"value": "shops.example.org."},
        "mail": {"value": {"name": "shop.example.com", "type": "MX", "records": ["10 mx.example.net."]}},
    });
    let files = [("main.tf", code.as_str()), ("terraform.tfvars", values)];
    assert_eq!(places(&files, &plan), ["main.tf:6 web", "main.tf:7 mail"], "neither the default nor another file");
}

#[test]
fn blocks_that_a_dynamic_block_makes_are_pointed_into() {
    let code = r#"
resource "aws_route53_record" "a" {
  zone_id = "Z1"
  name    = "shop.example.com"
  type    = "CNAME"
  dynamic "alias" {
    for_each = ["first.example.org", "shops.example.org"]
    content {
      name = alias.value
    }
  }
  records = ["shops.example.org."]
}
resource "azurerm_dns_mx_record" "b" {
  zone_name = "example.com"
  name      = "shop"
  dynamic "record" {
    for_each = local.exchanges
    iterator = each_record
    content {
      preference = each_record.key
      exchange   = each_record.value
    }
  }
}
locals { exchanges = { 10 = "mx.example.net" } }
"#;
    let mut plan = plan(&[(BOTH[0], record("shop", "CNAME", "shops.example.org."))]);
    let mx = json!({"zone_name": "example.com", "name": "shop", "record": [{"preference": "10", "exchange": "mx.example.net"}]});
    plan["resource_changes"][0]["change"]["after"]["zone_id"] = "/hostedzone/Z1".into();
    plan["resource_changes"].as_array_mut().unwrap().push(json!({
        "address": "azurerm_dns_mx_record.b", "mode": "managed", "type": "azurerm_dns_mx_record",
        "provider_name": "registry.terraform.io/hashicorp/azurerm",
        "change": {"actions": ["create"], "before": null, "after": mx, "after_unknown": {}},
    }));
    plan["resource_changes"].as_array_mut().unwrap().push(json!({
        "address": "azurerm_dns_cname_record.c", "mode": "managed", "type": "azurerm_dns_cname_record",
        "provider_name": "registry.terraform.io/hashicorp/azurerm",
        "change": {"actions": ["create"], "before": null, "after": {"zone_name": "example.com", "name": "shop", "record": "x.example.org"}, "after_unknown": {}},
    }));
    let places = places(&[("main.tf", code)], &plan);
    assert!(places.contains(&"main.tf:22 each_record.value".to_owned()), "{places:?}");
}

#[test]
fn a_checkout_that_is_not_what_was_planned_says_so() {
    let mut plan = clash(BOTH[0], BOTH[1]);
    let constants = json!({"records": {"constant_value": ["shops.example.org."]}, "ttl": {"constant_value": 300}});
    plan["configuration"]["root_module"]["resources"][0]["expressions"] = constants;
    let [a, b]: [&str; 2] = BLOCKS.split("\n\n").collect::<Vec<_>>().try_into().unwrap();
    for (code, said) in [
        (
            BLOCKS.replace("ttl     = 300\n  records = [\"shops", "ttl     = 60\n  records = [\"shops"),
            "aws_route53_record.a says another ttl",
        ),
        (BLOCKS.replace("shops.example.org.", "other.example.org."), "aws_route53_record.a says another records"),
        (
            BLOCKS.replace("records = [\"shops.example.org.\"]", "alias {}"),
            "aws_route53_record.a no longer says its records",
        ),
        (b.to_owned(), "it has no aws_route53_record.a"),
    ] {
        let directory = directory(&[("main.tf", &code), ("plan.json", &plan.to_string())]);
        let report = report(directory.path(), &["plan.json"]);
        assert!(matches!(gaps(&report)[..], [reason] if reason.contains(said)), "{report}");
        let labels = &report["findings"][0]["labels"];
        assert_eq!(labels[0]["path"], "plan.json");
        assert!(place(directory.path(), &labels[1]).ends_with(" 10 mx.example.net."), "the other block is as it was");
        assert!(check(directory.path(), &["plan.json"]).contains("not what was planned"));
    }
    let elsewhere = directory(&[("main.tf", a), ("other/plan.json", &plan.to_string())]);
    let report = report(elsewhere.path(), &["other/plan.json"]);
    assert_eq!(gaps(&report).len(), 1, "the working directory holds some of it");
    let unrelated = directory(&[("main.tf", "locals {}"), ("other/plan.json", &plan.to_string())]);
    assert_eq!(gaps(&self::report(unrelated.path(), &["other/plan.json"])), [""; 0], "that is other code");
    let named = self::report(unrelated.path(), &["other/plan.json", "--terraform-dir", "."]);
    assert_eq!(gaps(&named).len(), 1, "that is what the user named");
}

#[test]
fn an_entry_that_is_not_what_was_planned_says_so() {
    let code = |web: &str| {
        format!(
            "locals {{\n  records = {{ {web}\n  mail = {{ name = \"shop.example.com\", type = \"MX\", records = [\"10 mx.example.net.\"] }} }}\n}}\n{EACH}"
        )
    };
    for (web, said) in [
        (
            "web = { name = \"shop.example.com\", type = \"CNAME\", records = [\"other.example.org.\"] }",
            "it says another value for aws_route53_record.all[\"web\"]",
        ),
        (
            "www = { name = \"shop.example.com\", type = \"CNAME\", records = [\"shops.example.org.\"] }",
            "aws_route53_record.all has no entry for a key of the plan",
        ),
    ] {
        let directory = directory(&[("main.tf", &code(web)), ("plan.json", &keyed().to_string())]);
        let report = report(directory.path(), &["plan.json"]);
        assert!(matches!(gaps(&report)[..], [reason] if reason.contains(said)), "{report}");
        assert_eq!(report["findings"][0]["labels"][0]["path"], "plan.json");
        assert_eq!(report["findings"][0]["labels"][1]["path"], "main.tf");
    }
}

#[test]
fn a_saved_plan_holds_the_code_that_was_planned() {
    let plan = clash(BOTH[0], "module.m.aws_route53_record.b");
    let [a, b]: [&str; 2] = BLOCKS.split("\n\n").collect::<Vec<_>>().try_into().unwrap();
    let main = format!("{a}\nmodule \"m\" {{\n  source = \"./mail\"\n}}\n");
    let directory = directory(&[("main.tf", "locals {}"), ("plan.json", &plan.to_string())]);
    let mut archive = zip::ZipWriter::new(fs::File::create(directory.path().join("tfplan")).unwrap());
    let manifest = r#"[{"Key":"","Dir":"."},{"Key":"m","Source":"./mail","Dir":"mail"}]"#;
    for (name, text) in [
        ("tfplan", ""),
        ("tfconfig/modules.json", manifest),
        ("tfconfig/m-/main.tf", &main),
        ("tfconfig/m-m/mail.tf", b),
    ] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    let report = report(directory.path(), &["plan.json", "--plan-file", "tfplan"]);
    let labels = &report["findings"][0]["labels"];
    let at = |label: &Value| format!("{}:{}", label["path"].as_str().unwrap(), label["start"]["line"]);
    assert_eq!([at(&labels[0]), at(&labels[1])], ["main.tf:7", "mail/mail.tf:8"]);
    assert_eq!(gaps(&report), [""; 0]);
    assert!(
        check(directory.path(), &["plan.json", "--plan-file", "main.tf"]).contains("main.tf: this is no zip archive")
    );
    assert!(check(directory.path(), &["plan.json", "--terraform-dir", "none"]).contains("none: no such directory"));
}

#[test]
fn comments_in_code_suppress() {
    let allow = "zonegate: allow cname-with-mx -- it is parked";
    let entries = |above_web: &str, above_www: &str| {
        format!(
            "locals {{\n  records = {{\n    {above_web}\n    web = {{ name = \"shop.example.com\", type = \"CNAME\", records = [\"shops.example.org.\"] }}\n    {above_www}\n    www = {{ name = \"www.example.com\", type = \"A\", records = [\"192.0.2.1\"] }}\n\n    mail = {{ name = \"shop.example.com\", type = \"MX\", records = [\"10 mx.example.net.\"] }}\n  }}\n}}\n{EACH}"
        )
    };
    let above = format!("# {allow}");
    let inner = format!("  // {allow}\n  for_each");
    for (code, plan, suppressed) in [
        (BLOCKS.replacen("\nresource", &format!("\n{above}\nresource"), 1), clash(BOTH[0], BOTH[1]), true),
        (
            BLOCKS.replace("[\"shops.example.org.\"]", &format!("[\"shops.example.org.\"] // {allow}")),
            clash(BOTH[0], BOTH[1]),
            true,
        ),
        (BLOCKS.replace("# the first", &above), clash(BOTH[0], BOTH[1]), true),
        (format!("{BLOCKS}\n{above}\n"), clash(BOTH[0], BOTH[1]), false),
        (entries(&above, ""), keyed(), true),
        (entries("", &above), keyed(), false),
        (entries("", "").replace("  for_each", &inner), keyed(), true),
    ] {
        let directory = directory(&[("main.tf", &code), ("plan.json", &plan.to_string())]);
        let report = report(directory.path(), &["plan.json"]);
        let finding = &report["findings"][0];
        assert_eq!(!finding["suppressed"].is_null(), suppressed, "{code}\n{finding}");
        assert!(!suppressed || finding["suppressed"]["path"] == "main.tf" && finding["suppressed"]["by"] == "comment");
    }
    let element = |rtype, data| format!("{{ name = \"shop\", type = \"{rtype}\", records = [\"{data}\"] }}");
    let records = [element("CNAME", "shops.example.org."), element("MX", "10 mx.example.net.")].join(",\n");
    let wrapper = "resource \"aws_route53_record\" \"a\" {\n  for_each = { for r in var.r : r.type => r }\n  records = each.value.records\n}\n";
    let code = format!("{above}\nmodule \"m\" {{\n  source = \"example/m/aws\"\n  r = [{records}]\n}}\n");
    let manifest = r#"{"Modules":[{"Key":"m","Source":"example/m/aws","Dir":".terraform/modules/m"}]}"#;
    let of_module = |key| format!("module.m.aws_route53_record.a[\"{key}\"]");
    let plan = clash(&of_module("CNAME"), &of_module("MX")).to_string();
    let files = [
        ("main.tf", code.as_str()),
        (".terraform/modules/m/main.tf", wrapper),
        (".terraform/modules/modules.json", manifest),
        ("plan.json", &plan),
    ];
    let finding = &report(directory(&files).path(), &["plan.json"])["findings"][0];
    assert_eq!(finding["suppressed"]["path"], "main.tf", "above the call of a module: {finding}");
    let code = BLOCKS.replacen("\nresource", "\n# zonegate: allow cname-with-mx\nresource", 1);
    let directory = directory(&[("main.tf", &code), ("plan.json", &clash(BOTH[0], BOTH[1]).to_string())]);
    assert!(check(directory.path(), &["plan.json"]).contains("malformed-suppression"));
}

#[test]
fn what_is_sensitive_in_the_plan_is_not_shown_from_the_code() {
    let code = format!(
        "locals {{\n  records = {{ web = {{ name = \"shop.example.com\", type = \"CNAME\", records = [\"s3cr3t.example.org.\"] }}, mail = {{ name = \"shop.example.com\", type = \"MX\", records = [\"10 mx.example.net.\"] }} }}\n}}\n{EACH}"
    );
    let literal = BLOCKS.replace("[\"shops.example.org.\"]", "[sensitive(lower(\"S3CR3T.example.org.\")), \"s3cr3t\"]");
    for (code, alias, mx) in [(code.as_str(), KEYED[0], KEYED[1]), (literal.as_str(), BOTH[0], BOTH[1])] {
        let mut plan = plan(&[
            (alias, record("shop", "CNAME", "s3cr3t.example.org.")),
            (mx, record("shop", "MX", "10 mx.example.net.")),
        ]);
        plan["resource_changes"][0]["change"]["after_sensitive"] = json!({"records": true});
        let directory = directory(&[("main.tf", code), ("plan.json", &plan.to_string())]);
        for format in &zonegate::render::FORMATS {
            let text = check(directory.path(), &["plan.json", "--format", format.name]);
            assert!(text.contains("main.tf") && !text.to_lowercase().contains("s3cr3t"), "{}: {text}", format.name);
        }
    }
}

#[test]
fn any_bytes_as_code_do_no_harm() {
    let plan = clash(KEYED[0], r#"module.m["x"].aws_route53_record.b"#).to_string();
    let parts = [
        "resource \"aws_route53_record\" \"all\" {",
        "module \"m\" {",
        "locals {",
        "variable \"v\" {",
        "}",
        "{",
        "[",
        "]",
        "(",
        ")",
        "=",
        "\n",
        "for_each = local.r",
        "r = local.r",
        "r = {",
        "web = ",
        "records = ",
        "each.value",
        "\"",
        "${",
        "var.v",
        "default = ",
        "<<A\n",
        "A\n",
        "source = \"./\"",
        "\"x\"",
        ",",
        ":",
        "for k, v in ",
        "=>",
        "...",
        "merge(",
        "concat(local.r, local.r)",
        "#",
        "/*",
        "\u{0}",
        "é",
        "?",
        ".*",
        "name = ",
    ];
    let mut state = 11_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let directory = directory(&[]);
    let path = |name: &str| directory.path().join(name);
    for round in 0..1500 {
        let text: Vec<&str> = (0..random(40)).map(|_| parts[random(parts.len())]).collect();
        let (text, mut bytes) = (text.join(" "), Vec::new());
        bytes.extend(text.bytes().map(|byte| if round % 7 == 0 && random(9) == 0 { 0xFF } else { byte }));
        for name in ["main.tf", "main.tf.json"] {
            fs::write(path(name), &bytes).unwrap();
        }
        let mut sources = Sources::default();
        let source = sources.add(path("plan.json").display().to_string(), Bytes::Owned(plan.clone().into()));
        let loaded = load(&mut sources, Inputs::documents(vec![source]));
        let mut found = zonegate::find(&loaded, &Declared::default(), &Policy::default());
        found.move_to_code(&mut sources, &loaded, &Policy::default(), &Origin::default());
        let report = zonegate::conclude(&sources, &loaded, &Policy::default(), found);
        assert_eq!(report.findings.len(), 1, "{text}");
    }
}

#[test]
fn code_that_multiplies_itself_takes_no_long_time() {
    let mut code = String::from("locals {\n  t0 = \"shop\"\n  l0 = [\"a\", \"b\"]\n");
    for at in 1..60 {
        let before = at - 1;
        let text = format!("\"${{local.t{before}}}${{local.t{before}}}\"");
        code.extend([format!("  t{at} = {text}\n  l{at} = concat(local.l{before}, local.l{before})\n")]);
    }
    code += "  deep = [for a in local.l20 : [for b in local.l20 : [for c in local.l20 : \"${a}${b}${c}\"]]]\n";
    code.extend(["  x = ", &"[".repeat(5000), "1", &"]".repeat(5000), "\n"]);
    code += "  records = { for r in flatten(local.deep) : local.t59 => local.l59 }\n}\n";
    let start = std::time::Instant::now();
    places(&[("main.tf", &(code + EACH))], &keyed());
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn several_plans_have_code_of_their_own() {
    let other = BLOCKS.replace("shop", "store").replace("stores", "shops");
    let moved = |plan: Value| plan.to_string().replace("shop.example.com", "store.example.com");
    let plans: BTreeMap<&str, String> = [
        ("one/main.tf", BLOCKS.to_owned()),
        ("one/plan.json", clash(BOTH[0], BOTH[1]).to_string()),
        ("two/main.tf", format!("\n\n{other}")),
        ("two/plan.json", moved(clash(BOTH[0], BOTH[1]))),
    ]
    .into();
    let files: Vec<(&str, &str)> = plans.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let directory = directory(&files);
    let text = check(directory.path(), &["one/plan.json", "two/plan.json", "--format", "concise"]);
    assert!(text.contains("one/main.tf:7:15: error") && text.contains("two/main.tf:9:15: error"), "{text}");
}
