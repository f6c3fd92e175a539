//! Texts that mail reads: which policy a TXT record states.

use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, Record};

/// A policy of mail, stated in a TXT record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailText {
    /// RFC 7208 section 4.5.
    Spf,
    /// RFC 6376 section 3.6.1.
    Dkim,
    /// RFC 7489 section 6.3.
    Dmarc,
    /// RFC 8461 section 3.1.
    MtaSts,
    /// RFC 8460 section 3.
    TlsRpt,
    /// Brand indicators, an Internet draft.
    Bimi,
}

/// Labels of the names below which policies stand that are often left to others by an alias.
const POLICY_LABELS: [&str; 6] = ["_acme-challenge", "_bimi", "_dmarc", "_domainkey", "_mta-sts", "_tls"];

impl MailText {
    /// The policy that a text at a name states.
    pub fn of(owner: &Name, text: &str) -> Option<MailText> {
        let version = text.split([' ', ';', '\t']).next().unwrap_or_default();
        let key = |key: &str| text.split(';').any(|part| part.trim_start().starts_with(key));
        Some(match version.to_ascii_lowercase().as_str() {
            "v=spf1" if !text.contains("v=spf1;") => MailText::Spf,
            "v=dkim1" => MailText::Dkim,
            "v=dmarc1" => MailText::Dmarc,
            "v=stsv1" => MailText::MtaSts,
            "v=tlsrptv1" => MailText::TlsRpt,
            "v=bimi1" => MailText::Bimi,
            _ if has_label(owner, "_domainkey") && (key("k=") || key("p=")) => MailText::Dkim,
            _ => return None,
        })
    }

    /// Its name, as a message says it.
    pub fn word(self) -> &'static str {
        match self {
            MailText::Spf => "spf",
            MailText::Dkim => "dkim",
            MailText::Dmarc => "dmarc",
            MailText::MtaSts => "mta-sts",
            MailText::TlsRpt => "tls-rpt",
            MailText::Bimi => "bimi",
        }
    }
}

/// The TXT records at a node that state a policy of mail.
pub fn mail_texts<'a>(node: &Node<'a>) -> Vec<(MailText, &'a Record)> {
    let texts = node.records(&Rtype::Txt);
    let known = texts.filter_map(|record| Some((MailText::of(node.name, &record.rdata.joined_text()?)?, record)));
    known.collect()
}

/// Whether the name is one at which a policy or a challenge is to be looked up and nothing else.
pub fn is_policy_name(name: &Name) -> bool {
    POLICY_LABELS.iter().any(|label| has_label(name, label))
}

/// Whether the name is one at which a policy of mail is to be looked up and nothing else.
pub fn is_mail_policy_name(name: &Name) -> bool {
    is_policy_name(name) && !has_label(name, "_acme-challenge")
}

fn has_label(name: &Name, label: &str) -> bool {
    name.unrooted().split('.').any(|known| known == label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_told_by_their_version() {
        for (owner, text, policy) in [
            ("example.com", "v=spf1 -all", Some(MailText::Spf)),
            ("example.com", "V=SPF1", Some(MailText::Spf)),
            ("example.com", "v=spf10 -all", None),
            ("_dmarc.example.com", "v=DMARC1; p=reject", Some(MailText::Dmarc)),
            ("s1._domainkey.example.com", "k=rsa; p=MIGf", Some(MailText::Dkim)),
            ("example.com", "k=rsa; p=MIGf", None),
            ("_smtp._tls.example.com", "v=TLSRPTv1;rua=mailto:a@example.com", Some(MailText::TlsRpt)),
            ("example.com", "google-site-verification=x", None),
        ] {
            assert_eq!(MailText::of(&Name::parse(owner).unwrap(), text), policy, "{text}");
        }
    }

    #[test]
    fn policies_have_names_of_their_own() {
        for (name, is_one) in [
            ("_dmarc.example.com", true),
            ("s1._domainkey.shop.example.com", true),
            ("_smtp._tls.example.com", true),
            ("dmarc.example.com", false),
            ("mta-sts.example.com", false),
        ] {
            assert_eq!(is_policy_name(&Name::parse(name).unwrap()), is_one, "{name}");
        }
    }
}
