//! Folders on a real store.

use crate::folders::{self, Folder, PATIENTS, Refused};
use crate::model::{
    Account, AccountId, Address, Clock, ContactId, Direction, Flags, Head, Keyword, MailboxId,
    ManualClock, MessageId, Role, Standing, System,
};
use crate::store::records::{AccountFolder, Card, Contact, MailFolder, Message, Special};
use crate::store::{Change, Error, RootKey, Settings, Store, Tx, samples};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

const STANDARD: [&str; 7] = [
    "INBOX",
    "Sent",
    "Drafts",
    "Trash",
    "Archive",
    "Junk",
    "Awaiting release",
];

struct Bench {
    _folder: TempDir,
    hand: ManualClock,
    store: Store,
    ruiz: Account,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hand = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
        let settings = Settings {
            path: folder.path().join("data"),
            minimum_free: 1,
        };
        let clock = Clock::Manual(hand.clone());
        let store = Store::create(&settings, &RootKey::generate(), clock).unwrap();
        let ruiz = account(&store, "ruiz@clinic.example", Role::Provider);
        Self {
            _folder: folder,
            hand,
            store,
            ruiz,
        }
    }

    async fn list(&self, account: &Account) -> Vec<Folder> {
        folders::list(&self.store, account).await.unwrap()
    }

    async fn names(&self) -> Vec<String> {
        let list = self.list(&self.ruiz).await;
        list.into_iter().map(|folder| folder.name).collect()
    }

    /// What there is beyond what everybody has.
    async fn own(&self) -> Vec<String> {
        let mut names = self.names().await;
        names.retain(|name| !STANDARD.contains(&name.as_str()) && !name.starts_with("Shared"));
        names.sort();
        names
    }

    async fn create(&self, name: &str) -> Result<MailboxId, Refused> {
        folders::create(&self.store, self.ruiz.id, name, None).await
    }

    async fn rename(&self, folder: MailboxId, to: &str) -> Result<(), Refused> {
        folders::rename(&self.store, self.ruiz.id, folder, to).await
    }

    async fn delete(&self, folder: MailboxId) -> Result<(), Refused> {
        folders::delete(&self.store, self.ruiz.id, folder).await
    }

    async fn find(&self, name: &str) -> Folder {
        let list = self.list(&self.ruiz).await;
        list.into_iter().find(|folder| folder.name == name).unwrap()
    }

    async fn contact(&self, name: Option<&str>) -> ContactId {
        let now = self.store.clock().now();
        let contact = Contact {
            name: name.map(str::to_owned),
            ..Contact::stub(ContactId::new(now), now)
        };
        let mut tx = Tx::new();
        tx.put(&contact);
        self.store.commit(tx).await.unwrap();
        contact.id
    }

    /// A message that is filed in a folder.
    async fn file(&self, direction: Direction, folder: MailboxId) -> (u32, Message) {
        let mut content = self.store.write_content();
        content.write(b"Subject: x\r\n\r\ntext\r\n").await.unwrap();
        let content = content.finish().await.unwrap();
        let now = self.store.clock().now();
        let message = Message {
            direction,
            ..samples::message(now, &content, &Head::default())
        };
        let mut tx = Tx::new();
        tx.attach(content);
        tx.insert(&message);
        tx.put(&Card {
            message: message.id,
            content: message.content,
            sealed: b"card".to_vec(),
        });
        tx.file(folder, message.id, Flags::default(), None);
        let receipt = self.store.commit(tx).await.unwrap();
        (receipt.uids()[0], message)
    }

    async fn uids(&self, folder: MailboxId) -> Vec<u32> {
        let rows = self.store.rows(folder, None).await.unwrap().rows;
        rows.iter().map(|row| row.uid).collect()
    }

    async fn expunge(&self, folder: MailboxId, gone: &[(u32, MessageId)]) -> Result<(), Error> {
        let mut tx = Tx::new();
        folders::expunge(&self.store, &mut tx, folder, gone).await?;
        self.store.commit(tx).await.map(drop)
    }

    /// Whether record, content and card of a message are there; all or none.
    async fn is_there(&self, message: &Message) -> bool {
        let record = self.store.get(&Message::at(message.id)).await.unwrap();
        let content = self.store.open_content(message.content).await.unwrap();
        let card = self.store.get(&Card::at(message.id)).await.unwrap();
        let there = [record.is_some(), content.is_some(), card.is_some()];
        assert!(there.iter().all(|one| *one == there[0]), "{there:?}");
        there[0]
    }
}

fn account(store: &Store, address: &str, role: Role) -> Account {
    let now = store.clock().now();
    Account::new(Address::parse(address).unwrap(), role, now)
}

#[tokio::test]
async fn everybody_has_seven_folders_made_once_and_the_shared_one() {
    let bench = Bench::new();
    let (store, ruiz) = (&bench.store, &bench.ruiz);
    assert!(bench.names().await.is_empty());
    folders::ensure(store, ruiz.id).await.unwrap();
    let first = bench.list(ruiz).await;
    bench.hand.advance(SignedDuration::from_hours(1));
    folders::ensure(store, ruiz.id).await.unwrap();
    assert_eq!(bench.list(ruiz).await, first);
    let changes = store.changes(0, 99).await.unwrap().unwrap();
    let nobody = AccountId::from_octets([0; 16]);
    let told: Vec<Change> = changes.into_iter().map(|(_, change)| change).collect();
    assert_eq!(told, [Change::Folders(ruiz.id), Change::Folders(nobody)]);

    let names: Vec<&str> = first.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names[..7], STANDARD);
    assert_eq!(names[7..], ["Shared/INBOX"]);
    assert_eq!(first[0].id, folders::inbox(store, ruiz.id));
    assert_eq!(first[1].id, folders::sent(store, ruiz.id));
    assert_eq!(first[7].id, folders::shared(store));
    let special: Vec<_> = first.iter().filter_map(|f| f.special).collect();
    let all = [
        Special::Sent,
        Special::Drafts,
        Special::Trash,
        Special::Archive,
        Special::Junk,
    ];
    assert_eq!(special, all);
    assert!(first.iter().all(|f| f.subscribed && f.uidvalidity > 0));
    assert_eq!(first[0].uidvalidity, 1_790_000_000);
    assert_eq!(first[0].reader(ruiz.id), None);
    assert_eq!(first[7].reader(ruiz.id), Some(ruiz.id));
}

#[tokio::test]
async fn mail_that_came_before_the_folders_were_made_is_in_them() {
    let bench = Bench::new();
    let inbox = folders::inbox(&bench.store, bench.ruiz.id);
    bench.file(Direction::Incoming, inbox).await;
    folders::ensure(&bench.store, bench.ruiz.id).await.unwrap();
    let folder = bench.find("INBOX").await;
    assert_eq!(bench.uids(folder.id).await, [1]);
}

#[tokio::test]
async fn the_shared_mailbox_is_for_those_who_work_with_mail() {
    let bench = Bench::new();
    for (role, standing, sees) in [
        (Role::Staff, Standing::Active, true),
        (Role::Admin, Standing::Active, false),
        (Role::Provider, Standing::Disabled, false),
    ] {
        let somebody = Account {
            standing,
            ..account(&bench.store, "desk@clinic.example", role)
        };
        folders::ensure(&bench.store, somebody.id).await.unwrap();
        let list = bench.list(&somebody).await;
        let shared = list.iter().any(|folder| folder.account.is_none());
        assert_eq!(shared, sees, "{role:?} {standing:?}");
    }
}

#[tokio::test]
async fn a_folder_is_made_with_those_above_it_and_once() {
    let bench = Bench::new();
    let id = bench.create("Receipts/2026/May").await.unwrap();
    assert_eq!(
        bench.own().await,
        ["Receipts", "Receipts/2026", "Receipts/2026/May"]
    );
    let made = bench.find("Receipts/2026/May").await;
    assert_eq!((made.id, made.subscribed, made.special), (id, false, None));
    for taken in ["Receipts", "Receipts/2026/May/", "inbox", "Sent"] {
        assert_eq!(bench.create(taken).await, Err(Refused::Exists), "{taken}");
    }
    for bad in ["", "a//b", "Patients/me", "Shared", "a*"] {
        assert_eq!(bench.create(bad).await, Err(Refused::Name), "{bad}");
    }
    let (store, ruiz) = (&bench.store, bench.ruiz.id);
    let spam = folders::create(store, ruiz, "Spam", Some(Special::Junk)).await;
    assert_eq!(spam, Err(Refused::Use), "everybody has one for that");
    // Of two who make the same at once, one is told so.
    let (one, other) = tokio::join!(bench.create("Both"), bench.create("Both"));
    assert!(one.is_ok() != other.is_ok());
    let lost = one.err().or(other.err()).unwrap();
    assert_eq!(lost, Refused::Exists);
}

#[tokio::test]
async fn a_renamed_folder_keeps_its_mail_and_takes_those_below_along() {
    let bench = Bench::new();
    let id = bench.create("Old").await.unwrap();
    let below = bench.create("Old/Deep").await.unwrap();
    bench.create("Older").await.unwrap();
    bench.file(Direction::Stored, id).await;
    let validity = bench.find("Old").await.uidvalidity;
    bench.hand.advance(SignedDuration::from_hours(1));
    bench.rename(id, "New/Place").await.unwrap();
    assert_eq!(
        bench.own().await,
        ["New", "New/Place", "New/Place/Deep", "Older"]
    );
    let moved = bench.find("New/Place").await;
    assert_eq!(moved.id, id);
    assert!(moved.uidvalidity > validity);
    assert_eq!(bench.find("New/Place/Deep").await.id, below);
    assert_eq!(bench.uids(id).await, [1]);
    assert_eq!(bench.rename(id, "New/Place").await, Err(Refused::Exists));
    assert_eq!(bench.rename(id, "New/Place/In").await, Err(Refused::Name));
    assert_eq!(bench.rename(id, "Trash").await, Err(Refused::Exists));
    // The old name is free, and whoever takes it begins anew.
    let fresh = bench.create("Old").await.unwrap();
    assert_ne!(fresh, id);
    assert!(bench.uids(fresh).await.is_empty());
    assert!(bench.find("Old").await.uidvalidity > validity);
}

#[tokio::test]
async fn no_uidvalidity_comes_back_within_one_second_or_when_the_clock_goes_back() {
    let bench = Bench::new();
    let mut last = 0;
    for _ in 0..3 {
        let id = bench.create("Again").await.unwrap();
        let validity = bench.find("Again").await.uidvalidity;
        assert!(validity > last, "{validity} after {last}");
        last = validity;
        bench.delete(id).await.unwrap();
    }
    bench.hand.advance(SignedDuration::from_hours(1));
    bench.create("Later").await.unwrap();
    let later = bench.find("Later").await.uidvalidity;
    assert_eq!(later, 1_790_003_600, "as a rule it is the second");
    bench.hand.advance(SignedDuration::from_hours(-2));
    let id = bench.create("Earlier").await.unwrap();
    assert!(bench.find("Earlier").await.uidvalidity > later);
    // Who takes a name over has nothing that was ever known under it.
    let earlier = bench.find("Later").await.id;
    bench.delete(earlier).await.unwrap();
    bench.rename(id, "Later").await.unwrap();
    assert!(bench.find("Later").await.uidvalidity > later);
}

#[tokio::test]
async fn what_the_gateway_keeps_is_neither_renamed_nor_deleted() {
    let bench = Bench::new();
    folders::ensure(&bench.store, bench.ruiz.id).await.unwrap();
    let mut tx = Tx::new();
    let jane = bench.contact(Some("Jane")).await;
    let view = folders::of_contact(&bench.store, &mut tx, bench.ruiz.id, jane).await;
    bench.store.commit(tx).await.unwrap();
    let colleague = account(&bench.store, "vega@clinic.example", Role::Provider);
    let theirs = folders::create(&bench.store, colleague.id, "Theirs", None).await;
    let fixed = [
        folders::inbox(&bench.store, bench.ruiz.id),
        folders::sent(&bench.store, bench.ruiz.id),
        folders::shared(&bench.store),
        view.unwrap(),
        theirs.unwrap(),
    ];
    for folder in fixed {
        assert_eq!(bench.rename(folder, "Mine").await, Err(Refused::Fixed));
        assert_eq!(bench.delete(folder).await, Err(Refused::Fixed));
    }
    let nowhere = MailboxId::from_octets([9; 16]);
    assert_eq!(bench.delete(nowhere).await, Err(Refused::Unknown));
}

#[tokio::test]
async fn a_deleted_folder_takes_along_what_stood_nowhere_else() {
    let bench = Bench::new();
    let id = bench.create("Away").await.unwrap();
    bench.create("Away/Below").await.unwrap();
    assert_eq!(bench.delete(id).await, Err(Refused::Children));
    let below = bench.find("Away/Below").await.id;
    bench.delete(below).await.unwrap();
    let (_, draft) = bench.file(Direction::Stored, id).await;
    let (_, answer) = bench.file(Direction::Incoming, id).await;
    bench.delete(id).await.unwrap();
    assert!(bench.own().await.is_empty());
    assert!(!bench.is_there(&draft).await);
    assert!(bench.is_there(&answer).await);
    assert!(bench.store.placed(answer.id).await.unwrap().is_empty());
    assert!(bench.store.verify().await.unwrap().is_clean());
}

#[tokio::test]
async fn a_subscription_is_ones_own_and_lasts() {
    let bench = Bench::new();
    folders::ensure(&bench.store, bench.ruiz.id).await.unwrap();
    let id = bench.create("News").await.unwrap();
    let (store, ruiz) = (&bench.store, bench.ruiz.id);
    folders::subscribe(store, ruiz, id, true).await.unwrap();
    assert!(bench.find("News").await.subscribed);
    let junk = bench.find("Junk").await.id;
    folders::subscribe(store, ruiz, junk, false).await.unwrap();
    folders::ensure(store, ruiz).await.unwrap();
    assert!(!bench.find("Junk").await.subscribed);
    let shared = folders::shared(store);
    folders::subscribe(store, ruiz, shared, true).await.unwrap();
    let refused = folders::subscribe(store, ruiz, shared, false).await;
    assert_eq!(refused, Err(Refused::Fixed));
}

#[tokio::test]
async fn a_contact_has_one_view_per_account_under_a_name_of_its_own() {
    let bench = Bench::new();
    let (store, ruiz) = (&bench.store, &bench.ruiz);
    let colleague = account(store, "vega@clinic.example", Role::Provider);
    let mut contacts = Vec::new();
    for name in [Some("Jane Doe"), Some("Jane Doe"), None, Some("A/B")] {
        contacts.push(bench.contact(name).await);
    }
    let view = async |account: &Account, contact| {
        let mut tx = Tx::new();
        let id = folders::of_contact(store, &mut tx, account.id, contact)
            .await
            .unwrap();
        tx.file(
            id,
            MessageId::new(store.clock().now()),
            Flags::default(),
            None,
        );
        store.commit(tx).await.unwrap();
        id
    };
    for contact in &contacts {
        view(ruiz, *contact).await;
    }
    let again = view(ruiz, contacts[0]).await;
    assert_ne!(view(&colleague, contacts[0]).await, again);
    assert_eq!(bench.uids(again).await, [1, 2]);
    let list = bench.list(ruiz).await;
    let mut names: Vec<&str> = list.iter().map(|f| f.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 4);
    assert!(list.iter().all(|f| f.subscribed && f.contact.is_some()));
    for (start, count) in [("Jane Doe ", 2), ("Patient ", 1), ("A-B ", 1)] {
        let start = format!("{PATIENTS}/{start}");
        let found = names.iter().filter(|name| name.starts_with(&start)).count();
        assert_eq!(found, count, "{start} in {names:?}");
    }
    // A colleague sees the views of her own patients alone.
    assert_eq!(bench.list(&colleague).await.len(), 1);
}

#[tokio::test]
async fn a_copy_is_the_same_message_and_goes_with_the_last_one() {
    let bench = Bench::new();
    let (store, ruiz) = (&bench.store, bench.ruiz.id);
    let (drafts, archive) = (
        folders::id(store, Some(ruiz), "Drafts"),
        folders::id(store, Some(ruiz), "Archive"),
    );
    let (uid, draft) = bench.file(Direction::Stored, drafts).await;
    let mut held = store.hold_rows(drafts, &[uid], None).await.unwrap();
    held.update(|_| {
        let mut flags = Flags::from(System::SEEN.with(System::DRAFT));
        flags.insert(Keyword::new("work").unwrap());
        flags
    });
    let mut tx = Tx::new();
    tx.flag(held);
    store.commit(tx).await.unwrap();
    bench.hand.advance(SignedDuration::from_hours(1));
    let rows = store.rows(drafts, None).await.unwrap().rows;
    let mut tx = Tx::new();
    assert!(folders::copy(store, &mut tx, archive, &rows).await.unwrap());
    store.commit(tx).await.unwrap();
    let copied = &store.rows(archive, None).await.unwrap().rows[0];
    assert_eq!(
        (&copied.flags, copied.filed),
        (&rows[0].flags, rows[0].filed)
    );
    assert_eq!(copied.message, draft.id);

    bench.expunge(drafts, &[(uid, draft.id)]).await.unwrap();
    assert!(bench.is_there(&draft).await);
    bench.expunge(archive, &[(1, draft.id)]).await.unwrap();
    assert!(!bench.is_there(&draft).await);
    let mut tx = Tx::new();
    assert!(!folders::copy(store, &mut tx, archive, &rows).await.unwrap());
}

#[tokio::test]
async fn a_copy_that_is_made_while_the_last_entry_goes_is_not_left_without_its_message() {
    let bench = Bench::new();
    let store = &bench.store;
    let drafts = folders::id(store, Some(bench.ruiz.id), "Drafts");
    let archive = folders::id(store, Some(bench.ruiz.id), "Archive");
    let (uid, draft) = bench.file(Direction::Stored, drafts).await;
    let rows = store.rows(drafts, None).await.unwrap().rows;
    for copy_first in [true, false] {
        let (mut copy, mut gone) = (Tx::new(), Tx::new());
        assert!(
            folders::copy(store, &mut copy, archive, &rows)
                .await
                .unwrap()
        );
        let last = if copy_first { drafts } else { archive };
        let uid = if copy_first { uid } else { 1 };
        folders::expunge(store, &mut gone, last, &[(uid, draft.id)])
            .await
            .unwrap();
        if copy_first {
            store.commit(copy).await.unwrap();
            assert_eq!(store.commit(gone).await, Err(Error::Conflict));
            bench.expunge(drafts, &[(uid, draft.id)]).await.unwrap();
        } else {
            store.commit(gone).await.unwrap();
            assert_eq!(store.commit(copy).await, Err(Error::Conflict));
        }
        assert_eq!(bench.is_there(&draft).await, copy_first);
    }
}

#[tokio::test]
async fn what_is_taken_out_leaves_every_folder_whatever_state_they_are_in() {
    let bench = Bench::new();
    let (store, ruiz) = (&bench.store, bench.ruiz.id);
    let (inbox, trash) = (
        folders::inbox(store, ruiz),
        folders::id(store, Some(ruiz), "Trash"),
    );
    let (uid, message) = bench.file(Direction::Incoming, inbox).await;
    let rows = store.rows(inbox, None).await.unwrap().rows;
    let mut tx = Tx::new();
    for _ in 0..2 {
        assert!(folders::copy(store, &mut tx, trash, &rows).await.unwrap());
    }
    store.commit(tx).await.unwrap();
    let mut tx = Tx::new();
    folders::take_out(store, &mut tx, message.id).await.unwrap();
    // A client was faster with one of them.
    bench.expunge(inbox, &[(uid, message.id)]).await.unwrap();
    store.commit(tx).await.unwrap();
    assert!(bench.uids(inbox).await.is_empty() && bench.uids(trash).await.is_empty());
    assert_eq!(store.vanished(trash, 0).await.unwrap(), [1, 2]);
    assert!(store.placed(message.id).await.unwrap().is_empty());
    assert!(store.get(&Card::at(message.id)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_store_from_before_learns_where_its_messages_stand() {
    let bench = Bench::new();
    let store = &bench.store;
    folders::ensure(store, bench.ruiz.id).await.unwrap();
    let inbox = folders::inbox(store, bench.ruiz.id);
    let mut messages = Vec::new();
    for _ in 0..3 {
        messages.push(bench.file(Direction::Incoming, inbox).await.1);
    }
    let mut tx = Tx::new();
    let folder = store.get(&MailFolder::at(inbox)).await.unwrap().unwrap();
    tx.put(&MailFolder {
        placed: false,
        ..folder.clone()
    });
    tx.put(&Message {
        purged: Some(store.clock().now()),
        ..messages[1].clone()
    });
    store.commit(tx).await.unwrap();
    for message in &messages {
        samples::forget_places(store, message.id).await;
    }
    folders::make_up(store).await.unwrap();
    assert_eq!(bench.uids(inbox).await, [1, 3]);
    assert_eq!(store.placed(messages[2].id).await.unwrap(), [(inbox, 3)]);
    let after = store.get(&MailFolder::at(inbox)).await.unwrap();
    assert_eq!(after, Some(folder));
    let numbers = store.folder_numbers(inbox).await.unwrap();
    folders::make_up(store).await.unwrap();
    assert_eq!(store.folder_numbers(inbox).await.unwrap(), numbers);
}

/// Makes the views of an account on so many contacts.
async fn views(bench: &Bench, count: usize) -> Vec<ContactId> {
    let mut contacts = Vec::new();
    for n in 0..count {
        bench.hand.advance(SignedDuration::from_millis(1));
        // Three in ten share their name with somebody.
        let name = format!("Jane Doe {}", n % (count - count / 3).max(1));
        let contact = bench.contact(Some(&name)).await;
        let mut tx = Tx::new();
        let made = folders::of_contact(&bench.store, &mut tx, bench.ruiz.id, contact).await;
        made.unwrap();
        bench.store.commit(tx).await.unwrap();
        contacts.push(contact);
    }
    contacts
}

/// Views whose names differ in what is not shown, with the same letters.
async fn namesakes(bench: &Bench) {
    for (last, name) in [(1, "Ana/Vega"), (2, "Ana-Vega"), (3, "Ana Vega")] {
        let mut octets = [7; 16];
        octets[0] = last;
        let now = bench.store.clock().now();
        let contact = Contact {
            name: Some(name.to_owned()),
            ..Contact::stub(ContactId::from_octets(octets), now)
        };
        let mut tx = Tx::new();
        tx.put(&contact);
        let id = contact.id;
        folders::of_contact(&bench.store, &mut tx, bench.ruiz.id, id)
            .await
            .unwrap();
        bench.store.commit(tx).await.unwrap();
    }
}

#[tokio::test]
async fn every_folder_is_found_by_the_name_it_is_listed_under_and_no_other() {
    let bench = Bench::new();
    folders::ensure(&bench.store, bench.ruiz.id).await.unwrap();
    bench.create("Receipts/2026").await.unwrap();
    bench.create("INBOX/Later").await.unwrap();
    views(&bench, 20).await;
    namesakes(&bench).await;
    let (store, ruiz) = (&bench.store, &bench.ruiz);
    let all = bench.list(ruiz).await;
    assert_eq!(all.len(), 7 + 3 + 20 + 3 + 1);
    let long = all.iter().filter(|f| f.name.starts_with("Patients/Ana"));
    let lengths: Vec<usize> = long.map(|f| f.name.len()).collect();
    assert_eq!(lengths, [22, 26, 22], "namesakes with the same letters");
    for folder in &all {
        let found = folders::find(store, ruiz, &folder.name).await.unwrap();
        assert_eq!(found.as_ref(), Some(folder));
    }
    let vega = account(store, "vega@clinic.example", Role::Provider);
    let view = &all.iter().find(|f| f.contact.is_some()).unwrap().name;
    let cut = view.strip_suffix(|_| true).unwrap();
    for none in [
        "",
        "Inbox",
        "Patients",
        "Patients/",
        "Shared",
        "Shared/Sent",
        "Receipts/",
        cut,
    ] {
        assert_eq!(
            folders::find(store, ruiz, none).await.unwrap(),
            None,
            "{none}"
        );
    }
    for theirs in [view.as_str(), "Receipts", "INBOX"] {
        assert_eq!(folders::find(store, &vega, theirs).await.unwrap(), None);
    }
    let admin = account(store, "admin@clinic.example", Role::Admin);
    assert_eq!(
        folders::find(store, &admin, "Shared/INBOX").await.unwrap(),
        None
    );
}

#[tokio::test]
async fn the_views_of_an_older_store_are_found_before_and_after_they_are_made_up_for() {
    let bench = Bench::new();
    let (store, ruiz) = (&bench.store, &bench.ruiz);
    views(&bench, 3).await;
    let all = bench.list(ruiz).await;
    // As the first form had it: the slot is the folder's id behind a one.
    let mut tx = Tx::new();
    let prefix = [ruiz.id.octets().as_slice()];
    let places: Vec<AccountFolder> = store.range(&prefix, None, 99).await.unwrap();
    for place in places {
        tx.delete(&AccountFolder::at(place.account, place.slot));
        let mut slot = *place.folder.octets();
        slot[0] = 1;
        tx.put(&AccountFolder { slot, ..place });
    }
    store.commit(tx).await.unwrap();
    for again in [false, true] {
        if again {
            folders::make_up(store).await.unwrap();
            let reads = store.figures().reads;
            folders::find(store, ruiz, &all[0].name).await.unwrap();
            assert!(store.figures().reads - reads < 8);
        }
        assert_eq!(bench.list(ruiz).await, all);
        assert_eq!(folders::outline(store, ruiz).await.unwrap().len(), 1);
        for folder in &all {
            let found = folders::find(store, ruiz, &folder.name).await.unwrap();
            assert_eq!(found.as_ref(), Some(folder));
        }
    }
}

#[tokio::test]
async fn the_newest_rows_are_the_end_of_all_rows_with_the_same_flags() {
    let bench = Bench::new();
    let (store, ruiz) = (&bench.store, bench.ruiz.id);
    let folder = folders::shared(store);
    for _ in 0..7 {
        bench.file(Direction::Incoming, folder).await;
    }
    let mut held = store.hold_rows(folder, &[6], Some(ruiz)).await.unwrap();
    held.update(|_| System::SEEN.into());
    let mut tx = Tx::new();
    tx.flag(held);
    store.commit(tx).await.unwrap();
    for reader in [None, Some(ruiz)] {
        let all = store.rows(folder, reader).await.unwrap().rows;
        for (before, most, there) in [
            (None, 3, 4..7),
            (Some(6), 2, 3..5),
            (Some(2), 9, 0..1),
            (Some(1), 9, 0..0),
            (None, 9, 0..7),
        ] {
            let wanted: Vec<_> = all[there].iter().rev().cloned().collect();
            let latest = store.latest_rows(folder, reader, (before, most)).await;
            assert_eq!(latest.unwrap(), wanted, "{before:?} {most}");
        }
    }
}
