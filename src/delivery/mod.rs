//! Delivery: parcels from the queue to the relay.
