//! LIST (RFC 3501 §6.3.8, RFC 5258): which names are said, and what of them.

use crate::folders::{self, Folder, PATIENTS};
use crate::mailbox::Mailboxes;
use crate::model::Account;
use crate::store::{Error, apart};
use crate::wire::imap::DELIMITER;
use crate::wire::imap::command::List;
use std::collections::{BTreeMap, BTreeSet};

/// A name that a LIST says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The whole name.
    pub name: String,
    /// The folder; `None` where there is none of this name, but folders below it.
    pub folder: Option<Folder>,
    /// Whether there are folders below it.
    pub children: bool,
    /// Whether something below it is subscribed to, if that was asked for.
    pub within: bool,
}

impl Mailboxes {
    /// The names that a LIST asks for, in their order. Chosen where the sessions
    /// of others are not held up: there may be thousands, and many patterns.
    /// Where no pattern reaches a patient's folder, none of these is read.
    ///
    /// # Errors
    /// The store's own.
    pub async fn list(&self, account: &Account, list: &List) -> Result<Vec<Name>, Error> {
        let store = &self.0.store;
        let below = format!("{PATIENTS}{DELIMITER}");
        let mut folders = if list.lsub || list.select.recursive || list.reaches(&below) {
            folders::list(store, account).await?
        } else {
            folders::outline(store, account).await?
        };
        if self.releases_by_move(account) {
            folders::add_release(store, account.id, &mut folders);
        }
        let list = list.clone();
        apart(async move { Ok(chosen(folders, &list)) }).await
    }
}

fn chosen(folders: Vec<Folder>, list: &List) -> Vec<Name> {
    let known: BTreeMap<&str, &Folder> = folders.iter().map(|f| (f.name.as_str(), f)).collect();
    let above: BTreeSet<&str> = known.keys().flat_map(|name| parents(name)).collect();
    let names: BTreeSet<&str> = known.keys().copied().chain(above.iter().copied()).collect();
    let mut chosen = Vec::new();
    for name in names.iter().copied().filter(|name| list.matches(name)) {
        let folder = known.get(name).copied();
        let recursive = list.select.recursive && list.select.subscribed;
        let within = recursive && has_subscribed(&known, name, |_| true);
        // RFC 3501 §6.3.9: LSUB by "%" names what is above, where the pattern
        // does not reach what is subscribed to.
        let leads = || list.lsub && has_subscribed(&known, name, |below| !list.matches(below));
        if wanted(list, folder) || within || leads() {
            chosen.push(Name {
                name: name.to_owned(),
                folder: folder.cloned(),
                children: above.contains(name),
                within,
            });
        }
    }
    chosen
}

/// Whether LIST asked for such a folder; what only holds others has no use and
/// no subscription.
fn wanted(list: &List, folder: Option<&Folder>) -> bool {
    let subscribed = folder.is_some_and(|f| f.subscribed);
    let special = folder.is_some_and(|f| f.special.is_some());
    (!(list.select.subscribed || list.lsub) || subscribed) && (!list.select.special || special)
}

/// The names above a name.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.match_indices(DELIMITER);
    ends.filter_map(|(at, _)| name.get(..at))
}

/// Whether something below a name is subscribed to, of which `counts` says yes.
fn has_subscribed(
    known: &BTreeMap<&str, &Folder>,
    name: &str,
    counts: impl Fn(&str) -> bool,
) -> bool {
    let below = format!("{name}{DELIMITER}");
    known
        .range(below.as_str()..)
        .take_while(|(other, _)| other.starts_with(&below))
        .any(|(other, folder)| folder.subscribed && counts(other))
}
