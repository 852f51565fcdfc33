//! Delivery: parcels from the queue to the relay.

pub mod outcome;
pub mod relay;
