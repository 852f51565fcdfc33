//! Answers on the terminal: lines for people, JSON for programs.

mod contacts;

use crate::admin::Answer;
use crate::cli::Failure;
use crate::desk::accounts::AccountView;
use crate::desk::audit::AuditVerifiedView;
use crate::desk::holds::{HoldView, Whom};
use crate::desk::messages::{MessageView, RecipientView};
use crate::desk::queue::{AnswerView, JobView};
use crate::desk::store::{CompactedView, VerifiedView};
use crate::desk::tasks::{Stands, TaskView};
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write as _};

/// Writes to standard output. Whoever closed it (`| head`) has seen enough.
pub(super) fn out(text: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    match output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
    {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Failure::fault(e)),
        _ => Ok(()),
    }
}

/// Says something beside the output. Whoever closed standard error does not want
/// to hear it.
pub(super) fn aside(text: &str) {
    let _ = writeln!(io::stderr(), "sealpost: {text}");
}

/// Prints an answer; a refusal becomes a failure.
pub(super) fn answer(answer: Answer, as_json: bool) -> Result<(), Failure> {
    match answer {
        Answer::Done if as_json => out("{\"done\": true}\n"),
        Answer::Done => Ok(()),
        Answer::AppPassword(password) => out(&format!("{}\n", password.0.expose())),
        Answer::Accounts(views) => show(&views, as_json, |v| v.iter().map(account).collect()),
        Answer::Messages(views) => show(&views, as_json, |v| v.iter().map(message).collect()),
        Answer::Message(view) => show(&*view, as_json, message),
        Answer::Recalled(views) => {
            show(&views, as_json, |v| said(v.iter().map(|v| &v.said)))?;
            all(views.iter().all(|v| v.withdrawn))
        }
        Answer::Extended(views) => {
            show(&views, as_json, |v| said(v.iter().map(|v| &v.said)))?;
            all(views.iter().all(|v| v.extended))
        }
        Answer::Holds(views) => show(&views, as_json, |v| holds(v)),
        Answer::Hold(view) => show(&*view, as_json, hold),
        Answer::Tasks(views) => show(&views, as_json, |v| tasks(v)),
        Answer::Contacts(view) => show(&view, as_json, contacts::list),
        Answer::Contact(view) => show(&*view, as_json, contacts::record),
        Answer::Added(id) => out(&format!("{id}\n")),
        Answer::Imported(view) => {
            show(&view, as_json, contacts::imported)?;
            all(view.refused == 0)
        }
        Answer::File(octets) => out(&String::from_utf8_lossy(&octets.0)),
        Answer::Jobs(views) => show(&views, as_json, |v| v.iter().map(job).collect()),
        Answer::Compacted(view) => show(&view, as_json, compacted),
        Answer::Verified(view) => {
            show(&view, as_json, verified)?;
            all(view.clean)
        }
        // Taken out piece by piece, by who asked for it.
        Answer::Audit(piece) => show(&piece, true, |_| String::new()),
        Answer::AuditVerified(view) => {
            show(&view, as_json, trail)?;
            all(view.clean)
        }
        Answer::Refused(reason) => Err(Failure::Usage(reason)),
        Answer::Failed(reason) => Err(Failure::Fault(reason)),
    }
}

/// Success, if all of it is in order.
const fn all(good: bool) -> Result<(), Failure> {
    match good {
        true => Ok(()),
        false => Err(Failure::Found),
    }
}

fn show<T: Serialize>(view: &T, as_json: bool, text: impl Fn(&T) -> String) -> Result<(), Failure> {
    if as_json {
        let json = serde_json::to_string_pretty(view).map_err(Failure::fault)?;
        return out(&format!("{json}\n"));
    }
    out(&text(view))
}

/// The word under which JSON knows a value.
fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => "-".into(),
    }
}

/// A time to the second: more is noise on a terminal.
fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}

fn account(view: &AccountView) -> String {
    let mut text = format!(
        "{}  {}  {}  since {}{}{}\n",
        view.address.as_str(),
        word(view.role),
        word(view.standing),
        time(view.created),
        if view.password {
            "  has a password"
        } else {
            ""
        },
        if view.factor {
            "  has a second factor"
        } else {
            ""
        },
    );
    text.push_str(&duties(view));
    for app in &view.app_passwords {
        let used = app
            .used
            .map_or_else(|| "never used".into(), |at| format!("used {}", time(at)));
        let networks: Vec<String> = app.networks.iter().map(ToString::to_string).collect();
        let only = match networks.is_empty() {
            true => String::new(),
            false => format!("  only from {}", networks.join(" ")),
        };
        let _ = writeln!(
            text,
            "    {}  {}  since {}  {used}{only}",
            app.name,
            word(app.scope),
            time(app.created)
        );
    }
    text
}

/// What an account is called, and what it does without a provider or in the stead
/// of one; nothing where all is as usual.
fn duties(view: &AccountView) -> String {
    let mut text = String::new();
    if let Some(name) = &view.name {
        let _ = writeln!(text, "    called {name}");
    }
    if let Some(staff) = view.staff {
        let _ = writeln!(
            text,
            "    what it writes in a provider's name: {}",
            word(staff)
        );
    }
    if !view.writes_for.is_empty() {
        let named: Vec<&str> = view.writes_for.iter().map(|a| a.as_str()).collect();
        let _ = writeln!(text, "    writes for {}", named.join(", "));
    }
    for deputy in &view.deputies {
        let (who, until) = (deputy.address.as_str(), time(deputy.until));
        let _ = writeln!(text, "    {who} releases in its stead until {until}");
    }
    text
}

fn holds(views: &[HoldView]) -> String {
    if views.is_empty() {
        return "nothing waits for release\n".to_owned();
    }
    views.iter().map(hold).collect()
}

fn hold(view: &HoldView) -> String {
    let whom = |whom: &Whom| match &whom.name {
        Some(name) => format!("{name} ({})", whom.address.as_str()),
        None => whom.address.as_str().to_owned(),
    };
    let mut text = format!(
        "{}  since {}  until {}  written by {}  for {}\n",
        view.id,
        time(view.created),
        time(view.expires),
        whom(&view.writer),
        whom(&view.provider),
    );
    for recipient in &view.recipients {
        let address = recipient.address.as_deref().unwrap_or("-");
        let _ = writeln!(
            text,
            "    {} {address}",
            word(recipient.kind).to_lowercase()
        );
    }
    text
}

fn message(view: &MessageView) -> String {
    let mut text = format!(
        "{}  {}  {}  {}  {} octets  from {}{}\n",
        view.id,
        time(view.accepted),
        word(view.direction),
        if view.protected { "protected" } else { "clear" },
        view.size,
        view.from.as_deref().unwrap_or("-"),
        view.purged
            .map_or_else(String::new, |at| format!("  destroyed {}", time(at))),
    );
    for recipient in &view.recipients {
        text.push_str(&one_recipient(recipient));
    }
    text
}

fn one_recipient(view: &RecipientView) -> String {
    let mut text = format!(
        "    {} {}  {}  {} since {}",
        view.kind,
        view.address.as_deref().unwrap_or("-"),
        view.route.map_or_else(|| "not yet routed".into(), word),
        word(view.state),
        time(view.since),
    );
    if let Some(portal) = &view.portal {
        let times = [
            ("notice taken", portal.noticed),
            ("expires", Some(portal.expires)),
            ("opened", portal.opened),
            ("answered", portal.replied),
            ("withdrawn", portal.recalled),
            ("extended", portal.extended),
            ("reminder queued", portal.reminded),
        ];
        for (name, at) in times {
            if let Some(at) = at {
                let _ = write!(text, ", {name} {}", time(at));
            }
        }
        if portal.locked {
            text.push_str(", locked after a hundred wrong codes");
        }
    }
    text.push('\n');
    if let Some(view) = &view.answer {
        let _ = writeln!(text, "        {}", relay_said(view));
    }
    text
}

fn relay_said(view: &AnswerView) -> String {
    let (at, words) = (time(view.at), view.text.as_str());
    match view.code {
        0 => format!("no answer from the relay at {at}: {words}"),
        code => format!("relay answered {at}  {code} {words}"),
    }
}

fn said<'a>(sentences: impl Iterator<Item = &'a String>) -> String {
    sentences.fold(String::new(), |text, said| text + said + "\n")
}

fn tasks(views: &[TaskView]) -> String {
    if views.is_empty() {
        return "nobody has asked for anything\n".to_owned();
    }
    let mut text = String::new();
    for view in views {
        let next = match view.stands {
            Stands::Open => "it can be read; `sealpost task done` closes this",
            Stands::Expired => "its time is over; `sealpost message extend` gives more",
            Stands::Locked => {
                "locked after a hundred wrong codes; `sealpost message extend` opens it"
            }
            Stands::Withdrawn => "it was withdrawn; write it anew, or close this",
            Stands::Destroyed => "its content is destroyed; write it anew, or close this",
        };
        let _ = writeln!(
            text,
            "{}  since {}  {} asks to have message {} sent again: {next}",
            view.id,
            time(view.since),
            view.address,
            view.message,
        );
    }
    text
}

fn job(view: &JobView) -> String {
    let due = match (view.in_hand, view.due) {
        (true, _) => "in hand".into(),
        (false, Some(due)) => format!("due {}", time(due)),
        (false, None) => "set aside".into(),
    };
    let mut text = format!(
        "{}  {}  {due}  tried {}  to {}  message {}\n",
        view.id,
        view.purpose,
        view.attempts,
        view.recipient.as_deref().unwrap_or("-"),
        view.message.as_deref().unwrap_or("-"),
    );
    if let Some(answer) = &view.answer {
        let said = match view.purpose.as_str() {
            "chart" | "webhook" => format!("{}  {}", time(answer.at), answer.text),
            _ => relay_said(answer),
        };
        let _ = writeln!(text, "    {said}");
    }
    text
}

fn compacted(view: &CompactedView) -> String {
    format!(
        "{} records kept; {} octets before, {} after\n",
        view.records, view.before, view.after
    )
}

fn trail(view: &AuditVerifiedView) -> String {
    let good = view.good;
    let Some(at) = view.broken_at else {
        return format!("{good} entries, and every one is as it was written\n");
    };
    let before = view.last_good.map_or_else(String::new, |last| {
        format!(", the last of them of {}", time(last))
    });
    format!(
        "entry {at} was changed, removed or moved; {good} entries before it are in order{before}\n"
    )
}

fn verified(view: &VerifiedView) -> String {
    let mut text = String::new();
    for count in &view.counts {
        let _ = writeln!(
            text,
            "{}: {} in order, {} damaged",
            count.kind, count.good, count.damaged
        );
    }
    if let Some(at) = view.audit_broken_at {
        let _ = writeln!(text, "the audit trail was changed at entry {at}");
    }
    text.push_str(match view.clean {
        true => "everything is in order\n",
        false => "something is damaged; restore the data folder from a backup\n",
    });
    text
}

#[cfg(test)]
mod tests {
    use super::one_recipient;
    use crate::desk::messages::RecipientView;
    use crate::desk::queue::AnswerView;
    use crate::model::State;
    use jiff::Timestamp;

    #[test]
    fn a_relay_that_never_answered_is_said_to_have_given_no_answer() {
        let at = Timestamp::UNIX_EPOCH;
        let mut view = RecipientView {
            n: 0,
            address: None,
            kind: "to".to_owned(),
            route: None,
            state: State::Queued,
            since: at,
            answer: Some(AnswerView {
                at,
                code: 0,
                text: "no connection".to_owned(),
            }),
            portal: None,
        };
        let shown = one_recipient(&view);
        assert!(
            shown.contains("no answer from the relay at 1970-01-01T00:00:00Z: no connection\n"),
            "{shown}"
        );
        assert!(!shown.contains("relay answered"), "{shown}");
        view.answer = Some(AnswerView {
            at,
            code: 250,
            text: "2.0.0 queued".to_owned(),
        });
        let shown = one_recipient(&view);
        assert!(
            shown.ends_with("relay answered 1970-01-01T00:00:00Z  250 2.0.0 queued\n"),
            "{shown}"
        );
    }
}
