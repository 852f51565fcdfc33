//! The door for what comes back: other mail servers say here what they could not
//! deliver. They do not sign in, so nothing is taken but for a return address that
//! we signed ourselves, and of that at most one small mail a transaction, held in
//! memory and handed to [`crate::inbound`].

use crate::inbound::{Handle, Inbound, TakeError};
use crate::model::{Address, Live, Reply};
use crate::net::{Gate, Permit, Tls};
use crate::smtp::connection::Answers;
use crate::smtp::{Base, Mode, Settings};
use crate::wire::smtp::{Event, Service, Session, replies};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Largest mail that is taken, in octets: a report with the whole of a notice in
/// it has some tens of KiB.
pub const MAX_SIZE: u64 = 1024 * 1024;
/// Most recipients of one mail: each of our return addresses was given out with a
/// mail of its own, so more than one is rare.
pub const RECIPIENTS: usize = 10;
/// Mails on their way in at once: 16 MiB of memory in all.
const AT_ONCE: usize = 16;

/// The door for what comes back. Cloning it is cheap; clones are the same door.
#[derive(Clone, Debug)]
pub struct Returns {
    base: Base,
    inbound: Inbound,
    room: Arc<Semaphore>,
}

impl Returns {
    /// The door in front of `inbound`.
    #[must_use]
    pub fn new(inbound: Inbound, tls: Tls, settings: Live<Settings>) -> Self {
        Self {
            base: Base {
                clock: inbound.clock().clone(),
                tls,
                settings,
                service: Service::Returns,
            },
            inbound,
            room: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Serves one socket until `stop` becomes true.
    pub async fn work(self, listener: TcpListener, gate: Gate, stop: watch::Receiver<bool>) {
        let base = self.base.clone();
        let answers = move |_, permit| Returning {
            door: self.clone(),
            about: Vec::new(),
            message: None,
            _permit: permit,
        };
        base.serve((listener, Mode::Offered), gate, stop, answers)
            .await;
    }
}

/// One mail server.
struct Returning {
    door: Returns,
    /// What the accepted recipients of this transaction are about.
    about: Vec<Handle>,
    message: Option<Coming>,
    _permit: Permit,
}

/// A mail on its way in.
struct Coming {
    octets: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl Answers for Returning {
    fn has_message(&self) -> bool {
        self.message.is_some()
    }

    fn forget(&mut self) {
        self.message = None;
    }

    async fn decide(&mut self, session: &mut Session, event: Event) {
        let verdict = match event {
            // The machine offers no AUTH here.
            Event::SignIn(_) => Err(replies::NOT_HERE),
            // A report has the null sender (RFC 3464 §2), and what came by other
            // ways may have any; neither is believed.
            Event::Mail(_) => {
                self.about.clear();
                Ok(())
            }
            Event::Recipient(wanted) => self.recipient(&wanted.address),
            Event::Begin(_) => self.begin(),
            Event::Content(octets) => {
                if let Some(message) = &mut self.message {
                    // The machine counts them, and refuses more than MAX_SIZE.
                    message.octets.extend_from_slice(&octets);
                }
                return;
            }
            Event::Finish => self.finish().await,
            Event::Abort => return self.forget(),
        };
        match verdict {
            Ok(()) => session.accept(),
            Err(reply) => session.answer(reply),
        }
    }
}

impl Returning {
    fn recipient(&mut self, address: &Address) -> Result<(), Reply> {
        let inbound = &self.door.inbound;
        match inbound.about(address) {
            Some(handle) => {
                // The same address twice is one.
                if !self.about.contains(&handle) {
                    self.about.push(handle);
                }
                Ok(())
            }
            None if inbound.is_here(address) => Err(replies::NO_RETURN),
            None => Err(replies::NO_RELAY),
        }
    }

    fn begin(&mut self) -> Result<(), Reply> {
        let room = Arc::clone(&self.door.room).try_acquire_owned();
        let room = room.map_err(|_| replies::IN_FLIGHT)?;
        if !self.door.inbound.has_room() {
            return Err(replies::IN_FLIGHT);
        }
        self.message = Some(Coming {
            octets: Vec::new(),
            _room: room,
        });
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), Reply> {
        let message = self.message.take().ok_or(replies::FAULT)?;
        let about = std::mem::take(&mut self.about);
        let taken = self.door.inbound.take(&about, &message.octets).await;
        taken.map_err(|error| {
            match error {
                TakeError::NotYet => tracing::info!(event = "returns.early", "What came back is still on its way out; its server is to try again."),
                TakeError::Store(error) => tracing::error!(event = "returns.unsaved", %error, "What came back could not be noted; its server is to try again."),
            }
            replies::FAULT
        })
    }
}
