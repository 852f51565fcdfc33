//! Proofs of the store: what was acknowledged survives a kill and a power cut,
//! nothing readable stands on the disk, and the traps of the engine stay shut.

#[cfg(test)]
mod child;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod power;
