//! What no real plan under testdata shows: odd shapes of plans, and traps in them. Each plan is written by hand after
//! the documentation of Terraform, of OpenTofu and of the provider.
//!
//! That the rest of a zone is not seen is said of most of these plans and is not what they are about, so it is left out.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use zonegate::load::yaml::Yaml;
use zonegate::load::{self, DeclaredZone, Inputs, load};
use zonegate::name::Name;
use zonegate::policy::Policy;
use zonegate::report::Report;
use zonegate::review;
use zonegate::rule::Declared;
use zonegate::source::{Bytes, Place, Sources, Span};

/// What `check` says of these inputs.
fn report(texts: &[&str]) -> Report {
    report_with(texts, Inputs::default())
}

/// The same with what a configuration says besides.
fn report_with(texts: &[&str], said: Inputs) -> Report {
    let mut sources = Sources::default();
    let documents = texts.iter().map(|text| sources.add("plan.json".into(), Bytes::Owned((*text).into()))).collect();
    let policy = Policy { ignore: vec!["zone-partially-visible".into()], ..Policy::default() };
    let loaded = load(&mut sources, Inputs { documents, ..said });
    review(&sources, &loaded, &Declared::default(), &policy)
}

/// Findings and gaps in short: `SEVERITY RULE STATUS NAMES` and `SEVERITY GAP`.
fn told(plan: &Value) -> Vec<String> {
    told_of(&[plan])
}

fn told_of(plans: &[&Value]) -> Vec<String> {
    let texts: Vec<String> = plans.iter().map(ToString::to_string).collect();
    told_text(&texts.iter().map(String::as_str).collect::<Vec<_>>())
}

fn told_text(texts: &[&str]) -> Vec<String> {
    in_short(report(texts))
}

fn in_short(Report { findings, gaps, .. }: Report) -> Vec<String> {
    let findings = findings.iter().map(|finding| {
        let names: Vec<String> = finding.names.iter().map(ToString::to_string).collect();
        format!("{} {} {} {}", finding.severity, finding.rule.id, finding.status, names.join(" "))
    });
    findings.chain(gaps.iter().map(|gap| format!("{} {}", gap.severity, gap.coverage.id))).collect()
}

/// The first finding's message.
fn message(plan: &Value) -> String {
    report(&[&plan.to_string()]).findings.first().map(|finding| finding.message.clone()).unwrap_or_default()
}

/// The reasons of all gaps.
fn reasons(plan: &Value) -> Vec<String> {
    report(&[&plan.to_string()]).gaps.into_iter().map(|gap| gap.reason).collect()
}

/// How many record sets differ.
fn changes(plan: &Value) -> usize {
    report(&[&plan.to_string()]).summary.changes
}

fn plan(changes: &[Value], state: &[Value]) -> Value {
    json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": changes,
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": state}}},
    })
}

/// An entry of `resource_changes`. Which action it is follows from what there is on each side.
fn change(address: &str, before: &Value, after: &Value) -> Value {
    let (resource_type, name) = address.split_once('.').expect("addresses have two parts");
    let actions = match (before.is_null(), after.is_null()) {
        (true, _) => json!(["create"]),
        (false, true) => json!(["delete"]),
        (false, false) if before == after => json!(["no-op"]),
        (false, false) => json!(["update"]),
    };
    json!({
        "address": address,
        "mode": "managed",
        "type": resource_type,
        "name": name,
        "provider_name": source(resource_type),
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": {}},
    })
}

fn create(address: &str, after: &Value) -> Value {
    change(address, &Value::Null, after)
}

fn keep(address: &str, values: &Value) -> Value {
    change(address, values, values)
}

/// An object of the prior state.
fn resting(address: &str, values: &Value) -> Value {
    let (mode, own) = address.strip_prefix("data.").map_or(("managed", address), |own| ("data", own));
    let (resource_type, name) = own.split_once('.').expect("addresses have two parts");
    json!({
        "address": address,
        "mode": mode,
        "type": resource_type,
        "name": name,
        "provider_name": source(resource_type),
        "values": values,
        "sensitive_values": {},
    })
}

fn source(resource_type: &str) -> String {
    let provider = resource_type.split('_').next().expect("there is a first word");
    let namespaces = BTreeMap::from([("cloudflare", "cloudflare"), ("hetznerdns", "timohirt"), ("ovh", "ovh")]);
    format!("registry.terraform.io/{}/{provider}", namespaces.get(provider).unwrap_or(&"hashicorp"))
}

/// The same entry with something else at a place, such as `/change/after_unknown`.
fn with(mut entry: Value, place: &str, value: Value) -> Value {
    let (parent, key) = place.rsplit_once('/').expect("places start with a slash");
    let parent = entry.pointer_mut(parent).and_then(Value::as_object_mut).expect("the place is in an object");
    parent.insert(key.to_owned(), value);
    entry
}

fn route53(name: &str, rtype: &str, records: &[&str]) -> Value {
    json!({"alias": [], "name": name, "records": records, "ttl": 300, "type": rtype, "zone_id": "Z0EXAMPLE1"})
}

fn route53_zone() -> Value {
    let values = json!({"id": "Z0EXAMPLE1", "name": "example.com", "private_zone": false, "zone_id": "Z0EXAMPLE1"});
    resting("data.aws_route53_zone.main", &values)
}

fn cloudflare(name: &str, rtype: &str, content: &str) -> Value {
    json!({
        "content": content, "data": null, "name": name, "priority": 10, "proxied": false, "settings": null, "ttl": 300,
        "type": rtype, "zone_id": "023e105f4ecef8ad9ca31a8372d0c353",
    })
}

fn cloudflare_zone() -> Value {
    let id = "023e105f4ecef8ad9ca31a8372d0c353";
    resting("data.cloudflare_zone.main", &json!({"id": id, "name": "example.com", "zone_id": id}))
}

fn google(zone: &str, name: &str, rtype: &str, data: &str) -> Value {
    json!({
        "managed_zone": zone, "name": name, "project": "example-project", "routing_policy": [], "rrdatas": [data],
        "ttl": 300, "type": rtype,
    })
}

fn google_zone(name: &str, visibility: &str) -> Value {
    let values = json!({
        "dns_name": "example.com.", "id": format!("projects/example-project/managedZones/{name}"), "name": name,
        "project": "example-project", "visibility": visibility,
    });
    keep(&format!("google_dns_managed_zone.{name}"), &values)
}

/// An MX and a new CNAME at one name, as one entry each.
fn clash() -> [Value; 2] {
    [
        keep("aws_route53_record.mail", &route53("shop.example.com", "MX", &["10 mx1.example.net"])),
        create("aws_route53_record.shop", &route53("shop.example.com", "CNAME", &["shops.example.org"])),
    ]
}

/// An MX and a new CNAME at one name, but in two zones.
fn google_clash() -> [Value; 2] {
    [
        keep("google_dns_record_set.mail", &google("one", "shop.example.com.", "MX", "10 mx1.example.net.")),
        create("google_dns_record_set.shop", &google("two", "shop.example.com.", "CNAME", "shops.example.org.")),
    ]
}

const CLASH: &str = "error cname-with-mx introduced shop.example.com.";
/// What is forgotten stays beside the alias.
const FORGOTTEN: &str = "error forgotten-record-still-live introduced shop.example.com.";
const REPLACED: &str = "error cname-replaces-mx introduced shop.example.com.";

#[test]
fn a_resource_type_that_looks_like_records_is_noted_once() {
    let plan = plan(
        &[
            create("example_record.one", &json!({"name": "shop", "type": "CNAME", "value": "shops.example.org."})),
            create("example_record.two", &json!({"name": "www", "type": "A", "value": "192.0.2.1"})),
            create("example_zone_rrset.one", &json!({"type": "A", "target": "192.0.2.1"})),
        ],
        &[],
    );
    assert_eq!(told(&plan), ["note unmodelled-dns-resource", "note unmodelled-dns-resource"]);
    assert!(reasons(&plan)[0].contains("`example_record`"), "{:?}", reasons(&plan));
    assert!(reasons(&plan)[0].contains("and 1 more of its type are not checked"), "{:?}", reasons(&plan));
}

#[test]
fn a_resource_type_whose_records_cannot_be_read_says_why() {
    let import = json!({"zone_name": "example.com", "zone_file": "shop IN CNAME shops.example.org."});
    let plan =
        plan(&[create("ovh_domain_zone_import.one", &import), create("ovh_domain_zone_import.two", &import)], &[]);
    assert_eq!(told(&plan), ["note unmodelled-dns-resource"]);
    let reason = "the records of `ovh_domain_zone_import` are not checked: it holds the whole zone as one text";
    assert_eq!(reasons(&plan), [reason]);
}

#[test]
fn a_resource_type_of_all_kinds_is_asked_only_for_records() {
    let of_type = |kind: &str, body: &Value| {
        let parent = "/subscriptions/one/resourceGroups/dns/providers/Microsoft.Network/dnsZones/example.com";
        let attributes = json!({"body": body, "name": "shop", "parent_id": parent, "type": kind});
        let mut resource = create("azapi_resource.one", &attributes);
        resource["provider_name"] = json!("registry.terraform.io/azure/azapi");
        plan(&[resource], &[])
    };
    let other = of_type("Microsoft.Storage/storageAccounts@2023-01-01", &json!({}));
    assert_eq!((changes(&other), told(&other)), (0, vec![]));
    let cname = json!({"properties": {"CNAMERecord": {"cname": "shops.example.org"}}});
    let record = of_type("Microsoft.Network/dnsZones/CNAME@2018-05-01", &cname);
    assert_eq!((changes(&record), told(&record)), (1, vec![]));
    // Version 1 of the provider has a text in its place.
    let text = of_type("Microsoft.Network/dnsZones/CNAME@2018-05-01", &json!(cname.to_string()));
    assert_eq!((changes(&text), told(&text)), (1, vec!["warning input-unreadable".to_owned()]));
}

#[test]
fn data_sources_and_types_of_other_things_are_not_noted() {
    let read = with(create("hetznerdns_record.read", &json!({})), "/address", json!("data.hetznerdns_record.read"));
    let plan = plan(
        &[
            create("random_id.one", &json!({"byte_length": 8})),
            create("aws_instance.one", &json!({"ami": "ami-0example"})),
            create("hetznerdns_zone.main", &json!({"name": "example.com"})),
            with(read, "/mode", json!("data")),
        ],
        &[resting("data.hetznerdns_records.all", &json!({"zone_id": "1"}))],
    );
    assert_eq!(told(&plan), [""; 0]);
}

#[test]
fn records_are_read_whatever_registry_their_provider_comes_from() {
    for name in ["registry.opentofu.org/hashicorp/aws", "mirror.example.com/hashicorp/aws", "aws"] {
        assert_eq!(told(&clash_of(name)), [CLASH], "{name}");
    }
}

#[test]
fn a_provider_that_only_has_known_types_is_read_and_noted() {
    let plan = clash_of("mirror.example.com/fork/route53");
    assert_eq!(told(&plan), [CLASH, "note unmodelled-dns-resource"]);
    assert!(reasons(&plan)[0].contains("fork/route53"), "{:?}", reasons(&plan));
}

/// A clash whose records come from the provider of this name.
fn clash_of(provider: &str) -> Value {
    let entries = clash().map(|entry| with(entry, "/provider_name", json!(provider)));
    with(plan(&entries, &[route53_zone()]), "/format_version", json!("0.1"))
}

#[test]
fn an_exclusive_list_of_records_tells_that_a_target_is_missing() {
    let list = |rtype: &str, value: &str| {
        let set =
            json!({"name": "shop.example.com", "resource_records": [{"value": value}], "ttl": 300, "type": rtype});
        json!({"name": null, "resource_record_set": [set], "zone_id": "Z0EXAMPLE1"})
    };
    let (before, after) = (list("MX", "10 mx1.example.net"), list("CNAME", "missing.example.com"));
    let plan = plan(&[change("aws_route53_records_exclusive.all", &before, &after)], &[route53_zone()]);
    assert_eq!(told(&plan), [REPLACED]);
    assert!(message(&plan).ends_with("stops: missing.example.com has no mx and no address"), "{}", message(&plan));
}

#[test]
fn what_a_plan_puts_off_is_a_warning() {
    let [mail, shop] = clash();
    let other = create("aws_instance.one", &json!({}));
    let deferred = [shop, other].map(|entry| json!({"reason": "provider_config_unknown", "resource_change": entry}));
    let plan = with(plan(&[mail], &[route53_zone()]), "/deferred_changes", json!(deferred));
    assert_eq!(told(&plan), ["warning plan-not-complete"]);
    let limited = with(plan, "/complete", json!(false));
    assert_eq!(told(&limited), ["warning plan-not-complete", "warning plan-not-complete"]);
}

#[test]
fn a_redacted_plan_is_checked_with_a_warning() {
    let plan = json!({"plan_format_version": "1.1", "provider_schemas": {}, "resource_changes": clash()});
    assert_eq!(told(&plan), [CLASH, "warning plan-not-complete"]);
}

#[test]
fn a_plan_is_complete_unless_it_says_otherwise() {
    let whole = plan(&clash(), &[route53_zone()]);
    assert_eq!(told(&whole), [CLASH]);
    assert_eq!(told(&with(whole.clone(), "/complete", json!(true))), [CLASH]);
    assert_eq!(told(&with(whole, "/complete", json!(false))), [CLASH, "warning plan-not-complete"]);
}

#[test]
fn a_record_that_terraform_forgets_while_it_makes_another_stays() {
    let (mx, cname) = (route53("shop", "MX", &["10 mx1.example.net"]), route53("shop", "CNAME", &["www.example.org"]));
    let entry = change("aws_route53_record.shop", &mx, &cname);
    for (actions, expected) in [
        (json!(["create", "forget"]), FORGOTTEN),
        (json!(["forget", "create"]), FORGOTTEN),
        (json!(["create", "delete"]), REPLACED),
        (json!(["delete", "create"]), REPLACED),
    ] {
        let plan = plan(&[with(entry.clone(), "/change/actions", actions.clone())], &[route53_zone()]);
        assert_eq!(told(&plan), [expected], "{actions}");
    }
}

#[test]
fn a_record_that_terraform_only_forgets_stays() {
    let forgotten = change("aws_route53_record.mail", &route53("shop", "MX", &["10 mx1.example.net"]), &Value::Null);
    let [_, shop] = clash();
    let plan = plan(&[with(forgotten, "/change/actions", json!(["forget"])), shop], &[route53_zone()]);
    assert_eq!(told(&plan), [FORGOTTEN]);
}

#[test]
fn what_is_forgotten_and_imported_again_is_told_by_its_new_address() {
    let with_id = |id: &str| with(route53("shop", "MX", &["10 mx1.example.net"]), "/id", json!(id));
    let forgotten = change("aws_route53_record.mail", &with_id("one"), &Value::Null);
    let forgotten = with(forgotten, "/change/actions", json!(["forget"]));
    let becomes_alias = |id: &str| {
        let entry = change("aws_route53_record.shop", &with_id(id), &route53("shop", "CNAME", &["www.example.org"]));
        with(entry, "/change/importing", json!({"id": id}))
    };
    let told = |id: &str| told(&plan(&[forgotten.clone(), becomes_alias(id)], &[route53_zone()]));
    assert_eq!(told("one"), [REPLACED], "one record, which is no mx any more");
    assert_eq!(told("another"), [FORGOTTEN]);
}

#[test]
fn actions_that_nobody_knows_are_read_by_what_they_do() {
    let [mail, shop] = clash();
    let plan = plan(&[mail, with(shop, "/change/actions", json!(["reconcile"]))], &[route53_zone()]);
    assert_eq!(told(&plan), [CLASH]);
}

#[test]
fn a_deposed_object_is_not_the_one_whose_address_it_shares() {
    let mx = route53("shop", "MX", &["10 mx1.example.net"]);
    let current = create("aws_route53_record.shop", &route53("shop", "CNAME", &["shops.example.org"]));
    let deposed = change("aws_route53_record.shop", &mx, &Value::Null);
    let deposed = with(deposed, "/deposed", json!("deadbeef"));
    let in_state = with(resting("aws_route53_record.shop", &mx), "/deposed_key", json!("deadbeef"));
    let listed = plan(&[current.clone(), deposed], &[route53_zone(), in_state.clone()]);
    assert_eq!(told(&listed), [REPLACED]);
    let left_out = plan(&[current], &[route53_zone(), in_state]);
    assert_eq!(told(&left_out), [CLASH]);
}

#[test]
fn ephemeral_objects_hold_no_records() {
    let entry = with(create("aws_secretsmanager_secret_version.one", &Value::Null), "/mode", json!("ephemeral"));
    let [mail, shop] = clash();
    let record = with(create("aws_route53_record.one", &Value::Null), "/mode", json!("ephemeral"));
    assert_eq!(told(&plan(&[entry, record, mail, shop], &[route53_zone()])), [CLASH]);
}

#[test]
fn two_plans_in_one_input_are_one_change() {
    let [mail, shop] = clash().map(|entry| plan(&[entry], &[route53_zone()]));
    let findings = report(&[&format!("{mail}\n{shop:#}\n")]).findings;
    assert_eq!(findings.iter().map(|finding| finding.rule.id).collect::<Vec<_>>(), ["cname-with-mx"]);
}

#[test]
fn an_octal_escape_of_route_53_is_the_wildcard() {
    let plan = plan(
        &[
            keep("aws_route53_record.mail", &route53("*.shop.example.com", "MX", &["10 mx1.example.net"])),
            create("aws_route53_record.all", &route53("\\052.shop", "CNAME", &["shops.example.org"])),
        ],
        &[route53_zone()],
    );
    assert_eq!(told(&plan), ["error cname-with-mx introduced *.shop.example.com."]);
}

#[test]
fn an_azure_apex_is_found_in_a_zone_without_an_id() {
    let zone = json!({"id": null, "name": "corp.example.com", "resource_group_name": "dns"});
    let zone = with(create("azurerm_private_dns_zone.corp", &zone), "/change/after_unknown", json!({"id": true}));
    let record = |address: &str, key: &str, value: Value| {
        let entry = create(address, &json!({"name": "@", "private_dns_zone_id": null, key: value, "ttl": 300}));
        with(entry, "/change/after_unknown", json!({"fqdn": true, "private_dns_zone_id": true}))
    };
    let mx = record(
        "azurerm_private_dns_mx_record.mail",
        "record",
        json!([{"exchange": "mx1.example.net", "preference": 10}]),
    );
    let cname = record("azurerm_private_dns_cname_record.apex", "record", json!("www.example.org"));
    let references = json!({"references": ["azurerm_private_dns_zone.corp.id", "azurerm_private_dns_zone.corp"]});
    let block = |address: &str| json!({"address": address, "expressions": {"private_dns_zone_id": references}});
    let blocks = ["azurerm_private_dns_mx_record.mail", "azurerm_private_dns_cname_record.apex"].map(block);
    let configuration = json!({"root_module": {"resources": blocks}});
    let plan = with(plan(&[zone, mx, cname], &[]), "/configuration", configuration);
    assert_eq!(told(&plan), ["error cname-with-mx introduced corp.example.com."]);
}

#[test]
fn a_record_without_its_zone_is_a_warning() {
    let mx = json!([{"exchange": "mx1.example.net", "preference": 10}]);
    let mx = json!({"name": "@", "private_dns_zone_id": null, "record": mx, "ttl": 300});
    let plan = plan(&[create("azurerm_private_dns_mx_record.mail", &mx)], &[]);
    assert_eq!(told(&plan), ["warning input-unreadable"]);
}

#[test]
fn an_mx_whose_whole_list_is_sensitive_still_clashes() {
    let [mail, shop] = clash();
    let mail = with(mail, "/change/before_sensitive", json!({"records": true}));
    let mail = with(mail, "/change/after_sensitive", json!({"records": true}));
    let plan = plan(&[mail, shop], &[route53_zone()]);
    assert_eq!(told(&plan), [CLASH, "note sensitive-value"]);
    assert!(!message(&plan).contains("mx1.example.net"), "{}", message(&plan));
}

#[test]
fn an_mx_whose_whole_list_is_unknown_still_clashes() {
    let [_, shop] = clash();
    let mx = json!({"alias": [], "name": "shop", "ttl": 300, "type": "MX", "zone_id": "Z0EXAMPLE1"});
    let mail = create("aws_route53_record.mail", &mx);
    let mail = with(mail, "/change/after_unknown", json!({"fqdn": true, "records": true}));
    assert_eq!(told(&plan(&[mail, shop], &[route53_zone()])), [CLASH, "warning unknown-until-apply"]);
}

#[test]
fn an_exclusive_list_that_is_unknown_is_a_warning() {
    let list = json!({"name": null, "zone_id": "Z0EXAMPLE1"});
    let list = create("aws_route53_records_exclusive.all", &list);
    let list = with(list, "/change/after_unknown", json!({"resource_record_set": true}));
    assert_eq!(told(&plan(&[list], &[route53_zone()])), ["warning unknown-until-apply"]);
}

#[test]
fn a_key_with_a_quote_stays_in_its_address() {
    let [mail, shop] = clash();
    let address = "aws_route53_record.all[\"say \\\"shop\\\".\"]";
    let plan = plan(&[mail, with(shop, "/address", json!(address))], &[route53_zone()]);
    let findings = report(&[&plan.to_string()]).findings;
    assert_eq!(findings[0].primary.place.address.as_deref(), Some(address));
    assert_eq!(told(&plan), [CLASH]);
}

#[test]
fn a_ttl_is_the_same_as_text_and_as_a_number() {
    let number = route53("shop", "MX", &["10 mx1.example.net"]);
    let entry = |ttl: &str| {
        let text = with(number.clone(), "/ttl", json!(ttl));
        plan(&[change("aws_route53_record.mail", &number, &text)], &[route53_zone()])
    };
    assert_eq!(changes(&entry("300")), 0);
    assert_eq!(changes(&entry("600")), 1);
}

#[test]
fn a_preference_is_the_same_as_text_and_as_a_number() {
    let mx = |preference: Value| {
        let record = json!([{"exchange": "mx1.example.net", "preference": preference}]);
        json!({"name": "@", "record": record, "resource_group_name": "dns", "ttl": 300, "zone_name": "example.com"})
    };
    let entry = |preference| plan(&[change("azurerm_dns_mx_record.mail", &mx(json!(10)), &mx(preference))], &[]);
    assert_eq!((changes(&entry(json!("10"))), told(&entry(json!("10")))), (0, vec![]));
    assert_eq!(changes(&entry(json!("20"))), 1);
}

#[test]
fn an_mx_without_a_preference_is_a_warning_and_still_clashes() {
    let [_, shop] = clash();
    let mail = create("aws_route53_record.mail", &route53("shop", "MX", &["mail.example.com"]));
    let plan = plan(&[mail, shop], &[route53_zone()]);
    assert_eq!(told(&plan), [CLASH, "warning input-unreadable"]);
    assert!(reasons(&plan)[0].contains("preference exchange"), "{:?}", reasons(&plan));
}

#[test]
fn what_may_be_an_apex_is_no_apex_in_a_zone_without_a_name() {
    let route53 = [
        create("aws_route53_record.apex", &route53("example.com", "CNAME", &["www.example.org"])),
        create("aws_route53_record.www", &route53("www.example.com", "A", &["192.0.2.1"])),
    ];
    let google = [
        create("google_dns_record_set.apex", &google("main", "example.com.", "CNAME", "www.example.org.")),
        create("google_dns_record_set.www", &google("main", "www.example.com.", "A", "192.0.2.1")),
    ];
    let cloudflare = [
        create("cloudflare_dns_record.apex", &cloudflare("example.com", "CNAME", "www.example.org")),
        create("cloudflare_dns_record.www", &cloudflare("www.example.com", "A", "192.0.2.1")),
    ];
    for entries in [route53, google, cloudflare] {
        assert_eq!(told(&plan(&entries, &[])), [""; 0], "{}", entries[0]["address"]);
    }
}

#[test]
fn an_alias_clashes_in_a_zone_without_a_name_too() {
    assert_eq!(told(&plan(&clash(), &[])), [CLASH]);
}

#[test]
fn cloudflare_serves_some_aliases_as_addresses() {
    let proxied = with(cloudflare("shop", "CNAME", "shops.example.org"), "/proxied", json!(true));
    for (name, cname, expected) in [
        ("shop", proxied, "note flattened-cname-with-mx introduced shop.example.com."),
        (
            "@",
            cloudflare("example.com", "CNAME", "shops.example.org"),
            "note flattened-cname-with-mx introduced example.com.",
        ),
        ("shop", cloudflare("shop", "CNAME", "www.example.com"), "warning cname-with-mx introduced shop.example.com."),
        ("shop", cloudflare("shop", "CNAME", "shops.example.org"), CLASH),
    ] {
        let mail = keep("cloudflare_dns_record.mail", &cloudflare(name, "MX", "mx1.example.net"));
        let plan = plan(&[mail, create("cloudflare_dns_record.alias", &cname)], &[cloudflare_zone()]);
        assert_eq!(told(&plan), [expected], "{cname}");
    }
}

#[test]
fn an_alias_inside_a_private_network_is_no_exchange_of_the_public_mx() {
    let inside = json!({
        "id": "Z0EXAMPLE2", "name": "example.com", "vpc": [{"vpc_id": "vpc-0example", "vpc_region": "eu-west-1"}],
        "zone_id": "Z0EXAMPLE2",
    });
    let alias = with(route53("mail", "CNAME", &["mail.example.org"]), "/zone_id", json!("Z0EXAMPLE2"));
    let plan = plan(
        &[
            keep("aws_route53_zone.inside", &inside),
            keep("aws_route53_record.mx", &route53("", "MX", &["10 mail.example.com"])),
            keep("aws_route53_record.mail", &route53("mail", "A", &["192.0.2.25"])),
            create("aws_route53_record.inside", &alias),
        ],
        &[route53_zone()],
    );
    assert_eq!(told(&plan), [""; 0]);
}

#[test]
fn zones_of_one_name_stay_apart_by_their_ids() {
    let [mail, alias] = clash();
    let alias = with(alias, "/change/after/zone_id", json!("Z0EXAMPLE2"));
    let other = json!({"id": "Z0EXAMPLE2", "name": "example.com", "private_zone": false, "zone_id": "Z0EXAMPLE2"});
    let other = resting("data.aws_route53_zone.other", &other);
    assert_eq!(told(&plan(&[mail.clone(), alias.clone()], &[route53_zone(), other])), [""; 0], "with their names");
    assert_eq!(told(&plan(&[mail, alias], &[])), [""; 0], "without");
}

#[test]
fn google_zones_of_one_project_stay_apart_by_their_names() {
    assert_eq!(told(&plan(&google_clash(), &[])), [""; 0]);
}

#[test]
fn google_zones_of_one_project_and_one_domain_stay_apart_by_their_names() {
    for visibility in ["private", "public"] {
        let zones = ["one", "two"].map(|name| google_zone(name, visibility));
        let entries: Vec<Value> = zones.into_iter().chain(google_clash()).collect();
        assert_eq!(told(&plan(&entries, &[])), [""; 0], "{visibility}");
    }
}

#[test]
fn an_alias_below_a_mail_domain_is_silent() {
    let plan = plan(
        &[
            keep("aws_route53_record.mail", &route53("", "MX", &["10 mx1.example.net"])),
            create("aws_route53_record.www", &route53("www", "CNAME", &["www.example.org"])),
        ],
        &[route53_zone()],
    );
    assert_eq!(told(&plan), [""; 0]);
}

#[test]
fn a_zone_that_one_plan_names_is_named_for_all() {
    let [mail, alias] = clash();
    let (one, other) = (plan(&[mail], &[route53_zone()]), plan(&[alias], &[]));
    assert_eq!(told_of(&[&one, &other]), [CLASH]);
    assert_eq!(told_of(&[&other, &one]), [CLASH], "in whatever order");
}

#[test]
fn an_exchange_is_found_in_another_zone_of_which_only_the_id_is_known() {
    let mail = route53("shop.example.com", "MX", &["10 mail.example.net"]);
    let host = |rtype, data| with(route53("mail.example.net", rtype, &[data]), "/zone_id", json!("Z0EXAMPLE2"));
    let becomes = change("aws_route53_record.mail", &host("A", "192.0.2.25"), &host("CNAME", "mail.example.org"));
    let plan = plan(&[keep("aws_route53_record.mx", &mail), becomes], &[]);
    assert_eq!(told(&plan), ["error mx-exchange-is-cname introduced mail.example.net. shop.example.com."]);
}

#[test]
fn what_becomes_sensitive_is_hidden_on_both_sides() {
    let old = route53("shop.example.com", "CNAME", &["s3cr3t.example.org"]);
    let new = with(old.clone(), "/ttl", json!(60));
    let mail = keep("aws_route53_record.mx", &route53("shop.example.com", "MX", &["10 mx1.example.net"]));
    for side in ["/change/before_sensitive", "/change/after_sensitive"] {
        let entry = with(change("aws_route53_record.alias", &old, &new), side, json!({"records": [true]}));
        let plan = plan(&[mail.clone(), entry], &[route53_zone()]);
        let expected = ["error cname-with-mx existing shop.example.com.", "note sensitive-value"];
        assert_eq!(told(&plan), expected, "{side}");
        assert!(!message(&plan).contains("s3cr3t"), "{side}: {}", message(&plan));
    }
}

#[test]
fn what_is_not_built_as_it_should_be_is_noted_and_the_rest_is_read() {
    let [mail, alias] = clash();
    let text = r#"["10 mx1.example.net"]"#;
    for (place, value) in [
        ("/change/after", json!("x")),
        ("/change/after/name", json!(["x"])),
        ("/change/after/type", json!({})),
        ("/change/after/records", json!([])),
        ("/change/after/records", json!({"a": text})),
        ("/change/after/zone_id", json!([])),
    ] {
        let odd = create("aws_route53_record.odd", &route53("odd.example.com", "MX", &["10 mx1.example.net"]));
        let entries = [mail.clone(), alias.clone(), with(odd, place, value)];
        assert_eq!(told(&plan(&entries, &[route53_zone()])), [CLASH, "warning input-unreadable"], "{place}");
    }
}

#[test]
fn actions_of_any_shape_change_nothing() {
    let [mail, alias] = clash();
    for actions in [json!(null), json!("create"), json!(5), json!({})] {
        let alias = with(alias.clone(), "/change/actions", actions);
        assert_eq!(told(&plan(&[mail.clone(), alias], &[route53_zone()])), [CLASH]);
    }
}

#[test]
fn of_two_keys_the_last_counts() {
    let [mail, alias] = clash();
    let text = plan(&[mail, alias], &[route53_zone()]).to_string();
    let doubled = text.replace(r#""type":"CNAME""#, r#""type":"A","type":"CNAME""#);
    assert_ne!(doubled, text);
    assert_eq!(told_text(&[&doubled]), [CLASH]);
}

#[test]
fn an_alias_that_is_proxied_in_place_of_an_mx_is_no_silent_matter() {
    let mail = cloudflare("shop.example.com", "MX", "mx1.example.net");
    let alias = with(cloudflare("shop.example.com", "CNAME", "shops.example.org"), "/proxied", json!(true));
    let entries =
        [change("cloudflare_dns_record.mx", &mail, &Value::Null), create("cloudflare_dns_record.alias", &alias)];
    let plan = plan(&entries, &[cloudflare_zone()]);
    assert_eq!(told(&plan), ["warning cname-replaces-mx introduced shop.example.com."]);
}

#[test]
fn an_apex_token_is_the_apex_of_a_zone_without_a_name_too() {
    let entries = [
        keep("cloudflare_dns_record.mx", &cloudflare("@", "MX", "mx1.example.net")),
        create("cloudflare_dns_record.alias", &cloudflare("@", "CNAME", "shops.example.org")),
    ];
    let told = told(&plan(&entries, &[]));
    assert!(told[0].starts_with("note flattened-cname-with-mx"), "{told:?}");
}

#[test]
fn a_relative_name_meets_the_whole_name_that_starts_with_it() {
    let entries = [
        keep("cloudflare_dns_record.mx", &cloudflare("shop.example.com", "MX", "mx1.example.net")),
        keep("cloudflare_dns_record.www", &cloudflare("www.example.com", "A", "192.0.2.1")),
        create("cloudflare_dns_record.alias", &cloudflare("shop", "CNAME", "shops.example.org")),
    ];
    assert_eq!(told(&plan(&entries, &[])), [CLASH]);
    assert_eq!(told(&plan(&[entries[0].clone(), entries[2].clone()], &[])), [CLASH], "even if it is the only one");
}

#[test]
fn a_zone_may_flatten_all_its_aliases() {
    let zone = "023e105f4ecef8ad9ca31a8372d0c353";
    let mail = keep("cloudflare_dns_record.mx", &cloudflare("shop", "MX", "mx1.example.net"));
    let alias = create("cloudflare_dns_record.alias", &cloudflare("shop", "CNAME", "shops.example.org"));
    let settings = |values: &Value| keep("cloudflare_zone_dns_settings.all", values);
    for (flattens, expected) in [(true, "note flattened-cname-with-mx introduced shop.example.com."), (false, CLASH)] {
        let settings = settings(&json!({"flatten_all_cnames": flattens, "zone_id": zone}));
        let plan = plan(&[mail.clone(), alias.clone(), settings], &[cloudflare_zone()]);
        assert_eq!(told(&plan), [expected]);
    }
    let old = json!({"settings": [{"cname_flattening": "flatten_all"}], "zone_id": zone});
    let old = keep("cloudflare_zone_settings_override.all", &old);
    let plan = plan(&[mail, alias, old], &[cloudflare_zone()]);
    assert_eq!(told(&plan), ["note flattened-cname-with-mx introduced shop.example.com."]);
}

/// A configuration's table for the provider example/dns, or for the one given.
fn own_table(sources: &str, rows: &str) -> Inputs {
    let text = format!("sources: [{sources}]\n{rows}");
    let mut sources = Sources::default();
    let source = sources.add("zonegate.yaml".into(), Bytes::Owned(text.into()));
    let mut yaml = Yaml::default();
    let root = yaml.parse(&sources, source).expect("this is YAML").root.expect("it holds something");
    let table = load::own_table(yaml.value(&sources, root)).expect("the table is good");
    Inputs { tables: vec![table], ..Inputs::default() }
}

const EXAMPLE_ROWS: &str = "\
rows:
  - type: example_dns_record
    unit: record
    zone: {attr: zone_ref, kind: id, via: [example_dns_zone]}
    name: {attr: host, form: relative, apex: ['@']}
    rtype: {attr: kind}
    values: {attr: answer, shape: string, text: target}
    priority: weight
zones:
  - {type: example_dns_zone, id: [id], domain: fqdn}
";

/// An MX and a new CNAME at one name, written by a provider that nobody knows.
fn example_clash() -> Value {
    let record = |kind, answer| json!({"zone_ref": 7, "host": "shop", "kind": kind, "answer": answer, "weight": 10});
    let changes = [
        keep("example_dns_zone.main", &json!({"id": 7, "fqdn": "example.com"})),
        keep("example_dns_record.mail", &record("MX", "mx.example.net")),
        create("example_dns_record.shop", &record("CNAME", "shops.example.org")),
    ];
    plan(&changes.map(|entry| with(entry, "/provider_name", json!("registry.terraform.io/example/dns"))), &[])
}

#[test]
fn a_type_that_nobody_knows_is_read_by_a_table_of_ones_own() {
    let text = example_clash().to_string();
    assert_eq!(told_text(&[&text]), ["note unmodelled-dns-resource"]);
    let told = |sources| in_short(report_with(&[&text], own_table(sources, EXAMPLE_ROWS)));
    assert_eq!(told("example/dns"), [CLASH]);
    assert_eq!(told("registry.terraform.io/example/dns"), [CLASH]);
    assert_eq!(told("example.net/example/dns, example/dns"), [CLASH]);
    assert_eq!(told("example/names"), [CLASH, "note unmodelled-dns-resource"], "the types of another provider");
}

#[test]
fn what_the_dns_host_of_a_table_does_is_told() {
    let text = example_clash().to_string();
    let message = |host: &str| {
        let report = report_with(&[&text], own_table("example/dns", &format!("{host}{EXAMPLE_ROWS}")));
        report.findings[0].message.clone()
    };
    assert!(message("").ends_with("hides its mx mx.example.net"), "{}", message(""));
    let route53 = message("host: Route 53\n");
    assert!(route53.ends_with("and Route 53 will refuse the change"), "{route53}");
    let own = message("host: {host: Example DNS, cname_at_apex: served, cname_beside_other_data: accepted}\n");
    assert!(own.ends_with("and Example DNS will not complain"), "{own}");
}

#[test]
fn a_table_of_ones_own_takes_the_place_of_what_is_known_of_a_type_and_of_no_other() {
    let row = "{unit: rrset, zone: {attr: zone_id, kind: id, via: [aws_route53_zone]}, name: {attr: name, form: fqdn}, \
               rtype: {attr: type}, values: {attr: records, shape: strings}}";
    let typed =
        |resource_type: &str| format!("rows: [{}]", row.replacen('{', &format!("{{type: {resource_type}, "), 1));
    let relative = create("aws_route53_record.shop", &route53("shop", "CNAME", &["shops.example.org"]));
    let mail = keep("aws_route53_record.mail", &route53("shop.example.com", "MX", &["10 mx.example.net"]));
    let text = plan(&[mail.clone(), relative], &[route53_zone()]).to_string();
    let told = |text: &str, rows: &str| in_short(report_with(&[text], own_table("hashicorp/aws", rows)));
    assert_eq!(told(&text, &typed("aws_other_record")), [CLASH]);
    assert_eq!(told(&text, &typed("aws_route53_record")), [""; 0], "this table says that all names are whole");
    let other = create("aws_other_record.shop", &route53("shop.example.com", "CNAME", &["shops.example.org"]));
    let text = plan(&[mail, other], &[route53_zone()]).to_string();
    assert_eq!(told_text(&[&text]), ["note unmodelled-dns-resource"]);
    assert_eq!(told(&text, &typed("aws_other_record")), [CLASH], "a type more for a known provider");
}

/// What a configuration says of zones: the domain name, identifiers, whether it is private, and its name.
fn zones(declared: &[(&str, &[&str], bool, Option<&str>)]) -> Inputs {
    let source = Sources::default().add("zonegate.yaml".into(), Bytes::Owned(Vec::new()));
    let zone = |(apex, ids, private, name): &(&str, &[&str], bool, Option<&str>)| DeclaredZone {
        apex: Name::parse(apex).expect("the name is good"),
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        private: *private,
        name: name.map(str::to_owned),
        place: Place::at(Span { source, start: 0, end: 0 }),
    };
    Inputs { zones: declared.iter().map(zone).collect(), ..Inputs::default() }
}

/// A record of Route 53 in a zone.
fn in_zone(zone: &str, name: &str, rtype: &str, data: &str) -> Value {
    with(route53(name, rtype, &[data]), "/zone_id", json!(zone))
}

const ONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";

#[test]
fn an_apex_is_found_in_a_zone_that_only_a_configuration_names() {
    let relative = json!({"zone_id": ONE, "name": "www", "type": "A", "content": "192.0.2.1", "ttl": 300});
    let route53 = plan(
        &[
            create("aws_route53_record.apex", &in_zone("Z0EXAMPLE1", "example.com", "CNAME", "shops.example.org")),
            keep("aws_route53_record.www", &in_zone("Z0EXAMPLE1", "www", "A", "192.0.2.1")),
        ],
        &[],
    );
    let flattened = plan(
        &[
            create("cloudflare_dns_record.apex", &cloudflare("example.com", "CNAME", "shops.example.org")),
            keep("cloudflare_dns_record.mail", &cloudflare("example.com", "MX", "mx.example.net")),
            keep("cloudflare_dns_record.www", &relative),
        ],
        &[],
    );
    let told = |plan: &Value, said| in_short(report_with(&[&plan.to_string()], said));
    let said = || zones(&[("example.com", &["Z0EXAMPLE1"], false, None), ("example.com", &[ONE], false, None)]);
    assert_eq!(told(&route53, Inputs::default()), [""; 0]);
    assert_eq!(told(&route53, said()), ["error cname-at-apex introduced example.com."]);
    assert_eq!(told(&flattened, Inputs::default()), ["warning cname-with-mx introduced example.com."]);
    assert_eq!(told(&flattened, said()), ["note flattened-cname-with-mx introduced example.com."]);
}

#[test]
fn what_is_not_known_of_a_zone_is_no_gap_once_it_is_declared() {
    let shop = create("aws_route53_record.shop", &in_zone("Z0EXAMPLE1", "shop", "CNAME", "shops.example.org"));
    let text = plan(&[shop], &[]).to_string();
    let gaps = |said| {
        let mut sources = Sources::default();
        let documents = vec![sources.add("plan.json".into(), Bytes::Owned(text.clone().into()))];
        let loaded = load::load(&mut sources, Inputs { documents, ..said });
        loaded.gaps.into_iter().map(|gap| gap.reason).collect::<Vec<_>>()
    };
    let is_nameless = |reason: &String| reason.starts_with("no resource names this zone");
    assert!(gaps(Inputs::default()).iter().any(is_nameless), "{:?}", gaps(Inputs::default()));
    let declared = gaps(zones(&[("example.com", &["Z0EXAMPLE1"], false, None)]));
    assert!(!declared.iter().any(is_nameless), "{declared:?}");
    assert!(declared[0].starts_with("an alias appears in example.com"), "{declared:?}");
}

#[test]
fn plans_that_name_one_zone_in_two_ways_are_one_once_it_is_declared() {
    let mail = plan(&[keep("aws_route53_record.mail", &in_zone("Z0EXAMPLE1", "", "MX", "10 mx.example.net"))], &[]);
    let shop = create("aws_route53_record.shop", &in_zone("Z0EXAMPLE1", "example.com", "CNAME", "a.example.org"));
    let described = create("aws_route53_record.shop", &in_zone("Z0EXAMPLE2", "example.com", "CNAME", "a.example.org"));
    let second = json!({"id": "Z0EXAMPLE2", "name": "example.com", "private_zone": false, "zone_id": "Z0EXAMPLE2"});
    let shop = plan(&[shop], &[]);
    let described = plan(&[described], &[resting("data.aws_route53_zone.main", &second)]);
    let told = |one: &Value, other: &Value, said: &[_]| {
        let forth = in_short(report_with(&[&one.to_string(), &other.to_string()], zones(said)));
        let back = in_short(report_with(&[&other.to_string(), &one.to_string()], zones(said)));
        assert_eq!(forth, back, "the order means nothing");
        forth
    };
    let clash = ["error cname-with-mx introduced example.com."];
    let apex_alone = ["error cname-at-apex introduced example.com."];
    let first = ("example.com", &["Z0EXAMPLE1"][..], false, None);
    assert_eq!(told(&mail, &shop, &[first]), clash);
    let deep = in_zone("Z0EXAMPLE1", "shop.example.com", "CNAME", "a.example.org");
    let deep = plan(&[create("aws_route53_record.shop", &deep)], &[]);
    assert_eq!(told(&mail, &deep, &[]), [CLASH], "where the zone begins is guessed, and wrongly");
    assert_eq!(told(&mail, &deep, &[first]), [""; 0]);
    assert_eq!(told(&mail, &described, &[first]), apex_alone, "zones of two identifiers are two");
    let joined = ("example.com", &["Z0EXAMPLE2", "Z0EXAMPLE1"][..], false, None);
    assert_eq!(told(&mail, &described, &[joined]), clash, "unless they are declared as one");
    let named = |id| ("example.com", id, false, Some("public"));
    assert_eq!(told(&mail, &described, &[named(&["Z0EXAMPLE1"][..]), named(&["Z0EXAMPLE2"][..])]), clash);
}

#[test]
fn a_zone_that_is_declared_private_stays_apart_from_the_public_one() {
    let plan = plan(
        &[
            keep("aws_route53_record.mail", &in_zone("Z0EXAMPLE1", "shop", "MX", "10 mx.example.net")),
            create("aws_route53_record.shop", &in_zone("Z0EXAMPLE2", "shop", "CNAME", "shops.example.org")),
        ],
        &[route53_zone()],
    );
    let views = |said: &[_]| {
        let mut sources = Sources::default();
        let documents = vec![sources.add("plan.json".into(), Bytes::Owned(plan.to_string().into()))];
        let loaded = load::load(&mut sources, Inputs { documents, ..zones(said) });
        let views = loaded.diff.after.views().map(|(_, view)| (view.id.as_deref().map(str::to_owned), view.private));
        views.collect::<Vec<_>>()
    };
    let told = |said: &[_]| in_short(report_with(&[&plan.to_string()], zones(said)));
    let public = (None, false);
    for (said, view) in [
        (("example.com", &["Z0EXAMPLE2"][..], true, Some("internal")), "internal"),
        (("example.com", &["Z0EXAMPLE2"][..], true, None), "Z0EXAMPLE2"),
    ] {
        assert_eq!(told(&[said]), [""; 0]);
        assert_eq!(views(&[said]), [public.clone(), (Some(view.to_owned()), true)]);
    }
    let private = ("example.com", &["Z0EXAMPLE1", "Z0EXAMPLE2"][..], true, None);
    assert_eq!(told(&[private]), [CLASH], "both are one private zone");
    assert_eq!(views(&[private]), [(Some("Z0EXAMPLE1".to_owned()), true)]);
}

#[test]
fn a_plan_knows_better_than_a_configuration() {
    let changes = [
        keep("aws_route53_record.mail", &route53("shop", "MX", &["10 mx.example.net"])),
        create("aws_route53_record.shop", &route53("shop", "CNAME", &["shops.example.org"])),
    ];
    let text = plan(&changes, &[route53_zone()]).to_string();
    let report = report_with(&[&text], zones(&[("example.net", &["Z0EXAMPLE1"], true, None)]));
    assert_eq!(
        report.gaps[0].reason,
        "the plan says that the zone Z0EXAMPLE1 is example.com, so it is not taken for example.net"
    );
    assert_eq!(in_short(report), [CLASH, "warning input-unreadable"]);
}

#[test]
fn who_serves_a_declared_zone_is_told_by_its_records() {
    let changes = [
        keep("aws_route53_record.mail", &in_zone("Z0EXAMPLE1", "shop", "MX", "10 mx.example.net")),
        create("aws_route53_record.shop", &in_zone("Z0EXAMPLE1", "shop", "CNAME", "shops.example.org")),
    ];
    let one = plan(&changes, &[]).to_string();
    let other = plan(&[keep("cloudflare_dns_record.www", &cloudflare("www", "A", "192.0.2.1"))], &[]).to_string();
    let said = || zones(&[("example.com", &["Z0EXAMPLE1", ONE], false, None)]);
    let message = |texts: &[&str]| report_with(texts, said()).findings[0].message.clone();
    assert!(message(&[&one]).ends_with("and Route 53 will refuse the change"), "{}", message(&[&one]));
    assert!(message(&[&one, &other]).ends_with("hides its mx mx.example.net"), "{}", message(&[&one, &other]));
}
