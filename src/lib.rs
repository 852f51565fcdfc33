//! Sealpost: a secure e-mail gateway for clinics.
pub mod mime;
pub mod model;
pub mod store;
pub mod texts;
