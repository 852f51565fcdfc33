//! Who works here, for who runs the gateway. What makes an account, hands it to
//! somebody else or lets it do more than before asks once more who is there; what
//! takes away does not.

mod consequences;
mod trust;

pub(super) use consequences::{deputy, deputy_form, revoke, revoke_form, standing, standing_form};
pub(super) use trust::{factor, factor_form, password, password_form, role_form, set_role};

use crate::desk::accounts::{AccountView, Change, StaffMail};
use crate::desk::{Cause, Refused};
use crate::model::{Account, AccountId, AccountPolicy, Address, Role, Secret, Staff, Standing};
use crate::office::page::{Page, Tab};
use crate::office::seat::{Chief, Out, Seat, Sent, Typed, go};
use crate::office::sheet::{AskView, Input, Kind, OnceView, Sheet, kept, proof};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;

#[derive(Template)]
#[template(path = "office/templates/accounts.html", config = ".askama.toml")]
struct ListView<'a> {
    page: Page<'a>,
    accounts: &'a [AccountView],
}

#[derive(Template)]
#[template(path = "office/templates/account.html", config = ".askama.toml")]
struct AccountPage<'a> {
    page: Page<'a>,
    account: &'a AccountView,
    /// Whether it is the reader's own.
    own: bool,
    done: Option<&'static str>,
}

impl AccountPage<'_> {
    fn mail(&self) -> String {
        self.page.t(match self.account.staff {
            Some(Staff::Hold) => "office-staff-hold",
            Some(Staff::Send) => "office-staff-send",
            None => "office-staff-inherit",
        })
    }
}

/// How a list calls an account.
fn called(account: &AccountView) -> &str {
    account.name.as_deref().unwrap_or(account.address.as_str())
}

fn role(page: &Page<'_>, role: &Role) -> String {
    page.t(match role {
        Role::Staff => "office-role-staff",
        Role::Provider => "office-role-provider",
        Role::Admin => "office-role-admin",
    })
}

/// What a role means for who has it.
fn means(page: &Page<'_>, role: &Role) -> String {
    page.t(match role {
        Role::Staff => "office-role-staff-means",
        Role::Provider => "office-role-provider-means",
        Role::Admin => "office-role-admin-means",
    })
}

/// The roles, as forms name them.
const ROLES: [(&str, Role); 3] = [
    ("staff", Role::Staff),
    ("provider", Role::Provider),
    ("admin", Role::Admin),
];

fn role_of(word: &str) -> Option<Role> {
    let found = ROLES.into_iter().find(|(known, _)| *known == word);
    found.map(|(_, role)| role)
}

fn roles(page: &Page<'_>) -> Vec<(String, String)> {
    let named = ROLES.iter();
    let named = named.map(|(word, role)| ((*word).to_owned(), self::role(page, role)));
    named.collect()
}

/// What each role means, one sentence for each.
fn meanings(page: &Page<'_>) -> Vec<String> {
    let each = ROLES.iter();
    let each = each.map(|(_, role)| format!("{}: {}", self::role(page, role), means(page, role)));
    each.collect()
}

fn is_off(account: &AccountView) -> bool {
    account.standing == Standing::Disabled
}

impl Seat {
    /// An account by what stands in the path.
    async fn of_path(&self, id: &str) -> Result<AccountView, Out> {
        let id: AccountId = id.parse().map_err(|_| self.missing())?;
        let account = self.desk.account_view(id).await?;
        Ok(account.ok_or_else(|| self.missing())?)
    }

    /// Makes an account; the sentence that says what is wrong with its address, if
    /// it is that.
    async fn made(
        &self,
        address: &Address,
        (role, name): (Role, String),
        password: &Secret,
    ) -> Result<Option<&'static str>, Out> {
        let policy = AccountPolicy::default();
        let password = Some(password.clone());
        let desk = &self.desk;
        match desk
            .add_account(address.clone(), role, policy, password)
            .await
        {
            Ok(()) => {}
            Err(Refused::Known(Cause::Taken, _)) => {
                return Ok(Some("office-account-address-taken"));
            }
            Err(Refused::Known(Cause::Foreign, _)) => {
                return Ok(Some("office-account-address-foreign"));
            }
            Err(refused) => return Err(self.refused(refused).into()),
        }
        if !name.is_empty() {
            let named = Change {
                name: Some(name),
                ..Change::default()
            };
            let done = desk.set_profile(address, named).await;
            done.map_err(|refused| self.refused(refused))?;
        }
        Ok(None)
    }

    fn is_own(&self, account: &AccountView) -> bool {
        account.id == self.account().id.to_string()
    }

    /// A form about an account.
    fn about<'a>(&'a self, account: &AccountView, title: &str, inputs: Vec<Input>) -> AskView<'a> {
        let page = self.page(Tab::Accounts);
        AskView {
            title: page.one(title, "name", called(account)),
            says: Vec::new(),
            sheet: Sheet {
                problem: None,
                inputs,
            },
            hidden: Vec::new(),
            button: page.t("office-save"),
            back: (
                format!("/accounts/{}", account.id),
                called(account).to_owned(),
            ),
            page,
        }
    }
}

/// Back to an account's page, with what was done.
fn back(account: &AccountView, done: &str) -> Response {
    go(&format!("/accounts/{}?done={done}", account.id))
}

/// `GET /accounts`.
pub(super) async fn list(Chief(seat): Chief) -> Result<Response, Out> {
    let accounts = seat.desk.accounts().await?;
    seat.show(&ListView {
        page: seat.page(Tab::Accounts),
        accounts: &accounts,
    })
}

/// `GET /accounts/{id}`.
pub(super) async fn page(Chief(seat): Chief, Path(id): Path<String>) -> Result<Response, Out> {
    let account = seat.of_path(&id).await?;
    let done = match seat.asked.one("done") {
        "changed" => Some("office-account-changed"),
        "off" => Some("office-account-is-off"),
        "on" => Some("office-account-is-on"),
        "deputy" => Some("office-deputy-set"),
        "no-deputies" => Some("office-deputy-ended"),
        "factor" => Some("office-factor-gone"),
        "revoked" => Some("office-app-revoked"),
        "role" => Some("office-role-changed"),
        _ => None,
    };
    seat.show(&AccountPage {
        page: seat.page(Tab::Accounts),
        own: seat.is_own(&account),
        account: &account,
        done,
    })
}

/// `GET /accounts/new`.
pub(super) async fn add_form(Chief(seat): Chief) -> Result<Response, Out> {
    seat.show(&fresh(&seat, None))
}

/// `POST /accounts/new`: the first password is shown this once.
pub(super) async fn add(Chief(seat): Chief, sent: Sent) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let page = seat.page(Tab::Accounts);
    let mut form = fresh(&seat, Some(&typed));
    let address = Address::parse(typed.one("address").trim());
    if address.is_err() {
        let said = page.t("office-account-address-wrong");
        form.sheet.blame("address", said);
    }
    let name = name(&page, &mut form.sheet, &typed);
    let role = role_of(typed.one("role")).unwrap_or(Role::Staff);
    let Some(address) = address.ok().filter(|_| !form.sheet.is_wrong()) else {
        return seat.again(&form);
    };
    if let Err(problem) = seat.proves(&typed).await? {
        form.sheet.unproved(&page, problem);
        return seat.again(&form);
    }
    let password = seat.desk.first_password();
    if let Some(said) = seat.made(&address, (role, name), &password).await? {
        form.sheet.blame("address", page.t(said));
        return seat.again(&form);
    }
    seat.show(&OnceView {
        title: page.t("office-account-made"),
        says: ["office-account-made-text", "office-account-made-once"]
            .map(|id| page.t(id))
            .to_vec(),
        whose: address.as_str().to_owned(),
        secret: password.expose().to_owned(),
        on: ("/accounts".to_owned(), page.t("office-account-handed")),
        page,
    })
}

/// The name that was typed; what is wrong with it is said.
fn name(page: &Page<'_>, sheet: &mut Sheet, typed: &Typed) -> String {
    let name = typed.one("name").trim().to_owned();
    if name.chars().count() > Account::LONGEST_NAME {
        let said = page.count("office-wrong-long", Account::LONGEST_NAME);
        sheet.blame("name", said);
    } else if name.chars().any(char::is_control) {
        sheet.blame("name", page.t("office-wrong-character"));
    }
    name
}

fn fresh<'a>(seat: &'a Seat, typed: Option<&Typed>) -> AskView<'a> {
    let page = seat.page(Tab::Accounts);
    let mut says = meanings(&page);
    says.push(page.t("office-reset-proof"));
    let [current, code] = proof(&page);
    let inputs = vec![
        Input::new("address", page.t("office-address"), Kind::Plain)
            .holding(&kept(typed, "address", "")),
        Input::new("name", page.t("office-account-name"), Kind::Line)
            .hinted(page.t("office-account-name-hint"))
            .holding(&kept(typed, "name", "")),
        Input::new(
            "role",
            page.t("office-account-role"),
            Kind::Choice(roles(&page)),
        )
        .holding(&kept(typed, "role", "staff")),
        current,
        code,
    ];
    AskView {
        title: page.t("office-account-new"),
        says,
        sheet: Sheet {
            problem: None,
            inputs,
        },
        hidden: Vec::new(),
        button: page.t("office-account-make"),
        back: ("/accounts".to_owned(), page.t("office-accounts")),
        page,
    }
}

/// `GET /accounts/{id}/change`.
pub(super) async fn change_form(
    Chief(seat): Chief,
    Path(id): Path<String>,
) -> Result<Response, Out> {
    let account = seat.of_path(&id).await?;
    let form = profile(&seat, &account, None).await?;
    seat.show(&form)
}

/// `POST /accounts/{id}/change`: name, staff, writes-for. To let somebody do more
/// than before takes a proof.
pub(super) async fn change(
    Chief(seat): Chief,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let account = seat.of_path(&id).await?;
    let page = seat.page(Tab::Accounts);
    let mut form = profile(&seat, &account, Some(&typed)).await?;
    if typed.one("seen") != account.mark() {
        form.sheet.problem = Some(page.t("office-account-meanwhile"));
        return seat.conflict(&form);
    }
    let name = name(&page, &mut form.sheet, &typed);
    if form.sheet.is_wrong() {
        return seat.again(&form);
    }
    let mut change = Change {
        name: Some(name),
        ..Change::default()
    };
    if account.role == Role::Staff {
        change.staff = Some(match typed.one("staff") {
            "hold" => StaffMail::Hold,
            "send" => StaffMail::Send,
            _ => StaffMail::Inherit,
        });
        change.writes_for = Some(names(&seat, &account, &typed).await?);
    }
    if widens(&account, &change)
        && let Err(problem) = seat.proves(&typed).await?
    {
        form.sheet.unproved(&page, problem);
        return seat.again(&form);
    }
    let done = seat.desk.set_profile(&account.address, change).await;
    done.map_err(|refused| seat.refused(refused))?;
    Ok(back(&account, "changed"))
}

/// The names that were ticked, and those that the page does not offer since their
/// accounts are switched off: an empty list would be every name.
async fn names(seat: &Seat, account: &AccountView, typed: &Typed) -> Result<Vec<Address>, Out> {
    let offered = seat.desk.providers().await?;
    let is_off = |known: &&Address| offered.iter().all(|(address, _)| address != known.as_str());
    let off = account.writes_for.iter().filter(is_off).cloned();
    let each = typed.all("writes");
    let each = each.iter().filter_map(|one| Address::parse(one).ok());
    Ok(each.chain(off).collect())
}

/// Whether an account may do more by this change: send what waited, or write in
/// more names. What the clinic has set may be wider than what waits, and an empty
/// list of names is every one.
fn widens(account: &AccountView, change: &Change) -> bool {
    let mail = match change.staff {
        Some(StaffMail::Send) => account.staff != Some(Staff::Send),
        Some(StaffMail::Inherit) => account.staff == Some(Staff::Hold),
        Some(StaffMail::Hold) | None => false,
    };
    let known = &account.writes_for;
    let names = change.writes_for.as_ref().is_some_and(|names| {
        let more = names.is_empty() || names.iter().any(|name| !known.contains(name));
        !known.is_empty() && more
    });
    mail || names
}

async fn profile<'a>(
    seat: &'a Seat,
    account: &AccountView,
    typed: Option<&Typed>,
) -> Result<AskView<'a>, Out> {
    let page = seat.page(Tab::Accounts);
    let known = account.name.as_deref().unwrap_or_default();
    let mut inputs = vec![
        Input::new("name", page.t("office-account-name"), Kind::Line)
            .hinted(page.t("office-account-name-hint"))
            .holding(&kept(typed, "name", known)),
    ];
    if account.role == Role::Staff {
        let providers = seat.desk.providers().await?;
        inputs.extend(permissions(&page, account, providers, typed));
    }
    let mut form = seat.about(account, "office-account-change-title", inputs);
    form.hidden.push(("seen", account.mark()));
    Ok(form)
}

/// What staff may do without a provider; `providers` are address and name.
fn permissions(
    page: &Page<'_>,
    account: &AccountView,
    providers: Vec<(String, String)>,
    typed: Option<&Typed>,
) -> [Input; 4] {
    let options = [
        ("", "office-staff-inherit"),
        ("hold", "office-staff-hold"),
        ("send", "office-staff-send"),
    ];
    let options = options.map(|(word, id)| (word.to_owned(), page.t(id)));
    let staff = match account.staff {
        Some(Staff::Hold) => "hold",
        Some(Staff::Send) => "send",
        None => "",
    };
    let typed_names = typed.map(|typed| typed.all("writes"));
    let ticked = |address: &String| match &typed_names {
        Some(names) => names.contains(address),
        None => account.writes_for.iter().any(|a| a.as_str() == address),
    };
    let boxes = providers.into_iter().map(|(address, name)| {
        let on = ticked(&address);
        (address, name, on)
    });
    let label = page.t("office-account-staff");
    let [current, code] = proof(page);
    [
        Input::new("staff", label, Kind::Choice(options.to_vec()))
            .holding(&kept(typed, "staff", staff)),
        Input::new(
            "writes",
            page.t("office-account-writes"),
            Kind::Ticks(boxes.collect()),
        )
        .hinted(page.t("office-account-writes-hint")),
        current.hinted(page.t("office-account-proof")),
        code,
    ]
}
