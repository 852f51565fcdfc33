//! The recipient's door: pages over HTTPS for what [`crate::visit`] can do.
//!
//! ```text
//!  request ─▶ guard ─▶ link   /m/…      before a session: landing, code
//!               │      front  /sign-in  the same without a link
//!               │      read   /inbox …  lists, messages, files
//!               │      reply  …/reply   answers with files; compose  /new
//!               │      password  /password
//!               ◀─ page, or a calm one for whatever stopped it
//!  program ─▶ setup   /mail/config-v1.1.xml …   the clinic's servers, for everybody
//!  device  ─▶         /apple/…                  the same as a signed profile
//! ```
//!
//! *Architecture invariant:* a GET or HEAD changes nothing for somebody
//! without a session; every change is a POST with a form's value, from a page
//! of ours.

pub mod calm;
pub mod front_views;
pub mod page;
pub mod views;

mod assets;
mod compose;
mod door;
mod front;
mod guard;
mod link;
mod password;
mod read;
mod reply;
mod session;
mod setup;
mod visitor;

#[cfg(test)]
mod tests;

pub use door::Door;

use crate::config::name::Url;
use crate::model::{Clock, Live};
use crate::pki::Signer;
use crate::portal::calm::Calm;
use crate::portal::guard::Stop;
use crate::setup::Servers;
use crate::visit::Visit;
use crate::web::assets::{self as files, Static};
use crate::web::form::MAX_FORM;
use crate::web::site::Site;
use crate::web::speech::Clinic;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};
use ipnet::IpNet;
use std::sync::Arc;

/// What the configuration says about the pages.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What they show of the clinic.
    pub clinic: Clinic,
    /// Where they are found.
    pub url: Url,
    /// Where they were found before.
    pub former_urls: Vec<Url>,
    /// What mail programs are told that ask here.
    pub servers: Servers,
    /// Who signs the profiles for Apple's devices; nobody, if the certificate's key
    /// is of a kind that cannot.
    pub signer: Live<Option<Signer>>,
    /// Networks whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The clinic's logo, as its file holds it (PNG or JPEG).
    pub logo: Option<Vec<u8>>,
}

/// The portal. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Portal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    visit: Visit,
    clock: Clock,
    clinic: Clinic,
    site: Site,
    servers: Servers,
    signer: Live<Option<Signer>>,
    proxies: Vec<IpNet>,
    files: Static,
}

impl Portal {
    /// The pages over a recipient's desk.
    #[must_use]
    pub fn new(visit: Visit, settings: Settings) -> Self {
        let site = Site::new(&settings.url, &settings.former_urls);
        Self(Arc::new(Inner {
            clock: visit.clock().clone(),
            visit,
            clinic: settings.clinic,
            site,
            servers: settings.servers,
            signer: settings.signer,
            proxies: settings.trusted_proxies,
            files: Static::new(settings.logo, ""),
        }))
    }

    /// The clock it works by.
    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Every route, without a socket. A request's address is the
    /// [`crate::net::Peer`] among its extensions.
    pub fn router(&self) -> Router {
        let quick = Router::new()
            .route("/", get(front::front))
            .route("/sign-in", get(front::front).post(front::sign_in))
            .route("/sign-in/again", post(front::again))
            .route("/sign-in/code", get(front::code_page).post(front::verify))
            .route("/help", get(link::help))
            .route("/m/{link}", get(link::landing))
            .route("/m/{link}/code", post(link::request_code))
            .route("/m/{link}/enter", get(link::code_page).post(link::verify))
            .route("/m/{link}/again", post(link::ask_again))
            .route("/locked", get(link::locked))
            .route("/inbox", get(read::inbox))
            .route("/sent", get(read::sent))
            .route("/files", get(read::files))
            .route("/message/{id}", get(read::message))
            .route("/message/{id}/body", get(read::message_body))
            .route("/message/{id}/file/{n}", get(read::message_file))
            .route("/message/{id}/files.zip", get(read::message_files))
            .route("/message/{id}/message.eml", get(read::message_copy))
            .route("/message/{id}/print", get(read::message_print))
            .route("/message/{id}/reply", get(reply::form))
            .route("/message/{id}/discard", post(reply::discard))
            .route("/sent/{id}", get(read::answer))
            .route("/sent/{id}/body", get(read::answer_body))
            .route("/sent/{id}/file/{n}", get(read::answer_file))
            .route("/sent/{id}/files.zip", get(read::answer_files))
            .route("/sent/{id}/message.eml", get(read::answer_copy))
            .route("/sent/{id}/print", get(read::answer_print))
            .route("/new", get(compose::form))
            .route("/new/discard", post(compose::discard))
            .route("/password", get(password::form).post(password::choose))
            .route("/password/remove", post(password::remove))
            .route("/sign-out", post(read::sign_out))
            .route("/logo", get(assets::logo))
            .route("/icon.svg", get(files::icon))
            .route("/{file}", get(assets::style))
            .layer(DefaultBodyLimit::max(MAX_FORM))
            .layer(middleware::from_fn_with_state(self.clone(), guard::hurry));
        // An upload sets its own pace and its own limits.
        let slow = Router::new()
            .route("/message/{id}/reply", post(reply::send))
            .route("/new", post(compose::send));
        quick
            .merge(slow.layer(DefaultBodyLimit::disable()))
            .fallback(link::missing)
            .method_not_allowed_fallback(async || Stop::from(Calm::Method))
            .layer(middleware::from_fn_with_state(self.clone(), guard::guard))
            .merge(setup::router(self))
            .with_state(self.clone())
    }
}
