//! Tells the sender that a mail failed or is late, and, where that was asked,
//! that it went well or was read. The report itself is filed
//! in the account's mailbox in the store and may name the recipient; what
//! leaves by the relay holds a time and a reference, and nothing else.

use crate::folders::{self, Post};
use crate::mime::letter;
use crate::mime::memo::{Memo, memo};
use crate::mime::receipt::{Receipt, receipt};
use crate::mime::report::{
    About, Event, OutsideReport, Reason, Report, Success, outside_report, report,
};
use crate::model::parcel::Body;
use crate::model::{
    Account, Address, Answer, Arg, Lane, MessageId, Notify, Parcel, Purpose, Recipient, Route,
};
use crate::queue::{self, schedule};
use crate::store::records::{Grant, Message, Work};
use crate::store::{ContentReader, Error, Store, Tx};
use crate::texts::{dates, say};
use jiff::Timestamp;

/// Longest header of an original that a report returns: acceptance takes no
/// longer one.
const MAX_HEADER: usize = 256 * 1024;

/// Who reports, and how.
pub use crate::model::Office;

/// What a report is about.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The message.
    pub message: MessageId,
    /// The recipient's place in it.
    pub n: u16,
    /// The recipient.
    pub recipient: &'a Address,
    /// What the relay answered last.
    pub answer: Option<&'a Answer>,
    /// What has happened.
    pub news: News,
}

/// What has happened to a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It failed for good.
    Failed(Reason),
    /// It is late; it was given to the queue at this time.
    Late(Timestamp),
    /// It went well, this far.
    Done(Success),
}

/// Puts into the caller's commit the report that a recipient was reached, by
/// the way that was chosen for it. There is none once the message is destroyed.
///
/// # Errors
/// Whatever the store reports.
pub async fn success(
    store: &Store,
    office: &Office,
    tx: &mut Tx,
    (message, n): (MessageId, u16),
) -> Result<(), Error> {
    let recipient = store.get(&Recipient::at(message, n)).await?;
    let record = store.get(&Message::at(message)).await?;
    let (Some(recipient), Some(record)) = (recipient, record) else {
        return Ok(());
    };
    let done = match recipient.route {
        Some(Route::Local) => Success::Delivered,
        Some(Route::Portal) => Success::Noticed,
        Some(Route::Clear) => Success::Relayed,
        None => return Ok(()),
    };
    let Some(content) = store.open_content(record.content).await? else {
        return Ok(());
    };
    let head = content.open_head(&record.head)?;
    let Some(address) = head.envelope.get(usize::from(n)) else {
        return Ok(());
    };
    let case = Case {
        message,
        n,
        recipient: address,
        answer: recipient.answer.as_ref(),
        news: News::Done(done),
    };
    file(store, office, tx, &case).await
}

/// Puts into the caller's commit the report that a recipient has opened the
/// message (RFC 8098). It lies in the writer's mailbox here and is announced to
/// nobody: that somebody reads is for nobody outside.
///
/// # Errors
/// Whatever the store reports.
pub async fn displayed(
    store: &Store,
    office: &Office,
    tx: &mut Tx,
    (message, n): (MessageId, u16),
) -> Result<(), Error> {
    let Some(message) = store.get(&Message::at(message)).await? else {
        return Ok(());
    };
    let recipient = store.get(&Recipient::at(message.id, n)).await?;
    let Some((recipient, id)) = recipient.and_then(|r| r.grant.map(|grant| (r, grant))) else {
        return Ok(());
    };
    let grant = store.get(&Grant::at(id)).await?;
    let opened = grant.and_then(|grant| Some((grant.opened?, grant.address)));
    let (Some((opened, reader)), Some(told)) = (opened, told(store, office, &message).await?)
    else {
        return Ok(());
    };
    let original = original(store, &message).await?;
    let mail = receipt(&Receipt {
        head: told.head(&told.message_id("")),
        language: office.language,
        host: &office.hostname,
        original: &original,
        reader: &reader,
        orcpt: recipient.original.as_deref(),
        opened: &dates::moment(office.language, opened, &office.zone),
    });
    told.keep(store, tx, &message, mail).await
}

/// Puts into the caller's commit a letter to the writer: nobody has read the
/// message, its time is over, and what can be done. Whoever asked never to hear of
/// a recipient (RFC 3461 §4.1) does not hear this either.
///
/// # Errors
/// Whatever the store reports.
pub async fn unread(
    store: &Store,
    office: &Office,
    tx: &mut Tx,
    (grant, recipient): (&Grant, &Recipient),
) -> Result<(), Error> {
    let message = store.get(&Message::at(grant.message)).await?;
    let wanted = recipient.notify != Notify::Never;
    let Some(message) = message.filter(|_| wanted) else {
        return Ok(());
    };
    let Some(told) = told(store, office, &message).await? else {
        return Ok(());
    };
    let (language, zone) = (office.language, &office.zone);
    let text = |text: &str| Arg::Text(text.to_owned());
    let args = [
        ("recipient", text(grant.address.as_str())),
        (
            "accepted",
            text(&dates::moment(language, message.accepted, zone)),
        ),
        ("ended", text(&dates::moment(language, grant.expires, zone))),
        ("reference", text(&message.id.to_string())),
    ];
    let paragraphs = ["unread-said", "unread-then"].map(|name| say(language, name, &args));
    let mail = memo(&Memo {
        head: told.head(&told.message_id("")),
        language,
        subject: &say(language, "unread-subject", &[]),
        paragraphs: &paragraphs,
    });
    told.keep(store, tx, &message, mail).await
}

/// Puts the report into the caller's commit, unless the sender asked not to
/// hear (RFC 3461 §4.1).
///
/// # Errors
/// Whatever the store reports.
pub async fn file(
    store: &Store,
    office: &Office,
    tx: &mut Tx,
    case: &Case<'_>,
) -> Result<(), Error> {
    let Some(message) = store.get(&Message::at(case.message)).await? else {
        return Ok(());
    };
    let recipient = store.get(&Recipient::at(case.message, case.n)).await?;
    let (Some(recipient), Some(told)) = (recipient, told(store, office, &message).await?) else {
        return Ok(());
    };
    let wanted = match case.news {
        News::Failed(_) => recipient.notify.failure(),
        News::Late(_) => recipient.notify.delay(),
        News::Done(_) => recipient.notify.success(),
    };
    if !wanted {
        return Ok(());
    }
    let original = original(store, &message).await?;
    let mail = told.inside(case, &message, &recipient, &original);
    told.keep(store, tx, &message, mail).await?;
    told.announce(tx, case, &message);
    Ok(())
}

/// A report that is being written.
struct Told<'a> {
    office: &'a Office,
    id: MessageId,
    now: Timestamp,
    account: Account,
}

/// A report to who sent a message; none to an account that is no more.
async fn told<'a>(
    store: &Store,
    office: &'a Office,
    message: &Message,
) -> Result<Option<Told<'a>>, Error> {
    let Some(sender) = message.account else {
        return Ok(None);
    };
    let account = store.get(&Account::at(sender)).await?;
    let now = store.clock().now();
    Ok(account.map(|account| Told {
        office,
        id: MessageId::new(now),
        now,
        account,
    }))
}

impl Told<'_> {
    /// Until when we go on trying, written out.
    fn until(&self, news: News) -> String {
        let Office { language, zone, .. } = self.office;
        let until = match news {
            News::Failed(_) | News::Done(_) => self.now,
            News::Late(queued) => {
                let end = queued.saturating_add(schedule::GIVE_UP_AFTER);
                end.unwrap_or(Timestamp::MAX)
            }
        };
        dates::moment(*language, until, zone)
    }

    fn message_id(&self, kind: &str) -> String {
        format!("{kind}{}@{}", self.id, self.office.hostname)
    }

    fn head<'a>(&'a self, message_id: &'a str) -> letter::Head<'a> {
        letter::Head {
            from: &self.office.from,
            to: &self.account.address,
            reply_to: None,
            message_id,
            date: self.now,
        }
    }

    fn inside(
        &self,
        case: &Case<'_>,
        message: &Message,
        recipient: &Recipient,
        original: &[u8],
    ) -> Vec<u8> {
        report(&Report {
            head: self.head(&self.message_id("")),
            language: self.office.language,
            host: &self.office.hostname,
            accepted: message.accepted,
            original,
            envid: message.envid.as_deref(),
            about: About {
                recipient: case.recipient,
                original: recipient.original.as_deref(),
                event: event(case.news, &self.until(case.news)),
                answer: case.answer,
            },
        })
    }

    /// Files the report in the account's INBOX, in the conversation it is about.
    async fn keep(
        &self,
        store: &Store,
        tx: &mut Tx,
        about: &Message,
        mail: Vec<u8>,
    ) -> Result<(), Error> {
        let post = Post {
            id: self.id,
            account: &self.account,
            message_id: &self.message_id(""),
            mail: &mail,
            thread: about.thread,
            protected: about.protected,
        };
        folders::post(store, tx, self.office, &post).await
    }

    /// Queues the mail that says that there is a report, to the sender's own
    /// address, with the null sender (RFC 3464 §2).
    fn announce(&self, tx: &mut Tx, case: &Case<'_>, message: &Message) {
        let Office { language, zone, .. } = self.office;
        let mail = outside_report(&OutsideReport {
            head: self.head(&self.message_id("r-")),
            language: *language,
            accepted: &dates::moment(*language, message.accepted, zone),
            reference: &message.id.to_string(),
            event: event(case.news, ""),
        });
        let parcel = Parcel {
            sender: None,
            recipient: self.account.address.clone(),
            purpose: Purpose::Report {
                message: message.id,
            },
            body: Body::Here(mail),
        };
        queue::push(tx, self.now, Lane::Report, Work::Deliver(parcel));
    }
}

fn event(news: News, until: &str) -> Event<'_> {
    match news {
        News::Failed(reason) => Event::Failed(reason),
        News::Late(_) => Event::Delayed(until),
        News::Done(success) => Event::Done(success),
    }
}

/// The original's header with its empty line; nothing if the content is gone, or
/// is damaged: a report without it is better than none.
async fn original(store: &Store, message: &Message) -> Result<Vec<u8>, Error> {
    let read = async || match store.open_content(message.content).await? {
        Some(content) => read_header(&content).await,
        None => Ok(Vec::new()),
    };
    match read().await {
        Err(Error::Damaged(_) | Error::Newer | Error::Sealed) => Ok(Vec::new()),
        read => read,
    }
}

async fn read_header(content: &ContentReader) -> Result<Vec<u8>, Error> {
    let mut octets = Vec::new();
    while octets.len() < MAX_HEADER {
        let more = content.read(octets.len() as u64, MAX_HEADER).await?;
        if more.is_empty() {
            break;
        }
        octets.extend_from_slice(&more);
        if let Some(end) = header_end(&octets) {
            octets.truncate(end);
            return Ok(octets);
        }
    }
    // No header end: nothing that may be shown as a header.
    Ok(Vec::new())
}

/// Where the body begins.
fn header_end(mail: &[u8]) -> Option<usize> {
    let end = mail.windows(4).position(|four| four == b"\r\n\r\n");
    end.map(|place| place + 4)
}
