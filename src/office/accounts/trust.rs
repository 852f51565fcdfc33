//! What could hand somebody's account to another, or make one that may do all
//! this: a new second step, a new password, another role. Each asks once more who
//! is there, and ends every session of the account at once (C15.8).

use crate::desk::accounts::AccountView;
use crate::office::accounts::{ROLES, back, meanings, role_of, roles};
use crate::office::page::Tab;
use crate::office::seat::{Chief, Out, Seat, Sent, Typed, go};
use crate::office::sheet::{AskView, Input, Kind, OnceView, kept, proof};
use axum::extract::Path;
use axum::response::Response;

/// `GET /accounts/{id}/factor`: what it means to take the second step away.
pub(in crate::office) async fn factor_form(
    Chief(seat): Chief,
    Path(id): Path<String>,
) -> Result<Response, Out> {
    let account = seat.of_path(&id).await?;
    seat.show(&reset(&seat, &account)?)
}

/// `POST /accounts/{id}/factor`.
pub(in crate::office) async fn factor(
    Chief(seat): Chief,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let account = seat.of_path(&id).await?;
    let mut form = reset(&seat, &account)?;
    if let Err(problem) = seat.proves(&typed).await? {
        form.sheet.unproved(&seat.page(Tab::Accounts), problem);
        return seat.again(&form);
    }
    let done = seat.desk.reset_factor(&account.address).await;
    done.map_err(|refused| seat.refused(refused))?;
    // Who resets their own is out.
    match seat.lives().await? {
        true => Ok(back(&account, "factor")),
        false => Ok(go("/locked")),
    }
}

fn reset<'a>(seat: &'a Seat, account: &AccountView) -> Result<AskView<'a>, Out> {
    if !account.factor {
        return Err(seat.missing().into());
    }
    let page = seat.page(Tab::Accounts);
    let mut form = seat.about(account, "office-reset-title", proof(&page).to_vec());
    form.says = vec![page.t("office-reset-means"), page.t("office-reset-proof")];
    form.button = page.t("office-reset");
    Ok(form)
}

/// `GET /accounts/{id}/password`: what it means to set a new one.
pub(in crate::office) async fn password_form(
    Chief(seat): Chief,
    Path(id): Path<String>,
) -> Result<Response, Out> {
    let account = seat.others(&id).await?;
    seat.show(&renewal(&seat, &account))
}

/// `POST /accounts/{id}/password`: a new first password, shown this once.
pub(in crate::office) async fn password(
    Chief(seat): Chief,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let account = seat.others(&id).await?;
    let page = seat.page(Tab::Accounts);
    let mut form = renewal(&seat, &account);
    if let Err(problem) = seat.proves(&typed).await? {
        form.sheet.unproved(&page, problem);
        return seat.again(&form);
    }
    let fresh = seat.desk.first_password();
    let set = seat.desk.set_password(&account.address, fresh.clone());
    set.await.map_err(|refused| seat.refused(refused))?;
    seat.show(&OnceView {
        title: page.t("office-renewal-made"),
        says: ["office-renewal-made-text", "office-account-made-once"]
            .map(|id| page.t(id))
            .to_vec(),
        whose: account.address.as_str().to_owned(),
        secret: fresh.expose().to_owned(),
        on: (
            format!("/accounts/{}", account.id),
            page.t("office-account-handed"),
        ),
        page,
    })
}

fn renewal<'a>(seat: &'a Seat, account: &AccountView) -> AskView<'a> {
    let page = seat.page(Tab::Accounts);
    let mut form = seat.about(account, "office-renewal-title", proof(&page).to_vec());
    form.says = vec![page.t("office-renewal-means"), page.t("office-reset-proof")];
    form.button = page.t("office-renewal-do");
    form
}

/// `GET /accounts/{id}/role`.
pub(in crate::office) async fn role_form(
    Chief(seat): Chief,
    Path(id): Path<String>,
) -> Result<Response, Out> {
    let account = seat.others(&id).await?;
    seat.show(&choosing(&seat, &account, None))
}

/// `POST /accounts/{id}/role`. Nobody changes their own: so somebody who may do
/// this is always left.
pub(in crate::office) async fn set_role(
    Chief(seat): Chief,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let account = seat.others(&id).await?;
    let mut form = choosing(&seat, &account, Some(&typed));
    let Some(role) = role_of(typed.one("role")) else {
        let said = seat.page(Tab::Accounts).t("office-wrong-missing");
        form.sheet.blame("role", said);
        return seat.again(&form);
    };
    if let Err(problem) = seat.proves(&typed).await? {
        form.sheet.unproved(&seat.page(Tab::Accounts), problem);
        return seat.again(&form);
    }
    if role != account.role {
        let set = seat.desk.set_role(&account.address, role);
        set.await.map_err(|refused| seat.refused(refused))?;
    }
    Ok(back(&account, "role"))
}

fn choosing<'a>(seat: &'a Seat, account: &AccountView, typed: Option<&Typed>) -> AskView<'a> {
    let page = seat.page(Tab::Accounts);
    let now = ROLES.iter().find(|(_, role)| *role == account.role);
    let now = now.map_or("", |(word, _)| word);
    let label = page.t("office-account-role");
    let [current, code] = proof(&page);
    let inputs = vec![
        Input::new("role", label, Kind::Choice(roles(&page))).holding(&kept(typed, "role", now)),
        current,
        code,
    ];
    let mut form = seat.about(account, "office-role-title", inputs);
    form.says = meanings(&page);
    form.says.push(page.t("office-role-means"));
    form.says.push(page.t("office-reset-proof"));
    form
}

impl Seat {
    /// Somebody else's account by what stands in the path.
    async fn others(&self, id: &str) -> Result<AccountView, Out> {
        let account = self.of_path(id).await?;
        match self.is_own(&account) {
            true => Err(self.missing().into()),
            false => Ok(account),
        }
    }
}
