//! Sealpost: a secure e-mail gateway for clinics.
pub mod contacts;
pub mod delivery;
pub mod model;
pub mod policy;
pub mod queue;
pub mod store;
pub mod texts;
