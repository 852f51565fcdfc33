//! Proofs of the store: what was acknowledged survives a kill and a power cut,
//! nothing readable stands on the disk, and the traps of the engine stay shut.

mod child;
mod disk;
mod harness;
mod kill;
mod plain;
mod power;
