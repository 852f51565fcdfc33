//! The commands that are verbs of the admin door.

use crate::access::app_password::Wish;
use crate::admin::{Password, Verb};
use crate::cli::ask::Wanted;
use crate::cli::{Failure, confirm, password, staff};
use crate::desk::messages::MAX_LISTED;
use crate::model::{AccountPolicy, Address, JobId, MessageId, Role, Scope, TaskId};
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use ipnet::IpNet;
use jiff::civil::Date;
use std::net::IpAddr;

/// Messages shown unless asked for more: two screens.
const LISTED: usize = 100;

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Make an account.
    Add {
        /// The address it sends from and signs in with.
        address: Address,
        /// What its owner does.
        #[arg(long, value_parser = role())]
        role: Role,
        /// Whether its mail is protected: as the clinic has set it, always, or
        /// only when marked.
        #[arg(long, default_value = "inherit", value_parser = policy())]
        policy: AccountPolicy,
        /// Read a password for the office page from standard input, at least
        /// 12 characters; without this none is set.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Show the accounts.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Set the password for the office page, read from standard input.
    Passwd {
        /// Whose.
        address: Address,
    },
    /// Take the second factor of an account away, for who has lost the phone and
    /// the recovery codes. The next sign-in to the office page sets up another.
    Factor {
        /// Whose.
        address: Address,
        /// Take it away.
        #[arg(long, required = true)]
        reset: bool,
    },
    /// Set whether an account's mail is protected.
    Policy {
        /// Whose.
        address: Address,
        /// As the clinic has set it, always, or only when marked.
        #[arg(value_parser = policy())]
        policy: AccountPolicy,
    },
    /// Set an account's name, and what it may write without a provider.
    Set(staff::Set),
    /// Say who releases in the stead of a provider who is away.
    Deputy(staff::Deputy),
    /// Switch an account off.
    Disable {
        /// Which.
        address: Address,
    },
    /// Switch an account on again; its app passwords open what they did.
    Enable {
        /// Which.
        address: Address,
    },
    /// Take back the app passwords of one name, such as a lost phone's.
    Revoke {
        /// Whose.
        address: Address,
        /// Their name, as `user list` shows it.
        #[arg(long)]
        name: String,
    },
    /// Make a password for one device; it is printed alone, this once.
    AppPassword {
        /// Whose.
        address: Address,
        /// What its owner calls it, such as "front desk".
        #[arg(long)]
        name: String,
        /// What it opens.
        #[arg(long, default_value = "both", value_parser = scope())]
        scope: Scope,
        /// Opens from this network alone, such as 192.0.2.0/24 or 192.0.2.7;
        /// may be given several times. Without it, from anywhere.
        #[arg(long = "network", value_name = "CIDR", value_parser = network)]
        networks: Vec<IpNet>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Message {
    /// Show the newest messages, the newest first.
    List {
        /// At most so many, up to 1000.
        #[arg(long, default_value_t = LISTED, value_parser = limit())]
        limit: usize,
        #[command(flatten)]
        how: How,
    },
    /// Show one message.
    Show {
        /// Its id, as the list has it; also the reference its sender was given.
        id: MessageId,
        #[command(flatten)]
        how: How,
    },
    /// Take a message back: nobody reads it from now on. It cannot be undone.
    /// Ends with 1 if it could not be withdrawn from everybody.
    Recall {
        /// Its id, as the list has it.
        id: MessageId,
        /// From this recipient alone.
        #[arg(long, value_name = "ADDRESS")]
        recipient: Option<Address>,
        /// Do not ask before it is done; without a terminal nobody is asked.
        #[arg(long)]
        yes: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Give more time to read a message, also after its time was over, and
    /// send a new notice. Ends with 1 if not everybody was given it.
    Extend {
        /// Its id, as the list has it.
        id: MessageId,
        /// To this recipient alone.
        #[arg(long, value_name = "ADDRESS")]
        recipient: Option<Address>,
        /// To the end of this day in the clinic's zone, such as 2027-01-31;
        /// without it, for policy.expires from now.
        #[arg(long, value_name = "DATE", value_parser = day)]
        until: Option<Date>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Task {
    /// Show what is open, the oldest first.
    List {
        #[command(flatten)]
        how: How,
    },
    /// Close a task; its reader may ask again.
    Done {
        /// Its id, as the list has it.
        id: TaskId,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// How messages are shown.
#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// As JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Show addresses whole. This is noted in the audit trail.
    #[arg(long)]
    pub(super) addresses: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Queue {
    /// Show what waits, the most urgent first.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Try a job now.
    Retry {
        /// Its id, as the list has it.
        id: JobId,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Give a job up and report that to the sender.
    Drop {
        /// Its id, as the list has it.
        id: JobId,
        /// Do not ask before it is done; without a terminal nobody is asked.
        #[arg(long)]
        yes: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Store {
    /// Give back the space of what was deleted.
    Compact {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Read everything and say what is damaged; ends with 1 if anything is.
    Verify {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

impl User {
    pub(super) fn wanted(self) -> Result<Wanted, Failure> {
        let plain = |verb| Wanted { verb, json: false };
        Ok(match self {
            Self::Add {
                address,
                role,
                policy,
                password_stdin,
            } => {
                let password = password_stdin
                    .then(password::read)
                    .transpose()?
                    .map(Password);
                plain(Verb::UserAdd {
                    address,
                    role,
                    password,
                    policy,
                })
            }
            Self::List { json } => Wanted {
                verb: Verb::UserList,
                json,
            },
            Self::Passwd { address } => {
                let password = Password(password::read()?);
                plain(Verb::UserPasswd { address, password })
            }
            Self::Factor { address, reset: _ } => plain(Verb::UserFactorReset { address }),
            Self::Policy { address, policy } => plain(Verb::UserPolicy { address, policy }),
            Self::Set(wish) => wish.wanted()?,
            Self::Deputy(wish) => wish.wanted(),
            Self::Disable { address } => plain(Verb::UserDisable { address }),
            Self::Enable { address } => plain(Verb::UserEnable { address }),
            Self::Revoke { address, name } => plain(Verb::UserRevoke { address, name }),
            Self::AppPassword {
                address,
                name,
                scope,
                networks,
            } => {
                let wish = Wish {
                    name,
                    scope,
                    networks,
                };
                plain(Verb::UserAppPassword { address, wish })
            }
        })
    }
}

impl Message {
    pub(super) fn wanted(self) -> Result<Wanted, Failure> {
        Ok(match self {
            Self::List {
                limit,
                how: How { json, addresses },
            } => Wanted {
                verb: Verb::MessageList { limit, addresses },
                json,
            },
            Self::Show {
                id,
                how: How { json, addresses },
            } => Wanted {
                verb: Verb::MessageShow { id, addresses },
                json,
            },
            Self::Recall {
                id,
                recipient,
                yes,
                json,
            } => {
                let whom = match &recipient {
                    Some(address) => format!("from {}", address.as_str()),
                    None => "from all its recipients".to_owned(),
                };
                let question = format!("Withdraw {id} {whom}? It cannot be undone.");
                confirm::ask(&question, yes)?;
                let verb = Verb::MessageRecall { id, recipient };
                Wanted { verb, json }
            }
            Self::Extend {
                id,
                recipient,
                until,
                json,
            } => Wanted {
                verb: Verb::MessageExtend {
                    id,
                    recipient,
                    until,
                },
                json,
            },
        })
    }
}

impl Task {
    pub(super) fn wanted(self) -> Wanted {
        let (verb, json) = match self {
            Self::List {
                how: How { json, addresses },
            } => (Verb::TaskList { addresses }, json),
            Self::Done { id, json } => (Verb::TaskDone { id }, json),
        };
        Wanted { verb, json }
    }
}

impl Queue {
    pub(super) fn wanted(self) -> Result<Wanted, Failure> {
        let (verb, json) = match self {
            Self::List { json } => (Verb::QueueList, json),
            Self::Retry { id, json } => (Verb::QueueRetry { id }, json),
            Self::Drop { id, yes, json } => {
                confirm::ask(
                    &format!("Give up the job {id}? Its mail will not leave."),
                    yes,
                )?;
                (Verb::QueueDrop { id }, json)
            }
        };
        Ok(Wanted { verb, json })
    }
}

impl Store {
    pub(super) fn wanted(self) -> Wanted {
        let (verb, json) = match self {
            Self::Compact { json } => (Verb::StoreCompact, json),
            Self::Verify { json } => (Verb::StoreVerify, json),
        };
        Wanted { verb, json }
    }
}

fn limit() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=MAX_LISTED as u64)
}

pub(super) fn day(text: &str) -> Result<Date, String> {
    Date::strptime("%Y-%m-%d", text).map_err(|_| "write a day such as 2027-01-31".to_owned())
}

fn network(text: &str) -> Result<IpNet, String> {
    let alone = || text.parse::<IpAddr>().map(IpNet::from).ok();
    let network = text.parse::<IpNet>().ok().or_else(alone);
    network.map(|n| n.trunc()).ok_or_else(|| {
        "write a network such as 192.0.2.0/24 or 2001:db8::/32, or one address".to_owned()
    })
}

fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(["staff", "provider", "admin"]).map(|word| match word.as_str() {
        "admin" => Role::Admin,
        "provider" => Role::Provider,
        _ => Role::Staff,
    })
}

fn policy() -> impl TypedValueParser<Value = AccountPolicy> {
    PossibleValuesParser::new(["inherit", "secure", "off"]).map(|word| match word.as_str() {
        "secure" => AccountPolicy::Secure,
        "off" => AccountPolicy::Off,
        _ => AccountPolicy::Inherit,
    })
}

fn scope() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(["smtp", "imap", "both"]).map(|word| match word.as_str() {
        "smtp" => Scope::Smtp,
        "imap" => Scope::Imap,
        _ => Scope::Both,
    })
}
