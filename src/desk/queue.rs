//! What waits to leave.

use crate::chart;
use crate::delivery;
use crate::desk::{Desk, Refused, wish};
use crate::model::{Address, Answer, Event, EventKind, JobId, Purpose};
use crate::queue::{self, Listed};
use crate::store::Tx;
use crate::store::records::Work;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many jobs one list shows at most: more is a relay that is down, and its
/// jobs are all alike.
const MAX_LISTED: usize = 1000;

/// A job as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// What it is for: `dispatch`, `notice`, `reminder`, `code`, `alert`,
    /// `report`, `clear`, `chart`, `webhook`.
    pub purpose: String,
    /// The message it belongs to.
    pub message: Option<String>,
    /// Whom it goes to, masked.
    pub recipient: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it is tried next; `None` if it was set aside and waits for
    /// `sealpost queue retry` or `drop`.
    pub due: Option<Timestamp>,
    /// Whether it is being worked on.
    pub in_hand: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// What the relay answered last.
    pub answer: Option<AnswerView>,
}

/// What the relay answered, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerView {
    /// When.
    pub at: Timestamp,
    /// The reply code; 0 where there was none.
    pub code: u16,
    /// Its words, or ours where it said none or nobody was asked; those that hold an address are
    /// left out unless addresses were asked for.
    pub text: String,
}

impl Desk {
    /// What is in the queue, the most urgent lane first.
    ///
    /// # Errors
    /// The store's own.
    pub async fn jobs(&self) -> Result<Vec<JobView>, Refused> {
        let listed = queue::list(&self.store, MAX_LISTED).await?;
        Ok(listed.iter().map(view).collect())
    }

    /// Makes a job due now.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such job or it is in hand.
    pub async fn retry_job(&self, id: JobId) -> Result<(), Refused> {
        let mut tx = Tx::new();
        queue::retry(&self.store, &mut tx, id)
            .await
            .map_err(refusal)?;
        tx.audit(Event::new(self.actor, EventKind::Queue, id).noted("retry"));
        self.store.commit(tx).await?;
        Ok(())
    }

    /// Gives a job up; whoever wrote the message is told, in the same commit.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such job or it is in hand.
    pub async fn drop_job(&self, id: JobId) -> Result<(), Refused> {
        let mut tx = Tx::new();
        let job = queue::drop(&self.store, &mut tx, id)
            .await
            .map_err(refusal)?;
        if matches!(job.work, Work::Dispatch(_)) {
            return Err(wish(
                "the routes of this message are still being chosen; try again when its notice is in the queue",
            ));
        }
        delivery::dropped(&self.store, &self.settings.current().office, &mut tx, &job).await?;
        chart::dropped(&mut tx, &job);
        tx.audit(Event::new(self.actor, EventKind::Queue, id).noted("drop"));
        self.store.commit(tx).await?;
        Ok(())
    }
}

fn refusal(refused: queue::Refused) -> Refused {
    match refused {
        queue::Refused::Store(error) => Refused::Store(error),
        other => wish(other.to_string()),
    }
}

fn view(listed: &Listed) -> JobView {
    let job = &listed.job;
    let (purpose, message, whom) = match &job.work {
        Work::Dispatch(message) => ("dispatch", Some(*message), None),
        Work::Tell { message, .. } | Work::Displayed { message, .. } => {
            ("report", Some(*message), None)
        }
        Work::Chart { message, .. } => ("chart", Some(*message), None),
        Work::Announce(news) => ("webhook", Some(news.message), None),
        Work::Deliver(parcel) => {
            let (purpose, message) = match parcel.purpose {
                Purpose::Notice { message, .. } => ("notice", Some(message)),
                Purpose::Reminder { message, .. } => ("reminder", Some(message)),
                Purpose::Code { .. } => ("code", None),
                Purpose::Alert => ("alert", None),
                Purpose::Report { message } => ("report", Some(message)),
                Purpose::Clear { message, .. } => ("clear", Some(message)),
            };
            (purpose, message, Some(&parcel.recipient))
        }
    };
    JobView {
        id: job.id.to_string(),
        purpose: purpose.to_owned(),
        message: message.map(|id| id.to_string()),
        recipient: whom.map(Address::masked),
        created: job.created,
        due: Some(listed.due).filter(|due| *due != queue::ASIDE),
        in_hand: listed.leased,
        attempts: job.attempts,
        answer: job.answer.as_ref().map(|answer| match job.work {
            // The words are ours.
            Work::Chart { .. } | Work::Announce(_) => answer_view(answer),
            _ => masked_answer(answer, whom),
        }),
    }
}

/// A relay's answer, whole.
pub(super) fn answer_view(answer: &Answer) -> AnswerView {
    AnswerView {
        at: answer.at,
        code: answer.code,
        text: answer.text.clone(),
    }
}

/// A relay's answer without the words that may name `whom`: those with an `@`,
/// and those that hold the local part, since relays write "user jane unknown"
/// too. Where nobody knows any more who it was, only its number is left.
pub(super) fn masked_answer(answer: &Answer, whom: Option<&Address>) -> AnswerView {
    let local = whom.map(|whom| whom.local().to_lowercase());
    let shown = |word: &&str| match &local {
        Some(local) => !word.contains('@') && !names(word, local),
        None => word.bytes().all(|b| b.is_ascii_digit() || b == b'.'),
    };
    let words = answer.text.split(' ').filter(shown);
    AnswerView {
        text: words.collect::<Vec<_>>().join(" "),
        ..answer_view(answer)
    }
}

/// Whether a word holds a local part. One of a letter or two stands in many
/// words that mean something else, so there it must be the whole word.
fn names(word: &str, local: &str) -> bool {
    let word = word.to_lowercase();
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    bare == local || (local.len() > 2 && word.contains(local))
}

#[cfg(test)]
mod tests {
    use super::masked_answer;
    use crate::model::{Address, Answer};
    use jiff::Timestamp;

    #[test]
    fn a_relays_words_are_shown_without_the_patients_address() {
        let whom = Address::parse("Jane@example.com").unwrap();
        let short = Address::parse("e@example.com").unwrap();
        for (said, whom, shown) in [
            (
                "5.1.1 <jane@example.com>: Recipient address rejected",
                Some(&whom),
                "5.1.1 Recipient address rejected",
            ),
            (
                "5.1.1 User 'JANE' (jane/local) unknown",
                Some(&whom),
                "5.1.1 User unknown",
            ),
            (
                "5.1.1 user e unknown here",
                Some(&short),
                "5.1.1 user unknown here",
            ),
            ("5.1.1 user jane unknown", None, "5.1.1"),
        ] {
            let answer = Answer {
                at: Timestamp::UNIX_EPOCH,
                code: 550,
                text: said.into(),
            };
            assert_eq!(masked_answer(&answer, whom).text, shown);
        }
    }
}
