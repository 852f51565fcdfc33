//! A clinic where staff write and a provider releases.

use crate::harness::{House, Login, Relay, relay};
use crate::imap::Imap;
use crate::programs::{Letter, Said, swaks};
use crate::settings::Settings;
use sealpost::access::accounts;
use sealpost::desk::holds::HoldView;
use sealpost::model::{Account, Address, Role};
use sealpost::policy::How;
use sealpost::release::Releaser;
use std::sync::Arc;

pub(crate) const WAITING: &str = "Awaiting release";

/// A clinic with a provider and somebody at the desk, and a patient outside.
pub(crate) struct Clinic {
    pub(crate) house: House,
    pub(crate) relay: Arc<Relay>,
    pub(crate) desk: Login,
    pub(crate) to: String,
}

impl Clinic {
    pub(crate) fn open(change: impl FnOnce(&mut Settings)) -> Self {
        let relay = relay();
        let house = House::with(&relay, change);
        let desk = house.account("desk", Role::Staff);
        let to = house.patient("jane");
        Self {
            house,
            relay,
            desk,
            to,
        }
    }

    pub(crate) fn doctor(&self) -> &Login {
        &self.house.doctor
    }

    /// What the desk writes in the doctor's name.
    pub(crate) fn letter(&self) -> Letter {
        Letter::new(self.doctor(), &self.to)
    }

    pub(crate) fn send(&self, letter: &Letter) -> Said {
        swaks(&self.house.door, &self.desk, letter, true, &[])
    }

    /// Sends it; it must be held. Its reference.
    pub(crate) fn held(&self, letter: &Letter) -> String {
        reference(&self.send(letter))
    }

    /// The account of a login, as it is now.
    pub(crate) fn account(&self, login: &Login) -> Account {
        let address = Address::parse(&login.address).unwrap();
        let found = self.house.run(accounts::find(self.house.store(), &address));
        found.unwrap().unwrap()
    }

    /// What the office page would show an account.
    pub(crate) fn shown(&self, login: &Login) -> Vec<HoldView> {
        let account = self.account(login);
        self.house.run(self.house.desk().holds(&account)).unwrap()
    }

    /// A provider who was proved, and how.
    pub(crate) fn by(&self, login: &Login, how: How) -> Releaser {
        let provider = self.account(login).id;
        Releaser { provider, how }
    }

    pub(crate) fn release(&self, view: &HoldView, by: &Releaser) -> Result<(), String> {
        let (id, bound) = (view.id.parse().unwrap(), view.bound().unwrap());
        let done = self.house.run(self.house.desk().release(id, bound, by));
        done.map_err(|refused| refused.to_string())
    }

    pub(crate) fn reject(&self, id: &str, reason: &str, by: &Releaser) -> Result<(), String> {
        let id = id.parse().unwrap();
        let done = self.house.run(self.house.desk().reject(id, reason, by));
        done.map_err(|refused| refused.to_string())
    }

    pub(crate) fn imap(&self, login: &Login) -> Imap {
        Imap::sign_in(&self.house.door, login)
    }

    /// How many messages lie in a folder.
    pub(crate) fn count(&self, login: &Login, folder: &str) -> usize {
        count(&mut self.imap(login), folder)
    }

    /// Nothing about the patient's message has left, and nothing is about to.
    pub(crate) fn nothing_left(&self) {
        self.house.drained();
        let left = self.relay.mails();
        assert!(left.iter().all(|mail| mail.to != self.to), "it has left");
    }
}

pub(crate) fn reference(said: &Said) -> String {
    assert!(said.good, "{}", said.text);
    let line = said
        .text
        .lines()
        .find(|l| l.contains("Held for release by"));
    let line = line.unwrap_or_else(|| panic!("{}", said.text));
    assert!(line.contains("250 2.0.0 "), "{line}");
    let (_, rest) = line.split_once("(ref ").unwrap();
    rest.split(')').next().unwrap().to_owned()
}

pub(crate) fn count(imap: &mut Imap, folder: &str) -> usize {
    let said = imap.good(&format!("STATUS \"{folder}\" (MESSAGES)"));
    let (_, rest) = said.split_once("MESSAGES ").unwrap();
    rest.split(')').next().unwrap().parse().unwrap()
}

/// The newest letter in the INBOX, its folded lines put together.
pub(crate) fn told(imap: &mut Imap) -> String {
    newest(imap, "INBOX")
        .replace("=\r\n", "")
        .replace("\r\n", " ")
}

/// The newest message of a folder, whole.
pub(crate) fn newest(imap: &mut Imap, folder: &str) -> String {
    imap.good(&format!("SELECT \"{folder}\""));
    let said = imap.good("FETCH * BODY.PEEK[]");
    let (_, rest) = said.split_once("}\r\n").unwrap();
    rest.rsplit_once(")\r\nx OK").unwrap().0.to_owned()
}
