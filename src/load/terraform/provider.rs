//! What the resource types of each provider mean, read from the tables in `providers/`.
//!
//! A table is data that someone who knows the provider can read and edit. This file knows its schema; what the
//! fields do to a plan stands in `record`, and how people write tables of their own in `own`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use regex_lite::Regex;
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

use crate::load::hosts::{self, ApexCname, Host};
use crate::record::DnsHost;

/// The tables, each with the provider sources it speaks for: namespace and type, whatever registry they come from.
pub static TABLES: [(&[&str], &str); 126] = [
    (&["abiondevelopment/abion"], include_str!("providers/abiondevelopment-abion.yaml")),
    (&["adamantal/dreamhost"], include_str!("providers/adamantal-dreamhost.yaml")),
    (&["aegirhealth/netlify"], include_str!("providers/aegirhealth-netlify.yaml")),
    (&["aequitas/transip"], include_str!("providers/aequitas-transip.yaml")),
    (&["air-up-gmbh/autodns"], include_str!("providers/air-up-gmbh-autodns.yaml")),
    (&["akamai/akamai"], include_str!("providers/akamai-akamai.yaml")),
    (&["aliyun/alicloud"], include_str!("providers/aliyun-alicloud.yaml")),
    (&["anexia-it/anxcloud"], include_str!("providers/anexia-it-anxcloud.yaml")),
    (&["aziontech/azion"], include_str!("providers/aziontech-azion.yaml")),
    (&["azure/azapi"], include_str!("providers/azure-azapi.yaml")),
    (&["baidubce/baiducloud"], include_str!("providers/baidubce-baiducloud.yaml")),
    (&["barryw/pihole-v6"], include_str!("providers/barryw-pihole-v6.yaml")),
    (&["beryju/gravity"], include_str!("providers/beryju-gravity.yaml")),
    (&["bluecatlabs/bluecat"], include_str!("providers/bluecatlabs-bluecat.yaml")),
    (&["brainz-digital/websupport"], include_str!("providers/brainz-digital-websupport.yaml")),
    (&["browningluke/opnsense"], include_str!("providers/browningluke-opnsense.yaml")),
    (&["bunnyway/bunnynet"], include_str!("providers/bunnyway-bunnynet.yaml")),
    (&["camptocamp/freeipa"], include_str!("providers/camptocamp-freeipa.yaml")),
    (&["canonical/maas"], include_str!("providers/canonical-maas.yaml")),
    (&["citrix/citrixadc"], include_str!("providers/citrix-citrixadc.yaml")),
    (&["civo/civo"], include_str!("providers/civo-civo.yaml")),
    (&["cloudflare/cloudflare"], include_str!("providers/cloudflare-cloudflare.yaml")),
    (&["cloudns/cloudns"], include_str!("providers/cloudns-cloudns.yaml")),
    (&["constellix/constellix"], include_str!("providers/constellix-constellix.yaml")),
    (&["cullenmcdermott/porkbun"], include_str!("providers/cullenmcdermott-porkbun.yaml")),
    (&["ddelnano/mikrotik"], include_str!("providers/ddelnano-mikrotik.yaml")),
    (&["digitalocean/digitalocean"], include_str!("providers/digitalocean-digitalocean.yaml")),
    (&["diskoteket/loopia"], include_str!("providers/diskoteket-loopia.yaml")),
    (&["dnscaleou/dnscale"], include_str!("providers/dnscaleou-dnscale.yaml")),
    (&["dnsimple/dnsimple"], include_str!("providers/dnsimple-dnsimple.yaml")),
    (&["dnsmadeeasy/dme"], include_str!("providers/dnsmadeeasy-dme.yaml")),
    (&["edge-center/edgecenter"], include_str!("providers/edge-center-edgecenter.yaml")),
    (&["efficientip-labs/solidserver"], include_str!("providers/efficientip-labs-solidserver.yaml")),
    (&["exoscale/exoscale"], include_str!("providers/exoscale-exoscale.yaml")),
    (&["fgh151/regru"], include_str!("providers/fgh151-regru.yaml")),
    (&["filipowm/unifi"], include_str!("providers/filipowm-unifi.yaml")),
    (&["fortinetdev/fortios"], include_str!("providers/fortinetdev-fortios.yaml")),
    (&["g-core/gcore"], include_str!("providers/g-core-gcore.yaml")),
    (&["g42cloud-terraform/g42cloud"], include_str!("providers/g42cloud-terraform-g42cloud.yaml")),
    (&["germanbrew/hetznerdns"], include_str!("providers/germanbrew-hetznerdns.yaml")),
    (&["glesys/glesys"], include_str!("providers/glesys-glesys.yaml")),
    (&["gmichels/adguard"], include_str!("providers/gmichels-adguard.yaml")),
    (&["go-gandi/gandi"], include_str!("providers/go-gandi-gandi.yaml")),
    (&["hashicorp/aws"], include_str!("providers/hashicorp-aws.yaml")),
    (&["hashicorp/awscc"], include_str!("providers/hashicorp-awscc.yaml")),
    (&["hashicorp/azurerm"], include_str!("providers/hashicorp-azurerm.yaml")),
    (&["hashicorp/azurestack"], include_str!("providers/hashicorp-azurestack.yaml")),
    (&["hashicorp/dns"], include_str!("providers/hashicorp-dns.yaml")),
    (&["hashicorp/dyn"], include_str!("providers/hashicorp-dyn.yaml")),
    (&["hashicorp/google", "hashicorp/google-beta"], include_str!("providers/hashicorp-google.yaml")),
    (&["hetznercloud/hcloud"], include_str!("providers/hetznercloud-hcloud.yaml")),
    (&["hostinger/hostinger"], include_str!("providers/hostinger-hostinger.yaml")),
    (&["huaweicloud/huaweicloud"], include_str!("providers/huaweicloud-huaweicloud.yaml")),
    (&["ibm-cloud/ibm"], include_str!("providers/ibm-cloud-ibm.yaml")),
    (&["idealo/csd"], include_str!("providers/idealo-csd.yaml")),
    (&["infobloxopen/bloxone"], include_str!("providers/infobloxopen-bloxone.yaml")),
    (&["infobloxopen/infoblox"], include_str!("providers/infobloxopen-infoblox.yaml")),
    (&["infobloxopen/nios"], include_str!("providers/infobloxopen-nios.yaml")),
    (&["infomaniak/infomaniak"], include_str!("providers/infomaniak-infomaniak.yaml")),
    (&["innovationnorway/domeneshop"], include_str!("providers/innovationnorway-domeneshop.yaml")),
    (&["inwx/inwx"], include_str!("providers/inwx-inwx.yaml")),
    (&["ionos-cloud/ionoscloud"], include_str!("providers/ionos-cloud-ionoscloud.yaml")),
    (&["ionos-developer/ionosdeveloper"], include_str!("providers/ionos-developer-ionosdeveloper.yaml")),
    (&["ioplane/powerdns"], include_str!("providers/ioplane-powerdns.yaml")),
    (&["jianyuan/porkbun"], include_str!("providers/jianyuan-porkbun.yaml")),
    (&["johnnycube/allinkl"], include_str!("providers/johnnycube-allinkl.yaml")),
    (&["kepsic/zone_eu"], include_str!("providers/kepsic-zone_eu.yaml")),
    (&["kevynb/technitium"], include_str!("providers/kevynb-technitium.yaml")),
    (&["kyswtn/porkbun"], include_str!("providers/kyswtn-porkbun.yaml")),
    (&["lexfrei/namedotcom"], include_str!("providers/lexfrei-namedotcom.yaml")),
    (&["linode/linode"], include_str!("providers/linode-linode.yaml")),
    (&["mangadex-pub/cloudns"], include_str!("providers/mangadex-pub-cloudns.yaml")),
    (&["marcfrederick/porkbun"], include_str!("providers/marcfrederick-porkbun.yaml")),
    (&["marshallford/pfsense"], include_str!("providers/marshallford-pfsense.yaml")),
    (&["menandmice/menandmice"], include_str!("providers/menandmice-menandmice.yaml")),
    (&["myra-security-gmbh/myrasec"], include_str!("providers/myra-security-gmbh-myrasec.yaml")),
    (&["n3integration/godaddy"], include_str!("providers/n3integration-godaddy.yaml")),
    (&["namecheap/namecheap"], include_str!("providers/namecheap-namecheap.yaml")),
    (&["namecheap/spaceship"], include_str!("providers/namecheap-spaceship.yaml")),
    (&["netbirdio/netbird"], include_str!("providers/netbirdio-netbird.yaml")),
    (&["netlify/netlify"], include_str!("providers/netlify-netlify.yaml")),
    (&["nifcloud/nifcloud"], include_str!("providers/nifcloud-nifcloud.yaml")),
    (&["nrkno/windns"], include_str!("providers/nrkno-windns.yaml")),
    (&["ns1-terraform/ns1"], include_str!("providers/ns1-terraform-ns1.yaml")),
    (&["opentelekomcloud/opentelekomcloud"], include_str!("providers/opentelekomcloud-opentelekomcloud.yaml")),
    (&["opusdns/opusdns"], include_str!("providers/opusdns-opusdns.yaml")),
    (&["oracle/oci"], include_str!("providers/oracle-oci.yaml")),
    (&["ovh/ovh"], include_str!("providers/ovh-ovh.yaml")),
    (&["pan-net/powerdns"], include_str!("providers/pan-net-powerdns.yaml")),
    (&["portofportland/windns"], include_str!("providers/portofportland-windns.yaml")),
    (&["poweradmin/poweradmin"], include_str!("providers/poweradmin-poweradmin.yaml")),
    (&["pub-solar/hostingde"], include_str!("providers/pub-solar-hostingde.yaml")),
    (&["rework-space-com/freeipa"], include_str!("providers/rework-space-com-freeipa.yaml")),
    (&["rincedd/netcup-ccp"], include_str!("providers/rincedd-netcup-ccp.yaml")),
    (&["rixlhq/netcup"], include_str!("providers/rixlhq-netcup.yaml")),
    (&["rropen/cscdm"], include_str!("providers/rropen-cscdm.yaml")),
    (&["ryanwholey/pihole"], include_str!("providers/ryanwholey-pihole.yaml")),
    (&["sacloud/sakura"], include_str!("providers/sacloud-sakura.yaml")),
    (&["sacloud/sakuracloud"], include_str!("providers/sacloud-sakuracloud.yaml")),
    (
        &["samsungsdscloud/samsungcloudplatformv2"],
        include_str!("providers/samsungsdscloud-samsungcloudplatformv2.yaml"),
    ),
    (&["sbercloud-terraform/sbercloud"], include_str!("providers/sbercloud-terraform-sbercloud.yaml")),
    (&["scaleway/scaleway"], include_str!("providers/scaleway-scaleway.yaml")),
    (&["selectel/selectel"], include_str!("providers/selectel-selectel.yaml")),
    (&["sighery/njalla"], include_str!("providers/sighery-njalla.yaml")),
    (&["sitehostnz/sitehost"], include_str!("providers/sitehostnz-sitehost.yaml")),
    (&["stackitcloud/stackit"], include_str!("providers/stackitcloud-stackit.yaml")),
    (&["superbuker/dns-he-net"], include_str!("providers/superbuker-dns-he-net.yaml")),
    (&["sveba/netcupdns"], include_str!("providers/sveba-netcupdns.yaml")),
    (&["tencentcloudstack/tencentcloud"], include_str!("providers/tencentcloudstack-tencentcloud.yaml")),
    (
        &["terraform-provider-openstack/openstack"],
        include_str!("providers/terraform-provider-openstack-openstack.yaml"),
    ),
    (&["terraform-routeros/routeros"], include_str!("providers/terraform-routeros-routeros.yaml")),
    (&["timeweb-cloud/timeweb-cloud"], include_str!("providers/timeweb-cloud-timeweb-cloud.yaml")),
    (&["timofurrer/desec"], include_str!("providers/timofurrer-desec.yaml")),
    (&["timohirt/hetznerdns"], include_str!("providers/timohirt-hetznerdns.yaml")),
    (&["topicusonderwijs/octodns"], include_str!("providers/topicusonderwijs-octodns.yaml")),
    (&["ubiquiti-community/unifi"], include_str!("providers/ubiquiti-community-unifi.yaml")),
    (&["ultradns/ultradns"], include_str!("providers/ultradns-ultradns.yaml")),
    (&["valodim/desec"], include_str!("providers/valodim-desec.yaml")),
    (&["veksh/godaddy-dns"], include_str!("providers/veksh-godaddy-dns.yaml")),
    (&["vercel/vercel"], include_str!("providers/vercel-vercel.yaml")),
    (&["vinyldns/vinyldns"], include_str!("providers/vinyldns-vinyldns.yaml")),
    (&["vk-cs/vkcs"], include_str!("providers/vk-cs-vkcs.yaml")),
    (&["volcengine/volcengine"], include_str!("providers/volcengine-volcengine.yaml")),
    (&["volterraedge/volterra"], include_str!("providers/volterraedge-volterra.yaml")),
    (&["vultr/vultr"], include_str!("providers/vultr-vultr.yaml")),
    (&["yandex-cloud/yandex"], include_str!("providers/yandex-cloud-yandex.yaml")),
];

/// One file under `providers/`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Resource types that are records.
    pub rows: Vec<Row>,
    /// Resource types that are zones.
    pub zones: Vec<ZoneRow>,
    /// Resource types that set how the DNS host serves the CNAMEs of a whole zone.
    #[serde(default)]
    pub flattening: Vec<FlatteningRow>,
    /// Resource types that hold records in a form that no row can describe.
    #[serde(default)]
    pub unread: Vec<UnreadRow>,
}

/// How one shape of one resource type becomes records.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// `data` for a data source.
    #[serde(default)]
    pub mode: Mode,
    /// The first provider version with this shape, for people.
    pub since: Option<String>,
    /// The last provider version with this shape, for people.
    pub until: Option<String>,
    /// What tells this shape from others of the same type. Rows that select the same are parts of one resource.
    #[serde(default)]
    pub select: Select,
    /// How much of the zone one resource holds.
    pub unit: Unit,
    /// The paths to the objects that are records, if one resource holds many.
    #[serde(default)]
    pub each: OneOrMany,
    /// Where the zone is named.
    pub zone: ZoneAttr,
    /// Where the owner is named.
    pub name: NameAttr,
    /// Where the record type is named.
    pub rtype: TypeAttr,
    /// Where the data stands.
    pub values: Values,
    /// The path to the preference of an MX, where it is not part of the data.
    pub priority: Option<String>,
    /// The path to what each further MX adds to that preference.
    pub priority_step: Option<String>,
    /// The path to the time to live.
    pub ttl: Option<String>,
    /// What else changes the meaning of the record.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// Where all this was read.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What a reader should know besides.
    pub note: Option<String>,
}

impl Row {
    /// Whether it reads a part of a resource, of which other rows may read others.
    pub fn is_part(&self) -> bool {
        !self.each.0.is_empty() || self.name.attr.is_empty()
    }
}

/// Whether a row describes resources that Terraform manages or data that it only reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// `resource`.
    #[default]
    Managed,
    /// `data`.
    Data,
}

/// Which of several shapes a resource has.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// Attributes that must be there, known or not.
    #[serde(default)]
    pub has: Vec<String>,
    /// Attributes that must not be there.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// What the text of an attribute is like, in a type that is not about DNS alone.
    pub like: Option<Like>,
}

/// What the text of an attribute is like.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Like {
    /// The attribute.
    pub attr: String,
    /// Matches the text.
    pub re: Pattern,
}

impl Select {
    /// Whether a resource with these attributes and texts has the shape.
    pub fn matches<'t>(&self, has: impl Fn(&str) -> bool, text: impl Fn(&str) -> Option<Cow<'t, str>>) -> bool {
        let is_like = |like: &Like| text(&like.attr).is_some_and(|text| like.re.capture(&text).is_some());
        self.has.iter().all(|key| has(key))
            && !self.lacks.iter().any(|key| has(key))
            && self.like.as_ref().is_none_or(is_like)
    }
}

/// How much of a zone one resource holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// All records of one owner and type.
    Rrset,
    /// One record; resources of one owner and type add up.
    Record,
    /// The whole zone: what is not listed is deleted.
    Zone,
}

/// Where a row names the zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneAttr {
    /// The attribute; always at the root of the resource.
    pub attr: Option<String>,
    /// What the attribute holds.
    pub kind: ZoneKind,
    /// The zone resource types that it may name.
    #[serde(default)]
    pub via: Vec<String>,
    /// Attributes that hold the zone's domain name once it is known.
    #[serde(default)]
    pub domain_attrs: Vec<String>,
    /// Attributes that, with the first, tell zones of one name apart.
    #[serde(default)]
    pub also: Vec<String>,
    /// The attribute that names the view of DNS, which tells zones of one name apart too.
    pub view: Option<ViewAttr>,
    /// Whether the attribute may be left out, so that the owner is absolute.
    #[serde(default)]
    pub optional: bool,
    /// For `either`: how identifiers that look like domain names start.
    pub id_prefix: Option<String>,
    /// For `extract`: the domain name is the first capture.
    pub re: Option<Pattern>,
}

/// Where a row names the view of DNS that a record is in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewAttr {
    /// The attribute.
    pub attr: String,
    /// The view if none is named.
    pub default: Option<String>,
}

/// A regular expression that captures something, compiled as the table is read.
#[derive(Debug)]
pub struct Pattern(Regex);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Pattern, D::Error> {
        struct Expression;
        impl Visitor<'_> for Expression {
            type Value = Pattern;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a regular expression")
            }

            // An error that is made here is known to be about this very text.
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Pattern, E> {
                match Regex::new(text) {
                    Ok(regex) if regex.captures_len() > 1 => Ok(Pattern(regex)),
                    Ok(_) => Err(E::custom("this captures nothing: what counts is what the first `(…)` matches")),
                    Err(error) => Err(E::custom(format_args!("this is no regular expression: {error}"))),
                }
            }
        }
        from.deserialize_str(Expression)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// The first capture in a text.
    pub fn capture<'t>(&self, text: &'t str) -> Option<&'t str> {
        Some(self.0.captures(text)?.get(1)?.as_str())
    }
}

/// What a zone attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ZoneKind {
    /// The zone's domain name.
    Domain,
    /// An identifier of a zone resource.
    Id,
    /// The domain name or an identifier: what has no dot, or starts with `id_prefix`, is an identifier.
    Either,
    /// A text that the domain name is a part of.
    Extract,
    /// Nothing: owners are absolute and no zone is named. The zone is the one of the types in `via` around the owner.
    None,
}

/// Where a row names the owner.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameAttr {
    /// The attribute; none if the owner is always the default.
    #[serde(default)]
    pub attr: String,
    /// Relative to what.
    pub form: NameForm,
    /// The texts that mean the apex; `null` is an absent attribute.
    #[serde(default)]
    pub apex: Vec<Option<String>>,
    /// The text that an absent attribute stands for.
    pub default: Option<String>,
    /// An attribute that holds the whole name once it is known.
    pub fqdn_attr: Option<String>,
    /// Resource types whose attributes, as a name, only prove a domain's owner: no mail name is among them.
    #[serde(default)]
    pub proofs: Vec<String>,
    /// Escapes that are not those of RFC 1035.
    pub escape: Option<Escape>,
    /// False if any text that ends with the zone's name is absolute, whether or not a label starts there.
    #[serde(default = "yes")]
    pub suffix_boundary: bool,
}

impl NameAttr {
    /// Whether a text, or its absence, means the apex.
    pub fn is_apex(&self, text: Option<&str>) -> bool {
        self.apex.iter().any(|token| token.as_deref() == text)
    }
}

fn yes() -> bool {
    true
}

/// What an owner is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameForm {
    /// Always to the zone.
    Relative,
    /// Never; the final dot may be missing.
    Fqdn,
    /// To the zone, unless it ends with a dot.
    Dotted,
    /// To the zone, unless it ends with the zone's name.
    Suffix,
}

/// Escapes of a provider's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Escape {
    /// Three octal digits after the backslash, as in `\052` for an asterisk.
    Octal,
}

/// Where a row names the record type: an attribute, or a constant, or it follows from the data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeAttr {
    /// The attribute.
    pub attr: Option<String>,
    /// The type of every record of this row.
    #[serde(rename = "const")]
    pub constant: Option<String>,
    /// Whether the data tell: addresses are A or AAAA, names are CNAME.
    #[serde(default)]
    pub infer: bool,
    /// The type that an absent attribute stands for.
    pub default: Option<String>,
    /// The type is the first capture in the attribute.
    pub re: Option<Pattern>,
    /// Types of the provider's own, and what they answer like.
    #[serde(default)]
    pub map: HashMap<String, String>,
}

/// Where a row holds the data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// The attributes; the first that is set counts.
    #[serde(default)]
    pub attr: OneOrMany,
    /// Their shape.
    pub shape: Shape,
    /// How text is written.
    #[serde(default)]
    pub text: Text,
    /// Objects: which of their fields is what.
    #[serde(default)]
    pub fields: ValueFields,
    /// What a host without a final dot means.
    #[serde(default)]
    pub target: Target,
    /// The texts that, as a host, mean the zone itself.
    #[serde(default)]
    pub apex: Vec<String>,
    /// Other places, for some types or where some other attribute is set.
    #[serde(default)]
    pub alts: Vec<Alternative>,
}

/// Another place for the data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// For these record types, as the resource writes them or as they are mapped.
    #[serde(default)]
    pub types: Vec<String>,
    /// Where this attribute is set.
    pub when: Option<String>,
    /// The attributes; all that are set count.
    pub attr: OneOrMany,
    /// Their shape.
    pub shape: Shape,
    /// How text is written.
    #[serde(default)]
    pub text: Text,
    /// Objects: which of their fields is what.
    #[serde(default)]
    pub fields: ValueFields,
}

/// One text or several.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<OneOrMany, D::Error> {
        struct Paths;
        impl<'de> Visitor<'de> for Paths {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: de::Error>(self, path: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![path.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, paths: A) -> Result<OneOrMany, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(paths)).map(OneOrMany)
            }
        }
        from.deserialize_any(Paths)
    }
}

/// The shape of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// One text.
    String,
    /// A list of texts.
    Strings,
    /// One object, or a block that holds one.
    Object,
    /// A list of objects.
    Objects,
    /// The provider chooses the data.
    None,
}

/// How the text of data is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Text {
    /// Presentation form: an MX is `10 host`.
    #[default]
    Rdata,
    /// The target alone: the preference of an MX or SRV stands in `priority`. What numbers an SRV lacks are 0.
    Target,
}

/// What a host without a final dot means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The dot does not matter.
    #[default]
    Absolute,
    /// It is relative to the zone.
    Dotted,
}

/// Which fields of an object are what.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueFields {
    /// All data in presentation form.
    pub rdata: Option<String>,
    /// Exchange or target.
    pub host: Option<String>,
    /// Preference or priority.
    pub pref: Option<String>,
    /// Weight of an SRV.
    pub weight: Option<String>,
    /// Port of an SRV.
    pub port: Option<String>,
    /// True if the object is not served.
    pub disabled: Option<String>,
    /// False if the object is not served.
    pub enabled: Option<String>,
}

/// Something besides name, type and data that changes what a record means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// What it means.
    #[serde(rename = "as")]
    pub meaning: Meaning,
    /// The attribute; none if the flag always holds. `^` leads from an element of `each` to the root.
    pub attr: Option<String>,
    /// When it holds.
    #[serde(default)]
    pub test: Test,
    /// Instead of a test: it holds if the attribute is one of these texts. An absent attribute is the empty text.
    #[serde(default)]
    pub is: OneOrMany,
    /// The same if it is none of these.
    #[serde(default)]
    pub is_not: OneOrMany,
    /// For aliases: the path to the name that answers.
    pub target: Option<String>,
}

/// What a flag means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// The DNS host answers with the records of the same type at another name.
    Alias,
    /// A CNAME is served as addresses.
    Flattened,
    /// An address or a CNAME is served as addresses of the DNS host's proxy.
    Proxied,
    /// The name of one of several variants of one set.
    SetId,
    /// The record is not served.
    Disabled,
    /// The record answers inside private networks only.
    Private,
    /// The resource holds one name of the zone, not all of it.
    Scope,
    /// The record is written over what others have put there.
    Overwrite,
}

/// When a flag holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Test {
    /// The attribute is true.
    True,
    /// The attribute is false.
    False,
    /// The attribute holds something.
    #[default]
    Nonempty,
}

impl Flag {
    /// Whether it compares a text instead of testing.
    pub fn compares(&self) -> bool {
        !(self.is.0.is_empty() && self.is_not.0.is_empty())
    }

    /// Whether it holds for a text.
    pub fn is_met_by(&self, text: &str) -> bool {
        let is_among = |texts: &OneOrMany| texts.0.iter().any(|known| known == text);
        (self.is.0.is_empty() || is_among(&self.is)) && !is_among(&self.is_not)
    }
}

/// How one resource type names a zone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneRow {
    /// The resource type; its data source of the same name has the same attributes.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The attributes that records refer to it by.
    pub id: Vec<String>,
    /// The attributes that hold its domain name; the first that is set counts.
    pub domain: OneOrMany,
    /// The attribute that holds labels which come before that, if there are any.
    pub below: Option<String>,
    /// Attributes that tell zones of one name apart.
    #[serde(default)]
    pub also: Vec<String>,
    /// When it answers inside private networks only.
    #[serde(default)]
    pub private: Vec<Flag>,
    /// Where all this was read.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What a reader should know besides.
    pub note: Option<String>,
}

/// How one resource type has all CNAMEs of a zone served as addresses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlatteningRow {
    /// The resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The attribute that holds the identifier of the zone.
    pub zone: String,
    /// When all CNAMEs are flattened.
    pub when: Flag,
    /// Where all this was read.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// A resource type that holds records which cannot be read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnreadRow {
    /// The resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Why not; reads on after "it".
    pub why: String,
    /// Where all this was read.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// A table, ready to be asked.
#[derive(Debug)]
pub struct Provider {
    /// The sources it speaks for.
    pub sources: Vec<String>,
    /// The table.
    pub table: Table,
    /// What its DNS host does, if that is known.
    pub host: Option<Host>,
    /// The same for the model.
    pub dns_host: Option<Arc<DnsHost>>,
}

impl Provider {
    /// The table of a provider with these sources, and what its DNS host does.
    pub fn new(sources: Vec<String>, table: Table, host: Option<Host>) -> Provider {
        let dns_host = host.as_ref().map(Host::dns_host);
        Provider { sources, table, host, dns_host }
    }

    fn read(sources: &[&str], text: &str) -> Provider {
        let table: Table = serde_yaml::from_str(text).expect("a test reads every table");
        let sources: Vec<String> = sources.iter().map(|source| (*source).to_owned()).collect();
        let host = hosts::of_terraform(&sources).cloned();
        Provider::new(sources, table, host)
    }

    /// The rows of a resource type; several if the type has several shapes.
    pub fn rows<'p, 't>(&'p self, mode: Mode, resource_type: &'t str) -> impl Iterator<Item = &'p Row> + use<'p, 't> {
        self.table.rows.iter().filter(move |row| row.mode == mode && row.resource_type == resource_type)
    }

    /// The zones of a resource type; several if the type has several shapes.
    pub fn zones<'p, 't>(&'p self, resource_type: &'t str) -> impl Iterator<Item = &'p ZoneRow> + use<'p, 't> {
        self.table.zones.iter().filter(move |row| row.resource_type == resource_type)
    }

    /// Whether it is the provider with this source address, and not one that only has the same resource types.
    pub fn is_of(&self, source: &str) -> bool {
        speaks_for(&self.sources, source)
    }

    /// Whether its DNS host serves no CNAME at an apex, but what the target answers.
    pub fn flattens_at_apex(&self) -> bool {
        self.host.as_ref().is_some_and(|host| host.cname_at_apex == ApexCname::Flattened)
    }

    /// Whether some row is of this resource type.
    pub fn knows(&self, resource_type: &str) -> bool {
        self.table.rows.iter().any(|row| row.resource_type == resource_type)
            || self.zones(resource_type).next().is_some()
            || self.flattening(resource_type).is_some()
            || self.unread(resource_type).is_some()
    }

    /// What is said of a resource type whose records cannot be read.
    pub fn unread(&self, resource_type: &str) -> Option<&UnreadRow> {
        self.table.unread.iter().find(|row| row.resource_type == resource_type)
    }

    /// How a resource type sets the serving of a zone's CNAMEs, if it does.
    pub fn flattening(&self, resource_type: &str) -> Option<&FlatteningRow> {
        self.table.flattening.iter().find(|row| row.resource_type == resource_type)
    }
}

/// The provider with this source address, whatever its registry; Terraform 0.12 wrote the type alone, such as `aws`.
/// Of a source that is not known, such as a fork or a mirror, the provider that has this resource type. What people
/// say of a type in tables of their `own` takes the place of what is said here.
pub fn provider<'p>(own: &'p [Provider], source: &str, resource_type: &str) -> Option<&'p Provider> {
    let knows = |provider: &&Provider| provider.knows(resource_type);
    let named = own.iter().filter(knows).find(|provider| provider.is_of(source));
    let ours = || TABLES.iter().position(|(sources, _)| speaks_for(sources, source)).map(built_in);
    let of_type = || own.iter().find(knows).or_else(|| built_in_with(resource_type));
    named.or_else(ours).or_else(of_type)
}

/// The first provider of [`TABLES`] that has this resource type.
pub fn built_in_with(resource_type: &str) -> Option<&'static Provider> {
    let mention = format!("type: {resource_type}\n");
    let may_know = |at: &usize| TABLES[*at].1.contains(&mention) && built_in(*at).knows(resource_type);
    (0..TABLES.len()).find(may_know).map(built_in)
}

/// The provider of [`TABLES`] with this number; its table is read when somebody first asks for it.
fn built_in(at: usize) -> &'static Provider {
    static PROVIDERS: [OnceLock<Provider>; TABLES.len()] = [const { OnceLock::new() }; TABLES.len()];
    PROVIDERS[at].get_or_init(|| Provider::read(TABLES[at].0, TABLES[at].1))
}

/// Whether one of these sources is this source address. Plans write it in lower case, whatever the registry writes.
fn speaks_for<S: AsRef<str>>(sources: &[S], address: &str) -> bool {
    let ends_with = |known: &str| {
        let at = address.len().checked_sub(known.len())?;
        address.get(at..)?.eq_ignore_ascii_case(known).then_some(&address[..at])
    };
    sources.iter().map(AsRef::as_ref).any(|known| match ends_with(known) {
        Some(registry) => registry.is_empty() || registry.ends_with('/'),
        None => known.rsplit_once('/').is_some_and(|(_, name)| name.eq_ignore_ascii_case(address)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::terraform::own::mistake;

    #[test]
    fn every_table_is_listed_and_reads() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/load/terraform/providers");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), TABLES.len());
        for (sources, text) in TABLES {
            let provider = Provider::read(sources, text);
            assert!(provider.host.is_some(), "{sources:?} has no entry in hosts.yaml");
            let Table { rows, zones, flattening, unread } = &provider.table;
            let evidence = rows.iter().map(|row| &row.evidence).chain(zones.iter().map(|row| &row.evidence));
            let evidence = evidence.chain(flattening.iter().map(|row| &row.evidence));
            let mut evidence = evidence.chain(unread.iter().map(|row| &row.evidence));
            assert!(evidence.all(|evidence| !evidence.is_empty()), "{sources:?} claims something without evidence");
            assert_eq!(mistake(&provider.table).map(|mistake| mistake.message), None, "{sources:?}");
        }
    }

    #[test]
    fn sources_are_matched_without_their_registry() {
        let rows =
            |source, resource_type| provider(&[], source, resource_type).map(|provider| provider.table.rows.len());
        let aws = rows("registry.opentofu.org/hashicorp/aws", "aws_route53_record");
        assert!(aws.is_some());
        assert_eq!(rows("aws", "aws_route53_record"), aws);
        assert_eq!(rows("mirror.example.com/fork/aws", "aws_route53_record"), aws);
        assert_eq!(rows("HashiCorp/AWS", "aws_route53_record"), aws);
        assert_eq!(rows("hashicorp/random", "random_id"), None);
        assert_ne!(rows("registry.terraform.io/hashicorp/google-beta", "google_dns_record_set"), None);
    }
}
