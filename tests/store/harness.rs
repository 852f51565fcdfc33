//! What the proofs share: the work that is done, and the check that it is there.

use sealpost::model::{
    Actor, Address, Clock, ContentId, Direction, Event, EventKind, Flags, Head, JobId, Lane,
    Mailbox, MailboxId, MessageId, System, secret,
};
use sealpost::store::records::{Due, Message, ThreadId};
use sealpost::store::{Change, OpenError, RootKey, Settings, Store, Tx};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Stands in every content, subject and address; must never stand on the disk.
pub(crate) const CANARY: &str = "canary-of-a-patient";

/// A data folder and its key, side by side in a folder of their own.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        RootKey::generate().write(&place.key()).unwrap();
        place
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("data")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("root.key")
    }

    pub(crate) fn create(&self) -> Store {
        let root = RootKey::read(&self.key()).unwrap();
        let settings = Settings {
            path: self.data(),
            minimum_free: 0,
        };
        Store::create(&settings, &root, Clock::System).unwrap()
    }

    pub(crate) fn open(&self) -> Store {
        open(&self.data(), &self.key(), "afterwards")
    }
}

pub(crate) fn open(data: &Path, key: &Path, when: &str) -> Store {
    let root = RootKey::read(key).unwrap();
    let settings = Settings {
        path: data.to_path_buf(),
        minimum_free: 0,
    };
    // A child that another test is just starting holds our files, and so their
    // locks, between its fork and its exec.
    for _ in 0..1000 {
        match Store::open(&settings, &root, Clock::System) {
            Err(OpenError::Locked { .. }) => {}
            Err(OpenError::Damaged { reason, .. }) if reason.contains("lock") => {}
            Ok(store) => return store,
            Err(error) => panic!("{when}: {error}"),
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    panic!("{when}: {} stays locked", data.display());
}

pub(crate) fn folder() -> MailboxId {
    MailboxId::from_octets([7; 16])
}

/// A number below `end`.
pub(crate) fn below(end: usize) -> usize {
    usize::try_from(u64::from_be_bytes(secret::random()) % u64::try_from(end).unwrap()).unwrap()
}

/// What content `id` holds: the canary, then octets that follow from the id.
pub(crate) fn body(id: ContentId, length: usize) -> Vec<u8> {
    let mut state = u64::from_be_bytes(id.octets()[8..].try_into().unwrap()) | 1;
    let mut octets = CANARY.as_bytes().to_vec();
    while octets.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        octets.extend(state.to_be_bytes());
    }
    octets.truncate(length);
    octets
}

/// Accepts a message as a submission would; the line that acknowledges it.
pub(crate) async fn accept(store: &Store, length: usize) -> (MessageId, ContentId, u32, String) {
    let now = store.clock().now();
    let id = MessageId::new(now);
    let mut writer = store.write_content();
    let content = writer.id();
    for part in body(content, length).chunks(20_000) {
        writer.write(part).await.unwrap();
    }
    let finished = writer.finish().await.unwrap();
    let address = Address::parse(&format!("{CANARY}@example.com")).unwrap();
    let from = Mailbox {
        name: Some(CANARY.to_owned()),
        address,
    };
    let head = Head {
        subject: CANARY.to_owned(),
        from: Some(from),
        ..Head::default()
    };
    let message = Message {
        id,
        direction: Direction::Outgoing,
        account: None,
        thread: ThreadId(secret::random()),
        accepted: now,
        size: u64::try_from(length).unwrap(),
        content,
        head: finished.seal_head(&head),
        digest: [0; 32],
        recipients: 1,
        protected: true,
        dispatched: false,
        ret: None,
        envid: Some(CANARY.to_owned()),
        lasts: None,
        answers: None,
        purged: None,
        receipt: false,
    };
    let mut tx = Tx::new();
    tx.attach(finished);
    tx.insert(&message);
    tx.insert(&Due {
        lane: Lane::Notice,
        due: now,
        job: JobId::new(now),
        lease: None,
    });
    tx.file(folder(), id, Flags::default(), None);
    tx.change(Change::Message(id));
    tx.audit(Event::new(Actor::Gateway, EventKind::Submit, id).noted(CANARY));
    let uid = store.commit(tx).await.unwrap().uids()[0];
    let kept = format!("kept {id} {content} {length} {uid}\n");
    (id, content, uid, kept)
}

/// Sets flags on the entry of a message, as a client would.
pub(crate) async fn flag(store: &Store, id: MessageId, uid: u32) -> String {
    let flags = Flags::from(System::SEEN.with(System::FLAGGED));
    let mut change = store.hold_rows(folder(), &[uid], None).await.unwrap();
    change.update(|_| flags.clone());
    let mut tx = Tx::new();
    tx.flag(change);
    store.commit(tx).await.unwrap();
    format!("flagged {id} {uid}\n")
}

/// Takes the entry of a message out of its folder; the message stays.
pub(crate) async fn vanish(store: &Store, id: MessageId, uid: u32) -> String {
    let mut tx = Tx::new();
    tx.vanish(folder(), &[(uid, id)]);
    store.commit(tx).await.unwrap();
    format!("vanished {id} {uid}\n")
}

/// Destroys a message.
pub(crate) async fn purge(store: &Store, id: MessageId, content: ContentId) -> String {
    let mut tx = Tx::new();
    tx.purge(content);
    tx.delete(&Message::at(id));
    tx.audit(Event::new(Actor::Gateway, EventKind::Purge, id));
    store.commit(tx).await.unwrap();
    format!("purged {id}\n")
}

/// What the acknowledgements say must be there, and must not.
#[derive(Clone, Default)]
pub(crate) struct Promises {
    kept: HashMap<MessageId, (ContentId, usize, u32)>,
    purged: Vec<MessageId>,
    flagged: HashSet<u32>,
    /// Entries that may be gone, and those that are.
    leaving: HashSet<u32>,
    vanished: BTreeSet<u32>,
}

impl Promises {
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Takes one line of a child's. A line that was cut off promises nothing.
    pub(crate) fn take(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match *words.as_slice() {
            ["kept", id, content, length, uid] => {
                let kept = (
                    content.parse().unwrap(),
                    length.parse().unwrap(),
                    uid.parse().unwrap(),
                );
                self.kept.insert(id.parse().unwrap(), kept);
            }
            ["purging", id] => drop(self.kept.remove(&id.parse().unwrap())),
            ["purged", id] => self.purged.push(id.parse().unwrap()),
            ["flagged", _, uid] => drop(self.flagged.insert(uid.parse().unwrap())),
            ["vanishing", _, uid] => drop(self.leaving.insert(uid.parse().unwrap())),
            ["vanished", _, uid] => drop(self.vanished.insert(uid.parse().unwrap())),
            _ => {}
        }
    }

    /// Every promise is held, octet for octet, and everything verifies.
    pub(crate) async fn check(&self, store: &Store, when: &str) {
        self.check_folder(store, when).await;
        for (id, (content, length, _)) in &self.kept {
            kept(store, *id, (*content, *length), when).await;
        }
        for id in &self.purged {
            let found = store.get(&Message::at(*id)).await.unwrap();
            assert!(found.is_none(), "{when}: {id} came back");
        }
        let found = store.verify().await.unwrap();
        assert!(found.is_clean(), "{when}: {found:?}");
    }

    /// What was filed and stayed is there and found, flags have lasted, what is
    /// gone is known, and no UID came back.
    async fn check_folder(&self, store: &Store, when: &str) {
        let rows = store.rows(folder(), None).await.unwrap();
        let both = System::SEEN.with(System::FLAGGED);
        for row in &rows.rows {
            let lost = self.flagged.contains(&row.uid) && !row.flags.system.contains(both);
            assert!(!lost, "{when}: UID {} lost its flags", row.uid);
            assert!(row.uid < rows.uidnext && row.modseq <= rows.highest_modseq);
        }
        let gone = store.vanished(folder(), 0).await.unwrap();
        let gone: BTreeSet<u32> = gone.into_iter().collect();
        let known = gone.is_superset(&self.vanished);
        assert!(known, "{when}: a vanished UID is forgotten");
        let filed: HashMap<u32, MessageId> = rows.rows.iter().map(|r| (r.uid, r.message)).collect();
        let back = gone.iter().find(|uid| filed.contains_key(uid));
        assert_eq!(back, None, "{when}: a UID came back");
        let stayed = self.kept.iter().map(|(id, (_, _, uid))| (id, uid));
        for (id, uid) in stayed.filter(|(_, uid)| !self.leaving.contains(uid)) {
            assert_eq!(filed.get(uid), Some(id), "{when}: {id} is not filed");
            let placed = store.placed(*id).await.unwrap();
            assert_eq!(placed, [(folder(), *uid)], "{when}: {id} is not found");
        }
    }
}

/// A message is there with its head and its content.
async fn kept(store: &Store, id: MessageId, (content, length): (ContentId, usize), when: &str) {
    let message = store.get(&Message::at(id)).await.unwrap();
    let message = message.unwrap_or_else(|| panic!("{when}: {id} was acknowledged and is gone"));
    assert_eq!(message.content, content);
    let reader = store.open_content(content).await.unwrap();
    let reader = reader.unwrap_or_else(|| panic!("{when}: the content of {id} is gone"));
    assert_eq!(reader.open_head(&message.head).unwrap().subject, CANARY);
    let mut octets = Vec::new();
    while octets.len() < length {
        octets.extend(reader.read(octets.len() as u64, usize::MAX).await.unwrap());
    }
    assert!(
        octets == body(content, length),
        "{when}: the content of {id} differs"
    );
}

/// The files below a folder.
pub(crate) fn files(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let entry = entry.unwrap().path();
        if entry.is_dir() {
            found.extend(files(&entry))
        } else {
            found.push(entry)
        }
    }
    found
}

/// No file below `path` holds the canary.
pub(crate) fn nothing_readable(path: &Path) {
    for file in files(path) {
        let octets = std::fs::read(&file).unwrap();
        let found = octets.windows(CANARY.len()).any(|w| w == CANARY.as_bytes());
        assert!(!found, "{} holds clear text", file.display());
    }
}
