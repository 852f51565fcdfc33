//! What has become of messages, without what they say.

use crate::access::passcode::LOCK;
use crate::desk::queue::{AnswerView, answer_view, masked_answer};
use crate::desk::{Desk, Refused, wish};
use crate::model::{
    Address, Direction, Event, EventKind, Head, MessageId, Recipient, RecipientKind, Route, State,
};
use crate::store::records::{Grant, Message};
use crate::store::{Error, Record, Tx};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many messages one list shows at most: what a terminal's history holds.
pub const MAX_LISTED: usize = 1000;

/// A message as an administrator may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// Its id, and the reference its sender was given.
    pub id: String,
    /// Which way it travels.
    pub direction: Direction,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// Its size in octets.
    pub size: u64,
    /// Who wrote it, masked unless addresses were asked for; `None` once its
    /// content is destroyed.
    pub from: Option<String>,
    /// Whether it is protected.
    pub protected: bool,
    /// When its content was destroyed.
    pub purged: Option<Timestamp>,
    /// Its recipients.
    pub recipients: Vec<RecipientView>,
}

/// A recipient as an administrator may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientView {
    /// The place in the message.
    pub n: u16,
    /// The address, masked unless addresses were asked for; `None` once the
    /// content is destroyed.
    pub address: Option<String>,
    /// `to`, `cc` or `bcc`.
    pub kind: String,
    /// How the message reaches it, once decided.
    pub route: Option<Route>,
    /// What has become of it.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// What the relay answered last; addresses in it are left out unless they
    /// were asked for.
    pub answer: Option<AnswerView>,
    /// The rest of its story, on the portal route.
    pub portal: Option<PortalView>,
}

/// What is known of a recipient who reads in the portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalView {
    /// When the relay first took the notice.
    pub noticed: Option<Timestamp>,
    /// When the message can no longer be read.
    pub expires: Timestamp,
    /// When it was first shown.
    pub opened: Option<Timestamp>,
    /// When it was last answered.
    pub replied: Option<Timestamp>,
    /// When the office took it back.
    pub recalled: Option<Timestamp>,
    /// When the office last gave it more time.
    pub extended: Option<Timestamp>,
    /// When a reminder was put into the queue.
    pub reminded: Option<Timestamp>,
    /// Whether a hundred wrong codes have closed it.
    pub locked: bool,
}

impl Desk {
    /// The newest messages, the newest first, at most `limit`.
    ///
    /// # Errors
    /// The store's own.
    pub async fn messages(
        &self,
        limit: usize,
        addresses: bool,
    ) -> Result<Vec<MessageView>, Refused> {
        self.disclose("messages", addresses).await?;
        let limit = limit.min(MAX_LISTED);
        let (mut views, mut before) = (Vec::new(), None);
        while views.len() < limit {
            let page = limit - views.len();
            let page: Vec<Message> = self.store.range_back(&[], before.as_ref(), page).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.key());
            // What a mail program keeps in a folder travels nowhere.
            let travels = |message: &Message| message.direction != Direction::Stored;
            for message in page.into_iter().filter(travels) {
                views.push(self.view(message, addresses).await?);
            }
        }
        Ok(views)
    }

    /// One message.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is none with this id.
    pub async fn message(&self, id: MessageId, addresses: bool) -> Result<MessageView, Refused> {
        let message = self.known(id).await?;
        self.disclose(&id.to_string(), addresses).await?;
        self.view(message, addresses).await
    }

    /// The message with this id.
    pub(super) async fn known(&self, id: MessageId) -> Result<Message, Refused> {
        let message = self.store.get(&Message::at(id)).await?;
        message.ok_or_else(|| {
            wish(format!(
                "there is no message {id}; `sealpost message list` shows what there is"
            ))
        })
    }

    /// Who looks at addresses is on record before they see one.
    pub(super) async fn disclose(&self, object: &str, addresses: bool) -> Result<(), Refused> {
        if addresses {
            let mut tx = Tx::new();
            tx.audit(Event::new(self.actor, EventKind::Disclose, object));
            self.store.commit(tx).await?;
        }
        Ok(())
    }

    async fn view(&self, message: Message, addresses: bool) -> Result<MessageView, Refused> {
        let head = self.head(&message).await?;
        let named = |address: &Address| match addresses {
            true => address.as_str().to_owned(),
            false => address.masked(),
        };
        let mut recipients = Vec::new();
        let prefix: [&[u8]; 1] = [message.id.octets()];
        for recipient in self
            .store
            .range::<Recipient>(&prefix, None, message.recipients.into())
            .await?
        {
            let envelope = head
                .as_ref()
                .and_then(|h| h.envelope.get(usize::from(recipient.n)));
            recipients.push(RecipientView {
                n: recipient.n,
                address: envelope.map(named),
                kind: kind(recipient.kind).to_owned(),
                route: recipient.route,
                state: recipient.state,
                since: recipient.since,
                answer: recipient.answer.as_ref().map(|answer| match addresses {
                    true => answer_view(answer),
                    false => masked_answer(answer, envelope),
                }),
                portal: self.portal(&recipient).await?,
            });
        }
        Ok(MessageView {
            id: message.id.to_string(),
            direction: message.direction,
            accepted: message.accepted,
            size: message.size,
            from: head.and_then(|h| h.from).map(|from| named(&from.address)),
            protected: message.protected,
            purged: message.purged,
            recipients,
        })
    }

    /// The message's head; `None` if its content is gone or cannot be opened:
    /// the list must not break on one bad message.
    pub(super) async fn head(&self, message: &Message) -> Result<Option<Head>, Error> {
        let content = match self.store.open_content(message.content).await {
            Ok(content) => content,
            Err(error @ Error::Io(_)) => return Err(error),
            Err(_) => None,
        };
        Ok(content.and_then(|content| content.open_head(&message.head).ok()))
    }

    pub(super) async fn portal(&self, recipient: &Recipient) -> Result<Option<PortalView>, Error> {
        let Some(grant) = recipient.grant else {
            return Ok(None);
        };
        let grant = self.store.get(&Grant::at(grant)).await?;
        Ok(grant.map(|grant| PortalView {
            noticed: grant.noticed,
            expires: grant.expires,
            opened: grant.opened,
            replied: grant.replied,
            recalled: grant.recalled,
            extended: grant.extended,
            reminded: grant.reminded,
            locked: grant.failures >= LOCK,
        }))
    }
}

const fn kind(kind: RecipientKind) -> &'static str {
    match kind {
        RecipientKind::To => "to",
        RecipientKind::Cc => "cc",
        RecipientKind::Bcc => "bcc",
    }
}

#[cfg(test)]
mod tests {
    use crate::desk::Desk;
    use crate::desk::tests::{address, desk};
    use crate::model::{Answer, Direction, EventKind, Head, Mailbox, MessageId, Recipient, State};
    use crate::store::records::Message;
    use crate::store::{Store, Tx, samples};
    use jiff::SignedDuration;

    /// A message with a subject and a file name that nobody here may see.
    async fn keep(store: &Store) -> MessageId {
        let now = store.clock().now();
        let mut content = store.write_content();
        content
            .write(b"Subject: canary-subject\r\n\r\ncanary-text\r\n")
            .await
            .unwrap();
        let content = content.finish().await.unwrap();
        let head = Head {
            subject: "canary-subject".into(),
            from: Some(Mailbox {
                name: None,
                address: address("ruiz@clinic.example"),
            }),
            envelope: vec![address("jane@example.com")],
            ..Head::default()
        };
        let mut tx = Tx::new();
        let message = samples::message(now, &content, &head);
        tx.put(&message);
        let grant = samples::grant(store, message.id, &address("jane@example.com"));
        let recipient = samples::recipient(&grant, State::NoticeAccepted);
        tx.put(&Recipient {
            grant: None,
            answer: Some(Answer {
                at: now,
                code: 450,
                text: "4.2.0 <jane@example.com>: greylisted".into(),
            }),
            ..recipient
        });
        tx.attach(content);
        store.commit(tx).await.unwrap();
        message.id
    }

    async fn disclosures(desk: &Desk) -> usize {
        let events = desk.store.audit_events(0, 100).await.unwrap();
        events
            .iter()
            .filter(|e| e.event.kind == EventKind::Disclose)
            .count()
    }

    #[tokio::test]
    async fn a_message_is_shown_without_what_it_says_or_to_whom() {
        let (_folder, desk, _) = desk();
        let id = keep(&desk.store).await;
        for view in [
            desk.messages(10, false).await.unwrap().remove(0),
            desk.message(id, false).await.unwrap(),
        ] {
            let shown = serde_json::to_string(&view).unwrap();
            assert!(
                !shown.contains("canary") && !shown.contains("jane"),
                "{shown}"
            );
            assert_eq!(view.from.as_deref(), Some("r•••@clinic.example"));
            assert_eq!(
                view.recipients[0].address.as_deref(),
                Some("j•••@example.com")
            );
            assert_eq!(view.recipients[0].state, State::NoticeAccepted);
            let answer = view.recipients[0].answer.as_ref().unwrap();
            assert_eq!(answer.text, "4.2.0 greylisted");
        }
        assert_eq!(disclosures(&desk).await, 0);
    }

    #[tokio::test]
    async fn who_asks_for_addresses_is_in_the_audit_trail() {
        let (_folder, desk, _) = desk();
        let id = keep(&desk.store).await;
        let shown = desk.message(id, true).await.unwrap();
        assert_eq!(
            shown.recipients[0].address.as_deref(),
            Some("jane@example.com")
        );
        let answer = shown.recipients[0].answer.as_ref().unwrap();
        assert_eq!(answer.text, "4.2.0 <jane@example.com>: greylisted");
        assert_eq!(disclosures(&desk).await, 1);
        desk.messages(10, true).await.unwrap();
        assert_eq!(disclosures(&desk).await, 2);
    }

    #[tokio::test]
    async fn what_a_mail_program_keeps_in_a_folder_is_not_among_the_messages() {
        let (_folder, desk, hand) = desk();
        let mut travelling = Vec::new();
        for n in 0..6 {
            hand.advance(SignedDuration::from_secs(1));
            let id = keep(&desk.store).await;
            if n % 2 == 0 {
                travelling.push(id.to_string());
                continue;
            }
            let held = desk.store.hold(&Message::at(id)).await.unwrap().unwrap();
            let mut draft = held.record.clone();
            draft.direction = Direction::Stored;
            let mut tx = Tx::new();
            tx.replace(&held, &draft);
            desk.store.commit(tx).await.unwrap();
            assert!(desk.case(id, None).await.is_err(), "nothing to recall");
        }
        travelling.reverse();
        for limit in 0..5 {
            let views = desk.messages(limit, false).await.unwrap();
            let ids: Vec<String> = views.into_iter().map(|view| view.id).collect();
            assert_eq!(ids, travelling[..limit.min(3)]);
        }
    }
}
