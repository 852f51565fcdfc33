//! Sockets, and nothing of what is said through them: who may connect, TLS,
//! and an end in good order.

mod gate;
mod serve;
mod stream;
pub mod tls;

pub use gate::{Asked, Entered, Full, Gate, Limits, Permit};
pub use serve::{Entrance, Peer, rest, serve};
pub use stream::Stream;
pub use tls::Tls;
