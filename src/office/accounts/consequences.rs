//! What changes who may do what: off and on, deputies, app passwords taken back.
//! To switch on again and to name a deputy asks once more who is there; what takes
//! away goes at once.

use crate::desk::accounts::AccountView;
use crate::desk::{Cause, Refused};
use crate::model::{Address, Role};
use crate::office::accounts::{back, is_off};
use crate::office::page::Tab;
use crate::office::seat::{Chief, Out, Seat, Sent, Typed};
use crate::office::set_up::scope;
use crate::office::sheet::{AskView, Input, Kind, kept, proof};
use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;

/// `GET /accounts/{id}/standing`: what it means to switch it off, or on again.
pub(in crate::office) async fn standing_form(
    Chief(seat): Chief,
    Path(id): Path<String>,
) -> Result<Response, Out> {
    let account = seat.of_path(&id).await?;
    if seat.is_own(&account) {
        return Err(seat.missing().into());
    }
    seat.show(&switching(&seat, &account, is_off(&account)))
}

/// The form that switches an account `on`, or else off.
fn switching<'a>(seat: &'a Seat, account: &AccountView, on: bool) -> AskView<'a> {
    let page = seat.page(Tab::Accounts);
    let (title, means, button, word) = match on {
        false => (
            "office-account-off-title",
            "office-account-off-means",
            "office-account-off",
            "off",
        ),
        true => (
            "office-account-on-title",
            "office-account-on-means",
            "office-account-on",
            "on",
        ),
    };
    let mut form = seat.about(account, title, Vec::new());
    form.says = vec![page.t(means)];
    if on {
        form.says.push(page.t("office-reset-proof"));
        form.sheet.inputs.extend(proof(&page));
    }
    form.button = page.t(button);
    form.hidden.push(("to", word.to_owned()));
    form
}

/// `POST /accounts/{id}/standing`. Nobody shuts the door behind themselves, and who
/// opens it again proves who they are.
pub(in crate::office) async fn standing(
    Chief(seat): Chief,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let account = seat.of_path(&id).await?;
    if seat.is_own(&account) {
        return Err(seat.missing().into());
    }
    let on = typed.one("to") == "on";
    if on && let Err(problem) = seat.proves(&typed).await? {
        let mut form = switching(&seat, &account, on);
        form.sheet.unproved(&seat.page(Tab::Accounts), problem);
        return seat.again(&form);
    }
    let (done, word) = match on {
        true => (seat.desk.enable_account(&account.address).await, "on"),
        false => (seat.desk.disable_account(&account.address).await, "off"),
    };
    done.map_err(|refused| seat.refused(refused))?;
    Ok(back(&account, word))
}

/// `GET /accounts/{id}/deputies`.
pub(in crate::office) async fn deputy_form(
    Chief(seat): Chief,
    Path(id): Path<String>,
) -> Result<Response, Out> {
    let account = seat.of_path(&id).await?;
    let form = deputies(&seat, &account, None).await?;
    seat.show(&form)
}

/// `POST /accounts/{id}/deputies`: somebody until a day, for a proof; or nobody any
/// more.
pub(in crate::office) async fn deputy(
    Chief(seat): Chief,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let account = seat.of_path(&id).await?;
    let page = seat.page(Tab::Accounts);
    let mut form = deputies(&seat, &account, Some(&typed)).await?;
    if typed.one("deputy").is_empty() {
        let done = seat.desk.end_deputies(&account.address).await;
        done.map_err(|refused| seat.refused(refused))?;
        return Ok(back(&account, "no-deputies"));
    }
    let deputy = Address::parse(typed.one("deputy")).ok();
    let until: Option<Date> = typed.one("until").parse().ok();
    if until.is_none() {
        form.sheet.blame("until", page.t("office-deputy-day"));
    }
    let Some((deputy, until)) = deputy.zip(until) else {
        return seat.again(&form);
    };
    if let Err(problem) = seat.proves(&typed).await? {
        form.sheet.unproved(&page, problem);
        return seat.again(&form);
    }
    match seat
        .desk
        .set_deputy(&account.address, (&deputy, until))
        .await
    {
        Ok(()) => Ok(back(&account, "deputy")),
        Err(Refused::Known(Cause::Day, _)) => {
            form.sheet.blame("until", page.t("office-deputy-day"));
            seat.again(&form)
        }
        Err(Refused::Known(Cause::NoProvider, _)) => {
            form.sheet.blame("deputy", page.t("office-wrong-provider"));
            seat.again(&form)
        }
        Err(refused) => Err(seat.refused(refused).into()),
    }
}

async fn deputies<'a>(
    seat: &'a Seat,
    account: &AccountView,
    typed: Option<&Typed>,
) -> Result<AskView<'a>, Out> {
    if account.role != Role::Provider {
        return Err(seat.missing().into());
    }
    let page = seat.page(Tab::Accounts);
    let mut options = seat.desk.providers().await?;
    options.retain(|(address, _)| address != account.address.as_str());
    options.insert(0, (String::new(), page.t("office-deputy-nobody")));
    let [current, code] = proof(&page);
    let inputs = vec![
        Input::new("deputy", page.t("office-deputy-who"), Kind::Choice(options))
            .holding(&kept(typed, "deputy", "")),
        Input::new("until", page.t("office-deputy-until"), Kind::Day)
            .holding(&kept(typed, "until", "")),
        current.hinted(page.t("office-deputy-proof")),
        code,
    ];
    let mut form = seat.about(account, "office-deputy-title", inputs);
    form.says = vec![page.t("office-deputy-means")];
    Ok(form)
}

/// `GET /accounts/{id}/app-password`: which of them is taken back.
pub(in crate::office) async fn revoke_form(
    Chief(seat): Chief,
    Path(id): Path<String>,
) -> Result<Response, Out> {
    let account = seat.of_path(&id).await?;
    seat.show(&revoking(&seat, &account)?)
}

/// `POST /accounts/{id}/app-password`.
pub(in crate::office) async fn revoke(
    Chief(seat): Chief,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let account = seat.of_path(&id).await?;
    let name = typed.one("name");
    let done = seat.desk.revoke_app_passwords(&account.address, name).await;
    done.map_err(|refused| seat.refused(refused))?;
    Ok(back(&account, "revoked"))
}

fn revoking<'a>(seat: &'a Seat, account: &AccountView) -> Result<AskView<'a>, Out> {
    if account.app_passwords.is_empty() {
        return Err(seat.missing().into());
    }
    let page = seat.page(Tab::Accounts);
    let names = account.app_passwords.iter().map(|password| {
        let shown = format!("{} ({})", password.name, scope(&page, password.scope));
        (password.name.clone(), shown)
    });
    let input = Input::new(
        "name",
        page.t("office-app-name"),
        Kind::Choice(names.collect()),
    );
    let mut form = seat.about(account, "office-revoke-title", vec![input]);
    form.says = vec![page.t("office-app-revoke-means")];
    form.button = page.t("office-app-revoke");
    Ok(form)
}
