//! The routes for what pages are made with beside their text.

use crate::portal::Portal;
use crate::portal::calm::Calm;
use crate::portal::guard::Stop;
use crate::portal::link;
use crate::portal::visitor::Visitor;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// `GET /style-<version>.css`.
pub(super) async fn style(
    state: State<Portal>,
    visitor: Extension<Arc<Visitor>>,
    Path(file): Path<String>,
) -> Response {
    match state.0.0.files.style(&file) {
        Some(style) => style,
        None => link::missing(state, visitor).await.into_response(),
    }
}

/// `GET /logo`.
pub(super) async fn logo(State(portal): State<Portal>) -> Response {
    let logo = portal.0.files.logo();
    logo.unwrap_or_else(|| Stop::from(Calm::Missing).into_response())
}
