//! Set-up: what a mail program is told, app passwords, and the own password.
//! Everything here is about who is signed in.

use crate::access::accounts;
use crate::access::app_password::{MOST_NETWORKS, Wish};
use crate::desk::accounts::{LONGEST_NAME, OwnPassword};
use crate::desk::{Cause, Refused};
use crate::model::{AppPasswordId, Role, Scope, Secret};
use crate::office::Gap;
use crate::office::calm::Calm;
use crate::office::enter::set;
use crate::office::guard::Stop;
use crate::office::page::{Page, Tab};
use crate::office::qr;
use crate::office::seat::{Out, Seat, Sent, Typed, go};
use crate::office::sheet::{AskView, Input, Kind, OnceView, Sheet, kept, proof};
use crate::office::visitor::SESSION;
use crate::setup::{Servers, profile, sheet};
use crate::texts::say;
use crate::web::headers::SCRIPT_POLICY;
use crate::web::{assets, cookie};
use askama::Template;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;
use std::net::IpAddr;

/// Copies a setting at a press.
const COPY: &str = include_str!("copy.js");

/// The page.
#[derive(Template)]
#[template(path = "office/templates/set_up.html", config = ".askama.toml")]
struct SetUpView<'a> {
    page: Page<'a>,
    /// Name and value, as a mail program asks for them; empty where no mail
    /// program has anything to do here.
    values: Vec<(String, String)>,
    /// The programs, each with its steps.
    programs: Vec<(String, Vec<String>)>,
    /// Where an Apple device gets its profile, and the same as a picture.
    apple: Option<(String, String)>,
    /// Why the program that many have is not among them.
    cloud: String,
    /// Whether the account has a mailbox.
    works: bool,
    passwords: &'a [OwnPassword],
    recovery: usize,
    done: Option<&'static str>,
    /// What is not finished in the set-up, as Today has it.
    gaps: &'a [Gap],
    /// Whether the reader runs the gateway, and can do something about it.
    runs: bool,
}

impl SetUpView<'_> {
    fn facts(&self, password: &OwnPassword) -> Vec<String> {
        let page = &self.page;
        let mut facts = vec![scope(page, password.scope)];
        facts.push(match &password.used {
            Some(used) => page.one("office-app-used", "moment", page.short(used)),
            None => page.t("office-app-unused"),
        });
        let networks: Vec<String> = password.networks.iter().map(IpNet::to_string).collect();
        facts.push(match networks.is_empty() {
            true => page.t("office-app-anywhere"),
            false => page.one("office-app-from", "networks", networks.join(", ")),
        });
        facts
    }
}

/// What an app password opens, in words.
pub(super) fn scope(page: &Page<'_>, scope: Scope) -> String {
    page.t(match scope {
        Scope::Both => "office-scope-both",
        Scope::Imap => "office-scope-imap",
        Scope::Smtp => "office-scope-smtp",
    })
}

/// `GET /copy.js`: buttons that copy the settings.
pub(super) async fn script() -> Response {
    assets::script(COPY)
}

/// `GET /set-up`.
pub(super) async fn page(seat: Seat) -> Result<Response, Out> {
    let passwords = seat.desk.own_app_passwords(seat.account()).await?;
    let page = seat.page(Tab::SetUp);
    let servers = &seat.office.0.servers;
    let told = told(&page, servers, &seat);
    let done = match seat.asked.one("done") {
        "revoked" => Some("office-app-revoked"),
        _ => None,
    };
    let gaps = seat.office.0.gaps.current();
    let mut response = seat.show(&SetUpView {
        gaps: &gaps,
        runs: seat.account().role == Role::Admin,
        values: told
            .as_ref()
            .map_or_else(Vec::new, |_| values(&page, &seat)),
        programs: told.unwrap_or_default(),
        apple: apple(&page, &seat),
        cloud: match servers.cloud_mirrors {
            true => page.clinic("setup-cloud-allowed"),
            false => page.t("setup-cloud-refused"),
        },
        works: seat.account().role != Role::Admin,
        passwords: &passwords,
        recovery: seat.signed.recovery,
        done,
        page,
    })?;
    let policy = HeaderValue::from_static(SCRIPT_POLICY);
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The steps in each program; `None` where mail cannot both be read and sent, and
/// for who has no mailbox.
fn told(page: &Page<'_>, servers: &Servers, seat: &Seat) -> Option<Vec<(String, Vec<String>)>> {
    if seat.account().role == Role::Admin {
        return None;
    }
    let args = sheet::args(servers, seat.address())?;
    let said = |id: &str| say(page.language, id, &args);
    let each = sheet::PROGRAMS.iter().map(|(name, steps)| {
        let steps = steps.iter().map(|step| said(step));
        (said(name), steps.collect())
    });
    Some(each.collect())
}

fn values(page: &Page<'_>, seat: &Seat) -> Vec<(String, String)> {
    let servers = &seat.office.0.servers;
    let mut values = vec![(
        page.t("office-value-user"),
        seat.address().as_str().to_owned(),
    )];
    for (ports, server, port, security) in [
        (
            servers.reading,
            "office-value-in-server",
            "office-value-in-port",
            "office-value-in-security",
        ),
        (
            servers.sending,
            "office-value-out-server",
            "office-value-out-port",
            "office-value-out-security",
        ),
    ] {
        if let Some((number, encryption)) = ports.best() {
            values.push((page.t(server), servers.host.clone()));
            values.push((page.t(port), number.to_string()));
            values.push((page.t(security), sheet::word(encryption).to_owned()));
        }
    }
    values
}

fn apple(page: &Page<'_>, seat: &Seat) -> Option<(String, String)> {
    let servers = &seat.office.0.servers;
    told(page, servers, seat)?;
    let url = profile::url(servers, seat.address());
    let picture = qr::drawn(&url, &page.t("office-apple-picture"));
    Some((url, picture))
}

/// `GET /set-up/app-password`.
pub(super) async fn app_form(seat: Seat) -> Result<Response, Out> {
    seat.show(&app(&seat, None))
}

/// `POST /set-up/app-password`: for the own password and a code; it is shown this
/// once.
pub(super) async fn make_app(seat: Seat, sent: Sent) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let mut form = app(&seat, Some(&typed));
    let page = seat.page(Tab::SetUp);
    let Some(wish) = wished(&page, &mut form.sheet, &typed) else {
        return seat.again(&form);
    };
    // A code is used up by looking at it: so what costs nothing comes first.
    if let Err(problem) = seat.proves(&typed).await? {
        form.sheet.unproved(&page, problem);
        return seat.again(&form);
    }
    let whose = wish.name.clone();
    match seat.desk.add_app_password(seat.address(), wish).await {
        Ok(secret) => seat.show(&OnceView {
            title: page.t("office-app-made"),
            says: ["office-app-made-text", "office-app-made-once"]
                .map(|id| page.t(id))
                .to_vec(),
            whose,
            secret: secret.expose().to_owned(),
            on: ("/set-up".to_owned(), page.t("office-app-typed")),
            page,
        }),
        Err(Refused::Known(Cause::Many, _)) => {
            form.sheet.problem = Some(page.t("office-app-refused"));
            seat.again(&form)
        }
        Err(refused) => Err(seat.refused(refused).into()),
    }
}

/// The app password that was asked for; what is wrong with it is said.
fn wished(page: &Page<'_>, sheet: &mut Sheet, typed: &Typed) -> Option<Wish> {
    let name = typed.one("name").trim().to_owned();
    judge_name(page, sheet, &name);
    let scope = match typed.one("scope") {
        "imap" => Scope::Imap,
        "smtp" => Scope::Smtp,
        _ => Scope::Both,
    };
    let networks = networks(typed.one("networks"));
    match &networks {
        Err(wrong) => {
            let said = page.one("office-app-network-wrong", "network", wrong);
            sheet.blame("networks", said);
        }
        Ok(all) if all.len() > MOST_NETWORKS => {
            let said = page.count("office-app-networks-many", MOST_NETWORKS);
            sheet.blame("networks", said);
        }
        Ok(_) => {}
    }
    let networks = networks.ok().filter(|_| !sheet.is_wrong())?;
    Some(Wish {
        name,
        scope,
        networks,
    })
}

fn judge_name(page: &Page<'_>, sheet: &mut Sheet, name: &str) {
    if name.is_empty() {
        sheet.blame("name", page.t("office-app-nameless"));
    } else if name.chars().count() > LONGEST_NAME {
        sheet.blame("name", page.count("office-wrong-long", LONGEST_NAME));
    } else if name.chars().any(char::is_control) {
        sheet.blame("name", page.t("office-wrong-character"));
    }
}

/// Networks as somebody writes them: with blanks, commas or line breaks between;
/// an address alone is a network of one. The first that is none is the error.
fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let parts = |c: char| c.is_whitespace() || c == ',' || c == ';';
    let words = text.split(parts).filter(|word| !word.is_empty());
    let read = |word: &str| {
        let network = word.parse::<IpNet>().ok();
        let network = network.or_else(|| word.parse::<IpAddr>().ok().map(IpNet::from));
        network.map(|network| network.trunc()).ok_or_else(|| {
            let shown = word.chars().filter(|c| !c.is_control());
            shown.take(40).collect::<String>()
        })
    };
    words.map(read).collect()
}

fn app<'a>(seat: &'a Seat, typed: Option<&Typed>) -> AskView<'a> {
    let page = seat.page(Tab::SetUp);
    let scopes = [
        ("both", Scope::Both),
        ("imap", Scope::Imap),
        ("smtp", Scope::Smtp),
    ];
    let scopes = scopes.map(|(word, scope)| (word.to_owned(), self::scope(&page, scope)));
    let here = page.one("office-app-networks-hint", "address", seat.visitor.ip);
    let [current, code] = proof(&page);
    let inputs = vec![
        Input::new("name", page.t("office-app-name"), Kind::Line)
            .hinted(page.t("office-app-name-hint"))
            .holding(&kept(typed, "name", "")),
        Input::new(
            "scope",
            page.t("office-app-scope"),
            Kind::Choice(scopes.to_vec()),
        )
        .holding(&kept(typed, "scope", "both")),
        Input::new("networks", page.t("office-app-networks"), Kind::Plain)
            .hinted(here)
            .holding(&kept(typed, "networks", "")),
        current,
        code,
    ];
    AskView {
        title: page.t("office-app-new"),
        says: [
            "office-app-why",
            "office-app-networks-why",
            "office-reset-proof",
        ]
        .map(|id| page.t(id))
        .to_vec(),
        sheet: Sheet {
            problem: None,
            inputs,
        },
        hidden: Vec::new(),
        button: page.t("office-app-make"),
        back: ("/set-up".to_owned(), page.t("office-set-up")),
        page,
    }
}

impl Seat {
    /// One of their own app passwords; another's is not found here.
    async fn own_password(&self, id: &str) -> Result<OwnPassword, Out> {
        let id: AppPasswordId = id.parse().map_err(|_| self.missing())?;
        let all = self.desk.own_app_passwords(self.account()).await?;
        let own = all.into_iter().find(|password| password.id == id);
        Ok(own.ok_or_else(|| self.missing())?)
    }
}

/// `GET /set-up/app-password/{id}`: what it means to take it back.
pub(super) async fn revoke_form(seat: Seat, Path(id): Path<String>) -> Result<Response, Out> {
    let own = seat.own_password(&id).await?;
    let page = seat.page(Tab::SetUp);
    seat.show(&AskView {
        title: page.one("office-app-revoke-title", "name", &own.name),
        says: vec![page.t("office-app-revoke-means")],
        sheet: Sheet::default(),
        hidden: Vec::new(),
        button: page.t("office-app-revoke"),
        back: ("/set-up".to_owned(), page.t("office-set-up")),
        page,
    })
}

/// `POST /set-up/app-password/{id}`.
pub(super) async fn revoke(
    seat: Seat,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, Out> {
    seat.typed(sent)?;
    let own = seat.own_password(&id).await?;
    let done = seat.desk.revoke_own(seat.account(), own.id).await;
    done.map_err(|refused| seat.refused(refused))?;
    Ok(go("/set-up?done=revoked"))
}

/// `GET /set-up/password`.
pub(super) async fn password_form(seat: Seat) -> Result<Response, Out> {
    seat.show(&own(&seat))
}

/// `POST /set-up/password`: the own password, for the old one and a code. Every
/// session of the account is over, this one too.
pub(super) async fn password(seat: Seat, sent: Sent) -> Result<Response, Out> {
    let typed = seat.typed(sent)?;
    let page = seat.page(Tab::SetUp);
    let mut form = own(&seat);
    let fresh = Secret::new(typed.one("fresh"));
    // A code is used up by looking at it: so what costs nothing comes first.
    if let Err(error) = accounts::judge(&fresh, seat.address()) {
        let said = match error {
            accounts::AccountError::Common => page.t("office-own-common"),
            _ => page.count("office-own-short", accounts::SHORTEST),
        };
        form.sheet.blame("fresh", said);
    } else if typed.one("again") != fresh.expose() {
        form.sheet.blame("again", page.t("office-own-differs"));
    }
    if form.sheet.is_wrong() {
        return seat.again(&form);
    }
    if let Err(problem) = seat.proves(&typed).await? {
        form.sheet.unproved(&page, problem);
        return seat.again(&form);
    }
    let done = seat.desk.set_password(seat.address(), fresh).await;
    done.map_err(|refused| seat.refused(refused))?;
    let mut response = Stop::from(Calm::Renewed).into_response();
    set(&mut response, [cookie::clear(SESSION)]);
    Ok(response)
}

fn own(seat: &Seat) -> AskView<'_> {
    let page = seat.page(Tab::SetUp);
    let [mut current, code] = proof(&page);
    current.label = page.t("office-own-current");
    let inputs = vec![
        current,
        Input::new("fresh", page.t("office-own-new"), Kind::Password)
            .hinted(page.count("office-own-hint", accounts::SHORTEST))
            .filled("new-password"),
        Input::new("again", page.t("office-own-again"), Kind::Password).filled("new-password"),
        code,
    ];
    AskView {
        title: page.t("office-own-title"),
        says: vec![page.t("office-own-text")],
        sheet: Sheet {
            problem: None,
            inputs,
        },
        hidden: Vec::new(),
        button: page.t("office-own-do"),
        back: ("/set-up".to_owned(), page.t("office-set-up")),
        page,
    }
}

#[cfg(test)]
mod tests {
    use super::networks;

    #[test]
    fn networks_are_taken_as_people_write_them() {
        let read = |text| {
            let all = networks(text).unwrap();
            all.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(read(""), Vec::<String>::new());
        assert_eq!(
            read(" 203.0.113.7, 10.1.2.3/16;2001:db8::/32\r\n"),
            ["203.0.113.7/32", "10.1.0.0/16", "2001:db8::/32"]
        );
        for wrong in ["10.1", "clinic", "10.0.0.0/33", "10.0.0.0/8 x\u{7}"] {
            let error = networks(wrong).unwrap_err();
            assert!(!error.chars().any(char::is_control), "{wrong:?}");
        }
    }
}
