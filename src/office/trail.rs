//! The audit trail in plain words, for who runs the gateway.

use crate::desk::trail::{EventView, KINDS, TrailView, Wanted, Who};
use crate::model::EventKind;
use crate::office::contacts::day;
use crate::office::notes;
use crate::office::page::{Page, Tab};
use crate::office::seat::{Chief, Out, Seat};
use crate::office::sheet::{Input, Kind, Sheet};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "office/templates/audit.html", config = ".askama.toml")]
struct AuditPage<'a> {
    page: Page<'a>,
    sheet: Sheet,
    trail: &'a TrailView,
    /// The rest of the same question.
    rest: Option<String>,
    /// Whether anything narrows it.
    narrow: bool,
}

impl AuditPage<'_> {
    fn who(&self, event: &EventView) -> String {
        match &event.who {
            Who::Gateway => self.page.t("office-who-gateway"),
            Who::Account(name) => name.clone(),
            Who::Visitor => self.page.t("office-who-visitor"),
            Who::Recipient => self.page.t("office-who-recipient"),
            Who::Operator(id) => self.page.one("office-who-operator", "id", id),
            Who::Unknown => self.page.t("office-who-unknown"),
        }
    }

    /// What it was done to; a whole list goes by the name of its page.
    fn object(&self, event: &EventView) -> String {
        match event.object.as_str() {
            "audit" => self.page.t("office-audit"),
            "contacts" => self.page.t("office-contacts"),
            object => object.to_owned(),
        }
    }

    /// The reason of an emergency stands in its own words.
    fn note(&self, event: &EventView) -> String {
        match event.kind {
            EventKind::BreakGlass => event.note.clone(),
            _ => notes::said(&self.page, &event.note),
        }
    }

    fn what(&self, event: &EventView) -> String {
        kind(&self.page, event.kind)
    }
}

/// What happened, in words.
fn kind(page: &Page<'_>, kind: EventKind) -> String {
    page.t(match kind {
        EventKind::SignIn => "office-event-sign-in",
        EventKind::SignOut => "office-event-sign-out",
        EventKind::Submit => "office-event-submit",
        EventKind::Route => "office-event-route",
        EventKind::Notice => "office-event-notice",
        EventKind::CodeRequest => "office-event-code-request",
        EventKind::CodeTry => "office-event-code-try",
        EventKind::Lock => "office-event-lock",
        EventKind::Open => "office-event-open",
        EventKind::Download => "office-event-download",
        EventKind::Reply => "office-event-reply",
        EventKind::AskAgain => "office-event-ask-again",
        EventKind::Expiry => "office-event-expiry",
        EventKind::Recall => "office-event-recall",
        EventKind::Purge => "office-event-purge",
        EventKind::Key => "office-event-key",
        EventKind::Account => "office-event-account",
        EventKind::Disclose => "office-event-disclose",
        EventKind::Queue => "office-event-queue",
        EventKind::Configuration => "office-event-configuration",
        EventKind::Store => "office-event-store",
        EventKind::Task => "office-event-task",
        EventKind::Hold => "office-event-hold",
        EventKind::Release => "office-event-release",
        EventKind::BreakGlass => "office-event-break-glass",
        EventKind::Contact => "office-event-contact",
        EventKind::Export => "office-event-export",
        EventKind::Draft => "office-event-draft",
    })
}

/// `GET /audit`.
pub(super) async fn page(Chief(seat): Chief) -> Result<Response, Out> {
    let page = seat.page(Tab::Audit);
    let (account, kinds, day) = (
        seat.asked.one("account"),
        seat.asked.one("kind"),
        seat.asked.one("day"),
    );
    // A kind is named by its place in the list: its words are the page's.
    let at = kinds.parse::<usize>().ok();
    let wanted = Wanted {
        account: account.parse().ok(),
        kind: at.and_then(|at| KINDS.get(at)).copied(),
        day: day::typed(page.language, day),
        before: seat.asked.one("before").parse().ok(),
    };
    let trail = seat.desk.trail(wanted).await?;
    let accounts = accounts_named(&seat, &page).await?;
    let named = kinds_named(&page);
    let known = |text: &str, there: bool| {
        if there {
            text.to_owned()
        } else {
            String::new()
        }
    };
    let account = known(account, wanted.account.is_some());
    let kinds = known(kinds, wanted.kind.is_some());
    let day = wanted.day.map_or_else(String::new, |day| day.to_string());
    let rest = trail.rest.map(|rest| {
        let narrowed = [("account", &account), ("kind", &kinds), ("day", &day)];
        narrowed.into_iter().fold(
            format!("/audit?before={rest}"),
            |path, (name, value)| match value.is_empty() {
                true => path,
                false => format!("{path}&{name}={value}"),
            },
        )
    });
    let inputs = vec![
        Input::new(
            "account",
            page.t("office-audit-account"),
            Kind::Choice(accounts),
        )
        .holding(&account),
        Input::new("kind", page.t("office-audit-kind"), Kind::Choice(named)).holding(&kinds),
        Input::new("day", page.t("office-audit-day"), Kind::Day).holding(&day),
    ];
    seat.show(&AuditPage {
        sheet: Sheet {
            problem: None,
            inputs,
        },
        trail: &trail,
        rest,
        narrow: wanted.account.is_some() || wanted.kind.is_some() || wanted.day.is_some(),
        page,
    })
}

/// Every account, and everybody.
async fn accounts_named(seat: &Seat, page: &Page<'_>) -> Result<Vec<(String, String)>, Out> {
    let accounts = seat.desk.accounts().await?.into_iter().map(|account| {
        let name = account.name.unwrap_or(account.address.as_str().to_owned());
        (account.id, name)
    });
    let everybody = (String::new(), page.t("office-audit-everybody"));
    Ok(std::iter::once(everybody).chain(accounts).collect())
}

/// Every kind, by its place in the list, in the order of the words.
fn kinds_named(page: &Page<'_>) -> Vec<(String, String)> {
    let mut named: Vec<(String, String)> = (0_usize..)
        .zip(KINDS)
        .map(|(at, one)| (at.to_string(), kind(page, one)))
        .collect();
    named.sort_by(|(_, one), (_, other)| one.cmp(other));
    named.insert(0, (String::new(), page.t("office-audit-everything")));
    named
}
