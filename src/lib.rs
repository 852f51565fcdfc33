//! Sealpost: a secure e-mail gateway for clinics.
pub mod access;
pub mod config;
pub mod contacts;
pub mod delivery;
pub mod mime;
pub mod model;
pub mod policy;
pub mod queue;
pub mod serve;
pub mod store;
pub mod texts;
pub mod visit;
