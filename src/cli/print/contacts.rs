//! Contacts on the terminal.

use crate::cli::print::time;
use crate::desk::contacts::{ContactView, ContactsView, ImportView, RecordView};
use std::fmt::Write as _;

pub(super) fn list(view: &ContactsView) -> String {
    let mut text: String = view.contacts.iter().map(line).collect();
    if view.contacts.is_empty() {
        text.push_str("nobody was found\n");
    }
    if view.more {
        text.push_str("there are more; give words to look for, or a larger --limit\n");
    }
    text
}

fn line(view: &ContactView) -> String {
    let mut text = format!(
        "{}  {}  {}",
        view.id,
        view.listed.as_deref().unwrap_or("-"),
        view.status.word()
    );
    if let Some(born) = view.born {
        let _ = write!(text, "  born {born}");
    }
    for word in view.emails.iter().chain(&view.phones) {
        let _ = write!(text, "  {word}");
    }
    if let Some(provider) = &view.provider {
        let _ = write!(text, "  with {provider}");
    }
    if view.portal.is_some() {
        text.push_str("  portal");
    }
    if view.confidential {
        text.push_str("  confidential");
    }
    text.push('\n');
    text
}

pub(super) fn record(view: &RecordView) -> String {
    let contact = &view.contact;
    let mut text = line(contact);
    let postal = contact.postal.as_ref().map(|p| p.replace('\n', ", "));
    let language = contact.language.map(|l| l.tag().to_owned());
    let portal = contact.portal.map(|at| format!("since {}", time(at)));
    let missing: Vec<String> = view.missing.iter().map(ToString::to_string).collect();
    let portal = portal.unwrap_or_else(|| match missing.is_empty() {
        true => "no; `sealpost contact grant` lets them in".to_owned(),
        false => format!("no; missing: {}", missing.join(", ")),
    });
    for (name, value) in [
        ("written", contact.written.clone()),
        ("postal", postal),
        ("language", language),
        ("guarantor", contact.guarantor.clone()),
        ("portal sign-in", Some(portal)),
        ("known since", Some(time(contact.created))),
        ("last changed", Some(time(contact.changed))),
    ] {
        if let Some(value) = value {
            let _ = writeln!(text, "    {name}: {value}");
        }
    }
    for (name, others) in [("family", &view.family), ("same mailbox", &view.sharing)] {
        for other in others {
            let _ = write!(text, "    {name}: {}", line(other));
        }
    }
    text
}

pub(super) fn imported(view: &ImportView) -> String {
    let mut text = String::new();
    for line in &view.lines {
        let _ = write!(text, "line {}: {}", line.line, line.verdict);
        if let Some(reason) = &line.reason {
            let _ = write!(text, ": {}", reason.replace('\n', "; also, "));
        }
        for effect in &line.effects {
            let _ = write!(text, "; {effect}");
        }
        text.push('\n');
    }
    let word = match (view.done, view.refused) {
        (true, _) => "done",
        (false, 0) => "nothing was changed; this was a trial",
        (false, _) => "nothing was changed; mend the refused lines and try again",
    };
    let _ = writeln!(
        text,
        "{} to add, {} to change, {} the same, {} refused: {word}",
        view.added, view.changed, view.same, view.refused
    );
    text
}
