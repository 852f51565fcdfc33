//! Sealpost: a secure e-mail gateway for clinics.
pub mod delivery;
pub mod model;
pub mod queue;
pub mod store;
pub mod texts;
