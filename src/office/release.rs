//! A message that waits for a provider. Whoever releases proves with the own
//! password and a code, here and now; that proof makes no session, and is good for
//! this one message as it was shown.

use crate::access::office::Signed;
use crate::desk::office::{
    LONGEST_REASON, Letter, MAX_REASON, MIN_REASON, Outcome, Pending, Sight, Standing, Unreleased,
};
use crate::model::{MessageId, Secret};
use crate::office::Office;
use crate::office::enter::{Problem, Who, mended, taken};
use crate::office::guard::{Stop, refused, show};
use crate::office::inside::closing;
use crate::office::mail::ReleaseView;
use crate::office::message::{Reason, after, missing, reason_problem, to, viewer};
use crate::office::page::Page;
use crate::office::visitor::Visitor;
use crate::web::form::{Pressed, Sent};
use crate::web::site::same;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// Whoever sees a message that waits no more is led to it, whatever the right.
const ANY: [Sight; 2] = [Sight::Mailbox, Sight::Glass];

/// The form by which a provider releases.
#[derive(Deserialize)]
pub(super) struct Proof {
    #[serde(default)]
    form: String,
    /// Of the message that was shown.
    #[serde(default)]
    binding: String,
    /// At the screen of who wrote it: who releases.
    #[serde(default)]
    address: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    /// In an emergency: why.
    #[serde(default)]
    reason: String,
}

/// What is wrong with what was sent.
#[derive(Clone, Copy)]
enum Wrong {
    Proof(Problem),
    Reason,
    Words,
    Changed,
    Long,
    Theirs,
    SwitchedOff,
    Damaged,
}

/// A held message as its page shows it.
struct Case {
    letter: Letter,
    pending: Pending,
}

/// `GET /message/{id}/release`.
pub(super) async fn release_page(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, Stop> {
    let signed = match office.signed(&visitor).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    match office.held(&signed, &id).await? {
        Some(case) => office.release_form(&visitor, (&signed, &case), ("", ""), None),
        None => office.late(&signed, &id, &ANY).await,
    }
}

/// `POST /message/{id}/release`.
pub(super) async fn release(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    sent: Sent<Proof>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let signed = match office.sender(&visitor, &typed.form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let Some(case) = office.held(&signed, &id).await? else {
        return office.late(&signed, &id, &ANY).await;
    };
    match office.released(&visitor, (&signed, &case), &typed).await? {
        Ok(response) => Ok(response),
        Err(wrong) => {
            let kept = (typed.address.as_str(), typed.reason.as_str());
            office.release_form(&visitor, (&signed, &case), kept, Some(wrong))
        }
    }
}

/// `POST /message/{id}/reject`: back to who wrote it, with a reason.
pub(super) async fn reject(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    sent: Sent<Reason>,
) -> Result<Response, Stop> {
    let typed = taken(sent)?;
    let signed = match office.sender(&visitor, &typed.form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let Some(case) = office.held(&signed, &id).await? else {
        return office.late(&signed, &id, &ANY).await;
    };
    let (desk, by) = (&office.0.desk, viewer(&signed));
    match desk.give_back(&by, &case.pending, &typed.reason).await {
        Ok(()) => Ok(to("/today?done=returned")),
        Err(Unreleased::Gone) => Ok(to("/today?done=over")),
        Err(Unreleased::Store(error)) => Err(Stop::from(error)),
        Err(why) => {
            let wrong = match why {
                Unreleased::Reason => Wrong::Words,
                other => wrong(&other),
            };
            let kept = ("", typed.reason.as_str());
            office.release_form(&visitor, (&signed, &case), kept, Some(wrong))
        }
    }
}

/// `POST /message/{id}/withdraw`: its writer takes it back.
pub(super) async fn withdraw(
    State(office): State<Office>,
    Extension(visitor): Who,
    Path(id): Path<String>,
    sent: Sent<Pressed>,
) -> Result<Response, Stop> {
    let form = taken(sent)?.form;
    let signed = match office.sender(&visitor, &form).await? {
        Ok(signed) => signed,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id: MessageId = id.parse().map_err(|_| missing(&signed))?;
    let done = office.0.desk.take_back_held(&viewer(&signed), id).await?;
    if done == Outcome::Unseen {
        return office.late(&signed, &id.to_string(), &ANY).await;
    }
    after(done, &signed, "/today", "withdrawn")
}

impl Office {
    /// A held message that somebody sees.
    async fn held(&self, signed: &Signed, id: &str) -> Result<Option<Case>, Stop> {
        let Some(letter) = self.letter(signed, id).await? else {
            return Ok(None);
        };
        let pending = self.0.desk.pending(&viewer(signed), letter.id).await?;
        Ok(pending.map(|pending| Case { letter, pending }))
    }

    /// Releases what was shown, if whoever is at the screen proves who they are.
    async fn released(
        &self,
        visitor: &Visitor,
        (signed, case): (&Signed, &Case),
        typed: &Proof,
    ) -> Result<Result<Response, Wrong>, Stop> {
        let pending = &case.pending;
        let address = match prover(signed, pending, typed) {
            Ok(address) => address,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let password = Secret::new(typed.password.as_str());
        let code = Secret::new(typed.code.as_str());
        let entrance = &self.0.entrance;
        let caller = visitor.caller();
        let proved = match entrance.prove((address, &password), &code, &caller).await {
            Ok(proved) => proved,
            Err(why) => {
                refused(visitor, why);
                return Ok(Err(Wrong::Proof(Problem::of(why)?)));
            }
        };
        let emergency = pending.standing == Standing::Colleague;
        let reason = emergency.then_some(typed.reason.as_str());
        let (desk, by) = (&self.0.desk, viewer(signed));
        let proved = (&proved, reason);
        match desk.release_as_shown(&by, pending, proved).await {
            Ok(()) => {
                let path = format!("/today?done=released&message={}", pending.id);
                Ok(Ok(to(&path)))
            }
            Err(Unreleased::Gone) => Ok(Ok(to("/today?done=over"))),
            Err(Unreleased::Store(error)) => Err(Stop::from(error)),
            Err(why) => Ok(Err(wrong(&why))),
        }
    }

    fn release_form(
        &self,
        visitor: &Visitor,
        (signed, case): (&Signed, &Case),
        typed: (&str, &str),
        wrong: Option<Wrong>,
    ) -> Result<Response, Stop> {
        let page = self.inside(visitor, signed, None);
        let problem = wrong.map(|wrong| wrong.said(&page, &case.pending));
        let view = ReleaseView {
            page,
            letter: &case.letter,
            pending: &case.pending,
            form: signed.form.expose(),
            typed,
            problem,
        };
        let response = match wrong {
            Some(Wrong::Proof(problem)) => mended(|status| show(status, &view), Some(problem))?,
            Some(_) => show(StatusCode::UNPROCESSABLE_ENTITY, &view)?,
            None => show(StatusCode::OK, &view)?,
        };
        Ok(closing(self, response, signed))
    }
}

/// Whose proof is tried. All that can be said without a try of the password is said
/// first.
fn prover<'a>(signed: &'a Signed, pending: &Pending, typed: &'a Proof) -> Result<&'a str, Wrong> {
    if pending.long {
        return Err(Wrong::Long);
    }
    if !same(&pending.binding, &typed.binding) {
        return Err(Wrong::Changed);
    }
    let address = match pending.standing {
        Standing::Writer => typed.address.trim(),
        Standing::Other => return Err(Wrong::Theirs),
        _ => signed.account.address.as_str(),
    };
    if address.is_empty() || typed.password.is_empty() || typed.code.trim().is_empty() {
        return Err(Wrong::Proof(Problem::Empty));
    }
    let length = typed.reason.trim().chars().count();
    let emergency = pending.standing == Standing::Colleague;
    if emergency && !(MIN_REASON..=MAX_REASON).contains(&length) {
        return Err(Wrong::Reason);
    }
    // At this screen nobody is proved but the provider whose name it bears.
    let named = pending.provider.address.as_str();
    if pending.standing == Standing::Writer && !address.eq_ignore_ascii_case(named) {
        return Err(Wrong::Theirs);
    }
    Ok(address)
}

fn wrong(why: &Unreleased) -> Wrong {
    match why {
        Unreleased::Long => Wrong::Long,
        Unreleased::Denied(_) => Wrong::Theirs,
        Unreleased::SwitchedOff => Wrong::SwitchedOff,
        Unreleased::Reason => Wrong::Reason,
        Unreleased::Changed | Unreleased::Gone => Wrong::Changed,
        Unreleased::Damaged | Unreleased::Store(_) => Wrong::Damaged,
    }
}

impl Wrong {
    fn said(self, page: &Page<'_>, pending: &Pending) -> String {
        let provider = &pending.provider;
        let called = provider.name.as_deref();
        let called = called.unwrap_or(provider.address.as_str());
        match self {
            Self::Proof(problem) => {
                let wrong = match pending.standing {
                    Standing::Writer => "office-release-wrong-here",
                    _ => "office-release-wrong",
                };
                problem.said(page, wrong, "office-release-empty")
            }
            Self::Reason => reason_problem(page),
            Self::Words => page.one("office-words-wrong", "most", LONGEST_REASON),
            Self::Changed => page.t("office-release-changed"),
            Self::Long => page.t("office-release-long"),
            Self::Theirs => page.one("office-release-theirs", "name", called),
            Self::SwitchedOff => page.t("office-release-off"),
            Self::Damaged => page.t("office-release-damaged"),
        }
    }
}
