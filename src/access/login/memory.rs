//! What is remembered of sign-ins, for a while and within bounds.

use crate::access::app_password;
use crate::model::secret::random;
use crate::model::{AccountId, AppPasswordId, Scope, Secret};
use crate::store::records::AppPassword;
use aws_lc_rs::hmac;
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// A success is put on record at most this often for an account and network.
const NOTED: SignedDuration = SignedDuration::from_secs(60);
/// Entries of each memory: above what a clinic's programs need, and a few
/// hundred KiB at most.
const REMEMBERED: usize = 2_048;

/// What a right password opened.
#[derive(Clone, Debug)]
pub(super) struct Right {
    pub(super) account: AccountId,
    pub(super) password: AppPasswordId,
    scope: Scope,
    networks: Arc<[IpNet]>,
}

impl Right {
    pub(super) fn of(found: &AppPassword) -> Self {
        Self {
            account: found.account,
            password: found.id,
            scope: found.scope,
            networks: found.networks.as_slice().into(),
        }
    }

    pub(super) fn opens(&self, scope: Scope, ip: IpAddr) -> bool {
        self.scope.opens(scope) && app_password::admits(&self.networks, ip)
    }
}

/// What is remembered of sign-ins, under a key that dies with the process.
#[derive(Debug)]
pub(super) struct Memory {
    key: hmac::Key,
    pub(super) right: Entries<Right>,
    pub(super) wrong: Entries<()>,
    pub(super) noted: Entries<()>,
    pub(super) welcome: Entries<()>,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &random::<32>()),
            right: Entries::default(),
            wrong: Entries::default(),
            noted: Entries::default(),
            welcome: Entries::default(),
        }
    }

    pub(super) fn mac(&self, who: &[u8], plain: &Secret) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&who.len().to_be_bytes());
        context.update(who);
        context.update(plain.expose().as_bytes());
        let mut octets = [0; 32];
        octets.copy_from_slice(context.sign().as_ref());
        octets
    }

    pub(super) fn mac_here(&self, mac: &[u8; 32], scope: Scope, ip: IpAddr) -> [u8; 32] {
        let place = format!("{scope:?} {ip}");
        let tag = hmac::sign(&self.key, &[mac, place.as_bytes()].concat());
        let mut octets = [0; 32];
        octets.copy_from_slice(tag.as_ref());
        octets
    }

    /// Whether a success of this key is to be put on record now.
    pub(super) fn note(&mut self, key: [u8; 32], now: Timestamp) -> bool {
        let due = self.noted.get(&key, now).is_none();
        if due {
            self.noted.put(key, now, NOTED, ());
        }
        due
    }
}

/// A bounded memory with an end for each entry.
#[derive(Debug)]
pub(super) struct Entries<T> {
    pub(super) entries: HashMap<[u8; 32], (Timestamp, T)>,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
        }
    }
}

impl<T: Clone> Entries<T> {
    pub(super) fn get(&self, key: &[u8; 32], now: Timestamp) -> Option<T> {
        self.entries
            .get(key)
            .filter(|(end, _)| *end > now)
            .map(|(_, value)| value.clone())
    }

    pub(super) fn put(&mut self, key: [u8; 32], now: Timestamp, span: SignedDuration, value: T) {
        if self.entries.len() >= REMEMBERED {
            self.entries.retain(|_, (end, _)| *end > now);
        }
        if self.entries.len() >= REMEMBERED {
            let first = self
                .entries
                .iter()
                .min_by_key(|(_, (end, _))| *end)
                .map(|(key, _)| *key);
            first.and_then(|key| self.entries.remove(&key));
        }
        self.entries.insert(
            key,
            (now.saturating_add(span).unwrap_or(Timestamp::MAX), value),
        );
    }
}
