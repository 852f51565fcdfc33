//! What writer and provider read about a held message, in their own mailboxes:
//! who, which reference, what to do; to its writer also the subject. The rest of what
//! it says, and to whom, lies beside it in the same mailbox.

use crate::folders::{self, Post};
use crate::mime::letter::Head;
use crate::mime::memo::{Memo, memo};
use crate::mime::one_line;
use crate::model::{Account, AccountId, Arg, MessageId, Office};
use crate::release::Settings;
use crate::store::records::{Hold, Message, ThreadId};
use crate::store::{Error, Store, Tx};
use crate::texts::{dates, say};

/// A letter: the names of its sentences, and what goes into them.
struct Letter<'a> {
    subject: &'static str,
    /// Sentences of the catalogue.
    said: &'a [&'static str],
    /// A paragraph that is nobody's but the writer's.
    own: Option<&'a str>,
    /// The sentences after it.
    after: &'a [&'static str],
    args: &'a [(&'static str, Arg)],
}

/// To the provider: something waits.
pub(super) async fn waits(
    store: &Store,
    tx: &mut Tx,
    settings: &Settings,
    (hold, writer, provider): (&Hold, &Account, &Account),
) -> Result<(), Error> {
    let office = &settings.office;
    let until = dates::moment(office.language, hold.expires, &office.zone);
    let by_move: &[&'static str] = match settings.by_move {
        true => &["hold-waits-move"],
        false => &[],
    };
    let page = office.page(hold.message, "/release");
    let said: &[&'static str] = match page {
        Some(_) => &["hold-waits", "hold-waits-page", "hold-waits-then"],
        None => &["hold-waits", "hold-waits-then"],
    };
    let letter = Letter {
        subject: "hold-waits-subject",
        said,
        own: None,
        after: by_move,
        args: &[
            ("writer", text(writer.shown())),
            ("reference", text(&hold.message.to_string())),
            ("until", text(&until)),
            ("page", text(page.as_deref().unwrap_or_default())),
        ],
    };
    send(store, tx, office, (provider, &letter)).await
}

/// To the writer: it was not released, and why.
pub(super) async fn rejected(
    store: &Store,
    tx: &mut Tx,
    office: &Office,
    (hold, by, reason): (&Hold, &Account, &str),
) -> Result<(), Error> {
    let lines: Vec<String> = reason.lines().map(one_line).collect();
    let reason = lines.join("\r\n");
    let subject = subject(store, hold).await?;
    let letter = Letter {
        subject: "hold-rejected-subject",
        said: &["hold-rejected"],
        own: Some(&reason),
        after: named(&subject, &["hold-subject", "hold-again"]),
        args: &[
            ("subject", text(subject.as_deref().unwrap_or_default())),
            ("provider", text(by.shown())),
            ("reference", text(&hold.message.to_string())),
        ],
    };
    match account(store, hold.writer).await? {
        Some(writer) => send(store, tx, office, (&writer, &letter)).await,
        None => Ok(()),
    }
}

/// To the writer: whoever runs the machine took it back.
pub(super) async fn withdrawn(
    store: &Store,
    tx: &mut Tx,
    office: &Office,
    hold: &Hold,
) -> Result<(), Error> {
    let subject = subject(store, hold).await?;
    let letter = Letter {
        subject: "hold-withdrawn-subject",
        said: &["hold-withdrawn"],
        own: None,
        after: named(&subject, &["hold-subject", "hold-again"]),
        args: &[
            ("subject", text(subject.as_deref().unwrap_or_default())),
            ("reference", text(&hold.message.to_string())),
        ],
    };
    match account(store, hold.writer).await? {
        Some(writer) => send(store, tx, office, (&writer, &letter)).await,
        None => Ok(()),
    }
}

/// To both: its time was over.
pub(super) async fn expired(
    store: &Store,
    tx: &mut Tx,
    office: &Office,
    hold: &Hold,
) -> Result<(), Error> {
    let writer = account(store, hold.writer).await?;
    let provider = account(store, hold.provider).await?;
    let (Some(writer), Some(provider)) = (writer, provider) else {
        return Ok(());
    };
    let subject = subject(store, hold).await?;
    let args = [
        ("subject", text(subject.as_deref().unwrap_or_default())),
        ("writer", text(writer.shown())),
        ("provider", text(provider.shown())),
        ("reference", text(&hold.message.to_string())),
    ];
    let told = |said, after| Letter {
        subject: "hold-expired-subject",
        said,
        own: None,
        after,
        args: &args,
    };
    let after = named(&subject, &["hold-subject", "hold-again"]);
    let letter = told(&["hold-expired"], after);
    send(store, tx, office, (&writer, &letter)).await?;
    let letter = told(&["hold-expired-provider"], &[]);
    send(store, tx, office, (&provider, &letter)).await
}

/// What a held message is about, if it says so and can be read.
async fn subject(store: &Store, hold: &Hold) -> Result<Option<String>, Error> {
    let Some(message) = store.get(&Message::at(hold.message)).await? else {
        return Ok(None);
    };
    let content = match store.open_content(message.content).await {
        Ok(content) => content,
        Err(error @ Error::Io(_)) => return Err(error),
        // What cannot be read goes back all the same.
        Err(_) => None,
    };
    let head = content.and_then(|content| content.open_head(&message.head).ok());
    let subject = head.map(|head| one_line(&head.subject));
    Ok(subject.filter(|subject| !subject.is_empty()))
}

/// These sentences; the first, which names the subject, only if there is one.
fn named<'a>(subject: &Option<String>, sentences: &'a [&'static str; 2]) -> &'a [&'static str] {
    match subject {
        Some(_) => sentences,
        None => sentences.get(1..).unwrap_or_default(),
    }
}

/// An account, whatever has become of it.
async fn account(store: &Store, id: AccountId) -> Result<Option<Account>, Error> {
    store.get(&Account::at(id)).await
}

async fn send(
    store: &Store,
    tx: &mut Tx,
    office: &Office,
    (account, letter): (&Account, &Letter<'_>),
) -> Result<(), Error> {
    let id = MessageId::new(store.clock().now());
    let message_id = format!("{id}@{}", office.hostname);
    let language = office.language;
    let say = |names: &[&'static str]| -> Vec<String> {
        let names = names.iter();
        names.map(|name| say(language, name, letter.args)).collect()
    };
    let mut paragraphs = say(letter.said);
    paragraphs.extend(letter.own.map(str::to_owned));
    paragraphs.extend(say(letter.after));
    let subject = say(&[letter.subject]).concat();
    let mail = memo(&Memo {
        head: Head {
            from: &office.from,
            to: &account.address,
            reply_to: None,
            message_id: &message_id,
            date: store.clock().now(),
        },
        language,
        subject: &subject,
        paragraphs: &paragraphs,
    });
    let post = Post {
        id,
        account,
        message_id: &message_id,
        mail: &mail,
        thread: ThreadId([0; 16]),
        protected: true,
    };
    folders::post(store, tx, office, &post).await
}

fn text(text: &str) -> Arg {
    Arg::Text(text.to_owned())
}
