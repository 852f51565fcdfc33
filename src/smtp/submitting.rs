//! What the office's mail programs are answered: passwords are checked, and a
//! message goes to [`crate::outbound`] as it comes in.

use crate::access::login::LoginError;
use crate::model::{Envelope, Reply, Scope};
use crate::net::Permit;
use crate::outbound::{Intake, Sender};
use crate::smtp::Door;
use crate::smtp::connection::Answers;
use crate::smtp::in_flight::{Coming, Share};
use crate::wire::smtp::{Credentials, Event, Session, replies};
use jiff::SignedDuration;
use std::net::IpAddr;

/// Longest wait after too many wrong passwords, before the line is cut: it
/// costs the guesser time and us one idle task.
const SLOW: SignedDuration = SignedDuration::from_secs(10);

/// One mail program.
pub(super) struct Submitting {
    door: Door,
    peer: IpAddr,
    permit: Permit,
    /// Who signed in.
    sender: Option<Sender>,
    message: Option<Incoming>,
}

/// A message on its way in.
struct Incoming {
    intake: Intake,
    share: Share,
}

impl Submitting {
    pub(super) const fn new(door: Door, peer: IpAddr, permit: Permit) -> Self {
        Self {
            door,
            peer,
            permit,
            sender: None,
            message: None,
        }
    }
}

impl Answers for Submitting {
    fn has_message(&self) -> bool {
        self.message.is_some()
    }

    fn forget(&mut self) {
        self.message = None;
    }

    async fn decide(&mut self, session: &mut Session, event: Event) {
        let verdict = match event {
            Event::SignIn(credentials) => self.sign_in(credentials).await,
            Event::Mail(from) => match &self.sender {
                Some(sender) => self
                    .door
                    .outbound
                    .mail(sender, from.as_ref())
                    .await
                    .map(|()| None),
                None => Err(replies::FAULT),
            },
            // Every recipient is judged with the message, when all are known.
            Event::Recipient(_) => Ok(None),
            Event::Begin(envelope) => self.begin(*envelope).map(|()| None),
            Event::Content(octets) => {
                if let Err(reply) = self.write(&octets).await {
                    self.message = None;
                    session.answer(reply);
                }
                return;
            }
            Event::Finish => self.finish().await.map(Some),
            Event::Abort => {
                self.message = None;
                return;
            }
        };
        match verdict {
            Ok(None) => session.accept(),
            Ok(Some(reply)) | Err(reply) => session.answer(reply),
        }
    }
}

impl Submitting {
    async fn sign_in(&mut self, credentials: Credentials) -> Result<Option<Reply>, Reply> {
        let Credentials { identity, password } = credentials;
        let verified = self
            .door
            .login
            .verify(&identity, &password, Scope::Smtp, self.peer)
            .await;
        let error = match verified {
            Ok(account) => {
                self.sender = Some(self.door.outbound.sender(account, self.peer));
                self.permit.known();
                tracing::debug!(event = "smtp.signed-in", "A mail client signed in.");
                return Ok(None);
            }
            Err(LoginError::Busy) => return Err(replies::SIGN_IN_BUSY),
            Err(error) => error,
        };
        // The line that fail2ban reads: its first three fields are fixed.
        tracing::warn!(event = "auth.failed", proto = "smtp", ip = %self.peer, "A mail client could not sign in.");
        if let LoginError::Slow(wait) = error {
            self.door.base.clock.sleep(wait.min(SLOW)).await;
            return Err(replies::SIGN_IN_SLOW);
        }
        Err(replies::SIGN_IN_REFUSED)
    }

    fn begin(&mut self, envelope: Envelope) -> Result<(), Reply> {
        let sender = self.sender.clone().ok_or(replies::FAULT)?;
        let share = self.door.in_flight.begin(Coming {
            account: sender.account.id,
            announced: envelope.announced,
            largest: self.door.base.settings.current().max_size,
        })?;
        let intake = self.door.outbound.begin(sender, envelope)?;
        self.message = Some(Incoming { intake, share });
        Ok(())
    }

    async fn write(&mut self, octets: &[u8]) -> Result<(), Reply> {
        let Some(message) = &mut self.message else {
            return Ok(());
        };
        self.door.in_flight.grow(&mut message.share, octets.len())?;
        message.intake.write(octets).await
    }

    async fn finish(&mut self) -> Result<Reply, Reply> {
        match self.message.take() {
            Some(Incoming { intake, share }) => {
                let verdict = Box::pin(intake.finish()).await;
                drop(share);
                verdict
            }
            None => Err(replies::FAULT),
        }
    }
}
