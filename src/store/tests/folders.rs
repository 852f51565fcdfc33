//! Folders: entries, flags, what is gone, and what a restart leaves of them.

use super::Bench;
use crate::model::{AccountId, Flags, Keyword, MailboxId, MessageId, System};
use crate::store::backing::{Backing, Batch, Piece, Write};
use crate::store::{Change, Error, Row, Store, Table, Tx, samples};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};
use std::collections::{BTreeMap, BTreeSet};

const FOLDER: MailboxId = MailboxId::from_octets([7; 16]);

async fn file(store: &Store, flags: Flags) -> (u32, MessageId) {
    let message = MessageId::new(store.clock().now());
    let mut tx = Tx::new();
    tx.file(FOLDER, message, flags, None);
    let receipt = store.commit(tx).await.unwrap();
    (receipt.uids()[0], message)
}

/// Sets the flags of one row to what `change` makes of them.
async fn flag(
    store: &Store,
    (uid, reader): (u32, Option<AccountId>),
    change: impl Fn(&mut Flags),
) -> Result<(), Error> {
    let mut held = store.hold_rows(FOLDER, &[uid], reader).await?;
    held.update(|row| {
        let mut flags = row.flags.clone();
        change(&mut flags);
        flags
    });
    let mut tx = Tx::new();
    tx.flag(held);
    store.commit(tx).await.map(drop)
}

async fn vanish(store: &Store, gone: &[(u32, MessageId)]) -> Result<(), Error> {
    let mut tx = Tx::new();
    tx.vanish(FOLDER, gone);
    store.commit(tx).await.map(drop)
}

async fn row(store: &Store, uid: u32, reader: Option<AccountId>) -> Row {
    let one = store.row(FOLDER, uid, reader).await.unwrap().unwrap();
    let all = store.rows(FOLDER, reader).await.unwrap().rows;
    let same = all.into_iter().find(|row| row.uid == uid).unwrap();
    assert_eq!(one, same, "one row alone and among all");
    one
}

fn word(text: &str) -> Flags {
    let mut flags = Flags::default();
    flags.insert(Keyword::new(text).unwrap());
    flags
}

#[tokio::test]
async fn flags_and_times_are_as_they_were_set_also_after_a_restart() {
    let bench = Bench::new();
    let store = bench.create();
    let long_ago = Timestamp::from_millisecond(1_000_000_000_123).unwrap();
    let message = MessageId::new(store.clock().now());
    let mut tx = Tx::new();
    tx.file(FOLDER, message, System::DRAFT.into(), Some(long_ago));
    store.commit(tx).await.unwrap();
    let (second, _) = file(&store, Flags::default()).await;
    flag(&store, (second, None), |flags| {
        flags.add(&word("$Forwarded"));
        flags.system = System::SEEN.with(System::ANSWERED);
    })
    .await
    .unwrap();
    let before = store.rows(FOLDER, None).await.unwrap();
    drop(store);
    let store = bench.open();
    let rows = store.rows(FOLDER, None).await.unwrap();
    assert_eq!(rows, before);
    assert_eq!((rows.uidnext, rows.highest_modseq), (3, 4));
    let first = row(&store, 1, None).await;
    assert_eq!((first.filed, first.message), (long_ago, message));
    assert_eq!((first.flags, first.modseq), (System::DRAFT.into(), 2));
    let second = row(&store, 2, None).await;
    assert!(second.flags.has_keyword("$forwarded"));
    assert_eq!(second.flags.system, System::SEEN.with(System::ANSWERED));
    assert_eq!(second.modseq, 4);
    assert_eq!(store.row(FOLDER, 3, None).await.unwrap(), None);
    assert!(store.verify().await.unwrap().is_clean());
}

#[tokio::test]
async fn flags_that_somebody_changed_meanwhile_are_not_overwritten() {
    let bench = Bench::new();
    let store = bench.create();
    let (uid, message) = file(&store, Flags::default()).await;
    for round in 0..3 {
        let mut mine = store.hold_rows(FOLDER, &[uid, 99], None).await.unwrap();
        assert_eq!(mine.rows().count(), 1);
        mine.update(|_| word("mine"));
        match round {
            // The first record of flags, then another in its place, then none.
            0 | 1 => flag(&store, (uid, None), |flags| {
                flags.add(&word(&format!("theirs{round}")));
            })
            .await
            .unwrap(),
            _ => vanish(&store, &[(uid, message)]).await.unwrap(),
        }
        let mut tx = Tx::new();
        tx.flag(mine);
        assert_eq!(
            store.commit(tx).await,
            Err(Error::Conflict),
            "round {round}"
        );
    }
    assert!(store.rows(FOLDER, None).await.unwrap().rows.is_empty());
    assert_eq!(
        vanish(&store, &[(uid, message)]).await,
        Err(Error::Conflict)
    );
}

#[tokio::test]
async fn flags_of_an_entry_that_never_had_any_are_not_set_once_it_is_gone() {
    let bench = Bench::new();
    let store = bench.create();
    let (uid, message) = file(&store, Flags::default()).await;
    let mut mine = store.hold_rows(FOLDER, &[uid], None).await.unwrap();
    mine.update(|_| System::SEEN.into());
    vanish(&store, &[(uid, message)]).await.unwrap();
    let mut tx = Tx::new();
    tx.flag(mine);
    assert_eq!(store.commit(tx).await, Err(Error::Conflict));
}

#[tokio::test]
async fn what_changes_nothing_draws_no_number() {
    let bench = Bench::new();
    let store = bench.create();
    let (uid, _) = file(&store, System::SEEN.into()).await;
    let before = store.folder_numbers(FOLDER).await.unwrap();
    flag(&store, (uid, None), |flags| {
        flags.add(&System::SEEN.into());
    })
    .await
    .unwrap();
    vanish(&store, &[]).await.unwrap();
    assert_eq!(store.folder_numbers(FOLDER).await.unwrap(), before);
    assert_eq!(store.newest_change().await.unwrap(), 1);
}

#[tokio::test]
async fn in_the_shared_mailbox_each_account_has_read_what_it_has_read() {
    let bench = Bench::new();
    let store = bench.create();
    let (ann, bob) = (
        Some(AccountId::from_octets([1; 16])),
        Some(AccountId::from_octets([2; 16])),
    );
    let (uid, message) = file(&store, Flags::default()).await;
    let (other, _) = file(&store, System::SEEN.into()).await;
    flag(&store, (uid, ann), |flags| {
        flags.system = System::SEEN.with(System::FLAGGED);
    })
    .await
    .unwrap();
    let seen = |row: &Row| row.flags.system.contains(System::SEEN);
    let anns = row(&store, uid, ann).await;
    assert!(seen(&anns));
    let bobs = row(&store, uid, bob).await;
    assert_eq!(bobs.flags, System::FLAGGED.into());
    assert_eq!(anns.modseq, bobs.modseq);
    // Bob takes the mark away; Ann has still read it.
    flag(&store, (uid, bob), |flags| flags.set(&word("done")))
        .await
        .unwrap();
    let anns = row(&store, uid, ann).await;
    assert!(seen(&anns) && anns.flags.has_keyword("done"));
    assert!(!anns.flags.system.contains(System::FLAGGED));
    assert!(!seen(&row(&store, uid, bob).await));
    // What was filed as read counts as read until somebody says otherwise.
    flag(&store, (other, ann), |flags| flags.set(&Flags::default()))
        .await
        .unwrap();
    flag(&store, (other, ann), |flags| flags.set(&word("x")))
        .await
        .unwrap();
    assert!(!seen(&row(&store, other, ann).await));
    assert!(seen(&row(&store, other, bob).await));
    // What goes takes everybody's marks with it.
    vanish(&store, &[(uid, message)]).await.unwrap();
    let flags = store.verify().await.unwrap().tables;
    let flags = flags.iter().find(|t| t.table == Table::Flags).unwrap();
    assert_eq!((flags.good, flags.damaged), (2, 0));
}

#[tokio::test]
async fn what_is_gone_is_remembered_and_its_uid_is_not_given_again() {
    let bench = Bench::new();
    let store = bench.create();
    let mut filed = Vec::new();
    for _ in 0..5 {
        filed.push(file(&store, Flags::default()).await);
    }
    let before = store.folder_numbers(FOLDER).await.unwrap().1;
    vanish(&store, &[filed[4], filed[1], filed[1]])
        .await
        .unwrap();
    let between = store.folder_numbers(FOLDER).await.unwrap().1;
    assert_eq!(between, before + 1);
    let mut tx = Tx::new();
    tx.vanish(FOLDER, &filed[..1]);
    tx.vanish(FOLDER, &filed[2..4]);
    let receipt = store.commit(tx).await.unwrap();
    drop(store);
    let store = bench.open();
    assert_eq!(store.vanished(FOLDER, 0).await.unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(
        store.vanished(FOLDER, before).await.unwrap(),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(store.vanished(FOLDER, between).await.unwrap(), [1, 3, 4]);
    assert!(
        store
            .vanished(FOLDER, between + 2)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(store.rows(FOLDER, None).await.unwrap().rows.is_empty());
    assert!(store.placed(filed[1].1).await.unwrap().is_empty());
    let (uid, message) = file(&store, Flags::default()).await;
    assert_eq!(uid, 6);
    assert_eq!(store.placed(message).await.unwrap(), [(FOLDER, 6)]);
    let changes = store.changes(5, 99).await.unwrap().unwrap();
    assert_eq!(changes[0].1, Change::Gone(FOLDER, vec![2, 5]));
    assert_eq!(
        changes[2],
        (receipt.change(), Change::Gone(FOLDER, vec![3, 4]))
    );
    assert!(store.verify().await.unwrap().is_clean());
}

#[tokio::test]
async fn a_message_is_found_in_every_folder_it_stands_in() {
    let bench = Bench::new();
    let store = bench.create();
    let other = MailboxId::from_octets([9; 16]);
    let message = MessageId::new(store.clock().now());
    let mut tx = Tx::new();
    for folder in [FOLDER, other, FOLDER] {
        tx.file(folder, message, Flags::default(), None);
    }
    assert_eq!(store.commit(tx).await.unwrap().uids(), [1, 1, 2]);
    let placed = store.placed(message).await.unwrap();
    assert_eq!(placed, [(FOLDER, 1), (FOLDER, 2), (other, 1)]);
    let mut tx = Tx::new();
    tx.clear(FOLDER, &[(1, message), (8, message)]);
    store.commit(tx).await.unwrap();
    assert_eq!(store.placed(message).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_entry_of_the_first_form_is_read_with_its_time_and_seen() {
    let bench = Bench::new();
    let store = bench.create();
    let prefix = Table::Entry.key(&[FOLDER.octets()]);
    let message = MessageId::new(store.clock().now());
    let at = store.clock().now() + SignedDuration::from_millis(250);
    for (uid, seen) in [(1_u64, true), (2, false)] {
        let plain = postcard::to_stdvec(&(message, at, seen)).unwrap();
        let mut value = store.inner.vault.seal(1, &prefix, &plain).unwrap();
        value.extend(uid.to_be_bytes());
        let mut batch = Batch::default();
        batch.put([prefix.as_slice(), &uid.to_be_bytes()].concat(), value);
        for name in [b"uid".as_slice(), b"modseq"] {
            batch.draw(Table::Counter.key(&[name, FOLDER.octets()]));
        }
        store.inner.engine.commit(batch).await.unwrap();
    }
    let rows = store.rows(FOLDER, None).await.unwrap();
    assert_eq!((rows.uidnext, rows.highest_modseq), (3, 3));
    let seen: Vec<bool> = rows
        .rows
        .iter()
        .map(|row| row.flags.system.contains(System::SEEN))
        .collect();
    assert_eq!(seen, [true, false]);
    assert!(
        rows.rows
            .iter()
            .all(|row| row.filed == at && row.message == message)
    );
    assert!(store.verify().await.unwrap().is_clean());
    flag(&store, (1, None), |flags| flags.set(&word("new")))
        .await
        .unwrap();
    assert_eq!(row(&store, 1, None).await.flags, word("new"));
    // An entry of a form that is not known yet is no damage.
    let newer = store.inner.vault.seal(3, &prefix, b"?").unwrap();
    let mut batch = Batch::default();
    let newer = vec![Piece::Octets([newer, vec![0; 8]].concat())];
    let key = vec![Piece::Octets(
        [prefix.as_slice(), &2_u64.to_be_bytes()].concat(),
    )];
    batch.write.push(Write::Put(key, newer));
    store.inner.engine.commit(batch).await.unwrap();
    assert_eq!(store.rows(FOLDER, None).await, Err(Error::Newer));
}

#[tokio::test]
async fn a_damaged_entry_or_its_flags_are_set_aside_and_the_folder_is_read() {
    let bench = Bench::new();
    let store = bench.create();
    for _ in 0..3 {
        let (uid, _) = file(&store, System::FLAGGED.into()).await;
        flag(&store, (uid, None), |flags| flags.set(&word("set")))
            .await
            .unwrap();
    }
    let place = [FOLDER.octets().as_slice(), &1_u64.to_be_bytes()].concat();
    samples::damage(&store, &Table::Entry.key(&[&place])).await;
    let place = [FOLDER.octets().as_slice(), &2_u64.to_be_bytes(), &[0; 16]].concat();
    samples::damage(&store, &Table::Flags.key(&[&place])).await;
    let found = store.verify().await.unwrap().tables;
    assert_eq!(found.iter().map(|t| t.damaged).sum::<u64>(), 2);
    let rows = store.rows(FOLDER, None).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.uid).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(rows[0].flags, System::FLAGGED.into());
    assert_eq!(rows[1].flags, word("set"));
    assert!(store.verify().await.unwrap().is_clean());
}

#[tokio::test]
async fn compacting_keeps_folders_whole() {
    let bench = Bench::new();
    let store = bench.create();
    let mut filed = Vec::new();
    for _ in 0..20 {
        filed.push(file(&store, Flags::default()).await);
    }
    vanish(&store, &filed[..10]).await.unwrap();
    flag(&store, (filed[15].0, None), |flags| {
        flags.set(&word("kept"))
    })
    .await
    .unwrap();
    let before = store.rows(FOLDER, None).await.unwrap();
    store.compact().await.unwrap();
    drop(store);
    let store = bench.open();
    assert_eq!(store.rows(FOLDER, None).await.unwrap(), before);
    assert_eq!(store.vanished(FOLDER, 0).await.unwrap().len(), 10);
    assert_eq!(store.placed(filed[15].1).await.unwrap(), [(FOLDER, 16)]);
    assert_eq!(file(&store, Flags::default()).await.0, 21);
}

#[tokio::test]
async fn ten_thousand_rows_are_read_whole_and_in_order() {
    let bench = Bench::new();
    let store = bench.create();
    for _ in 0..10 {
        let mut tx = Tx::new();
        for _ in 0..1000 {
            let message = MessageId::new(store.clock().now());
            tx.file(FOLDER, message, Flags::default(), None);
        }
        store.commit(tx).await.unwrap();
    }
    let uids: Vec<u32> = (1..=10_000).filter(|uid| uid % 2 == 0).collect();
    let mut change = store.hold_rows(FOLDER, &uids, None).await.unwrap();
    change.update(|_| System::SEEN.into());
    let mut tx = Tx::new();
    tx.flag(change);
    store.commit(tx).await.unwrap();
    let rows = store.rows(FOLDER, None).await.unwrap().rows;
    assert_eq!(rows.len(), 10_000);
    for (uid, row) in (1..).zip(&rows) {
        assert_eq!(row.uid, uid);
        let seen = row.flags.system.contains(System::SEEN);
        assert_eq!(seen, uid % 2 == 0);
        assert_eq!(row.modseq, if seen { 10_002 } else { u64::from(uid) + 1 });
    }
    // A change of that many UIDs is longer than a piece.
    let changes = store.changes(10_000, 9).await.unwrap().unwrap();
    assert_eq!(changes, [(10_001, Change::Flags(FOLDER, uids))]);
}

/// What clients do to a folder.
#[derive(Clone, Debug)]
enum Deed {
    File,
    Flag(usize, u8),
    Vanish(usize, usize),
    Reopen,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        4 => any::<bool>().prop_map(|_| Deed::File),
        4 => (any::<usize>(), 0..32_u8).prop_map(|(at, bits)| Deed::Flag(at, bits)),
        2 => (any::<usize>(), 1..4_usize).prop_map(|(at, many)| Deed::Vanish(at, many)),
        1 => any::<bool>().prop_map(|_| Deed::Reopen),
    ];
    proptest::collection::vec(deed, 1..30)
}

/// What must be so, whatever was done.
#[derive(Default)]
struct Model {
    rows: BTreeMap<u32, (MessageId, Flags)>,
    gone: BTreeSet<u32>,
    given: u32,
    modseq: u64,
}

fn system(bits: u8) -> Flags {
    let all = [
        System::SEEN,
        System::ANSWERED,
        System::FLAGGED,
        System::DELETED,
        System::DRAFT,
    ];
    let set = (0..5).filter(|n| bits >> n & 1 == 1).map(|n| all[n]);
    set.fold(System::default(), System::with).into()
}

impl Model {
    fn some(&self, at: usize, many: usize) -> Vec<(u32, MessageId)> {
        let skip = at % self.rows.len().max(1);
        let rows = self.rows.iter().skip(skip).take(many);
        rows.map(|(uid, (message, _))| (*uid, *message)).collect()
    }

    async fn act(&mut self, store: &Store, deed: &Deed) {
        match *deed {
            Deed::File => {
                let (uid, message) = file(store, Flags::default()).await;
                assert_eq!(uid, self.given + 1, "a UID was given twice or left out");
                self.given = uid;
                self.rows.insert(uid, (message, Flags::default()));
            }
            Deed::Flag(at, bits) => {
                for (uid, _) in self.some(at, 1) {
                    let flags = system(bits);
                    flag(store, (uid, None), |own| own.set(&flags))
                        .await
                        .unwrap();
                    self.rows.get_mut(&uid).unwrap().1 = flags;
                }
            }
            Deed::Vanish(at, many) => {
                let gone = self.some(at, many);
                vanish(store, &gone).await.unwrap();
                for (uid, _) in gone {
                    self.rows.remove(&uid);
                    self.gone.insert(uid);
                }
            }
            Deed::Reopen => {}
        }
    }

    async fn check(&mut self, store: &Store) {
        let rows = store.rows(FOLDER, None).await.unwrap();
        let found: Vec<_> = rows
            .rows
            .iter()
            .map(|row| (row.uid, (row.message, row.flags.clone())))
            .collect();
        let expected: Vec<_> = self.rows.clone().into_iter().collect();
        assert_eq!(found, expected);
        assert_eq!(rows.uidnext, self.given + 1);
        assert!(rows.highest_modseq >= self.modseq, "a mod-sequence fell");
        assert!(
            rows.rows
                .iter()
                .all(|row| row.modseq <= rows.highest_modseq)
        );
        self.modseq = rows.highest_modseq;
        let gone = store.vanished(FOLDER, 0).await.unwrap();
        assert_eq!(gone, self.gone.iter().copied().collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_clients_do_numbers_rise_flags_last_and_what_is_gone_stays_known(deeds in deeds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let clean = runtime.block_on(async {
            let bench = Bench::new();
            let (mut store, mut model) = (bench.create(), Model::default());
            for deed in deeds {
                if matches!(deed, Deed::Reopen) {
                    drop(store);
                    store = bench.open();
                }
                model.act(&store, &deed).await;
                model.check(&store).await;
            }
            store.verify().await.unwrap().is_clean()
        });
        prop_assert!(clean);
    }
}

#[tokio::test]
async fn old_changes_are_forgotten_and_whoever_follows_them_is_told() {
    let bench = Bench::new();
    let store = bench.create();
    for _ in 0..2_500 {
        let mut tx = Tx::new();
        tx.change(Change::Folders(AccountId::from_octets([1; 16])));
        tx.change(Change::Account(AccountId::from_octets([1; 16])));
        store.commit(tx).await.unwrap();
    }
    assert_eq!(store.changes(0, 1).await.unwrap().unwrap()[0].0, 1);
    store.forget_changes(10_000).await.unwrap();
    assert_eq!(store.changes(0, 1).await.unwrap().unwrap()[0].0, 1);
    store.forget_changes(700).await.unwrap();
    for (after, next) in [
        (0, None),
        (4_299, None),
        (4_300, Some(4_301)),
        (4_998, Some(4_999)),
    ] {
        let changes = store.changes(after, 9).await.unwrap();
        assert_eq!(changes.map(|c| c[0].0), next, "after {after}");
    }
    drop(store);
    let store = bench.open();
    assert_eq!(store.changes(7, 9).await.unwrap(), None);
    assert_eq!(store.changes(5_000, 9).await.unwrap(), Some(Vec::new()));
    let left = store.verify().await.unwrap().tables;
    let left = left.iter().find(|t| t.table == Table::Change).unwrap();
    assert_eq!((left.good, left.damaged), (700, 0));
}

#[tokio::test]
async fn what_is_gone_for_long_is_put_together_and_nobody_misses_any_of_it() {
    let bench = Bench::new();
    let store = bench.create();
    let mut filed = Vec::new();
    for _ in 0..60 {
        filed.push(file(&store, Flags::default()).await);
    }
    let (mut marks, mut gone) = (Vec::new(), Vec::new());
    for n in 0..30 {
        marks.push((store.folder_numbers(FOLDER).await.unwrap().1, gone.clone()));
        // Every other one, so that what is left stands between them.
        vanish(&store, &filed[2 * n..=2 * n]).await.unwrap();
        gone.push(filed[2 * n].0);
    }
    let exact = |after: &[u32]| -> Vec<u32> {
        gone.iter()
            .copied()
            .filter(|uid| !after.contains(uid))
            .collect()
    };
    let records = async |store: &Store| {
        let tables = store.verify().await.unwrap().tables;
        let table = tables.iter().find(|t| t.table == Table::Vanished).unwrap();
        assert_eq!(table.damaged, 0);
        table.good
    };
    store.join_vanished(FOLDER, 30).await.unwrap();
    assert_eq!(records(&store).await, 30, "there is room for them");
    for again in 0..3 {
        store.join_vanished(FOLDER, 20).await.unwrap();
        assert_eq!(records(&store).await, 11, "{again}");
        for (n, (mark, before)) in marks.iter().enumerate() {
            let told = store.vanished(FOLDER, *mark).await.unwrap();
            if n >= 20 {
                assert_eq!(told, exact(before), "since expunge {n}");
            } else {
                assert_eq!(told, gone, "since expunge {n}");
            }
        }
    }
    drop(store);
    let store = bench.open();
    assert_eq!(store.vanished(FOLDER, 0).await.unwrap(), gone);
}
