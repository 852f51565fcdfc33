//! The audit trail as an administrator reads it, the newest first. Whoever reads
//! it stands in it.

use crate::access::accounts;
use crate::desk::{Desk, Refused};
use crate::model::{Account, AccountId, Actor, Event, EventKind};
use crate::store::{Audited, Tx};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashMap;

/// Events on one page.
const SHOWN: usize = 50;
/// Events read at once.
const STEP: usize = 500;
/// Events looked at for one page: whoever filters for what is rare goes on from
/// there, and nobody waits for minutes.
const LOOKED: usize = 20_000;
/// Octets of a network's hash that are shown: enough to see that two are the same.
const HANDLE: usize = 4;

/// Every kind there is.
pub const KINDS: [EventKind; 28] = [
    EventKind::SignIn,
    EventKind::SignOut,
    EventKind::Submit,
    EventKind::Route,
    EventKind::Notice,
    EventKind::CodeRequest,
    EventKind::CodeTry,
    EventKind::Lock,
    EventKind::Open,
    EventKind::Download,
    EventKind::Reply,
    EventKind::AskAgain,
    EventKind::Expiry,
    EventKind::Recall,
    EventKind::Purge,
    EventKind::Key,
    EventKind::Account,
    EventKind::Disclose,
    EventKind::Queue,
    EventKind::Configuration,
    EventKind::Store,
    EventKind::Task,
    EventKind::Hold,
    EventKind::Release,
    EventKind::BreakGlass,
    EventKind::Contact,
    EventKind::Export,
    EventKind::Draft,
];

/// Which events are wanted; what is `None` does not matter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// What this account did, or what was done to it.
    pub account: Option<AccountId>,
    /// What happened.
    pub kind: Option<EventKind>,
    /// On which day, in the clinic's zone.
    pub day: Option<Date>,
    /// Only those before this running number.
    pub before: Option<u64>,
}

/// Who acted, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The gateway itself.
    Gateway,
    /// Somebody of the office, by the name that the clinic gives them.
    Account(String),
    /// Whoever came with a link.
    Visitor,
    /// A recipient with a verified code.
    Recipient,
    /// Whoever runs the machine, by user id.
    Operator(u32),
    /// Somebody whose sign-in failed.
    Unknown,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventView {
    /// Its running number.
    pub sequence: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Who acted.
    pub who: Who,
    /// What happened.
    pub kind: EventKind,
    /// What it was done to: the name of an account, else an id; empty if there is
    /// nothing to name.
    pub object: String,
    /// The beginning of the network's hash, by which two are told apart.
    pub network: Option<String>,
    /// Whether it succeeded.
    pub success: bool,
    /// What more is known, in the trail's own words; accounts by their names.
    pub note: String,
}

/// Some of the trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailView {
    /// The events, the newest first.
    pub events: Vec<EventView>,
    /// The running number before which the rest begins, if there is more.
    pub rest: Option<u64>,
}

impl Desk {
    /// Reads the audit trail. That somebody does is on record before.
    ///
    /// # Errors
    /// The store's own; [`crate::store::Error::Damaged`] if an entry does not open.
    pub async fn trail(&self, wanted: Wanted) -> Result<TrailView, Refused> {
        let mut tx = Tx::new();
        let event = Event::new(self.actor, EventKind::Disclose, "audit");
        tx.audit(event.noted("read"));
        self.store.commit(tx).await?;
        let names = accounts::list(&self.store).await?;
        let names: HashMap<String, String> = names.iter().map(named).collect();
        let (mut view, mut before) = (TrailView::default(), wanted.before);
        let mut looked = 0;
        while looked < LOOKED {
            let page = self.store.audit_before(before, STEP).await?;
            let last = page.len() < STEP;
            for audited in page {
                looked += 1;
                if self.is_older(&audited, &wanted) {
                    return Ok(view);
                }
                if view.events.len() == SHOWN {
                    view.rest = before;
                    return Ok(view);
                }
                before = Some(audited.sequence);
                if self.fits(&audited, &wanted) {
                    view.events.push(shown(audited, &names));
                }
            }
            if last {
                return Ok(view);
            }
        }
        view.rest = before;
        Ok(view)
    }

    fn day_of(&self, at: Timestamp) -> Date {
        let zone = self.settings.current().office.zone.clone();
        at.to_zoned(zone).date()
    }

    /// Whether nothing that is wanted comes after this one.
    fn is_older(&self, audited: &Audited, wanted: &Wanted) -> bool {
        // A clock that was set back leaves later entries of an earlier day; a day's
        // room is enough for any correction.
        let day = wanted.day.and_then(|day| day.yesterday().ok());
        day.is_some_and(|day| self.day_of(audited.at) < day)
    }

    fn fits(&self, audited: &Audited, wanted: &Wanted) -> bool {
        let event = &audited.event;
        let own =
            |id: AccountId| event.actor == Actor::Account(id) || event.object == id.to_string();
        wanted.account.is_none_or(own)
            && wanted.kind.is_none_or(|kind| event.kind == kind)
            && wanted.day.is_none_or(|day| self.day_of(audited.at) == day)
    }
}

fn named(account: &Account) -> (String, String) {
    (account.id.to_string(), account.shown().to_owned())
}

fn shown(audited: Audited, names: &HashMap<String, String>) -> EventView {
    let event = audited.event;
    let name = |id: String| names.get(&id).cloned().unwrap_or(id);
    EventView {
        sequence: audited.sequence,
        at: audited.at,
        who: match event.actor {
            Actor::Gateway => Who::Gateway,
            Actor::Account(id) => Who::Account(name(id.to_string())),
            Actor::Visitor => Who::Visitor,
            Actor::Recipient => Who::Recipient,
            Actor::Operator(id) => Who::Operator(id),
            Actor::Unknown => Who::Unknown,
        },
        kind: event.kind,
        object: name(event.object),
        network: event.network.map(|network| {
            let octets: &[u8] = network.octets();
            HEXLOWER.encode(octets.get(..HANDLE).unwrap_or_default())
        }),
        success: event.success,
        // The reason of an emergency is somebody's sentence, and stays one.
        note: match event.kind {
            EventKind::BreakGlass => event.note,
            _ => {
                let words = event.note.split(' ');
                let words = words.map(|word| names.get(word).map_or(word, String::as_str));
                words.collect::<Vec<_>>().join(" ")
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::KINDS;
    use crate::model::EventKind;
    use serde::Deserialize;
    use serde::de::IntoDeserializer;
    use serde::de::value::Error;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_event_can_be_looked_for() {
        // Serde names all there are when it is given none of them.
        let none = IntoDeserializer::<Error>::into_deserializer("nothing");
        let all = EventKind::deserialize(none).unwrap_err().to_string();
        let all: BTreeSet<&str> = all.split('`').skip(1).step_by(2).skip(1).collect();
        let listed = KINDS.map(|kind| serde_json::to_string(&kind).unwrap());
        let listed: BTreeSet<&str> = listed.iter().map(|kind| kind.trim_matches('"')).collect();
        assert!(all.len() > 20, "{all:?}");
        assert_eq!(listed, all);
        assert_eq!(listed.len(), KINDS.len(), "one stands twice");
    }
}
