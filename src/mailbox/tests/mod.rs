//! Mailboxes on a real store.

mod folders;
mod many;
mod threads;

use crate::folders::{Folder, tracked};
use crate::mailbox::{Flagging, Mailboxes, Opened, Piece, View, cards};
use crate::model::{
    Account, Address, Clock, Direction, Flags, Head, Keyword, Live, ManualClock, MessageId, Role,
    State, System,
};
use crate::release;
use crate::store::records::Message;
use crate::store::{RootKey, Settings, Store, Tx, samples};
use crate::wire::imap::command::{
    Criterion, Field, Key, Section, SortBy, StoreMode, Threading, Wanted, When,
};
use crate::wire::imap::set::{Set, Which};
use jiff::Timestamp;
use jiff::civil::date;
use tempfile::TempDir;

struct Bench {
    _folder: TempDir,
    store: Store,
    mailboxes: Mailboxes,
    ruiz: Account,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hand = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
        let settings = Settings {
            path: folder.path().join("data"),
            minimum_free: 1,
        };
        let clock = Clock::Manual(hand);
        let store = Store::create(&settings, &RootKey::generate(), clock).unwrap();
        let mailboxes = Mailboxes::new(store.clone(), Live::new(release::samples::settings()));
        let ruiz = account(&store, "ruiz@clinic.example");
        mailboxes.prepare(&ruiz).await.unwrap();
        Self {
            _folder: folder,
            store,
            mailboxes,
            ruiz,
        }
    }

    async fn folder(&self, name: &str) -> Folder {
        let found = self.mailboxes.find(&self.ruiz, name).await.unwrap();
        found.unwrap_or_else(|| panic!("no folder {name}"))
    }

    async fn view(&self, name: &str) -> View {
        let folder = self.folder(name).await;
        self.mailboxes.open(&self.ruiz, &folder).await.unwrap()
    }

    /// Puts a message in as a mail program does.
    async fn put(&self, folder: &str, message: &str) -> u32 {
        let folder = self.folder(folder).await;
        let with = (Flags::default(), None);
        let mut coming = self.mailboxes.append(&self.ruiz, folder, with).unwrap();
        for piece in message.as_bytes().chunks(7) {
            coming.write(piece).await.unwrap();
        }
        coming.finish().await.unwrap().unwrap()
    }

    /// The gateway's own copy of what was sent.
    async fn sent(&self, message: &str) -> MessageId {
        let mut content = self.store.write_content();
        content.write(message.as_bytes()).await.unwrap();
        let content = content.finish().await.unwrap();
        let now = self.store.clock().now();
        let record = Message {
            direction: Direction::Outgoing,
            ..samples::message(now, &content, &Head::default())
        };
        let mut tx = Tx::new();
        tx.attach(content);
        tx.insert(&record);
        let folder = self.folder("Sent").await;
        let flags = tracked(System::SEEN, State::Opened);
        tx.file(folder.id, record.id, flags, None);
        self.store.commit(tx).await.unwrap();
        record.id
    }

    /// Whether a message's octets can be read.
    async fn is_there(&self, message: MessageId) -> bool {
        cards::open(&self.store, message).await.unwrap().is_some()
    }

    async fn find(&self, view: &View, key: &Key) -> Vec<u32> {
        let found = self.mailboxes.search(&view.newest(), key, &[]).await;
        found.unwrap()
    }

    async fn flag(&self, view: &View, uids: &[u32], flags: Flags) {
        let flagging = Flagging {
            mode: StoreMode::Add,
            flags: &flags,
            unchanged_since: None,
        };
        let modified = self.mailboxes.flag(view, uids, &flagging).await.unwrap();
        assert!(modified.is_empty());
    }
}

fn account(store: &Store, address: &str) -> Account {
    let now = store.clock().now();
    Account::new(Address::parse(address).unwrap(), Role::Provider, now)
}

fn letter(n: u32, subject: &str, text: &str) -> String {
    format!(
        "From: Jane Doe <jane@example.test>\r\nTo: ruiz@clinic.example\r\nSubject: {subject}\r\n\
         Date: Mon, {n} Nov 2026 10:00:00 +0000\r\nMessage-ID: <{n}@example.test>\r\n\r\n{text}\r\n"
    )
}

fn uids(view: &View) -> Vec<u32> {
    view.newest().rows.iter().map(|row| row.uid).collect()
}

#[tokio::test]
async fn two_programs_see_what_either_does_and_a_snapshot_never_changes() {
    let bench = Bench::new().await;
    let (mut one, two) = (bench.view("INBOX").await, bench.view("INBOX").await);
    let empty = one.seen();
    bench.put("INBOX", &letter(1, "One", "x")).await;
    bench.put("INBOX", &letter(2, "Two", "x")).await;
    assert!(empty.rows.is_empty());
    assert_eq!((uids(&one), uids(&two)), (vec![1, 2], vec![1, 2]));
    bench.flag(&two, &[2], Flags::from(System::DELETED)).await;
    assert!(one.newest().rows[1].flags.system.contains(System::DELETED));
    let before = one.seen();
    bench.mailboxes.expunge(&two, None).await.unwrap();
    let news = before.news(&one.newest());
    assert_eq!(news.gone, [(2, 2)]);
    assert_eq!(uids(&one), [1]);
    let third = bench.put("INBOX", &letter(3, "Three", "x")).await;
    assert_eq!(third, 3, "a UID is never given twice");
}

#[tokio::test]
async fn whoever_changes_flags_that_somebody_else_has_changed_is_told_so() {
    let bench = Bench::new().await;
    let view = bench.view("INBOX").await;
    let uid = bench.put("INBOX", &letter(1, "One", "x")).await;
    let known = view.newest().rows[0].modseq;
    bench.flag(&view, &[uid], Flags::from(System::SEEN)).await;
    let flagging = Flagging {
        mode: StoreMode::Remove,
        flags: &Flags::from(System::SEEN),
        unchanged_since: Some(known),
    };
    let modified = bench.mailboxes.flag(&view, &[uid], &flagging).await;
    assert_eq!(modified.unwrap(), [uid]);
    assert!(view.newest().rows[0].flags.system.contains(System::SEEN));
}

#[tokio::test]
async fn a_moved_message_stands_in_the_other_folder_alone_with_its_flags() {
    let bench = Bench::new().await;
    let (inbox, archive) = (bench.view("INBOX").await, bench.view("Archive").await);
    let uid = bench.put("INBOX", &letter(1, "One", "x")).await;
    let mut flags = Flags::from(System::FLAGGED);
    flags.insert(Keyword::new("$Todo").unwrap());
    bench.flag(&inbox, &[uid], flags.clone()).await;
    let rows = inbox.newest().rows.clone();
    let to = bench.folder("Archive").await;
    let moved = bench.mailboxes.transfer(&inbox, (&rows, &to), true).await;
    assert_eq!(moved.unwrap(), (vec![1], vec![1]));
    assert!(uids(&inbox).is_empty());
    let there = archive.newest();
    assert_eq!(there.rows[0].flags, flags);
    assert_eq!(there.rows[0].message, rows[0].message);
}

#[tokio::test]
async fn a_search_looks_at_rows_headers_and_texts() {
    let bench = Bench::new().await;
    let view = bench.view("INBOX").await;
    bench
        .put("INBOX", &letter(1, "Blood test", "All is well."))
        .await;
    bench
        .put(
            "INBOX",
            &letter(2, "=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "ZEBRA crossing"),
        )
        .await;
    bench
        .put("INBOX", &letter(3, "Re: Blood test", "Thank you"))
        .await;
    bench.flag(&view, &[3], Flags::from(System::SEEN)).await;
    let subject = |text: &str| Key::Within(Field::Subject, text.to_owned());
    assert_eq!(bench.find(&view, &subject("blood")).await, [1, 3]);
    assert_eq!(
        bench.find(&view, &subject("GRÜSSE")).await,
        Vec::<u32>::new()
    );
    assert_eq!(bench.find(&view, &subject("grü")).await, [2]);
    assert_eq!(bench.find(&view, &Key::Body("zebra".to_owned())).await, [2]);
    assert_eq!(
        bench.find(&view, &Key::Text("jane doe".to_owned())).await,
        [1, 2, 3]
    );
    assert_eq!(
        bench.find(&view, &Key::Body("jane".to_owned())).await,
        Vec::<u32>::new()
    );
    let header = Key::Header("message-id".to_owned(), "<2@".to_owned());
    assert_eq!(bench.find(&view, &header).await, [2]);
    let sent = Key::Sent(When::Since, date(2026, 11, 2));
    assert_eq!(bench.find(&view, &sent).await, [2, 3]);
    let unseen = Key::Not(Box::new(Key::Flag(System::SEEN)));
    let both = Key::And(vec![unseen.clone(), subject("blood")]);
    assert_eq!(bench.find(&view, &both).await, [1]);
    let either = Key::Or(Box::new((
        Key::Body("zebra".to_owned()),
        Key::Flag(System::SEEN),
    )));
    assert_eq!(bench.find(&view, &either).await, [2, 3]);
    let none = Key::Not(Box::new(Key::Text("example".to_owned())));
    assert_eq!(bench.find(&view, &none).await, Vec::<u32>::new());
    let last = Key::Uid(Which::Set(Set(vec![(0, 0)])));
    assert_eq!(bench.find(&view, &last).await, [3]);
}

#[tokio::test]
async fn messages_are_sorted_by_what_they_say_and_threaded_by_whom_they_answer() {
    let bench = Bench::new().await;
    let view = bench.view("INBOX").await;
    let answer = letter(1, "Re: Lunch", "yes").replace(
        "\r\n\r\n",
        "\r\nReferences: <9@example.test> <3@example.test>\r\n\r\n",
    );
    bench.put("INBOX", &letter(3, "Lunch", "shall we")).await;
    bench.put("INBOX", &letter(2, "Bill", "to pay")).await;
    bench.put("INBOX", &answer).await;
    let shown = view.newest();
    let by = |by| Criterion { by, reverse: false };
    let sorted = |criteria: Vec<Criterion>| {
        let (mailboxes, shown) = (bench.mailboxes.clone(), shown.clone());
        async move {
            mailboxes
                .sort(&shown, vec![1, 2, 3], &criteria)
                .await
                .unwrap()
        }
    };
    assert_eq!(sorted(vec![by(SortBy::Date)]).await, [3, 2, 1]);
    let subject = vec![by(SortBy::Subject), by(SortBy::Date)];
    assert_eq!(sorted(subject).await, [2, 3, 1]);
    let reverse = Criterion {
        by: SortBy::Date,
        reverse: true,
    };
    assert_eq!(sorted(vec![reverse]).await, [1, 2, 3]);

    let threads = bench
        .mailboxes
        .thread(&shown, vec![1, 2, 3], Threading::References);
    let (roots, nodes) = threads.await.unwrap();
    let numbers: Vec<u32> = roots.iter().map(|root| nodes[*root].number).collect();
    assert_eq!(numbers.len(), 2, "the bill, and the lunch with its answer");
    let lunch = roots.iter().find(|root| nodes[**root].number == 1).unwrap();
    let answers = &nodes[*lunch].answers;
    assert_eq!(
        answers
            .iter()
            .map(|at| nodes[*at].number)
            .collect::<Vec<_>>(),
        [3]
    );
}

#[tokio::test]
async fn the_copy_a_program_puts_into_sent_takes_the_place_of_ours() {
    let bench = Bench::new().await;
    let sent = bench.view("Sent").await;
    let mail = letter(7, "Your results", "All is well.");
    let ours = bench.sent(&format!("Received: from here\r\n{mail}")).await;
    bench.mailboxes.catch_up().await.unwrap();
    assert_eq!(uids(&sent), [1]);
    // The program's own still has the blind copy and the tag.
    let theirs = mail
        .replace("Your results", "[secure] Your results")
        .replace("Message-ID", "Bcc: x@example.test\r\nMessage-ID");
    assert_eq!(bench.put("Sent", &theirs).await, 2);
    assert_eq!(uids(&sent), [2], "one message, under the new UID");
    let newest = sent.newest();
    assert_eq!(newest.rows[0].message, ours);
    let flags = &newest.rows[0].flags;
    assert!(flags.has_keyword("Sealpost-Opened"), "it no longer says so");

    let other = mail.replace("All is well.", "All is not well.");
    bench.put("Sent", &other).await;
    assert_eq!(uids(&sent), [2, 3], "what differs stays");
    assert_ne!(sent.newest().rows[1].message, ours);
}

#[tokio::test]
async fn a_message_that_a_program_put_in_is_destroyed_with_its_last_entry() {
    let bench = Bench::new().await;
    let view = bench.view("Drafts").await;
    let uid = bench.put("Drafts", &letter(1, "Draft", "not yet")).await;
    let row = view.newest().rows[0].clone();
    let to = bench.folder("Trash").await;
    let rows = std::slice::from_ref(&row);
    bench
        .mailboxes
        .transfer(&view, (rows, &to), false)
        .await
        .unwrap();
    bench
        .flag(&view, &[uid], Flags::from(System::DELETED))
        .await;
    bench.mailboxes.expunge(&view, None).await.unwrap();
    assert!(bench.is_there(row.message).await);
    let trash = bench.view("Trash").await;
    bench.flag(&trash, &[1], Flags::from(System::DELETED)).await;
    bench.mailboxes.expunge(&trash, None).await.unwrap();
    assert!(!bench.is_there(row.message).await);
    let record = bench.store.get(&Message::at(row.message)).await.unwrap();
    assert!(record.is_none());
}

/// A message with a part in each transfer encoding, and one within another
/// message. `file` is the third part, in base64.
fn mixed(file: &[u8]) -> String {
    let file = data_encoding::BASE64_MIME.encode(file);
    let part = |encoding: &str, text: &str| {
        format!("--b\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{text}\r\n")
    };
    let inner = "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\
         Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8h\r\n";
    [
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned(),
        part("8BIT", "señora"),
        part("quoted-printable", "se=C3=B1ora =\r\nDoe=00"),
        part("base64", file.trim_end()),
        part("x-uuencode", "begin 644 x\r\n#86)C\r\n`\r\nend"),
        part("binary", "a\tb"),
        inner.to_owned(),
        "--b--\r\n".to_owned(),
    ]
    .concat()
}

impl Bench {
    /// What a section of the newest message in INBOX is: its length as it was
    /// announced, whether a NUL was, and the octets.
    async fn fetched(&self, section: &Section) -> Option<(u64, bool, Vec<u8>)> {
        let row = self
            .view("INBOX")
            .await
            .newest()
            .rows
            .last()
            .unwrap()
            .clone();
        let mut octets = self.mailboxes.octets(row.message);
        let opened = octets.open(std::iter::once(section)).await.unwrap();
        assert_eq!(opened, Opened::Ready);
        let mut piece = octets.section(section).await.unwrap()?;
        let (length, has_nul) = (piece.length(), piece.has_nul());
        let mut out = Vec::new();
        if matches!(piece, Piece::Size(_)) {
            return Some((length, has_nul, out));
        }
        while let Some(read) = octets.next(&mut piece).await.unwrap() {
            assert!(read.len() <= 64 * 1024, "it is held in memory");
            out.extend(read);
        }
        assert_eq!(length, out.len() as u64, "its length was said otherwise");
        Some((length, has_nul, out))
    }

    /// The same of a decoded part, and its octets alone.
    async fn decoded(&self, path: &[u32], partial: Option<(u32, u32)>) -> Option<Vec<u8>> {
        let mut section = Section::peek(path.to_vec(), Wanted::Decoded);
        section.partial = partial;
        let (_, has_nul, octets) = self.fetched(&section).await?;
        assert_eq!(has_nul, octets.contains(&0));
        Some(octets)
    }

    async fn size(&self, path: &[u32]) -> Option<u64> {
        let section = Section::peek(path.to_vec(), Wanted::DecodedSize);
        self.fetched(&section).await.map(|(length, ..)| length)
    }
}

#[tokio::test]
async fn a_part_comes_decoded_whole_or_in_part_and_its_size_is_exact() {
    let bench = Bench::new().await;
    let message = mixed(b"%PDF-1.7\n\0\xff");
    bench.put("INBOX", &message).await;
    let inner = message.find("Subject: in").unwrap();
    for (path, wanted) in [
        (&[1][..], "señora".as_bytes()),
        (&[2], "señora Doe\0".as_bytes()),
        (&[3], b"%PDF-1.7\n\0\xff"),
        (&[5], b"a\tb"),
        (&[6, 1], b"Hello!"),
        // A message has no encoding of its own, whatever its parts have.
        (&[6], &message.as_bytes()[inner..message.len() - 9]),
        (&[], message.as_bytes()),
    ] {
        assert_eq!(bench.decoded(path, None).await.as_deref(), Some(wanted));
        assert_eq!(bench.size(path).await, Some(wanted.len() as u64));
        for (from, most) in [
            (0, 1),
            (2, 4),
            (4, 1_000),
            (6, 1),
            (5_000, 3),
            (0, u32::MAX),
        ] {
            let start = usize::min(from as usize, wanted.len());
            let end = start.saturating_add(most as usize).min(wanted.len());
            let found = bench.decoded(path, Some((from, most))).await;
            assert_eq!(
                found.as_deref(),
                Some(&wanted[start..end]),
                "{path:?} {from} {most}"
            );
        }
    }
    for path in [&[7][..], &[1, 1], &[3, 2], &[6, 2], &[6, 1, 1]] {
        assert_eq!(bench.decoded(path, None).await, None, "{path:?}");
        assert_eq!(bench.size(path).await, None, "{path:?}");
    }
}

#[tokio::test]
async fn a_large_part_is_decoded_piece_by_piece() {
    let bench = Bench::new().await;
    let file: Vec<u8> = (0..700_000_u32)
        .map(|n| (n.wrapping_mul(n) >> 7).to_le_bytes()[0])
        .collect();
    bench.put("INBOX", &mixed(&file)).await;
    assert_eq!(bench.size(&[3]).await, Some(700_000));
    assert_eq!(bench.decoded(&[3], None).await.as_deref(), Some(&file[..]));
    for (from, most) in [(65_000, 300_000), (699_990, 64), (699_999, 1), (700_000, 1)] {
        let found = bench.decoded(&[3], Some((from, most))).await;
        let (from, most) = (from as usize, most as usize);
        let wanted = &file[from..usize::min(from + most, file.len())];
        assert_eq!(found.as_deref(), Some(wanted), "{from} {most}");
    }
}

#[tokio::test]
async fn a_part_in_an_encoding_that_nobody_knows_is_not_decoded() {
    let bench = Bench::new().await;
    bench.put("INBOX", &mixed(b"x")).await;
    let row = bench.view("INBOX").await.newest().rows[0].clone();
    for wanted in [Wanted::Decoded, Wanted::DecodedSize] {
        let sections = [1, 4].map(|n| Section::peek(vec![n], wanted.clone()));
        let mut octets = bench.mailboxes.octets(row.message);
        let opened = octets.open(sections.iter()).await.unwrap();
        assert_eq!(opened, Opened::Encoded);
        let mut octets = bench.mailboxes.octets(row.message);
        let opened = octets.open(sections.iter().take(1)).await.unwrap();
        assert_eq!(opened, Opened::Ready);
    }
    // As it stands, it is there.
    let plain = Section::peek(vec![4], Wanted::All);
    let (_, _, octets) = bench.fetched(&plain).await.unwrap();
    assert!(octets.starts_with(b"begin 644 x"));
}
