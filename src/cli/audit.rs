//! `sealpost audit`: the trail verified, and taken out piece by piece.

use crate::admin::{Answer, AuditVerb, Verb};
use crate::cli::ask::{self, Wanted};
use crate::cli::verbs::day;
use crate::cli::{Failure, print};
use crate::contacts::guarded;
use crate::desk::audit::{AuditPiece, AuditView, AuditWish};
use crate::model::ContactId;
use crate::serve::settings;
use clap::{Subcommand, ValueEnum};
use jiff::civil::Date;
use std::path::Path;

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// Write the audit trail to standard output, the oldest first. This is noted
    /// in it.
    Export {
        /// From the beginning of this day in the clinic's zone, such as 2027-01-31.
        #[arg(long, value_name = "DATE", value_parser = day)]
        from: Option<Date>,
        /// To the end of this day.
        #[arg(long, value_name = "DATE", value_parser = day)]
        to: Option<Date>,
        /// About one contact's messages and record alone: the accounting of
        /// disclosures.
        #[arg(long, value_name = "ID")]
        contact: Option<ContactId>,
        /// As a table for a spreadsheet, or for programs.
        #[arg(long, value_enum, default_value_t = Format::Csv)]
        format: Format,
        /// Show addresses whole; without it each is a handle, the same for the
        /// same address.
        #[arg(long)]
        addresses: bool,
    },
    /// Follow the chain from its first entry to its last; ends with 1 if an entry
    /// was changed, removed or moved.
    Verify {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    Csv,
    Json,
}

const COLUMNS: [&str; 13] = [
    "sequence",
    "time",
    "actor",
    "actor-id",
    "actor-address",
    "event",
    "object",
    "message",
    "contacts",
    "address",
    "network",
    "result",
    "note",
];

pub(super) fn run(config: &Path, verb: Audit) -> Result<(), Failure> {
    match verb {
        Audit::Verify { json } => {
            let verb = Verb::Audit(AuditVerb::Verify);
            ask::run(config, Wanted { verb, json })
        }
        Audit::Export {
            from,
            to,
            contact,
            format,
            addresses,
        } => {
            let wish = AuditWish {
                after: 0,
                from,
                to,
                contact,
                addresses,
            };
            export(config, wish, format)
        }
    }
}

/// Asks for one piece after the other, so that neither side holds a trail of six
/// years.
fn export(config: &Path, wish: AuditWish, format: Format) -> Result<(), Failure> {
    let config = settings::read(config).map_err(Failure::configuration)?;
    let read = |wish: AuditWish| Verb::Audit(AuditVerb::Read { wish });
    let mut any = false;
    let first = read(wish.clone());
    ask::each(&config, first, |answer| {
        let piece = match answer {
            Answer::Audit(piece) => piece,
            other => return Err(print::answer(other, false).err().unwrap_or(Failure::Found)),
        };
        print::out(&match format {
            Format::Csv => table(&piece, !any)?,
            Format::Json => list(&piece, any)?,
        })?;
        // The head of a table stands even over nothing.
        any |= matches!(format, Format::Csv) || !piece.entries.is_empty();
        let wish = wish.clone();
        Ok(piece.next.map(|after| read(AuditWish { after, ..wish })))
    })?;
    match (format, any) {
        (Format::Csv, _) => Ok(()),
        (Format::Json, true) => print::out("\n]\n"),
        (Format::Json, false) => print::out("[]\n"),
    }
}

fn table(piece: &AuditPiece, head: bool) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if head {
        writer.write_record(COLUMNS).map_err(Failure::fault)?;
    }
    for entry in &piece.entries {
        let cells = cells(entry);
        let cells = cells.iter().map(|cell| guarded(cell));
        writer.write_record(cells).map_err(Failure::fault)?;
    }
    let octets = writer.into_inner().map_err(Failure::fault)?;
    String::from_utf8(octets).map_err(Failure::fault)
}

fn cells(entry: &AuditView) -> [String; 13] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let result = if entry.success { "done" } else { "failed" };
    [
        entry.sequence.to_string(),
        entry.time.to_string(),
        entry.actor.clone(),
        text(&entry.actor_id),
        text(&entry.actor_address),
        entry.event.clone(),
        entry.object.clone(),
        text(&entry.message),
        entry.contacts.join(" "),
        text(&entry.address),
        text(&entry.network),
        result.to_owned(),
        entry.note.clone(),
    ]
}

/// Entries of a JSON array; `more`: there were some before.
fn list(piece: &AuditPiece, more: bool) -> Result<String, Failure> {
    let mut text = String::new();
    for (n, entry) in piece.entries.iter().enumerate() {
        text.push_str(if n == 0 && !more { "[\n" } else { ",\n" });
        text.push_str(&serde_json::to_string(entry).map_err(Failure::fault)?);
    }
    Ok(text)
}
