//! The way out, in two steps on purpose.
//!
//! 1. **Accept** ([`Intake`]), inside the SMTP session: the message is sealed
//!    as it arrives, judged by what needs no network, made durable, and only
//!    then answered `250`. What staff wrote is held there until a provider
//!    releases it (`release`).
//! 2. **Dispatch** ([`Outbound::work`]), a worker: each recipient's route is
//!    chosen and what must leave is queued. Nothing here can lose or delay an
//!    accepted message, and nothing falls through to clear text.
//!
//! ```text
//!  octets ─▶ intake ─▶ judge ─▶ keep ─▶ 250      work ─▶ dispatch ─▶ parcels
//!           (sealed)  (policy) (commit)              (policy, routes, commit)
//! ```

mod conversation;
mod dispatch;
mod intake;
mod judge;
mod keep;
mod newcomers;
mod sender;
mod work;

pub use conversation::{close_to_clear, thread_id};
pub use intake::Intake;
pub use sender::Sender;

use crate::model::{Account, Address, Clock, Envelope, Live, Reply};
use crate::policy::{self, Rules};
use crate::release;
use crate::route::portal::Voice;
use crate::store::{Error, Store};
use crate::wire::smtp::replies;
use jiff::SignedDuration;
use newcomers::Newcomers;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the configuration says about mail on its way out. Replaced whole by a
/// reload.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the clinic has decided.
    pub rules: Rules,
    /// The subject tag that asks for protection, with its brackets.
    pub secure_tag: Option<String>,
    /// The subject tag that asks for clear, with its brackets.
    pub clear_tag: Option<String>,
    /// How long a message can be read, if its writer says nothing else.
    pub expires: SignedDuration,
    /// How long content is kept; longer, as long as somebody may still read it.
    pub retain: SignedDuration,
    /// How many addresses never written to before an account may use in an hour.
    pub new_recipients: u32,
    /// How notices speak and where their links lead.
    pub voice: Voice,
    /// How messages are held.
    pub holds: release::Settings,
}

/// The way out. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Outbound {
    store: Store,
    settings: Live<Settings>,
    receiving: Arc<AtomicUsize>,
    newcomers: Newcomers,
}

/// A message that is arriving, counted as long as this lives.
#[derive(Debug)]
struct Receiving(Arc<AtomicUsize>);

impl Receiving {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Outbound {
    /// The way out over a store.
    #[must_use]
    pub fn new(store: Store, settings: Live<Settings>) -> Self {
        Self {
            store,
            settings,
            receiving: Arc::default(),
            newcomers: Newcomers::default(),
        }
    }

    /// The clock everything here goes by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.store.clock()
    }

    /// Who signed in with this account, from this address.
    #[must_use]
    pub fn sender(&self, account: Account, ip: IpAddr) -> Sender {
        Sender {
            account,
            network: self.store.network_key(ip),
        }
    }

    /// How many messages are arriving at this moment; delivery yields to them.
    #[must_use]
    pub fn receiving(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.receiving)
    }

    /// Whether the account may use this envelope sender (MAIL FROM), and whether
    /// it still is in use: a session can outlive it. The null sender is taken
    /// here; what it carries is judged at the end.
    ///
    /// # Errors
    /// The refusal, naming the address that is allowed.
    pub async fn mail(&self, sender: &Sender, from: Option<&Address>) -> Result<(), Reply> {
        let account = self.account_of(&sender.account.address).await?;
        if account.is_none_or(|account| account.id != sender.account.id) {
            return Err(replies::ACCOUNT_OFF);
        }
        let Some(from) = from else { return Ok(()) };
        let author = self.account_of(from).await?;
        policy::may_send_from(&sender.account, from, author.as_ref())
    }

    /// Begins to take a message in.
    ///
    /// # Errors
    /// 452 if there is no room for it.
    pub fn begin(&self, sender: Sender, envelope: Envelope) -> Result<Intake, Reply> {
        if !self.store.has_room() {
            return Err(Reply::new(452, (4, 3, 1), "refuse-no-space"));
        }
        Ok(Intake::new(self, sender, envelope))
    }

    /// The active account with this address.
    async fn account_of(&self, address: &Address) -> Result<Option<Account>, Reply> {
        let account = crate::access::accounts::active(&self.store, address).await;
        account.map_err(|error| unsaved(&error))
    }
}

/// The writer keeps the message and tries again; the log says what failed.
fn unsaved(error: &Error) -> Reply {
    tracing::error!(event = "store.failed", reason = %error, "A message could not be saved; its sender was asked to try again.");
    match error {
        Error::Full => Reply::new(452, (4, 3, 1), "refuse-no-space"),
        _ => Reply::new(451, (4, 3, 0), "refuse-store"),
    }
}
