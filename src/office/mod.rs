//! The office's door: pages over HTTPS for who works at the clinic. It stands on
//! a name and an address of its own, away from the patients' pages.
//!
//! ```text
//!  request ─▶ guard ─▶ enter   / /code /factor   before a session: password, code, set-up
//!               │      inside  /today …          signed in
//!               ◀─ page, or a calm one for whatever stopped it
//! ```
//!
//! *Architecture invariant:* nothing but a right password and a right code makes a
//! session, and every change is a POST with a form's value, from a page of ours.

pub mod calm;
pub mod page;
pub mod views;

mod door;
mod enter;
mod guard;
mod inside;
mod qr;
mod visitor;

#[cfg(test)]
mod tests;

pub use door::Door;

use crate::access::office::Office as Entrance;
use crate::config::name::Url;
use crate::desk::Desk;
use crate::model::{Clock, Live};
use crate::office::calm::Calm;
use crate::office::guard::Stop;
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
}

/// The office page. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Office(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    entrance: Entrance,
    desk: Desk,
    clock: Clock,
    clinic: Clinic,
    site: Site,
    proxies: Vec<IpNet>,
    files: Static,
    gaps: Live<Vec<Gap>>,
}

impl Office {
    /// The pages over the office's desk, behind this entrance.
    #[must_use]
    pub fn new((entrance, desk): (Entrance, Desk), settings: Settings) -> Self {
        Self(Arc::new(Inner {
            clock: desk.clock().clone(),
            entrance,
            desk,
            site: Site::new(&settings.url, &[]),
            clinic: settings.clinic,
            proxies: settings.trusted_proxies,
            files: Static::new(settings.logo, STYLE),
            gaps: settings.gaps,
        }))
    }

    /// Every route, without a socket. A request's address is the
    /// [`crate::net::Peer`] among its extensions.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(enter::front))
            .route("/sign-in", post(enter::sign_in))
            .route("/code", get(enter::code_page).post(enter::code))
            .route("/factor", get(enter::factor_page).post(enter::factor))
            .route("/today", get(inside::today))
            .route(
                "/recovery",
                get(inside::recovery_page).post(inside::recovery),
            )
            .route("/sign-out", post(inside::sign_out))
            .route("/locked", get(enter::locked))
            .route("/help", get(inside::help))
            .route("/logo", get(enter::logo))
            .route("/icon.svg", get(assets::icon))
            .route("/{file}", get(enter::style))
            .layer(DefaultBodyLimit::max(MAX_FORM))
            .layer(middleware::from_fn_with_state(self.clone(), guard::hurry))
            .fallback(inside::missing)
            .method_not_allowed_fallback(async || Stop::from(Calm::Method))
            .layer(middleware::from_fn_with_state(self.clone(), guard::guard))
            .with_state(self.clone())
    }
}
