//! Sealpost: a secure e-mail gateway for clinics.
pub mod model;
pub mod store;
pub mod texts;
pub mod wire;
