//! A disk as a power cut leaves it, rebuilt from the notes of `powercut.c`.
//!
//! The rules, stricter than any file system in use:
//! - A write or a cut counts once a sync of that file, begun after it, has
//!   succeeded. `sync_file_range` counts for nothing.
//! - A new name, a rename and a removal count once their folder was synced.
//!   Syncing a file does not keep its name.
//! - Of what was not synced, any part may be there: see [`Luck`].

use crate::harness::below;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

const SECTOR: usize = 512;
/// The engine's unit of writing.
const SEGMENT: u64 = 2 * 1024 * 1024;

/// What becomes of unsynced changes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Luck {
    /// All are lost.
    Nothing,
    /// All are there, as after a kill.
    Everything,
    /// Each change is there or not.
    Changes,
    /// Each sector of each write, and each change of a name, is there or not.
    Sectors,
}

impl Luck {
    pub(crate) const ALL: [Self; 4] = [
        Self::Nothing,
        Self::Everything,
        Self::Changes,
        Self::Sectors,
    ];

    fn spares(self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Changes | Self::Sectors => below(2) == 0,
        }
    }
}

/// One note.
pub(crate) struct Note {
    kind: u8,
    inode: u64,
    number: u64,
    first: Vec<u8>,
    second: Vec<u8>,
}

/// Reads the notes of one process. The last may be cut off.
pub(crate) fn notes(path: &Path) -> Vec<Note> {
    let octets = fs::read(path).unwrap();
    let (mut notes, mut rest) = (Vec::new(), octets.as_slice());
    while let Some((head, after)) = rest.split_first_chunk::<25>() {
        let long = |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().unwrap());
        let short = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().unwrap()) as usize;
        let (one, two) = (short(17), short(21));
        if after.len() < one + two {
            break;
        }
        notes.push(Note {
            kind: head[0],
            inode: long(1),
            number: long(9),
            first: after[..one].to_vec(),
            second: after[one..one + two].to_vec(),
        });
        rest = &after[one + two..];
    }
    notes
}

enum FileChange {
    Write(u64, Vec<u8>),
    Cut(u64),
}

enum NameChange {
    Added(String, usize),
    Removed(String),
    Renamed(String, String),
}

enum Node {
    File {
        synced: Vec<u8>,
        waiting: Vec<(usize, FileChange)>,
    },
    Folder {
        now: BTreeMap<String, usize>,
        synced: BTreeMap<String, usize>,
        waiting: Vec<(usize, NameChange)>,
    },
}

/// The disk so far.
pub(crate) struct Disk {
    nodes: Vec<Node>,
    inodes: HashMap<u64, usize>,
    /// Notes replayed, and how many there were before the present process.
    replayed: usize,
    base: usize,
    /// How often a segment of the engine was written over from its beginning.
    pub(crate) reused: usize,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self {
            nodes: vec![Node::folder()],
            inodes: HashMap::new(),
            replayed: 0,
            base: 0,
            reused: 0,
        }
    }

    /// The next notes come from another process, which counts anew.
    pub(crate) fn next_process(&mut self) {
        self.base = self.replayed;
    }

    /// Replays one note. An acknowledgement is handed back.
    pub(crate) fn replay(&mut self, note: &Note) -> Option<String> {
        let at = self.replayed;
        self.replayed += 1;
        let first = || String::from_utf8(note.first.clone()).unwrap();
        match note.kind {
            b'A' => return Some(first()),
            b'C' => self.add(
                &first(),
                note.inode,
                Node::File {
                    synced: Vec::new(),
                    waiting: Vec::new(),
                },
            ),
            b'M' => self.add(&first(), note.inode, Node::folder()),
            b'W' => self.change(
                note.inode,
                FileChange::Write(note.number, note.first.clone()),
            ),
            b'T' => self.change(note.inode, FileChange::Cut(note.number)),
            b'U' => {
                let (folder, name) = self.find(&first());
                self.rename_in(folder, NameChange::Removed(name), at);
            }
            b'R' => {
                let (folder, from) = self.find(&first());
                let (other, to) = self.find(&String::from_utf8(note.second.clone()).unwrap());
                assert_eq!(folder, other, "a rename across folders has no rule here");
                self.rename_in(folder, NameChange::Renamed(from, to), at);
            }
            b'S' => self.sync(
                note.inode,
                self.base + usize::try_from(note.number).unwrap(),
            ),
            other => panic!("an unknown note {other}"),
        }
        None
    }

    /// Writes what the cut left into a fresh folder.
    pub(crate) fn rebuild(&self, luck: Luck, target: &Path) {
        self.rebuild_node(0, luck, target);
    }

    fn rebuild_node(&self, node: usize, luck: Luck, target: &Path) {
        match &self.nodes[node] {
            Node::File { synced, waiting } => {
                let mut octets = synced.clone();
                for (_, change) in waiting {
                    change.apply_with(luck, &mut octets);
                }
                fs::write(target, octets).unwrap();
            }
            Node::Folder {
                synced, waiting, ..
            } => {
                let mut names = synced.clone();
                for (_, change) in waiting.iter().filter(|_| luck.spares()) {
                    change.apply(&mut names);
                }
                fs::create_dir(target).unwrap();
                for (name, child) in names {
                    self.rebuild_node(child, luck, &target.join(name));
                }
            }
        }
    }

    fn add(&mut self, path: &str, inode: u64, node: Node) {
        if path.is_empty() {
            // The data folder itself is taken as given.
            self.inodes.insert(inode, 0);
            return;
        }
        let (folder, name) = self.find(path);
        self.nodes.push(node);
        let id = self.nodes.len() - 1;
        self.inodes.insert(inode, id);
        self.rename_in(folder, NameChange::Added(name, id), self.replayed - 1);
    }

    fn change(&mut self, inode: u64, change: FileChange) {
        let at = self.replayed - 1;
        match self.inodes.get(&inode).map(|id| &mut self.nodes[*id]) {
            Some(Node::File { synced, waiting }) => {
                if let FileChange::Write(start, _) = change {
                    let again = start % SEGMENT == 0 && start < synced.len() as u64;
                    self.reused += usize::from(again && synced.len() as u64 > SEGMENT);
                }
                waiting.push((at, change));
            }
            _ => panic!("a change to a file that was never made"),
        }
    }

    fn rename_in(&mut self, folder: usize, change: NameChange, at: usize) {
        let Node::Folder { now, waiting, .. } = &mut self.nodes[folder] else {
            panic!("not a folder")
        };
        change.apply(now);
        waiting.push((at, change));
    }

    fn sync(&mut self, inode: u64, before: usize) {
        let Some(id) = self.inodes.get(&inode) else {
            return;
        };
        match &mut self.nodes[*id] {
            Node::File { synced, waiting } => {
                let rest = waiting
                    .iter()
                    .position(|(at, _)| *at >= before)
                    .unwrap_or(waiting.len());
                for (_, change) in waiting.drain(..rest) {
                    change.apply(synced);
                }
            }
            Node::Folder {
                synced, waiting, ..
            } => {
                let rest = waiting
                    .iter()
                    .position(|(at, _)| *at >= before)
                    .unwrap_or(waiting.len());
                for (_, change) in waiting.drain(..rest) {
                    change.apply(synced);
                }
            }
        }
    }

    /// The folder a path stands in now, and its name there.
    fn find(&self, path: &str) -> (usize, String) {
        let mut folder = 0;
        let mut parts: Vec<&str> = path.split('/').collect();
        let name = parts.pop().unwrap().to_owned();
        for part in parts {
            let Node::Folder { now, .. } = &self.nodes[folder] else {
                panic!("not a folder")
            };
            folder = now[part];
        }
        (folder, name)
    }
}

impl Node {
    fn folder() -> Self {
        Self::Folder {
            now: BTreeMap::new(),
            synced: BTreeMap::new(),
            waiting: Vec::new(),
        }
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Added(name, id) => drop(names.insert(name.clone(), *id)),
            Self::Removed(name) => drop(names.remove(name)),
            Self::Renamed(from, to) => {
                // The name it comes from may itself have been lost.
                if let Some(id) = names.remove(from) {
                    names.insert(to.clone(), id);
                }
            }
        }
    }
}

impl FileChange {
    fn apply(&self, octets: &mut Vec<u8>) {
        match self {
            Self::Cut(length) => octets.resize(usize::try_from(*length).unwrap(), 0),
            Self::Write(at, data) => place(octets, usize::try_from(*at).unwrap(), data),
        }
    }

    fn apply_with(&self, luck: Luck, octets: &mut Vec<u8>) {
        match (luck, self) {
            (Luck::Sectors, Self::Write(at, data)) => {
                let mut at = usize::try_from(*at).unwrap();
                let mut rest = data.as_slice();
                while !rest.is_empty() {
                    let length = (SECTOR - at % SECTOR).min(rest.len());
                    if luck.spares() {
                        place(octets, at, &rest[..length]);
                    }
                    (at, rest) = (at + length, &rest[length..]);
                }
            }
            _ if luck.spares() => self.apply(octets),
            _ => {}
        }
    }
}

fn place(octets: &mut Vec<u8>, at: usize, data: &[u8]) {
    if octets.len() < at + data.len() {
        octets.resize(at + data.len(), 0);
    }
    octets[at..at + data.len()].copy_from_slice(data);
}

#[cfg(test)]
mod tests {
    use super::{Disk, Luck, Note};
    use std::fs;

    fn note(kind: u8, inode: u64, number: u64, first: &str, second: &str) -> Note {
        Note {
            kind,
            inode,
            number,
            first: first.into(),
            second: second.into(),
        }
    }

    #[test]
    fn only_what_was_synced_is_left_and_luck_may_spare_the_rest() {
        let mut disk = Disk::new();
        for note in [
            note(b'M', 1, 0, "", ""),
            note(b'C', 2, 0, "kept", ""),
            note(b'W', 2, 0, "old", ""),
            note(b'S', 2, 3, "", ""),
            note(b'S', 1, 4, "", ""),
            note(b'W', 2, 0, "new", ""),
            note(b'C', 3, 0, "lost", ""),
            note(b'R', 0, 0, "kept", "moved"),
        ] {
            assert!(disk.replay(&note).is_none());
        }
        let folder = tempfile::tempdir().unwrap();
        let (none, all) = (folder.path().join("none"), folder.path().join("all"));
        disk.rebuild(Luck::Nothing, &none);
        assert_eq!(fs::read(none.join("kept")).unwrap(), b"old");
        assert_eq!(fs::read_dir(&none).unwrap().count(), 1);
        disk.rebuild(Luck::Everything, &all);
        assert_eq!(fs::read(all.join("moved")).unwrap(), b"new");
        assert!(all.join("lost").exists() && !all.join("kept").exists());
    }
}
