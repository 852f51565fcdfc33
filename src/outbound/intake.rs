//! Arrival: a message is made canonical, indexed and sealed while it comes in.
//! Nothing of it is kept in clear, and nothing of it is held in memory but its
//! header and a bounded look at its text.

use crate::mime::Fault;
use crate::mime::header::Block;
use crate::mime::index::{Index, Indexer};
use crate::mime::normalise::{Facts, Stamp, normalise};
use crate::model::{ContactId, Envelope, MessageId, Reply};
use crate::outbound::judge::Submission;
use crate::outbound::{Outbound, Receiving, Sender, unsaved};
use crate::release::Binding;
use crate::store::{ContentWriter, Error, Finished};
use aws_lc_rs::digest;
use jiff::Timestamp;
use std::collections::HashSet;

/// A message on its way in. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
pub struct Intake {
    submission: Submission,
    stage: Stage,
    _receiving: Receiving,
}

#[derive(Debug)]
enum Stage {
    /// The header is not complete yet.
    Header(Block),
    /// The body arrives and is sealed.
    Body(Box<Body>),
    /// The message will be refused; what still arrives is thrown away.
    Refused(Reply),
}

struct Body {
    content: ContentWriter,
    indexer: Indexer,
    digest: digest::Context,
    /// What a release would bind: of the octets as they are stored.
    binding: Binding,
    facts: Facts,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body(…)")
    }
}

/// A whole message, judged by nobody yet.
pub(super) struct Arrived {
    pub(super) content: Finished,
    pub(super) index: Index,
    pub(super) digest: [u8; 32],
    /// What a release binds, if it is held.
    pub(super) binding: [u8; 32],
    pub(super) facts: Facts,
}

/// Why a message goes no further.
enum Stop {
    /// It cannot be taken as it is.
    Fault(Fault),
    /// The store failed.
    Store(Error),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl Intake {
    pub(super) fn new(outbound: &Outbound, sender: Sender, mut envelope: Envelope) -> Self {
        // RFC 5321 §4.1.1.3 allows an address twice; nobody wants two notices.
        let mut seen = HashSet::new();
        envelope
            .recipients
            .retain(|wanted| seen.insert(wanted.address.folded()));
        let receiving = Receiving::new(&outbound.receiving);
        Self {
            submission: Submission {
                id: MessageId::new(outbound.store.clock().now()),
                settings: outbound.settings.current(),
                outbound: outbound.clone(),
                sender,
                envelope,
                meant: None,
                once: None,
            },
            stage: Stage::Header(Block::default()),
            _receiving: receiving,
        }
    }

    /// The Message-ID for a message that brings none, without angle brackets.
    #[must_use]
    pub fn message_id(&self) -> String {
        self.submission.message_id()
    }

    /// The same, for one recipient whom its writer has chosen from the directory:
    /// several may share an address, and a name.
    #[must_use]
    pub fn meant_for(mut self, contact: ContactId) -> Self {
        self.submission.meant = Some(contact);
        self
    }

    /// What makes it the same message when it comes again: two that say the same here
    /// are one, whatever their octets. A page writes a boundary and a date anew each
    /// time, and a button is pressed twice.
    pub fn once(&mut self, value: [u8; 32]) {
        self.submission.once = Some(value);
    }

    /// Takes the next octets, in any cut. A message that must be refused is
    /// read to its end all the same, and refused there: SMTP has no earlier
    /// place for it (RFC 5321 §4.1.1.4).
    ///
    /// # Errors
    /// 4xx if the store failed; the rest of the message need not be written,
    /// and [`Intake::finish`] gives the same reply.
    pub async fn write(&mut self, octets: &[u8]) -> Result<(), Reply> {
        match self.take(octets).await {
            Ok(()) => Ok(()),
            Err(Stop::Fault(fault)) => {
                self.stage = Stage::Refused(unreadable(fault));
                Ok(())
            }
            Err(Stop::Store(error)) => {
                // A message with a hole in it must never be finished.
                let reply = unsaved(&error);
                self.stage = Stage::Refused(reply.clone());
                Err(reply)
            }
        }
    }

    /// Judges the message and, if it is taken, makes it durable. Only then
    /// this returns, so the `250` may be said.
    ///
    /// # Errors
    /// The refusal (5xx), or a 4xx if the store failed; then nothing was kept.
    pub async fn finish(mut self) -> Result<Reply, Reply> {
        if let Stage::Header(block) = &self.stage {
            // A message may end with its header.
            let header = block.octets().to_vec();
            match self.submission.begin(&header).await {
                Ok(body) => self.stage = Stage::Body(Box::new(body)),
                Err(stop) => self.stage = Stage::Refused(stop.reply()),
            }
        }
        let verdict = match self.stage {
            Stage::Body(body) => match body.finish(&self.submission.envelope).await {
                Ok(arrived) => self.submission.judge(arrived).await,
                Err(stop) => Err(stop.reply()),
            },
            Stage::Refused(reply) => Err(reply),
            Stage::Header(_) => Err(unreadable(Fault::Missing("From"))),
        };
        if let Err(reply) = &verdict {
            self.submission.note_refusal(reply).await;
        }
        verdict
    }

    async fn take(&mut self, octets: &[u8]) -> Result<(), Stop> {
        let mut rest = octets;
        if let Stage::Header(block) = &mut self.stage {
            let used = block.write(octets)?;
            if !block.is_complete() {
                return Ok(());
            }
            rest = octets.get(used..).unwrap_or_default();
            let body = self.submission.begin(block.octets()).await?;
            self.stage = Stage::Body(Box::new(body));
        }
        match &mut self.stage {
            Stage::Body(body) => body.write(rest).await,
            Stage::Header(_) | Stage::Refused(_) => Ok(()),
        }
    }
}

impl Submission {
    fn message_id(&self) -> String {
        format!("{}@{}", self.id, self.settings.voice.hostname)
    }

    /// Makes the header canonical and begins to seal the message with it.
    async fn begin(&self, header: &[u8]) -> Result<Body, Stop> {
        let hostname = &self.settings.voice.hostname;
        let now = self.outbound.store.clock().now();
        let stamp = Stamp {
            received: received(hostname, self.id, self.envelope.international, now),
            writer: Some(&self.sender.account.address),
            date: now,
            message_id: self.message_id(),
            secure_tag: self.settings.secure_tag.as_deref().unwrap_or_default(),
            clear_tag: self.settings.clear_tag.as_deref().unwrap_or_default(),
        };
        let normalised = normalise(header, &stamp)?;
        let mut digest = digest::Context::new(&digest::SHA256);
        digest.update(normalised.digestable());
        let mut content = self.outbound.store.write_content();
        content.write(&normalised.octets).await?;
        let mut binding = Binding::default();
        binding.write(&normalised.octets);
        Ok(Body {
            content,
            indexer: Indexer::new(&normalised.octets),
            digest,
            binding,
            facts: normalised.facts,
        })
    }
}

impl Body {
    async fn write(&mut self, octets: &[u8]) -> Result<(), Stop> {
        self.digest.update(octets);
        self.binding.write(octets);
        self.indexer.write(octets)?;
        Ok(self.content.write(octets).await?)
    }

    /// The whole message. The digest covers its recipients too, and the wishes
    /// that left the header: the same text to others, or under another wish, is
    /// not the same message.
    async fn finish(self, envelope: &Envelope) -> Result<Arrived, Stop> {
        let Self {
            content,
            indexer,
            mut digest,
            binding,
            facts,
        } = self;
        let (index, content) = (indexer.finish()?, content.finish().await?);
        let expires = facts.expires.as_deref().unwrap_or_default();
        let wishes = [u8::from(facts.tagged_secure), u8::from(facts.tagged_clear)];
        digest.update(&wishes);
        piece(&mut digest, expires.as_bytes());
        for recipient in &envelope.recipients {
            piece(&mut digest, recipient.address.folded().as_bytes());
        }
        // Where the text ends and the recipients begin.
        digest.update(&content.length().to_be_bytes());
        let mut octets = [0; 32];
        for (slot, octet) in octets.iter_mut().zip(digest.finish().as_ref()) {
            *slot = *octet;
        }
        Ok(Arrived {
            content,
            index,
            digest: octets,
            binding: binding.finish(envelope.recipients.iter().map(|r| &r.address)),
            facts,
        })
    }
}

impl Stop {
    fn reply(self) -> Reply {
        match self {
            Self::Fault(fault) => unreadable(fault),
            Self::Store(error) => unsaved(&error),
        }
    }
}

/// Adds a piece with its length before it.
fn piece(digest: &mut digest::Context, octets: &[u8]) {
    digest.update(&(octets.len() as u64).to_be_bytes());
    digest.update(octets);
}

/// RFC 5321 §4.4. The client's name and address are left out: they say where
/// in the clinic somebody sits, and nobody outside needs that.
fn received(hostname: &str, id: MessageId, international: bool, now: Timestamp) -> String {
    let with = if international {
        "UTF8SMTPSA"
    } else {
        "ESMTPSA"
    };
    let date =
        jiff::fmt::rfc2822::to_string(&now.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default();
    format!("by {hostname} (Sealpost) with {with} id {id}; {date}")
}

fn unreadable(fault: Fault) -> Reply {
    match fault {
        Fault::Complex => Reply::new(554, (5, 6, 0), "refuse-too-complex"),
        Fault::HeaderSize => Reply::new(554, (5, 6, 0), "refuse-header-size"),
        Fault::Field(n) | Fault::Control(n) | Fault::Charset(n) => {
            let line = i64::try_from(n).unwrap_or(i64::MAX);
            Reply::new(554, (5, 6, 0), "refuse-header-line").count("line", line)
        }
        Fault::Twice(field) => {
            Reply::new(554, (5, 6, 0), "refuse-header-twice").with("field", field)
        }
        Fault::Missing(field) => {
            Reply::new(554, (5, 6, 0), "refuse-header-missing").with("field", field)
        }
        Fault::Address(field) => {
            Reply::new(554, (5, 6, 0), "refuse-header-address").with("field", field)
        }
    }
}
