//! The code that plans were made from, and the places in it.

use clap::Args;

use crate::load::terraform::code;
use crate::workspace;

/// Where the code of Terraform plans is.
#[derive(Debug, Args)]
pub struct Code {
    /// Point at lines of the Terraform code in this directory (default: that of the plan if it holds code, else the
    /// working directory).
    #[arg(long, value_name = "DIR")]
    terraform_dir: Option<String>,
    /// Take the code from the plan that `terraform plan -out` wrote: it is what was planned, whatever the directory holds
    /// now.
    #[arg(long, value_name = "FILE")]
    plan_file: Option<String>,
}

impl Code {
    /// Where the code is. The error says what is wrong with what the user named.
    pub fn origin(&self) -> Result<code::Origin, String> {
        if let Some(directory) =
            self.terraform_dir.as_ref().filter(|path| workspace::place(path) != workspace::Kind::Directory)
        {
            return Err(format!("{directory}: no such directory; --terraform-dir names that of the root module"));
        }
        let saved = self.plan_file.as_ref().map(|path| code::saved(path).map_err(|reason| format!("{path}: {reason}")));
        Ok(code::Origin {
            directory: self.terraform_dir.clone(),
            saved: saved.transpose()?,
            data: workspace::variable("TF_DATA_DIR"),
        })
    }
}
