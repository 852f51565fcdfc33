//! A message that somebody of the office writes on a page. It goes the way that
//! every message goes ([`Outbound`]), so every rule is the same: whose name it may
//! bear, who must release it, what the clinic asks for.

use crate::desk::office::{Kepts, Pen, Unsent, Viewer, Words};
use crate::desk::{Desk, Refused};
use crate::mime::write::{self, ReplyMail};
use crate::mime::{is_readable, one_line};
use crate::model::parcel::Wanted;
use crate::model::{
    Address, Arg, ContactId, Envelope, Mailbox, MessageId, Notify, Reply, Role, Token,
};
use crate::outbound::Outbound;
use crate::release;
use crate::store::records::Contact;
use crate::upload::{Fault, Files, LONGEST_TEXT, Limits, Said};
use jiff::civil::Date;
use std::net::IpAddr;

/// Longest subject, in characters: no list shows more.
pub const LONGEST_SUBJECT: usize = 200;
/// Before a subject that is answered (RFC 5322 §3.6.5), in every language.
const RE: &str = "Re: ";

/// What the page holds on which somebody writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blank {
    /// To whom it can go: whom it is for, and who reads at the same mailbox.
    pub people: Vec<Person>,
    /// Whose names it may bear.
    pub authors: Vec<Author>,
    /// The files of these people.
    pub files: Kepts,
    /// The subject, of an answer.
    pub subject: String,
    /// With what words the draft came back that is sent again.
    pub words: Option<Words>,
}

/// Somebody to whom a message can go, at one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: ContactId,
    /// The address.
    pub address: String,
    /// What the directory calls them.
    pub name: Option<String>,
    /// Their date of birth.
    pub born: Option<Date>,
    /// Whether it is chosen to begin with.
    pub meant: bool,
}

/// Somebody whose name a message may bear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The address.
    pub address: String,
    /// The name, else the address.
    pub shown: String,
    /// Whether it goes at once, and waits for nobody's release.
    pub at_once: bool,
    /// Whether it is chosen to begin with.
    pub meant: bool,
}

/// What somebody wrote, before its files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The address of whose name it bears.
    pub from: String,
    /// A [`Person::key`].
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The [`Place::key`](super::Place::key) of every file that was ticked.
    pub picked: Vec<String>,
    /// What it answers.
    pub answers: Option<MessageId>,
    /// The draft that came back and whose place it takes.
    pub draft: Option<MessageId>,
    /// A value of the form's own: what says the same under the same value is one
    /// message, however often it is sent.
    pub once: String,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its id.
    pub message: MessageId,
    /// Whether it waits for a release.
    pub held: bool,
}

impl Wish {
    fn said(&self) -> Said {
        let mut said = Said::new();
        if self.once.is_empty() {
            said.piece(Token::new().expose().as_bytes());
        }
        let typed = [&self.once, &self.from, &self.to, &self.subject, &self.text];
        for typed in typed {
            said.piece(typed.as_bytes());
        }
        self.picked
            .iter()
            .for_each(|key| said.piece(key.as_bytes()));
        said
    }
}

impl Person {
    /// What a form says for them.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{} {}", self.id, self.address)
    }
}

impl Desk {
    /// What is needed to write to a contact; `None` if there is no such contact with
    /// an address, or the viewer writes to nobody.
    ///
    /// # Errors
    /// The store's own.
    pub async fn blank(
        &self,
        viewer: &Viewer<'_>,
        id: ContactId,
    ) -> Result<Option<Blank>, Refused> {
        if viewer.account.role == Role::Admin {
            return Ok(None);
        }
        let Some(contact) = self.store.get(&Contact::at(id)).await? else {
            return Ok(None);
        };
        let mut people = Vec::new();
        for address in &contact.addresses {
            people.extend(self.people(address, Some(id)).await?);
        }
        // Of several addresses the usual one.
        let mut first = true;
        for person in people.iter_mut().filter(|person| person.meant) {
            person.meant = std::mem::take(&mut first);
        }
        if people.is_empty() {
            return Ok(None);
        }
        let authors = self.authors(viewer.account, &[contact.provider]).await?;
        let files = self.kept(viewer, &people, None).await?;
        Ok(Some(Blank {
            people,
            authors,
            files,
            subject: String::new(),
            words: None,
        }))
    }

    /// What is needed to answer a message; `None` if it is none that came in and
    /// that the viewer's mailbox shows, or nobody is known who wrote it.
    ///
    /// # Errors
    /// The store's own.
    pub async fn blank_answer(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Option<Blank>, Refused> {
        let Some(opened) = self.answerable(viewer, id).await? else {
            return Ok(None);
        };
        let people = self.writers(&opened).await?;
        if people.is_empty() {
            return Ok(None);
        }
        // Who was written to answers; else the patient's own provider.
        let mut wanted = vec![self.written_to(&opened).await?];
        for person in people.iter().filter(|person| person.meant) {
            let contact = self.store.get(&Contact::at(person.id)).await?;
            wanted.push(contact.and_then(|contact| contact.provider));
        }
        let authors = self.authors(viewer.account, &wanted).await?;
        let files = self.kept(viewer, &people, Some(id)).await?;
        Ok(Some(Blank {
            people,
            authors,
            files,
            subject: subject(&opened.head.subject),
            words: None,
        }))
    }

    /// How large files may be, and of which kinds.
    #[must_use]
    pub fn uploads(&self) -> Limits {
        self.settings.current().uploads.clone()
    }

    /// Begins a message: its head and its text, then the files that were ticked. Who
    /// is at `ip` goes into the audit trail as a network alone.
    ///
    /// # Errors
    /// [`Unsent`].
    pub async fn begin_letter(
        &self,
        viewer: &Viewer<'_>,
        (outbound, ip): (&Outbound, IpAddr),
        wish: &Wish,
    ) -> Result<Pen, Unsent> {
        let subject = one_line(&wish.subject);
        worded(&subject, &wish.text)?;
        let from = self.author(viewer.account, &wish.from).await?;
        let (contact, address) = self.addressee_of(&wish.to).await?;
        let earlier = self.earlier(viewer, wish).await?;
        let sender = outbound.sender(viewer.account.clone(), ip);
        let begun = outbound.mail(&sender, Some(&from.address)).await;
        begun.map_err(Unsent::Reply)?;
        let intake = outbound
            .begin(sender, envelope(&from, &address))
            .map_err(Unsent::Reply)?;
        let id = intake.message_id();
        let mail = ReplyMail {
            from: &from,
            to: &[Mailbox {
                name: contact.full_name(),
                address,
            }],
            subject: &subject,
            in_reply_to: earlier.in_reply_to.as_deref(),
            references: &earlier.references,
            message_id: &id,
            date: self.store.clock().now(),
            text: &wish.text,
        };
        let (writing, octets) = write::reply(&mail);
        let mut pen = Pen {
            intake: intake.meant_for(contact.id),
            writing,
            files: Files::new(self.uploads()),
            answers: earlier.answers,
            draft: wish.draft,
            said: wish.said(),
        };
        pen.files.count(wish.text.len());
        pen.put(&octets).await?;
        for picked in &wish.picked {
            self.pick(viewer, &mut pen, picked).await?;
        }
        Ok(pen)
    }

    /// The thread of a message: that of what it answers. A draft that came back stays in
    /// its own, where what is protected remains so.
    async fn earlier(&self, viewer: &Viewer<'_>, wish: &Wish) -> Result<Earlier, Unsent> {
        if let Some(id) = wish.answers {
            let answered = self.answerable(viewer, id).await?.ok_or(Unsent::Unseen)?;
            return Ok(Earlier {
                answers: Some(id),
                in_reply_to: Some(answered.head.message_id),
                references: answered.head.references,
            });
        }
        let back = match wish.draft {
            Some(id) => self.own_draft(viewer, id).await?,
            None => None,
        };
        let Some(back) = back else {
            return Ok(Earlier::default());
        };
        let answers = self.answered_by(viewer, &back.head).await?;
        let mut references = back.head.references;
        Ok(Earlier {
            answers,
            in_reply_to: references.pop(),
            references,
        })
    }

    /// Sends the message; durable when it returns. What it answers is marked so.
    ///
    /// # Errors
    /// [`Unsent`].
    pub async fn post_letter(&self, viewer: &Viewer<'_>, pen: Pen) -> Result<Posted, Unsent> {
        let Pen {
            mut intake,
            writing,
            files,
            answers,
            draft,
            said,
        } = pen;
        if files.is_within() {
            return Err(Fault::Order.into());
        }
        intake.once(said.end());
        intake.write(&writing.end()).await.map_err(Unsent::Reply)?;
        let reply = intake.finish().await.map_err(Unsent::Reply)?;
        let posted = posted(&reply).ok_or(Refused::Wish("a reply names no message".into()))?;
        // While an answer waits for its release, what it answers is still to be done.
        if let Some(id) = answers.filter(|_| !posted.held)
            && let Err(error) =
                release::mark_answered(&self.store, id, Some(viewer.account.id)).await
        {
            // The answer is safe; only the mark on what it answers is missing.
            tracing::warn!(event = "office.unmarked", id = %id, reason = %error, "An answer was taken, but what it answers could not be marked.");
        }
        if let Some(id) = draft
            && let Err(error) = self.put_away(viewer, id).await
        {
            tracing::warn!(event = "office.undrafted", id = %id, reason = %error, "A draft was sent again, but could not be moved to Trash.");
        }
        Ok(posted)
    }
}

/// What came before a message that is written.
#[derive(Default)]
struct Earlier {
    /// What it answers, if it is to be marked so.
    answers: Option<MessageId>,
    in_reply_to: Option<String>,
    references: Vec<String>,
}

fn envelope(from: &Mailbox, to: &Address) -> Envelope {
    Envelope {
        sender: Some(from.address.clone()),
        recipients: vec![Wanted {
            address: to.clone(),
            notify: Notify::default(),
            original: None,
        }],
        announced: None,
        international: !to.as_str().is_ascii(),
        ret: None,
        envid: None,
    }
}

/// Whether subject and text are there and not too long (WM5).
fn worded(subject: &str, text: &str) -> Result<(), Unsent> {
    if !is_readable(subject) {
        return Err(Unsent::NoSubject);
    }
    if subject.chars().count() > LONGEST_SUBJECT {
        return Err(Unsent::LongSubject);
    }
    if !is_readable(text) {
        return Err(Unsent::NoText);
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(Unsent::LongText);
    }
    Ok(())
}

fn posted(reply: &Reply) -> Option<Posted> {
    let reference = reply.args.iter().find(|(name, _)| *name == "reference");
    let Some((_, Arg::Text(id))) = reference else {
        return None;
    };
    Some(Posted {
        message: id.parse().ok()?,
        held: reply.text == "held",
    })
}

fn subject(answered: &str) -> String {
    let is_answer = answered
        .get(..RE.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(RE));
    if is_answer {
        answered.to_owned()
    } else {
        format!("{RE}{answered}")
    }
}
