//! The directory of contacts: looked at, kept, brought in and taken out. Other
//! than the rest of the desk, this shows people; so each verb is told who asks,
//! and [`policy`] says what they see and may do.

pub use crate::contacts::{Draft, Field, MAX_OCTETS, Problem, Problems, Wanted};

mod care;
mod view;

pub use crate::contacts::{Effect, Reason, SheetError};
pub use care::{LetterView, Planned, PlannedLine, Revised};
pub use view::{ContactView, ContactsView, HistoryView, ImportView, LineView, RecordView};

use crate::access::accounts;
use crate::contacts::{self, PlanError, PutError, Rules};
use crate::desk::{Cause, Desk, Refused, because, wish};
use crate::folders;
use crate::model::{
    Account, AccountId, Actor, ContactId, Event, EventKind, Role, Standing, System,
};
use crate::policy::{self, Sight};
use crate::store::records::{Contact, ContactStatus};
use crate::store::{Error, Record, Tx};
use std::collections::{HashMap, HashSet};
use view::{imported, view};

/// How often a change is tried if somebody else changed the same contact.
const ATTEMPTS: usize = 4;
/// Contacts read at once.
const PAGE: usize = 256;
/// Most contacts in one list: what a terminal's history holds.
pub const MAX_LISTED: usize = 1000;
/// Most messages in one piece of a history.
const MAX_HISTORY: usize = 100;

/// What the configuration says about the directory.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// What a patient's record must have.
    pub required: Vec<Field>,
    /// Whether those are listed whom the office has only written to.
    pub lists_stubs: bool,
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Asker {
    /// Whoever runs the machine. Names and addresses are masked unless they are
    /// asked for, which is audited.
    Operator {
        /// Whether they are asked for.
        addresses: bool,
    },
    /// An office account, as it stands now.
    Account(Box<Account>),
}

impl Desk {
    /// Looks for contacts, in the order of their names, at most
    /// [`MAX_LISTED`]. Whoever finds a masked contact by a word knows that word
    /// of them: an operator's search is on record before, an administrator has none.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if the account may not; the store's own.
    pub async fn contacts(&self, who: &Asker, wanted: Wanted) -> Result<ContactsView, Refused> {
        let sight = self.sight(who, "contacts").await?;
        if sight == Sight::Masked && !wanted.words.trim().is_empty() {
            self.searches_blindly(who).await?;
        }
        let listed = self.settings.current().directory.lists_stubs;
        let accounts = accounts::list(&self.store).await?;
        let wanted = Wanted {
            limit: wanted.limit.min(MAX_LISTED),
            unlisted: wanted.unlisted || listed,
            colleagues: accounts.iter().map(|a| a.address.folded()).collect(),
            ..wanted
        };
        let found = contacts::search(&self.store, wanted).await?;
        let providers = names(accounts);
        let view = |contact: &Contact| view(contact, sight, &providers);
        Ok(ContactsView {
            contacts: found.contacts.iter().map(view).collect(),
            more: found.more,
        })
    }

    /// Those who were only written to, in the order of their names, where the
    /// list of all leaves them out; at most [`MAX_LISTED`].
    ///
    /// # Errors
    /// As [`Desk::contacts`].
    pub async fn only_written(&self, who: &Asker, limit: usize) -> Result<ContactsView, Refused> {
        if self.settings.current().directory.lists_stubs {
            return Ok(ContactsView {
                contacts: Vec::new(),
                more: false,
            });
        }
        let wanted = Wanted {
            stubs: true,
            limit,
            ..Wanted::default()
        };
        self.contacts(who, wanted).await
    }

    /// What the clinic asks for in a patient's record (`contacts.required`).
    #[must_use]
    pub fn required_fields(&self) -> Vec<Field> {
        self.settings.current().directory.required.clone()
    }

    /// One contact with family and those who share the mailbox.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is none with this id, or the account may not.
    pub async fn contact(&self, who: &Asker, id: ContactId) -> Result<RecordView, Refused> {
        let contact = self.store.get(&Contact::at(id)).await?;
        let contact = contact.ok_or_else(|| nobody(id))?;
        let sight = self.sight(who, &id.to_string()).await?;
        let providers = self.provider_names().await?;
        let mut sharing: Vec<Contact> = Vec::new();
        for address in &contact.addresses {
            for other in contacts::sharing(&self.store, address).await? {
                if other.id != id && !sharing.iter().any(|known| known.id == other.id) {
                    sharing.push(other);
                }
            }
        }
        let views = |all: &[Contact]| {
            let views = all.iter().map(|one| view(one, sight, &providers));
            views.collect::<Vec<ContactView>>()
        };
        Ok(RecordView {
            family: views(&contacts::family(&self.store, &contact).await?),
            sharing: views(&sharing),
            missing: contacts::missing_for_portal(&contact),
            contact: view(&contact, sight, &providers),
        })
    }

    /// Adds a contact, or changes the one with this id; whoever is added is a
    /// patient unless the draft says otherwise. Folders that mail programs show
    /// take a new name with the same commit.
    ///
    /// # Errors
    /// [`Refused::Problems`] if what was written will not do, a
    /// [`Refused::Wish`] if there is nobody with this id or the account may not.
    pub async fn put_contact(
        &self,
        who: &Asker,
        id: Option<ContactId>,
        draft: &Draft,
    ) -> Result<ContactId, Refused> {
        let by = self.keeper(who)?;
        let rules = self.contact_rules(who).await?;
        let mut draft = draft.clone();
        if id.is_none() && draft.status.is_none() {
            draft.status = Some(ContactStatus::Patient.word().to_owned());
        }
        for _ in 0..ATTEMPTS {
            let mut tx = Tx::new();
            let put = contacts::put(&self.store, &mut tx, id, &draft, (&rules, by)).await;
            let put = put.map_err(|error| match error {
                PutError::Unknown => id.map_or_else(|| wish("there is no such contact"), nobody),
                PutError::Problems(problems) => Refused::Problems(problems),
                PutError::Store(error) => Refused::Store(error),
            })?;
            if put.renamed {
                self.rename_views(&mut tx, &[put.contact.id]).await?;
            }
            if !put.changed || self.store.try_commit(tx).await?.is_some() {
                return Ok(put.contact.id);
            }
        }
        Err(Error::Conflict.into())
    }

    /// Lets a contact sign in to the portal without a link; the record must be
    /// complete (requirements WP4).
    ///
    /// # Errors
    /// As [`Desk::put_contact`]; the problems name what is missing.
    pub async fn grant_portal(&self, who: &Asker, id: ContactId) -> Result<(), Refused> {
        self.put_portal(who, id, true).await
    }

    /// Takes that back. Links go on working.
    ///
    /// # Errors
    /// As [`Desk::put_contact`].
    pub async fn revoke_portal(&self, who: &Asker, id: ContactId) -> Result<(), Refused> {
        self.put_portal(who, id, false).await
    }

    async fn put_portal(&self, who: &Asker, id: ContactId, may: bool) -> Result<(), Refused> {
        let draft = Draft {
            portal: Some(may),
            ..Draft::default()
        };
        self.put_contact(who, Some(id), &draft).await.map(drop)
    }

    /// Brings in a file of contacts: all of it, or nothing if a line is refused.
    /// With `dry_run` it only says what would be done.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if the file cannot be read, or the account may not.
    pub async fn import_contacts(
        &self,
        who: &Asker,
        octets: &[u8],
        dry_run: bool,
    ) -> Result<ImportView, Refused> {
        self.import(who, octets, |_| !dry_run).await
    }

    /// Brings in a file if `may` says so of what it would do now.
    async fn import(
        &self,
        who: &Asker,
        octets: &[u8],
        may: impl Fn(&ImportView) -> bool,
    ) -> Result<ImportView, Refused> {
        let by = self.keeper(who)?;
        let rules = self.contact_rules(who).await?;
        for _ in 0..ATTEMPTS {
            let plan = contacts::plan(&self.store, octets, &rules).await;
            let plan = plan.map_err(|error| match error {
                PlanError::Sheet(error) => wish(error.to_string()),
                PlanError::Store(error) => Refused::Store(error),
            })?;
            let view = imported(&plan, false);
            if !plan.is_clean() || !may(&view) {
                return Ok(view);
            }
            let mut tx = Tx::new();
            match contacts::carry_out(&self.store, &mut tx, &plan, by).await {
                Ok(()) => {}
                Err(Error::Conflict) => continue,
                Err(error) => return Err(error.into()),
            }
            let renamed: Vec<ContactId> = plan.renamed().collect();
            self.rename_views(&mut tx, &renamed).await?;
            if tx.is_empty() || self.store.try_commit(tx).await?.is_some() {
                return Ok(imported(&plan, true));
            }
        }
        Err(Error::Conflict.into())
    }

    /// The whole directory as a file, stubs too, oldest first; with semicolons
    /// between the cells if wished. It is held in memory, some hundred octets for
    /// each contact. Who takes it is on record before.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if the account may not; the store's own.
    pub async fn export_contacts(&self, who: &Asker, semicolons: bool) -> Result<String, Refused> {
        if let Asker::Account(account) = who
            && !policy::may_export_directory(account)
        {
            return Err(wish(
                "the whole list of contacts is for a provider to take; ask one",
            ));
        }
        let mut tx = Tx::new();
        let event = Event::new(self.actor_of(who), EventKind::Disclose, "contacts");
        tx.audit(event.noted("export"));
        self.store.commit(tx).await?;
        let mut all: Vec<Contact> = Vec::new();
        loop {
            let after = all.last().map(Record::key);
            let page = self.store.range(&[], after.as_ref(), PAGE).await?;
            let last = page.len() < PAGE;
            all.extend(page);
            if last {
                break;
            }
        }
        let providers = self.provider_names().await?;
        Ok(contacts::export(&all, &providers, semicolons))
    }

    /// The messages to and from a contact that stand in the account's own folder
    /// of them, newest first, before the place `before` if given, at most a
    /// hundred.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is nobody with this id, or nobody's mail is
    /// for whoever asks.
    pub async fn contact_history(
        &self,
        who: &Asker,
        id: ContactId,
        before: Option<u32>,
    ) -> Result<Vec<HistoryView>, Refused> {
        let Asker::Account(account) = who else {
            return Err(wish("patients' mail is for the office alone"));
        };
        if policy::sight(account) != Sight::Whole {
            return Err(wish("patients' mail is for the office alone"));
        }
        if self.store.get(&Contact::at(id)).await?.is_none() {
            return Err(nobody(id));
        }
        let folder = folders::view(&self.store, account.id, id);
        let most = (before, MAX_HISTORY);
        let rows = self.store.latest_rows(folder, None, most).await?;
        let views = rows.iter().map(|row| HistoryView {
            uid: row.uid,
            message: row.message,
            filed: row.filed,
            seen: row.flags.system.contains(System::SEEN),
        });
        Ok(views.collect())
    }

    /// How much the asker sees. An operator who sees all is on record before.
    async fn sight(&self, who: &Asker, object: &str) -> Result<Sight, Refused> {
        match who {
            Asker::Operator { addresses } => {
                self.disclose(object, *addresses).await?;
                Ok(if *addresses {
                    Sight::Whole
                } else {
                    Sight::Masked
                })
            }
            Asker::Account(account) => match policy::sight(account) {
                Sight::Nothing => Err(wish("this account is switched off")),
                sight => Ok(sight),
            },
        }
    }

    async fn searches_blindly(&self, who: &Asker) -> Result<(), Refused> {
        if let Asker::Account(_) = who {
            return Err(wish("people are looked for by staff and providers alone"));
        }
        let mut tx = Tx::new();
        let event = Event::new(self.actor, EventKind::Disclose, "contacts");
        tx.audit(event.noted("search"));
        self.store.commit(tx).await?;
        Ok(())
    }

    /// Whom the audit trail names, if the asker may change the directory.
    pub(super) fn keeper(&self, who: &Asker) -> Result<Actor, Refused> {
        if let Asker::Account(account) = who
            && !policy::may_keep_directory(account)
        {
            return Err(wish(
                "contacts are kept by staff and providers; ask one of them",
            ));
        }
        Ok(self.actor_of(who))
    }

    fn actor_of(&self, who: &Asker) -> Actor {
        match who {
            Asker::Operator { .. } => self.actor,
            Asker::Account(account) => Actor::Account(account.id),
        }
    }

    pub(super) async fn contact_rules(&self, who: &Asker) -> Result<Rules, Refused> {
        let settings = self.settings.current();
        let now = self.store.clock().now();
        let accounts = accounts::list(&self.store).await?;
        Ok(Rules {
            today: now.to_zoned(settings.office.zone.clone()).date(),
            providers: callable(&accounts),
            theirs: match who {
                Asker::Operator { .. } => HashSet::new(),
                Asker::Account(account) => theirs(account, &accounts, &settings.rules),
            },
            required: settings.directory.required.clone(),
            domains: settings.domains.clone(),
        })
    }

    /// The addresses of all accounts: who is not a provider any more may still
    /// be named in a record.
    pub(super) async fn provider_names(&self) -> Result<HashMap<AccountId, String>, Refused> {
        Ok(names(accounts::list(&self.store).await?))
    }

    /// Tells who looks at folders that those of these contacts are called
    /// otherwise now.
    pub(super) async fn rename_views(
        &self,
        tx: &mut Tx,
        contacts: &[ContactId],
    ) -> Result<(), Refused> {
        if contacts.is_empty() {
            return Ok(());
        }
        for account in accounts::list(&self.store).await? {
            folders::renamed(&self.store, tx, account.id, contacts).await?;
        }
        Ok(())
    }
}

/// The providers in office whose charts the account does not see, and whose patients it
/// therefore does not take from them.
fn theirs(account: &Account, all: &[Account], rules: &policy::Rules) -> HashSet<AccountId> {
    let others = all.iter().filter(|one| {
        one.role == Role::Provider
            && one.standing == Standing::Active
            && !policy::may_see_chart(account, Some(one), rules)
    });
    others.map(|one| one.id).collect()
}

/// The providers by what a record may call them: the address, or the name where
/// no two have it.
fn callable(accounts: &[Account]) -> HashMap<String, AccountId> {
    let providers = || accounts.iter().filter(|a| a.role == Role::Provider);
    let mut by_name: HashMap<String, Option<AccountId>> = HashMap::new();
    for one in providers() {
        let same = by_name.entry(contacts::name_key(one.shown()));
        same.and_modify(|known| *known = None)
            .or_insert(Some(one.id));
    }
    let named = by_name
        .into_iter()
        .filter_map(|(name, id)| Some((name, id?)));
    let addressed = providers().map(|a| (a.address.folded(), a.id));
    named.chain(addressed).collect()
}

fn names(accounts: Vec<Account>) -> HashMap<AccountId, String> {
    let named = |a: Account| (a.id, a.address.as_str().to_owned());
    accounts.into_iter().map(named).collect()
}

fn nobody(id: ContactId) -> Refused {
    because(
        Cause::Unknown,
        format!("there is no contact {id}; `sealpost contact list` shows who there is"),
    )
}
