//! Forms without files, as they arrive.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use serde::Deserialize;

/// Largest body of a form without files, in octets: a code, a form's value.
pub const MAX_FORM: usize = 16_384;

/// A form, or why it is none.
pub type Sent<T> = Result<Form<T>, FormRejection>;

/// A form that carries nothing but its value.
#[derive(Deserialize)]
pub struct Pressed {
    /// Its value.
    #[serde(default)]
    pub form: String,
}

/// Why a form cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is larger than [`MAX_FORM`].
    Large,
    /// It is not written as a form.
    Malformed,
}

/// What a form held.
///
/// # Errors
/// [`Unread`].
pub fn taken<T>(sent: Sent<T>) -> Result<T, Unread> {
    match sent {
        Ok(Form(form)) => Ok(form),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Unread::Large),
        Err(_) => Err(Unread::Malformed),
    }
}
