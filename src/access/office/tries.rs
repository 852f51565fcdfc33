//! How often somebody may guess at an account of the office page.
//!
//! Near: what one network, or one browser that has signed in before, gets wrong.
//! Whole: what all others get wrong together, so that a thousand networks are no
//! thousand times the guesses. A known browser waits for nobody but itself, for
//! codes as long as all strangers together do, and a recovery code, which nobody
//! guesses, is not counted in the whole: so its owner gets in however long strangers
//! keep on. A new password or a reset by the operator begins the whole anew; a
//! sign-in does not. Network: what one network gets wrong, whatever names it tries.

use crate::access::notes::Notes;
use crate::access::throttle::{FIRST, Patience, Throttles};
use crate::model::{AccountId, Actor, Event, EventKind, NetworkKey, TokenKey};
use crate::store::records::Throttle;
use crate::store::{Error, Label, Store, Tx};
use jiff::SignedDuration;

/// Wrong passwords from all strangers together: at an hour for each hundred, what
/// is on no list is not found in a lifetime.
const PASSWORDS: Patience = Patience {
    round: 100,
    first: FIRST,
    longest: SignedDuration::from_hours(1),
};
/// Wrong codes from all strangers together, and from one known browser. Whoever
/// tries these knows the password already, and three of a million codes are right:
/// twenty tries a day are a chance of one in seventeen thousand. The first wait is
/// the longest: with short ones before it, a hundred codes fit into each day, as
/// whoever stays away for a day begins anew.
const CODES: Patience = Patience {
    round: 10,
    first: SignedDuration::from_hours(12),
    longest: SignedDuration::from_hours(12),
};

/// What is guessed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The password.
    Password,
    /// A code of the app.
    Code,
    /// A recovery code.
    Recovery,
}

impl What {
    /// The word for it in the audit trail.
    const fn word(self) -> &'static str {
        match self {
            Self::Password => "page-password",
            Self::Code => "page-code",
            Self::Recovery => "page-recovery",
        }
    }
}

/// One try, as it is counted.
#[derive(Clone, Debug)]
pub(super) struct Try {
    what: What,
    near: [u8; 32],
    whole: Option<[u8; 32]>,
    /// Whether the browser signed in to the account before.
    known: bool,
    all: Option<[u8; 32]>,
    account: Option<AccountId>,
    network: NetworkKey,
}

/// The counts. Names that nobody has are counted apart: however many there are,
/// they push out no count of an account.
#[derive(Clone, Debug)]
pub(super) struct Tries {
    store: Store,
    near: [Throttles; 2],
    passwords: [Throttles; 2],
    codes: Throttles,
    networks: Throttles,
    notes: Notes,
}

impl Tries {
    pub(super) fn new(store: &Store) -> Self {
        let near = || Throttles::new(store.clone());
        let passwords = || Throttles::with(store.clone(), PASSWORDS);
        Self {
            near: [near(), near()],
            passwords: [passwords(), passwords()],
            codes: Throttles::with(store.clone(), CODES),
            networks: Throttles::with(store.clone(), Patience::NETWORK),
            notes: Notes::new(store.clone()),
            store: store.clone(),
        }
    }

    /// A try at `who`: an account's id, or a name that nobody has.
    pub(super) fn of(
        &self,
        what: What,
        (who, account): (&[u8], Option<AccountId>),
        network: NetworkKey,
        known: Option<TokenKey>,
    ) -> Try {
        let place = known.map_or(*network.octets(), |browser| *browser.octets());
        let word = what.word().as_bytes();
        let whole = match what {
            What::Recovery => None,
            What::Password | What::Code => Some(whole(&self.store, what, who)),
        };
        let pieces: [&[u8]; 2] = [b"page-network", network.octets()];
        let all = (what == What::Password).then(|| self.store.mac(Label::Index, &pieces));
        Try {
            all: all.filter(|_| known.is_none()),
            what,
            near: self.store.mac(Label::Index, &[word, who, &place]),
            whole: whole.filter(|_| known.is_none()),
            known: known.is_some(),
            account,
            network,
        }
    }

    /// How long this try must still wait.
    pub(super) async fn waits(&self, tried: &Try) -> Result<Option<SignedDuration>, Error> {
        let near = self.near(tried).waits(tried.near).await?;
        let whole = match tried.whole {
            Some(key) => self.whole(tried).waits(key).await?,
            None => None,
        };
        let all = match tried.all {
            Some(key) => self.networks.waits(key).await?,
            None => None,
        };
        Ok(near.max(whole).max(all))
    }

    /// Counts a wrong try. It is put on record when it is the first of a round and
    /// when a wait begins, so that guessing cannot fill the disk; of names that
    /// nobody has only the wait of their network is, however many there are. It is
    /// written behind the answer, which would else take longer for a name that
    /// somebody has.
    pub(super) async fn fail(&self, tried: &Try) -> Result<(), Error> {
        let near = self.near(tried).fail(tried.near).await?;
        let whole = match tried.whole {
            Some(key) => self.whole(tried).fail(key).await?.until,
            None => None,
        };
        if let (Some(_), Some(account)) = (whole, tried.account) {
            tracing::warn!(event = "office.guessed", %account, what = tried.what.word(), "Strangers guess at an account of the office page; browsers that do not know it wait.");
        }
        if let Some(key) = tried.all
            && self.networks.fail(key).await?.until.is_some()
        {
            let event = Event::new(Actor::Gateway, EventKind::Lock, "").noted("page-network");
            self.notes.put(event.from(tried.network)).await;
        }
        let Some(account) = tried.account else {
            return Ok(());
        };
        let word = tried.what.word();
        let event = match (near.until.or(whole), near.count) {
            (Some(_), _) => Event::new(Actor::Gateway, EventKind::Lock, account).noted(word),
            (None, 1) => Event::new(Actor::Unknown, EventKind::SignIn, account).failed(word),
            _ => return Ok(()),
        };
        self.notes.put(event.from(tried.network)).await;
        Ok(())
    }

    /// Waits until what was refused so far is on record.
    #[cfg(test)]
    pub(super) async fn written(&self) {
        self.notes.written().await;
    }

    /// It was right: what this network or browser got wrong is forgotten.
    pub(super) async fn clear(&self, tried: &Try) -> Result<(), Error> {
        self.near(tried).clear(tried.near).await
    }

    const fn near(&self, tried: &Try) -> &Throttles {
        let [ours, strangers] = &self.near;
        match (tried.what, tried.account) {
            // Who has stolen it with its cookie guesses no faster than a stranger.
            (What::Code, _) if tried.known => &self.codes,
            (_, Some(_)) => ours,
            (_, None) => strangers,
        }
    }

    const fn whole(&self, tried: &Try) -> &Throttles {
        let [ours, strangers] = &self.passwords;
        match (tried.what, tried.account) {
            (What::Code | What::Recovery, _) => &self.codes,
            (What::Password, Some(_)) => ours,
            (What::Password, None) => strangers,
        }
    }
}

/// Begins what all strangers together got wrong anew, in the caller's commit: the
/// account has another password, or another second factor.
pub(super) fn begin_anew(store: &Store, tx: &mut Tx, account: AccountId) {
    for what in [What::Password, What::Code] {
        tx.delete(&Throttle::at(whole(store, what, account.octets())));
    }
}

fn whole(store: &Store, what: What, who: &[u8]) -> [u8; 32] {
    store.mac(Label::Index, &[what.word().as_bytes(), b"whole", who])
}
