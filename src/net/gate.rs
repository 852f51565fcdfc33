//! Who may connect: so many at once, and so many from one network.
//!
//! A peer is a stranger until its door knows who it is ([`Permit::known`]). When
//! a bound is reached, the stranger that has waited longest makes room for the
//! next: idle connections, however many, cannot keep out whoever signs in.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

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
    /// In the order in which they came.
    strangers: BTreeMap<u64, Stranger>,
    /// How many have come so far.
    came: u64,
}

/// Somebody of whom nothing is known yet.
#[derive(Debug)]
struct Stranger {
    network: IpAddr,
    leave: oneshot::Sender<()>,
}

/// Somebody who was let in.
#[derive(Debug)]
pub struct Entered {
    /// The right to be here.
    pub permit: Permit,
    /// Tells when to leave again.
    pub asked: Asked,
    /// The bound for which a stranger had to leave, if one had to.
    pub for_room: Option<Full>,
}

/// The right to be connected, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    id: u64,
    network: IpAddr,
    count: Arc<Mutex<Count>>,
    /// Whether it was known before it could be asked to leave.
    known: bool,
}

/// Whether somebody is asked to leave, to make room.
#[derive(Debug)]
pub struct Asked(oneshot::Receiver<()>);

impl Asked {
    /// Waits until room is needed; for ever once the peer is known.
    pub async fn to_leave(self) {
        if self.0.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
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

    /// Lets a connection in, as a stranger. Where there is no room, the oldest
    /// stranger leaves: of its own network if that is full.
    ///
    /// # Errors
    /// [`Full`] says which bound is reached by peers that are known.
    pub fn enter(&self, ip: IpAddr) -> Result<Entered, Full> {
        let network = network(ip);
        let mut count = lock(&self.count);
        let here = count.networks.get(&network).copied().unwrap_or_default();
        let mut for_room = None;
        if here >= self.limits.per_network {
            count.make_room(Some(network)).ok_or(Full::FromNetwork)?;
            for_room = Some(Full::FromNetwork);
        } else if count.all >= self.limits.connections {
            count.make_room(None).ok_or(Full::InAll)?;
            for_room = Some(Full::InAll);
        }
        let (leave, asked) = oneshot::channel();
        let id = count.came;
        count.came += 1;
        count.all += 1;
        *count.networks.entry(network).or_default() += 1;
        count.strangers.insert(id, Stranger { network, leave });
        Ok(Entered {
            permit: Permit {
                id,
                network,
                count: Arc::clone(&self.count),
                known: false,
            },
            asked: Asked(asked),
            for_room,
        })
    }
}

impl Count {
    /// Sends the oldest stranger away, of this network if one is named. Its
    /// place is free at once.
    fn make_room(&mut self, of: Option<IpAddr>) -> Option<()> {
        let mut all = self.strangers.iter();
        let (&id, _) = all.find(|(_, stranger)| of.is_none_or(|of| of == stranger.network))?;
        let stranger = self.strangers.remove(&id)?;
        self.leave(stranger.network);
        let _ = stranger.leave.send(());
        Some(())
    }

    fn leave(&mut self, network: IpAddr) {
        self.all = self.all.saturating_sub(1);
        if let Some(here) = self.networks.get_mut(&network) {
            *here -= 1;
            if *here == 0 {
                self.networks.remove(&network);
            }
        }
    }
}

impl Permit {
    /// From now on this peer is known, and is not asked to leave.
    pub fn known(&mut self) {
        // Who is no stranger any more has been sent away already.
        self.known |= lock(&self.count).strangers.remove(&self.id).is_some();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut count = lock(&self.count);
        if self.known || count.strangers.remove(&self.id).is_some() {
            count.leave(self.network);
        }
    }
}

fn lock(count: &Mutex<Count>) -> MutexGuard<'_, Count> {
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
    use super::{Entered, Full, Gate, Limits, lock};
    use futures_util::FutureExt;

    fn gate() -> Gate {
        Gate::new(Limits {
            connections: 3,
            per_network: 2,
        })
    }

    fn enter(gate: &Gate, ip: &str) -> Result<Entered, Full> {
        gate.enter(ip.parse().unwrap())
    }

    fn known(gate: &Gate, ip: &str) -> Result<Entered, Full> {
        let mut entered = enter(gate, ip)?;
        entered.permit.known();
        Ok(entered)
    }

    #[test]
    fn a_network_and_the_whole_are_bounded_and_who_leaves_makes_room() {
        let gate = gate();
        let first = known(&gate, "192.0.2.1").unwrap();
        let _second = known(&gate, "::ffff:192.0.2.200").unwrap();
        assert_eq!(enter(&gate, "192.0.2.3").unwrap_err(), Full::FromNetwork);
        let _third = known(&gate, "2001:db8:0:1::1").unwrap();
        assert_eq!(enter(&gate, "2001:db8:0:2::1").unwrap_err(), Full::InAll);
        drop(first);
        let _fourth = known(&gate, "192.0.2.3").unwrap();
        assert_eq!(enter(&gate, "198.51.100.1").unwrap_err(), Full::InAll);
    }

    #[test]
    fn the_oldest_stranger_makes_room_of_its_own_network_first() {
        let gate = gate();
        let elsewhere = enter(&gate, "198.51.100.1").unwrap();
        let mut old = enter(&gate, "192.0.2.1").unwrap();
        let young = enter(&gate, "192.0.2.2").unwrap();
        let next = enter(&gate, "192.0.2.3").unwrap();
        assert_eq!(next.for_room, Some(Full::FromNetwork));
        assert!(old.asked.to_leave().now_or_never().is_some());
        // It is late now to be known, and to leave takes nobody's place.
        old.permit.known();
        drop(old.permit);
        assert_eq!(lock(&gate.count).all, 3);
        let last = known(&gate, "2001:db8::1").unwrap();
        assert_eq!(last.for_room, Some(Full::InAll));
        assert!(elsewhere.asked.to_leave().now_or_never().is_some());
        assert!(young.asked.to_leave().now_or_never().is_none());
        drop((next, last, young.permit, elsewhere.permit));
        let count = lock(&gate.count);
        assert_eq!((count.all, count.networks.len()), (0, 0));
        assert!(count.strangers.is_empty());
    }
}
