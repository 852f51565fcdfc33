//! Commands about who writes and who releases.

use crate::admin::Verb;
use crate::cli::ask::Wanted;
use crate::cli::verbs::{How, day};
use crate::cli::{Failure, confirm};
use crate::desk::accounts::{Change, StaffMail};
use crate::model::{Address, MessageId};
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::civil::Date;

#[derive(Debug, clap::Args)]
pub(super) struct Set {
    /// Whose.
    address: Address,
    /// The name as the clinic writes it, such as "Dr. Ana Ruiz"; "" takes it away.
    #[arg(long, required_unless_present_any = ["staff", "writes_for"])]
    name: Option<String>,
    /// What becomes of what it writes in a provider's name: it waits for release,
    /// goes at once, or as the clinic has it.
    #[arg(long, value_parser = staff())]
    staff: Option<StaffMail>,
    /// The providers in whose name it may write, or "all".
    #[arg(long, value_name = "ADDRESS", num_args = 1..)]
    writes_for: Option<Vec<String>>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Deputy {
    /// The provider who is away.
    provider: Address,
    /// The provider who releases meanwhile.
    #[arg(
        long,
        value_name = "ADDRESS",
        requires = "until",
        required_unless_present = "none"
    )]
    to: Option<Address>,
    /// To the end of this day in the clinic's zone, such as 2027-01-31.
    #[arg(long, value_name = "DATE", value_parser = day, requires = "to")]
    until: Option<Date>,
    /// Nobody any more.
    #[arg(long, conflicts_with_all = ["to", "until"])]
    none: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Hold {
    /// Show what waits for a provider's release, the oldest first.
    List {
        #[command(flatten)]
        how: How,
    },
    /// Show one message that waits.
    Show {
        /// Its id; also the reference its writer was given.
        id: MessageId,
        #[command(flatten)]
        how: How,
    },
    /// Take a message back: it is not sent, and goes to the drafts of who wrote it.
    Withdraw {
        /// Its id, as the list has it.
        id: MessageId,
        /// Do not ask before it is done; without a terminal nobody is asked.
        #[arg(long)]
        yes: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Set {
    pub(super) fn wanted(self) -> Result<Wanted, Failure> {
        let writes_for = self.writes_for.map(providers).transpose()?;
        let change = Change {
            name: self.name,
            staff: self.staff,
            writes_for,
        };
        let address = self.address;
        Ok(Wanted {
            verb: Verb::UserSet { address, change },
            json: false,
        })
    }
}

impl Deputy {
    pub(super) fn wanted(self) -> Wanted {
        let verb = Verb::UserDeputy {
            provider: self.provider,
            deputy: self.to.zip(self.until),
        };
        Wanted { verb, json: false }
    }
}

impl Hold {
    pub(super) fn wanted(self) -> Result<Wanted, Failure> {
        Ok(match self {
            Self::List {
                how: How { json, addresses },
            } => Wanted {
                verb: Verb::HoldList { addresses },
                json,
            },
            Self::Show {
                id,
                how: How { json, addresses },
            } => Wanted {
                verb: Verb::HoldShow { id, addresses },
                json,
            },
            Self::Withdraw { id, yes, json } => {
                let question = format!("Take {id} back, so that nobody can release it?");
                confirm::ask(&question, yes)?;
                Wanted {
                    verb: Verb::HoldWithdraw { id },
                    json,
                }
            }
        })
    }
}

/// Addresses, or none for "all".
fn providers(words: Vec<String>) -> Result<Vec<Address>, Failure> {
    if words == ["all"] {
        return Ok(Vec::new());
    }
    let read = |word: String| {
        let bad = |_| Failure::Usage(format!("{word} is no address; write addresses, or all"));
        Address::parse(&word).map_err(bad)
    };
    words.into_iter().map(read).collect()
}

fn staff() -> impl TypedValueParser<Value = StaffMail> {
    PossibleValuesParser::new(["hold", "send", "inherit"]).map(|word| match word.as_str() {
        "hold" => StaffMail::Hold,
        "send" => StaffMail::Send,
        _ => StaffMail::Inherit,
    })
}
