//! The directory of contacts on the command line.

use crate::admin::{Answer, ContactVerb, Octets, Verb};
use crate::cli::ask::{self, Wanted};
use crate::cli::{Failure, print};
use crate::desk::contacts::{Draft, MAX_LISTED, MAX_OCTETS};
use crate::model::ContactId;
use crate::serve::settings;
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, RangedU64ValueParser};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Contacts shown unless asked for more: two screens.
const LISTED: usize = 100;

#[derive(Debug, Subcommand)]
pub(super) enum Contact {
    /// Show contacts by name: all of them, or those in whom every word is found.
    List {
        /// Beginnings of names, pieces of addresses and telephone numbers, a date
        /// of birth. Case and accents do not matter. A search is noted in the audit
        /// trail.
        words: Vec<String>,
        /// At most so many, up to 1000.
        #[arg(long, default_value_t = LISTED, value_parser = limit())]
        limit: usize,
        /// Those too whom the office has only written to.
        #[arg(long)]
        unlisted: bool,
        #[command(flatten)]
        how: How,
    },
    /// Show one contact, the family, and who shares the mailbox.
    Show {
        /// The id, as the list has it.
        id: ContactId,
        #[command(flatten)]
        how: How,
    },
    /// Add a contact; the new id is printed alone.
    Add {
        #[command(flatten)]
        fields: Box<Fields>,
    },
    /// Change a contact; what is not named stays, and "" takes a field away.
    Set {
        /// The id, as the list has it.
        id: ContactId,
        #[command(flatten)]
        fields: Box<Fields>,
    },
    /// Let a contact sign in to the portal; the record must be complete.
    Grant {
        /// The id, as the list has it.
        id: ContactId,
    },
    /// Let a contact sign in no longer; links go on working.
    Revoke {
        /// The id, as the list has it.
        id: ContactId,
    },
    /// Bring in contacts from a CSV file in UTF-8: all lines, or none if one is
    /// refused, which ends with 1.
    Import {
        /// The file; - for standard input.
        file: PathBuf,
        /// Only say what would be done, line by line.
        #[arg(long)]
        dry_run: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write all contacts to a new CSV file that its owner alone can read. This is
    /// noted in the audit trail.
    Export {
        /// The file, which must not be there; - for standard output.
        file: PathBuf,
        /// Semicolons between the cells, for a spreadsheet of a country where a
        /// comma stands in numbers.
        #[arg(long)]
        semicolons: bool,
    },
}

/// How contacts are shown.
#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// Show names, addresses and all the rest whole. This is noted in the audit
    /// trail.
    #[arg(long)]
    addresses: bool,
}

/// What may be known of a contact.
#[derive(Debug, clap::Args)]
pub(super) struct Fields {
    /// First names.
    #[arg(long)]
    first: Option<String>,
    /// Last names.
    #[arg(long)]
    last: Option<String>,
    /// The name for From and To, where it is another.
    #[arg(long)]
    name: Option<String>,
    /// The date of birth, such as 1980-01-31.
    #[arg(long, value_name = "DATE")]
    born: Option<String>,
    /// What they are to the clinic; a new contact is a patient.
    #[arg(long, value_parser = PossibleValuesParser::new(["patient", "non-patient", "stub"]))]
    status: Option<String>,
    /// The language of notices, en or es.
    #[arg(long)]
    language: Option<String>,
    /// A telephone number; may be given four times.
    #[arg(long = "phone")]
    phones: Option<Vec<String>>,
    /// An e-mail address, the usual one first; may be given eight times.
    #[arg(long = "email", value_name = "ADDRESS")]
    emails: Option<Vec<String>>,
    /// The postal address.
    #[arg(long)]
    postal: Option<String>,
    /// The account of the primary provider.
    #[arg(long, value_name = "ADDRESS")]
    provider: Option<String>,
    /// The head of the family, by id.
    #[arg(long, value_name = "ID")]
    guarantor: Option<String>,
    /// Whether others who share the mailbox may see nothing of them.
    #[arg(long, value_name = "BOOL")]
    confidential: Option<bool>,
}

impl From<Fields> for Draft {
    fn from(fields: Fields) -> Self {
        Self {
            first: fields.first,
            last: fields.last,
            name: fields.name,
            born: fields.born,
            status: fields.status,
            language: fields.language,
            phones: fields.phones,
            emails: fields.emails,
            postal: fields.postal,
            provider: fields.provider,
            guarantor: fields.guarantor,
            portal: None,
            confidential: fields.confidential,
        }
    }
}

pub(super) fn run(config: &Path, verb: Contact) -> Result<(), Failure> {
    let (verb, json) = match verb {
        Contact::Export { file, semicolons } => return export(config, &file, semicolons),
        Contact::Import {
            file,
            dry_run,
            json,
        } => {
            let file = Octets(read(&file)?);
            (ContactVerb::Import { file, dry_run }, json)
        }
        Contact::List {
            words,
            limit,
            unlisted,
            how: How { json, addresses },
        } => {
            let verb = ContactVerb::List {
                words: words.join(" "),
                limit,
                unlisted,
                addresses,
            };
            (verb, json)
        }
        Contact::Show {
            id,
            how: How { json, addresses },
        } => (ContactVerb::Show { id, addresses }, json),
        Contact::Add { fields } => {
            let draft = (*fields).into();
            (ContactVerb::Add { draft }, false)
        }
        Contact::Set { id, fields } => {
            let draft = (*fields).into();
            (ContactVerb::Set { id, draft }, false)
        }
        Contact::Grant { id } => (ContactVerb::Grant { id }, false),
        Contact::Revoke { id } => (ContactVerb::Revoke { id }, false),
    };
    let verb = Verb::Contact(verb);
    ask::run(config, Wanted { verb, json })
}

/// Reads a file here: the gateway's user may not be allowed to.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    // One octet more than may be: the gateway then says that it is too much.
    let most = MAX_OCTETS as u64 + 1;
    let mut octets = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut octets)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(most).read_to_end(&mut octets))
    };
    read.map_err(|error| {
        let file = file.display();
        Failure::Usage(format!(
            "{file} cannot be read ({error}); name another file"
        ))
    })?;
    Ok(octets)
}

fn export(config: &Path, file: &Path, semicolons: bool) -> Result<(), Failure> {
    let config = settings::read(config).map_err(Failure::configuration)?;
    let verb = Verb::Contact(ContactVerb::Export { semicolons });
    let ask = || match ask::once(&config, verb)? {
        Answer::File(octets) => Ok(octets.0),
        other => Err(print::answer(other, false).err().unwrap_or(Failure::Found)),
    };
    if file == Path::new("-") {
        let text = String::from_utf8(ask()?).map_err(Failure::fault)?;
        return print::out(&text);
    }
    // Made before anything is asked: who cannot write it takes nothing out.
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file);
    let mut made = made.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::Usage(format!(
            "{} is there already, and nothing is overwritten; name another file",
            file.display()
        )),
        _ => Failure::Usage(format!(
            "{} cannot be written ({error}); name another file",
            file.display()
        )),
    })?;
    let written = ask().and_then(|octets| {
        let written = made.write_all(&octets).and_then(|()| made.sync_all());
        written.map_err(Failure::fault)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(file);
    }
    written
}

fn limit() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=MAX_LISTED as u64)
}
