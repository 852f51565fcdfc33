//! Sealpost: a secure e-mail gateway for clinics.
pub mod model;
pub mod policy;
pub mod store;
pub mod texts;
