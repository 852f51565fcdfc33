//! Contacts as a page keeps them: nothing is written over that somebody else
//! changed meanwhile, and who may be the same person is named before.

use crate::access::accounts;
use crate::contacts::{self, PlanError, PutError, Reason, SheetError, Verdict};
use crate::desk::contacts::view::{ContactView, ImportView, imported, view};
use crate::desk::contacts::{ATTEMPTS, Asker, Draft, Field, Wanted, nobody};
use crate::desk::{Desk, Refused, wish};
use crate::model::{Account, ContactId, Direction, MessageId, Recipient, Role, Standing, State};
use crate::policy::{self, Sight};
use crate::store::records::{Contact, Message};
use crate::store::{Error, Tx};
use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde::Serialize;

/// Messages in one piece of a history: each is opened for its subject.
const LETTERS: usize = 20;
/// Who is offered as head of a family: those of the same name or mailbox.
const HEADS: usize = 30;
/// Octets of a mark: two texts do not share one by chance.
const MARK: usize = 16;

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revised {
    /// The record is as it was written.
    Done(ContactId),
    /// Somebody else changed it since it was shown; nothing is written.
    Meanwhile,
}

/// A message to or from a contact, as a page lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterView {
    /// Its place in the folder; newer ones are larger.
    pub uid: u32,
    /// The message.
    pub message: MessageId,
    /// When it was sent or came.
    pub filed: Timestamp,
    /// Whether the account has read it.
    pub seen: bool,
    /// Whether it went to the contact, and did not come from there.
    pub sent: bool,
    /// Its subject; `None` if its content is gone.
    pub subject: Option<String>,
    /// What became of it for this contact, if it went there.
    pub state: Option<State>,
}

/// What an import would do, for a page: with names, and reasons that can be said
/// in any language.
#[derive(Debug)]
pub struct Planned {
    /// What it would do.
    pub view: ImportView,
    /// Line by line, in the same order.
    pub lines: Vec<PlannedLine>,
}

/// What a page says of a line besides what becomes of it.
#[derive(Debug)]
pub struct PlannedLine {
    /// What the contact will be listed as.
    pub name: Option<String>,
    /// Why the line is refused.
    pub reason: Option<Reason>,
    /// What of somebody known becomes another.
    pub fields: Vec<Field>,
}

/// What stands for a text: two that differ have different ones.
pub(super) fn mark(shown: &impl Serialize) -> String {
    let written = serde_json::to_vec(shown).unwrap_or_default();
    let digest = digest(&SHA256, &written);
    data_encoding::HEXLOWER.encode(digest.as_ref().get(..MARK).unwrap_or_default())
}

impl Desk {
    /// Changes a contact that was shown as `seen` ([`ContactView::mark`]).
    ///
    /// # Errors
    /// As [`Desk::put_contact`].
    pub async fn revise_contact(
        &self,
        who: &Asker,
        (id, seen): (ContactId, &str),
        draft: &Draft,
    ) -> Result<Revised, Refused> {
        let by = self.keeper(who)?;
        let rules = self.contact_rules(who).await?;
        let providers = self.provider_names().await?;
        for _ in 0..ATTEMPTS {
            let mut tx = Tx::new();
            let put = contacts::put(&self.store, &mut tx, Some(id), draft, (&rules, by)).await;
            let before = match &put {
                Ok(put) => put.before.clone(),
                // What is wrong may be so only against what somebody else wrote.
                Err(_) => self.store.get(&Contact::at(id)).await?,
            };
            let shown = before.map(|before| view(&before, Sight::Whole, &providers));
            if shown.is_some_and(|shown| shown.mark() != seen) {
                return Ok(Revised::Meanwhile);
            }
            let put = put.map_err(|error| refusal(error, id))?;
            if put.renamed {
                self.rename_views(&mut tx, &[put.contact.id]).await?;
            }
            if !put.changed || self.store.try_commit(tx).await?.is_some() {
                return Ok(Revised::Done(id));
            }
        }
        Err(Error::Conflict.into())
    }

    /// Who is in the directory already with the name and birthday, or an address,
    /// that this draft gives a new contact, or newly gives the one with this id.
    ///
    /// # Errors
    /// As [`Desk::put_contact`].
    pub async fn contacts_alike(
        &self,
        who: &Asker,
        id: Option<ContactId>,
        draft: &Draft,
    ) -> Result<Vec<ContactView>, Refused> {
        self.keeper(who)?;
        let rules = self.contact_rules(who).await?;
        let found = contacts::alike(&self.store, id, draft, &rules).await;
        let found = found.map_err(|error| match (error, id) {
            (PutError::Problems(problems), _) => Refused::Problems(problems),
            (PutError::Store(error), _) => Refused::Store(error),
            (PutError::Unknown, Some(id)) => nobody(id),
            (PutError::Unknown, None) => wish("there is no such contact"),
        })?;
        let providers = self.provider_names().await?;
        let view = |contact: &Contact| view(contact, Sight::Whole, &providers);
        Ok(found.iter().map(view).collect())
    }

    /// Who may be named as head of a contact's family: of the same last name or
    /// mailbox, and without a guarantor.
    ///
    /// # Errors
    /// As [`Desk::contacts`].
    pub async fn family_heads(
        &self,
        who: &Asker,
        contact: &ContactView,
    ) -> Result<Vec<ContactView>, Refused> {
        let mut found = Vec::new();
        let words = contact.last.iter().chain(&contact.emails);
        for words in words.chain(&contact.guarantor) {
            let list = match words.parse::<ContactId>() {
                Ok(id) => vec![self.contact(who, id).await?.contact],
                Err(_) => {
                    let wanted = Wanted {
                        words: words.clone(),
                        limit: HEADS,
                        ..Wanted::default()
                    };
                    self.contacts(who, wanted).await?.contacts
                }
            };
            for other in list {
                let known = found.iter().any(|one: &ContactView| one.id == other.id);
                if other.guarantor.is_none() && other.id != contact.id && !known {
                    found.push(other);
                }
            }
        }
        found.truncate(HEADS);
        Ok(found)
    }

    /// Whether an account may take the whole directory as a file.
    #[must_use]
    pub fn exports_contacts(&self, account: &Account) -> bool {
        policy::may_export_directory(account)
    }

    /// The providers in office: address, and name.
    ///
    /// # Errors
    /// The store's own.
    pub async fn providers(&self) -> Result<Vec<(String, String)>, Refused> {
        let accounts = accounts::list(&self.store).await?;
        let mut providers: Vec<(String, String)> = accounts
            .into_iter()
            .filter(|a| a.role == Role::Provider && a.standing == Standing::Active)
            .map(|a| (a.address.as_str().to_owned(), a.shown().to_owned()))
            .collect();
        providers.sort_by(|(_, one), (_, other)| one.cmp(other));
        Ok(providers)
    }

    /// Says what an import would do; nothing changes.
    ///
    /// # Errors
    /// [`SheetError`] inside if the file cannot be read; a [`Refused::Wish`] if the
    /// account may not.
    pub async fn plan_import(
        &self,
        who: &Asker,
        octets: &[u8],
    ) -> Result<Result<Planned, SheetError>, Refused> {
        self.keeper(who)?;
        let rules = self.contact_rules(who).await?;
        let plan = match contacts::plan(&self.store, octets, &rules).await {
            Ok(plan) => plan,
            Err(PlanError::Sheet(error)) => return Ok(Err(error)),
            Err(PlanError::Store(error)) => return Err(error.into()),
        };
        let names = plan.names();
        let lines = plan.lines.iter().map(|line| {
            let (name, reason) = match &line.verdict {
                Verdict::Add(id) | Verdict::Change(id) | Verdict::Same(id) => {
                    (names.get(id).cloned(), None)
                }
                Verdict::Refused(reason) => (None, Some(reason.clone())),
            };
            PlannedLine {
                name,
                reason,
                fields: line.fields.clone(),
            }
        });
        Ok(Ok(Planned {
            lines: lines.collect(),
            view: imported(&plan, false),
        }))
    }

    /// Brings in a file if it would do what was shown as `seen`
    /// ([`ImportView::mark`]); else nothing is done.
    ///
    /// # Errors
    /// As [`Desk::import_contacts`].
    pub async fn import_shown(
        &self,
        who: &Asker,
        octets: &[u8],
        seen: &str,
    ) -> Result<ImportView, Refused> {
        self.import(who, octets, |view| view.mark() == seen).await
    }

    /// The messages to and from a contact that the account may see, newest first,
    /// before the place `before` if given, at most twenty.
    ///
    /// # Errors
    /// As [`Desk::contact_history`].
    pub async fn contact_letters(
        &self,
        who: &Asker,
        id: ContactId,
        before: Option<u32>,
    ) -> Result<Vec<LetterView>, Refused> {
        let history = self.contact_history(who, id, before).await?;
        let mut letters = Vec::new();
        for row in history.into_iter().take(LETTERS) {
            // What was destroyed between the reads is simply not listed.
            let Some(message) = self.store.get(&Message::at(row.message)).await? else {
                continue;
            };
            let prefix: [&[u8]; 1] = [message.id.octets()];
            let most = message.recipients.into();
            let recipients = self.store.range::<Recipient>(&prefix, None, most).await?;
            let own = recipients.iter().find(|recipient| recipient.contact == id);
            letters.push(LetterView {
                uid: row.uid,
                message: row.message,
                filed: row.filed,
                seen: row.seen,
                sent: message.direction == Direction::Outgoing,
                subject: self.head(&message).await?.map(|head| head.subject),
                state: own.map(|recipient| recipient.state),
            });
        }
        Ok(letters)
    }
}

fn refusal(error: PutError, id: ContactId) -> Refused {
    match error {
        PutError::Unknown => nobody(id),
        PutError::Problems(problems) => Refused::Problems(problems),
        PutError::Store(error) => Refused::Store(error),
    }
}
