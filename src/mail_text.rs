//! Texts that mail reads: which policy a TXT record states.

use std::collections::HashSet;

use crate::name::Name;
use crate::rdata::Rtype;
use crate::record::{Node, Record};
use crate::spf;

/// A policy of mail, stated in a TXT record. The sections are those that say which texts count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailText {
    /// RFC 7208 section 4.5.
    Spf,
    /// RFC 6376 section 3.6.1.
    Dkim,
    /// RFC 9989 section 4.10.
    Dmarc,
    /// RFC 8461 section 3.1.
    MtaSts,
    /// RFC 8460 section 3.
    TlsRpt,
    /// Brand indicators, an Internet draft.
    Bimi,
}

impl MailText {
    /// The policy that a text at a name states. The version stands first, as the standard writes it.
    pub fn of(owner: &Name, text: &str) -> Option<MailText> {
        let mut tags = text.split(';').map(tag);
        match tags.next()? {
            _ if spf::is_record(text) => Some(MailText::Spf),
            ("v", "DKIM1") => Some(MailText::Dkim),
            ("v", "DMARC1") => Some(MailText::Dmarc),
            ("v", "BIMI1") => Some(MailText::Bimi),
            // What does not begin with these very characters is discarded.
            ("v", "STSv1") if text.starts_with("v=STSv1;") => Some(MailText::MtaSts),
            ("v", "TLSRPTv1") if text.starts_with("v=TLSRPTv1;") => Some(MailText::TlsRpt),
            ("v", _) => None,
            // A key need not state its version.
            first => {
                let holds_key = std::iter::once(first).chain(tags).any(|(name, _)| matches!(name, "k" | "p"));
                Some(MailText::Dkim).filter(|dkim| holds_key && MailText::at(owner) == Some(*dkim))
            }
        }
    }

    /// The policy that is looked up at a name, if the name exists for that and nothing else.
    pub fn at(name: &Name) -> Option<MailText> {
        let name = name.unrooted();
        let labels: Vec<&str> = name.split('.').collect();
        match labels[..] {
            ["_dmarc", ..] => Some(MailText::Dmarc),
            ["_mta-sts", ..] => Some(MailText::MtaSts),
            ["_smtp", "_tls", ..] => Some(MailText::TlsRpt),
            [_, ref above @ ..] if above.contains(&"_domainkey") => Some(MailText::Dkim),
            [_, ref above @ ..] if above.contains(&"_bimi") => Some(MailText::Bimi),
            // Who may be sent the reports of others (RFC 9990 section 4).
            _ if labels.windows(2).any(|labels| labels == ["_report", "_dmarc"]) => Some(MailText::Dmarc),
            _ => None,
        }
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

/// The TXT records at a node that state one policy, if several different ones answer at once; else none.
pub fn rival_texts<'a>(node: &Node<'a>, policy: MailText) -> Vec<&'a Record> {
    let states = |text: &str| MailText::of(node.name, text) == Some(policy);
    // Versions of a set are answered one at a time.
    let sets = node.sets.iter().filter(|set| set.rtype == Rtype::Txt);
    let rivals = sets.map(|set| {
        let texts = set.records.iter().filter_map(|record| Some((record.rdata.joined_text()?, record)));
        let mut texts: Vec<_> = texts.filter(|(text, _)| states(text)).collect();
        let mut known = HashSet::new();
        // The same record twice is one (RFC 2181 section 5).
        texts.retain(|(text, _)| known.insert(text.clone()));
        texts.into_iter().map(|(_, record)| record).collect::<Vec<_>>()
    });
    rivals.into_iter().find(|texts| texts.len() > 1).unwrap_or_default()
}

/// The name and the value of a tag, such as `v=DMARC1`; no space that stands round them is part of them (RFC 6376 section
/// 3.2, RFC 9989 section 4.8).
fn tag(text: &str) -> (&str, &str) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.trim_ascii(), value.trim_ascii())
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
            ("_dmarc.example.com", "v = DMARC1 ;p=reject", Some(MailText::Dmarc)),
            ("_dmarc.example.com", "v=dmarc1; p=reject", None),
            ("_dmarc.example.com", "v=DMARC1 p=reject", None),
            ("_dmarc.example.com", "p=reject; v=DMARC1", None),
            ("s1._domainkey.example.com", "v=DKIM1; p=MIGf", Some(MailText::Dkim)),
            ("s1._domainkey.example.com", "k=rsa; p=MIGf", Some(MailText::Dkim)),
            ("s1._domainkey.example.com", "v=DKIM2; p=MIGf", None),
            ("example.com", "k=rsa; p=MIGf", None),
            ("_mta-sts.example.com", "v=STSv1; id=1;", Some(MailText::MtaSts)),
            ("_mta-sts.example.com", "v=STSv1", None),
            ("_smtp._tls.example.com", "v=TLSRPTv1;rua=mailto:a@example.com", Some(MailText::TlsRpt)),
            ("default._bimi.example.com", "v=BIMI1; l=https://example.com/logo.svg", Some(MailText::Bimi)),
            ("example.com", "google-site-verification=x", None),
            ("example.com", "", None),
        ] {
            assert_eq!(MailText::of(&Name::parse(owner).unwrap(), text), policy, "{text}");
        }
    }

    #[test]
    fn policies_have_names_of_their_own() {
        for (name, policy) in [
            ("_dmarc.example.com", Some(MailText::Dmarc)),
            ("example.com._report._dmarc.example.net", Some(MailText::Dmarc)),
            ("*._report._dmarc.example.net", Some(MailText::Dmarc)),
            ("s1._domainkey.shop.example.com", Some(MailText::Dkim)),
            ("2026.s1._domainkey.example.com", Some(MailText::Dkim)),
            ("_smtp._tls.example.com", Some(MailText::TlsRpt)),
            ("_mta-sts.example.com", Some(MailText::MtaSts)),
            ("default._bimi.example.com", Some(MailText::Bimi)),
            ("a._dmarc.example.com", None),
            ("_25._tls.example.com", None),
            ("dmarc.example.com", None),
            ("mta-sts.example.com", None),
            ("_acme-challenge.example.com", None),
            ("example.com", None),
        ] {
            assert_eq!(MailText::at(&Name::parse(name).unwrap()), policy, "{name}");
        }
    }
}
