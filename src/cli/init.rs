//! `zonegate init`: a configuration that fits what lies here, with every key explained.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use clap::Args;

use super::inputs::States;
use super::progress::Progress;
use super::refuse;
use crate::config::FILE_NAME;
use crate::excerpt::visible;
use crate::load::{Inputs, octodns, zonefile};
use crate::name::Name;
use crate::rdata::Rtype;
use crate::source::Sources;
use crate::workspace::{self, Tree};

#[derive(Debug, Args)]
pub struct Init {
    /// Write the configuration even if there is one.
    #[arg(long)]
    force: bool,
}

/// Names that are proposed as mail domains, at most.
const FEW: usize = 5;

/// What lies in the working directory.
#[derive(Default)]
struct Found {
    /// Configurations of OctoDNS, or directories of zone files.
    setups: Vec<String>,
    /// Names with an MX.
    mail_domains: BTreeSet<Name>,
    /// Directories with files of Terraform or OpenTofu.
    modules: BTreeSet<String>,
    /// The branch that changes go to.
    branch: Option<String>,
}

impl Init {
    pub fn run(&self) -> io::Result<u8> {
        if !self.force && Path::new(FILE_NAME).exists() {
            return refuse(&format!("{FILE_NAME} is here already; --force writes it anew"));
        }
        let found = match look() {
            Ok(found) => found,
            Err(reason) => return refuse(&reason),
        };
        if let Err(error) = workspace::write(FILE_NAME, &text(&found)) {
            return refuse(&format!("{FILE_NAME} cannot be written: {error}"));
        }
        let mut out = io::stdout().lock();
        writeln!(out, "{FILE_NAME} was written.")?;
        for line in told(&found) {
            writeln!(out, "{}", visible(&line, true))?;
        }
        Ok(0)
    }
}

/// Looks at what lies in the working directory.
fn look() -> Result<Found, String> {
    let mut tree = Tree::disk(".")?;
    let files = tree.files().iter().filter(|file| [".tf", ".tofu", ".tf.json"].iter().any(|end| file.ends_with(end)));
    let directory = |file: &String| file.rsplit_once('/').map_or(".".to_owned(), |(directory, _)| directory.to_owned());
    let modules = files.map(directory).collect();
    let of_zone_files = zonefile::home(&mut tree);
    let mut setups = octodns::setups(tree, &mut Sources::default());
    let is_there = |home: &String| setups.iter().any(|setup| setup == "." || setup == home);
    setups.extend(of_zone_files.filter(|home| !is_there(home)));
    let mut sources = Sources::default();
    let progress = Progress::new(&setups, false);
    let loaded = States::default().load(&setups, false, Inputs::default(), &mut sources, &progress);
    drop(progress);
    let mx = loaded.diff.after.sets().iter().filter(|set| set.rtype == Rtype::Mx);
    let mail_domains = mx.map(|set| set.owner.clone()).take(FEW).collect();
    Ok(Found { setups, mail_domains, modules, branch: workspace::default_branch() })
}

/// What to say of what was found.
fn told(found: &Found) -> Vec<String> {
    let mut lines = Vec::new();
    match (found.setups.is_empty(), found.modules.first()) {
        (false, _) if found.setups == ["."] => lines.push("`zonegate check` now reads this directory.".to_owned()),
        (false, _) => lines.push(format!("`zonegate check` now reads {}.", found.setups.join(" and "))),
        (true, Some(module)) => {
            let change = if module == "." { String::new() } else { format!("cd {module} && ") };
            let back = if module == "." { "plan.json".to_owned() } else { format!("{module}/plan.json") };
            lines.push("`zonegate check` now reads the plan that these commands write:".to_owned());
            lines.push(format!("  {change}terraform plan -out tfplan && terraform show -json tfplan > plan.json"));
            lines.push(format!("It looks for {back}."));
        }
        (true, None) => {
            lines.push("No zone files and no files of Terraform were found here; name the inputs in it.".to_owned());
        }
    }
    lines
}

/// A configuration. Keys that say no more than the default are commented out.
fn text(found: &Found) -> String {
    let mut text = HEAD.to_owned();
    let plan = found
        .modules
        .first()
        .map(|module| if module == "." { "plan.json".into() } else { format!("{module}/plan.json") });
    let mut line = |line: &str| writeln!(text, "{line}").expect("strings take all text");
    match (&found.setups[..], &plan) {
        ([], None) => line(
            "# inputs:\n# - dns/config.yaml   # a configuration of octodns, or a directory of zone files\n# - plan.json         # what `terraform show -json tfplan` prints",
        ),
        ([], Some(plan)) => line(&format!("inputs:\n- {}", quoted(plan))),
        (setups, plan) => {
            line("inputs:");
            for setup in setups {
                line(&format!("- {}", quoted(setup)));
            }
            if let Some(plan) = plan {
                line(&format!("# - {}   # what `terraform show -json tfplan` prints", quoted(plan)));
            }
        }
    }
    line("\n# ... and what zone files are compared with: the commit from which this branch went away from that one.");
    match (&found.branch, found.setups.is_empty()) {
        (Some(branch), false) => line(&format!("base: {}", quoted(branch))),
        (branch, _) => line(&format!("# base: {}", quoted(branch.as_deref().unwrap_or("main")))),
    }
    text.push_str(MIDDLE);
    let domains: Vec<String> = found.mail_domains.iter().map(|name| quoted(&name.unrooted())).collect();
    let domains = if domains.is_empty() { "example.com".to_owned() } else { domains.join(", ") };
    writeln!(text, "# mail_domains: [{domains}]").expect("strings take all text");
    text + TAIL
}

/// A text as YAML takes it for nothing else.
fn quoted(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
        && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    if is_plain || text == "." { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

const HEAD: &str = "\
# What zonegate checks here, and what counts. Every key is optional; `zonegate schema config` prints a schema that
# editors understand, and a key or a value that means nothing is shown in its place.

# What a bare `zonegate check` reads; paths start from this file.
";

const MIDDLE: &str = "
# What is there besides and the change does not touch: zone files, states, lists of record sets.
# context:
# - legacy.zone

# The least severity of a finding that fails a run: error, warning, note or never.
# fail_on: error

# Which rules run: default, strict or pedantic. `zonegate rules` lists them all.
# set: default

# Fail with exit code 2 if the inputs left anything untold, such as values known only after apply.
# require_complete: false

# How grave findings of a rule are, or gaps of a kind: error, warning, note or off.
# severities:
#   cname-with-other-data: warning

# Names that receive mail even if no MX is in the inputs. `*.example.com` is all below example.com.
";

const TAIL: &str = "
# Names that take no mail, so that aliases there are nobody's business.
# non_mail_domains: ['*.cdn.example.com']

# Services that ask for an alias at a name of yours in order to handle its mail, besides those that are known.
# mail_cname_targets: [mail.example.net]

# What web servers offer as /.well-known/mta-sts.txt: an MX that names a host that is not listed there is a finding.
# mta_sts_policies:
# - domain: example.com
#   file: mta-sts.txt

# Findings that were looked at and are meant so. A reason is needed; `until` is the last day on which it holds.
# In a zone file a comment does the same: `# zonegate: allow cname-replaces-mx -- why until 2027-01-31`.
# suppressions:
# - rule: cname-replaces-mx
#   name: shop.example.com
#   reason: the shop gets its mail elsewhere
#   until: 2027-01-31

# Rules that nobody can suppress, for release gates.
# never_suppress: [cname-with-mx]

# Zones that plans know by an identifier alone; identifiers and paths of one entry are one view of the zone.
# views:
# - zone: example.com
#   id: Z0123456789EXAMPLE
#   private: false

# Findings that were there when the file was written do not count: `zonegate check --write-baseline` writes it.
# baseline: zonegate-baseline.json
";
