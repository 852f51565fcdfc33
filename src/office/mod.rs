//! The office's door: pages over HTTPS for who works at the clinic. It stands on
//! a name and an address of its own, away from the patients' pages.
//!
//! ```text
//!  request ─▶ guard ─▶ enter   / /code /factor   before a session: password, code, set-up
//!               │      inside  /today …          signed in: a seat
//!               │      message /message/ID …     one message, and what is done with it
//!               │      release /message/ID/release  a provider proves who they are
//!               │      write   /write /message/ID/answer  a message to somebody outside
//!               │      contacts, set_up          the people, the own devices
//!               │      accounts, trail           for who runs the gateway
//!               ◀─ page, or a calm one for whatever stopped it
//! ```
//!
//! *Architecture invariant:* nothing but a right password and a right code makes a
//! session, and every change is a POST with a form's value, from a page of ours.

pub mod calm;
pub mod mail;
pub mod page;
pub mod views;
pub mod write_views;

mod accounts;
mod contacts;
mod door;
mod enter;
mod guard;
mod inside;
mod message;
mod notes;
mod posted;
mod qr;
mod release;
mod seat;
mod set_up;
mod sheet;
mod trail;
mod unfinished;
mod visitor;
mod write;

#[cfg(test)]
mod tests;

pub use door::Door;

use crate::access::office::Office as Entrance;
use crate::config::name::Url;
use crate::desk::Desk;
use crate::model::{Clock, Live};
use crate::office::calm::Calm;
use crate::office::guard::Stop;
use crate::outbound::Outbound;
use crate::setup::Servers;
use crate::web::assets::{self, Static};
use crate::web::form::MAX_FORM;
use crate::web::site::Site;
use crate::web::speech::Clinic;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};
use ipnet::IpNet;
use std::sync::Arc;

/// What these pages look like besides what all look like.
const STYLE: &str = include_str!("style.css");

/// Something that is not finished in the gateway's set-up, as `sealpost check`
/// says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What is wrong.
    pub wrong: String,
    /// What to do about it.
    pub fix: String,
}

/// What the configuration says about the pages.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What they show of the clinic.
    pub clinic: Clinic,
    /// Where they are found.
    pub url: Url,
    /// Networks whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The clinic's logo, as its file holds it (PNG or JPEG).
    pub logo: Option<Vec<u8>>,
    /// What is not finished in the set-up.
    pub gaps: Live<Vec<Gap>>,
    /// What mail programs need to know.
    pub servers: Servers,
}

/// What the pages stand on: the way in, the office's desk, the way out for mail.
pub type Parts = (Entrance, Desk, Outbound);

/// The office page. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Office(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    entrance: Entrance,
    desk: Desk,
    outbound: Outbound,
    clock: Clock,
    clinic: Clinic,
    site: Site,
    proxies: Vec<IpNet>,
    files: Static,
    gaps: Live<Vec<Gap>>,
    servers: Servers,
}

impl Office {
    /// The pages over the office's desk, behind this entrance; what is written on
    /// them goes out like all mail.
    #[must_use]
    pub fn new((entrance, desk, outbound): Parts, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            clock: desk.clock().clone(),
            entrance,
            desk,
            outbound,
            site: Site::new(&settings.url, &[]),
            clinic: settings.clinic,
            proxies: settings.trusted_proxies,
            files: Static::new(settings.logo, STYLE),
            gaps: settings.gaps,
            servers: settings.servers,
        }))
    }

    /// Every route, without a socket. A request's address is the
    /// [`crate::net::Peer`] among its extensions.
    pub fn router(&self) -> Router {
        people(Router::new())
            .route("/", get(enter::front))
            .route("/sign-in", post(enter::sign_in))
            .route("/code", get(enter::code_page).post(enter::code))
            .route("/factor", get(enter::factor_page).post(enter::factor))
            .route("/today", get(inside::today))
            .route(
                "/recovery",
                get(inside::recovery_page).post(inside::recovery),
            )
            .route("/task/{id}/again", post(message::task_again))
            .route("/task/{id}/done", post(message::task_done))
            .route("/message/{id}", get(message::message))
            .route("/message/{id}/body", get(message::body))
            .route("/message/{id}/print", get(message::print))
            .route("/message/{id}/file/{n}", get(message::file))
            .route("/message/{id}/files.zip", get(message::files))
            .route("/message/{id}/view/{n}", get(message::view))
            .route("/message/{id}/open", post(message::open))
            .route("/message/{id}/close", post(message::close))
            .route("/message/{id}/extend", post(message::extend))
            .route(
                "/message/{id}/recall",
                get(message::recall_page).post(message::recall),
            )
            .route(
                "/message/{id}/release",
                get(release::release_page).post(release::release),
            )
            .route("/message/{id}/reject", post(release::reject))
            .route("/message/{id}/withdraw", post(release::withdraw))
            .route("/write", get(write::start).post(write::find))
            .route("/unfinished/{id}", get(unfinished::page))
            .route("/unfinished/{id}/drop", post(unfinished::throw_away))
            .route("/sign-out", post(inside::sign_out))
            .route("/locked", get(enter::locked))
            .route("/help", get(inside::help))
            .route("/logo", get(enter::logo))
            .route("/icon.svg", get(assets::icon))
            .route("/copy.js", get(set_up::script))
            .route("/{file}", get(enter::style))
            .layer(DefaultBodyLimit::max(MAX_FORM))
            .layer(middleware::from_fn_with_state(self.clone(), guard::hurry))
            // An upload sets its own pace and its own limits.
            .route("/write/{id}", get(write::new).post(write::send_new))
            .route(
                "/message/{id}/answer",
                get(write::answer).post(write::send_answer),
            )
            .route(
                "/contacts/import",
                get(contacts::import_form).post(contacts::import),
            )
            .fallback(inside::missing)
            .method_not_allowed_fallback(async || Stop::from(Calm::Method))
            .layer(middleware::from_fn_with_state(self.clone(), guard::guard))
            .with_state(self.clone())
    }
}

/// Contacts and the own set-up.
fn people(router: Router<Office>) -> Router<Office> {
    workers(router)
        .route("/contacts", get(contacts::list).post(contacts::search))
        .route("/contacts/new", get(contacts::add_form).post(contacts::add))
        .route(
            "/contacts/export",
            get(contacts::export_form).post(contacts::export),
        )
        .route("/contacts/{id}", get(contacts::page))
        .route("/contacts/{id}/chart/{name}", get(write::chart))
        .route(
            "/contacts/{id}/change",
            get(contacts::change_form).post(contacts::change),
        )
        .route(
            "/contacts/{id}/portal",
            get(contacts::portal_form).post(contacts::portal),
        )
        .route("/set-up", get(set_up::page))
        .route(
            "/set-up/app-password",
            get(set_up::app_form).post(set_up::make_app),
        )
        .route(
            "/set-up/app-password/{id}",
            get(set_up::revoke_form).post(set_up::revoke),
        )
        .route(
            "/set-up/password",
            get(set_up::password_form).post(set_up::password),
        )
}

/// What is for who runs the gateway.
fn workers(router: Router<Office>) -> Router<Office> {
    router
        .route("/accounts", get(accounts::list))
        .route("/accounts/new", get(accounts::add_form).post(accounts::add))
        .route("/accounts/{id}", get(accounts::page))
        .route(
            "/accounts/{id}/change",
            get(accounts::change_form).post(accounts::change),
        )
        .route(
            "/accounts/{id}/standing",
            get(accounts::standing_form).post(accounts::standing),
        )
        .route(
            "/accounts/{id}/deputies",
            get(accounts::deputy_form).post(accounts::deputy),
        )
        .route(
            "/accounts/{id}/factor",
            get(accounts::factor_form).post(accounts::factor),
        )
        .route(
            "/accounts/{id}/app-password",
            get(accounts::revoke_form).post(accounts::revoke),
        )
        .route(
            "/accounts/{id}/password",
            get(accounts::password_form).post(accounts::password),
        )
        .route(
            "/accounts/{id}/role",
            get(accounts::role_form).post(accounts::set_role),
        )
        .route("/audit", get(trail::page))
}
