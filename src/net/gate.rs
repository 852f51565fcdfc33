//! Who may connect: so many at once, and so many from one network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Most connections at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// In all.
    pub connections: u32,
    /// From one network: an IPv4 /24 or an IPv6 /64.
    pub per_network: u32,
}

/// Why somebody is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// There are too many connections.
    InAll,
    /// There are too many from this network.
    FromNetwork,
}

/// Counts the connections of one door. Clones count together, so that several
/// sockets can be one door.
#[derive(Clone, Debug)]
pub struct Gate {
    limits: Limits,
    count: Arc<Mutex<Count>>,
}

#[derive(Debug, Default)]
struct Count {
    all: u32,
    networks: HashMap<IpAddr, u32>,
}

/// The right to be connected, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    network: IpAddr,
    count: Arc<Mutex<Count>>,
}

impl Gate {
    /// A gate that nobody has passed yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            count: Arc::default(),
        }
    }

    /// Lets a connection in.
    ///
    /// # Errors
    /// [`Full`] says which bound is reached.
    pub fn enter(&self, ip: IpAddr) -> Result<Permit, Full> {
        let network = network(ip);
        let mut count = lock(&self.count);
        if count.all >= self.limits.connections {
            return Err(Full::InAll);
        }
        let here = count.networks.entry(network).or_default();
        if *here >= self.limits.per_network {
            return Err(Full::FromNetwork);
        }
        *here += 1;
        count.all += 1;
        Ok(Permit {
            network,
            count: Arc::clone(&self.count),
        })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut count = lock(&self.count);
        count.all = count.all.saturating_sub(1);
        if let Some(here) = count.networks.get_mut(&self.network) {
            *here -= 1;
            if *here == 0 {
                count.networks.remove(&self.network);
            }
        }
    }
}

fn lock(count: &Mutex<Count>) -> std::sync::MutexGuard<'_, Count> {
    // The counts are whole between two statements, whoever panicked.
    count.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The /24 or /64 that an address lies in: what one customer of a provider has.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4((ip.to_bits() & !0xff).into()),
        IpAddr::V6(ip) => IpAddr::V6((ip.to_bits() & (!0 << 64)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Full, Gate, Limits};

    #[test]
    fn a_network_and_the_whole_are_bounded_and_who_leaves_makes_room() {
        let gate = Gate::new(Limits {
            connections: 3,
            per_network: 2,
        });
        let enter = |ip: &str| gate.clone().enter(ip.parse().unwrap());
        let first = enter("192.0.2.1").unwrap();
        let _second = enter("::ffff:192.0.2.200").unwrap();
        assert_eq!(enter("192.0.2.3").unwrap_err(), Full::FromNetwork);
        let _third = enter("2001:db8:0:1::1").unwrap();
        assert_eq!(enter("2001:db8:0:2::1").unwrap_err(), Full::InAll);
        drop(first);
        let _fourth = enter("192.0.2.3").unwrap();
        assert_eq!(enter("198.51.100.1").unwrap_err(), Full::InAll);
    }
}
