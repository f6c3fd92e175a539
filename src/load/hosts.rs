//! What DNS hosts do with a CNAME, as `hosts.yaml` says: the one table for every kind of input.

use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use crate::record::{Conflict, DnsHost, Served, Support};

/// One entry of the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// The DNS host, as its own documentation spells it.
    #[serde(rename = "host")]
    pub name: String,
    /// What Terraform calls whoever writes to it, as `namespace/type`.
    #[serde(default)]
    pub terraform: Vec<String>,
    /// The classes by which OctoDNS writes to it, without their modules.
    #[serde(default)]
    pub octodns: Vec<String>,
    /// What it does with a CNAME at an apex.
    pub cname_at_apex: ApexCname,
    /// What it does with a CNAME beside other data at one owner.
    pub cname_beside_other_data: ConflictText,
    /// What it does with the null MX (RFC 7505).
    #[serde(default)]
    pub null_mx: NullMx,
    /// What becomes of a record of type ALIAS or ANAME that is written to it.
    #[serde(default)]
    pub alias_records: AliasRecords,
    /// Whether it is the one whose proxy the option `proxied` of OctoDNS means.
    #[serde(default)]
    pub has_proxy: bool,
    /// Whether it may flatten a CNAME to a name of the same zone by itself.
    #[serde(default)]
    pub may_flatten_within_zone: bool,
    /// What it makes of a host in record data that OctoDNS hands over without a final dot.
    #[serde(default)]
    pub without_final_dot: WithoutFinalDot,
    /// The record it offers at an apex in place of a CNAME.
    pub alias: Option<String>,
    /// Where all this was read.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What a reader should know besides.
    pub note: Option<String>,
}

/// What a DNS host does with a CNAME at an apex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApexCname {
    /// Resolvers see addresses, never the CNAME.
    Flattened,
    /// It is refused.
    Rejected,
    /// It is served as a CNAME.
    Served,
    /// Not known.
    Unknown,
}

/// [`Conflict`] as the table spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConflictText {
    /// The change is refused.
    Refused,
    /// The part that conflicts is dropped in silence.
    Ignored,
    /// Both are taken and the CNAME is served.
    Accepted,
    /// Not known.
    Unknown,
}

/// What a DNS host does with the null MX.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NullMx {
    /// It is refused.
    Refused,
    /// It is served.
    Accepted,
    /// Not known.
    #[default]
    Unknown,
}

/// What becomes of a record of type ALIAS or ANAME.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AliasRecords {
    /// It is refused, or not written at all.
    Refused,
    /// It is served.
    Accepted,
    /// Not known.
    #[default]
    Unknown,
}

/// What a host in record data means that is written without a final dot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WithoutFinalDot {
    /// The very name.
    Absolute,
    /// A name below the apex of the zone.
    Relative,
    /// Not known.
    #[default]
    Unknown,
}

static HOSTS: LazyLock<Vec<Host>> =
    LazyLock::new(|| serde_yaml::from_str(include_str!("hosts.yaml")).expect("a test reads the table"));

/// The host of this name, or the names of all.
pub fn named(name: &str) -> Result<&'static Host, Vec<&'static str>> {
    let host = HOSTS.iter().find(|host| host.name == name);
    host.ok_or_else(|| HOSTS.iter().map(|host| host.name.as_str()).collect())
}

/// The host that one of these Terraform sources writes to.
pub fn of_terraform<S: AsRef<str>>(sources: &[S]) -> Option<&'static Host> {
    let is_one = |known: &String| sources.iter().any(|source| source.as_ref().eq_ignore_ascii_case(known));
    HOSTS.iter().find(|host| host.terraform.iter().any(is_one))
}

/// The host that an OctoDNS class writes to, in whatever module the class lies.
pub fn of_octodns(class: &str) -> Option<&'static Host> {
    let class = class.rsplit('.').next().unwrap_or(class);
    HOSTS.iter().find(|host| host.octodns.iter().any(|known| known == class))
}

impl Host {
    /// The same for the model.
    pub fn dns_host(&self) -> Arc<DnsHost> {
        let (name, alias) = (self.name.clone(), self.alias.clone());
        let conflict = self.cname_beside_other_data.into();
        Arc::new(DnsHost {
            name,
            conflict,
            alias,
            alias_records: self.alias_records.into(),
            null_mx: self.null_mx.into(),
        })
    }
}

/// A CNAME as far as its serving depends on it; none stands for what is not known.
#[derive(Clone, Copy, Debug)]
pub struct Cname {
    /// Whether its own settings have it flattened or proxied.
    pub flattened: Option<bool>,
    /// Whether its owner is the apex.
    pub at_apex: Option<bool>,
    /// Whether its target may be a name of the same zone.
    pub within_zone: bool,
}

/// What resolvers see of a CNAME at this host; none if the host is not known.
pub fn served(host: Option<&Host>, cname: Cname) -> Served {
    let flattened_at_apex = match host.map_or(ApexCname::Unknown, |host| host.cname_at_apex) {
        ApexCname::Flattened => cname.at_apex,
        ApexCname::Rejected | ApexCname::Served => Some(false),
        ApexCname::Unknown => {
            if cname.at_apex == Some(false) {
                Some(false)
            } else {
                None
            }
        }
    };
    // What a setting means to a host that nobody knows is not known either.
    let flattened = cname.flattened.filter(|flattened| host.is_some() || !flattened);
    let within_zone = cname.within_zone && host.is_some_and(|host| host.may_flatten_within_zone);
    match (flattened, flattened_at_apex) {
        (Some(true), _) | (_, Some(true)) => Served::Flattened,
        (Some(false), Some(false)) if !within_zone => Served::AsIs,
        _ => Served::Unknown,
    }
}

impl From<ConflictText> for Conflict {
    fn from(text: ConflictText) -> Conflict {
        match text {
            ConflictText::Refused => Conflict::Refused,
            ConflictText::Ignored => Conflict::Ignored,
            ConflictText::Accepted => Conflict::Accepted,
            ConflictText::Unknown => Conflict::Unknown,
        }
    }
}

impl From<NullMx> for Support {
    fn from(text: NullMx) -> Support {
        match text {
            NullMx::Refused => Support::Refused,
            NullMx::Accepted => Support::Accepted,
            NullMx::Unknown => Support::Unknown,
        }
    }
}

impl From<AliasRecords> for Support {
    fn from(text: AliasRecords) -> Support {
        match text {
            AliasRecords::Refused => Support::Refused,
            AliasRecords::Accepted => Support::Accepted,
            AliasRecords::Unknown => Support::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_is_somebodys_and_says_where_that_was_read() {
        for host in HOSTS.iter() {
            assert!(!(host.terraform.is_empty() && host.octodns.is_empty()), "{}", host.name);
            assert!(!host.evidence.is_empty(), "{}", host.name);
        }
    }

    #[test]
    fn classes_are_known_in_whatever_module() {
        let name = |class| of_octodns(class).map(|host| host.name.as_str());
        for class in ["octodns_cloudflare.CloudflareProvider", "octodns.provider.cloudflare.CloudflareProvider"] {
            assert_eq!(name(class), Some("Cloudflare"));
        }
        assert_eq!(name("example.Provider"), None);
    }

    #[test]
    fn a_cname_is_served_as_its_host_and_its_settings_say() {
        let cloudflare = of_octodns("CloudflareProvider");
        let route53 = of_octodns("Route53Provider");
        let plain = Cname { flattened: Some(false), at_apex: Some(false), within_zone: false };
        let proxied = Cname { flattened: Some(true), ..plain };
        let at_apex = Cname { at_apex: Some(true), ..plain };
        let within_zone = Cname { within_zone: true, ..plain };
        let unclear = Cname { flattened: None, ..plain };
        for (host, cname, wanted) in [
            (cloudflare, plain, Served::AsIs),
            (cloudflare, proxied, Served::Flattened),
            (cloudflare, at_apex, Served::Flattened),
            (cloudflare, within_zone, Served::Unknown),
            (cloudflare, unclear, Served::Unknown),
            (route53, at_apex, Served::AsIs),
            (route53, within_zone, Served::AsIs),
            (None, plain, Served::AsIs),
            (None, proxied, Served::Unknown),
            (None, at_apex, Served::Unknown),
        ] {
            assert_eq!(served(host, cname), wanted, "{:?} {cname:?}", host.map(|host| &host.name));
        }
    }
}
