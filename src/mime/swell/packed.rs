//! What a ZIP archive says that it holds (APPNOTE 6.3.10): office documents are
//! archives inside. The list of its files stands at its end.

use crate::mime::swell::{Swell, long, short};

/// Files in one document. One with a picture on each of two hundred pages has
/// some three hundred.
pub const MAX_ENTRIES: u16 = 1_000;
/// All files of a document together once unpacked, in octets. A workbook of a
/// million cells unpacks to some 100 MB, and programs open it slowly.
pub const MAX_UNPACKED: u64 = 500_000_000;

/// How much of the end is kept, in octets: the list of [`MAX_ENTRIES`] files
/// with names of some 80 octets, and the record that closes it.
const TAIL: usize = 128 * 1024;
/// The record that closes an archive, without its comment (4.3.16).
const END: usize = 22;
/// An entry of the list, without its name (4.3.12).
const ENTRY: usize = 46;
/// Stands in place of a size that needs more than four octets (4.4.9).
const ELSEWHERE: u32 = u32::MAX;

/// The end of an archive as it streams by.
#[derive(Debug, Default)]
pub(super) struct Packed {
    length: u64,
    tail: Vec<u8>,
}

impl Packed {
    pub(super) fn write(&mut self, octets: &[u8]) {
        self.length = self.length.saturating_add(octets.len() as u64);
        self.tail.extend_from_slice(octets);
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    pub(super) fn finish(self) -> Result<(), Swell> {
        let end = self.end().ok_or(Swell::Unclear)?;
        let list = self.list(end)?;
        let (mut unpacked, mut packed, mut rest) = (0_u64, 0_u64, list.octets);
        for _ in 0..list.entries {
            let entry = Entry::read(rest).ok_or(Swell::Unclear)?;
            unpacked = unpacked.saturating_add(u64::from(entry.unpacked));
            packed = packed.saturating_add(u64::from(entry.packed));
            rest = entry.rest;
        }
        if unpacked > MAX_UNPACKED {
            return Err(Swell::Unpacked);
        }
        // Files that lie in one another are how small archives become huge.
        let honest = rest.is_empty() && packed <= self.length;
        honest.then_some(()).ok_or(Swell::Unclear)
    }

    /// Where in the tail the closing record begins: its comment reaches exactly
    /// to the end.
    fn end(&self) -> Option<usize> {
        let last = self.tail.len().checked_sub(END)?;
        (0..=last).rev().find(|at| {
            let comment = short(&self.tail, at + 20).map(usize::from);
            self.tail
                .get(*at..)
                .is_some_and(|t| t.starts_with(b"PK\x05\x06"))
                && comment == Some(last - at)
        })
    }

    /// The list of files, which must end where its closing record begins, and
    /// begin where that says: then every program reads the same one.
    fn list(&self, end: usize) -> Result<List<'_>, Swell> {
        let record = self.tail.get(end..).unwrap_or_default();
        let disks = long(record, 4).ok_or(Swell::Unclear)?;
        let here = short(record, 8).ok_or(Swell::Unclear)?;
        let entries = short(record, 10).ok_or(Swell::Unclear)?;
        let length = long(record, 12).ok_or(Swell::Unclear)?;
        let begins = long(record, 16).ok_or(Swell::Unclear)?;
        if disks != 0 || here != entries {
            return Err(Swell::Unclear);
        }
        // A larger format stands behind such numbers, for archives that no
        // document is.
        if entries > MAX_ENTRIES || length == ELSEWHERE || begins == ELSEWHERE {
            return Err(Swell::Unpacked);
        }
        let size = usize::try_from(length).map_err(|_| Swell::Unpacked)?;
        // Names so long that the list is not within the tail.
        let start = end.checked_sub(size).ok_or(Swell::Unpacked)?;
        let before = (self.tail.len() - start) as u64;
        if self.length - before != u64::from(begins) {
            return Err(Swell::Unclear);
        }
        let octets = self.tail.get(start..end).unwrap_or_default();
        Ok(List { entries, octets })
    }
}

struct List<'a> {
    entries: u16,
    octets: &'a [u8],
}

struct Entry<'a> {
    packed: u32,
    unpacked: u32,
    /// What follows it.
    rest: &'a [u8],
}

impl<'a> Entry<'a> {
    fn read(list: &'a [u8]) -> Option<Self> {
        if !list.starts_with(b"PK\x01\x02") {
            return None;
        }
        let behind = short(list, 28)?
            .checked_add(short(list, 30)?)?
            .checked_add(short(list, 32)?)?;
        Some(Self {
            packed: long(list, 20)?,
            unpacked: long(list, 24)?,
            rest: list.get(ENTRY + usize::from(behind)..)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Packed, Swell};
    use proptest::prelude::*;
    use std::process::Command;

    fn judge(octets: &[u8]) -> Result<(), Swell> {
        let mut packed = Packed::default();
        octets.chunks(70_000).for_each(|piece| packed.write(piece));
        packed.finish()
    }

    /// What Python's own module makes of these lines, which know `z`.
    fn made(lines: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.docx");
        let script = format!(
            "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)\n{lines}\nz.close()"
        );
        let made = Command::new("python3")
            .args(["-c", &script])
            .arg(&path)
            .status();
        assert!(made.unwrap().success());
        std::fs::read(path).unwrap()
    }

    #[test]
    fn a_document_is_taken_with_or_without_a_comment() {
        let document = "z.writestr('[Content_Types].xml', '<x/>')\nz.writestr('word/document.xml', 'word ' * 100000)";
        assert_eq!(judge(&made(document)), Ok(()));
        assert_eq!(
            judge(&made(&format!("{document}\nz.comment = b'made by hand'"))),
            Ok(())
        );
        let pictures =
            "import os\nfor n in range(300): z.writestr(f'word/media/{n}.png', os.urandom(1000))";
        assert_eq!(judge(&made(pictures)), Ok(()));
    }

    #[test]
    fn what_unpacks_to_more_than_half_a_gigabyte_is_refused() {
        let bomb = made("for n in range(6): z.writestr(f'word/{n}.xml', bytes(100_000_000))");
        assert!(bomb.len() < 1_000_000, "a bomb is small");
        assert_eq!(judge(&bomb), Err(Swell::Unpacked));
    }

    #[test]
    fn more_files_than_a_document_has_are_refused() {
        let many = made("for n in range(1001): z.writestr(str(n), 'x')");
        assert_eq!(judge(&many), Err(Swell::Unpacked));
        let most = made("for n in range(1000): z.writestr(str(n), 'x')");
        assert_eq!(judge(&most), Ok(()));
        let long = made("for n in range(900): z.writestr('x' * 300 + str(n), 'x')");
        assert_eq!(judge(&long), Err(Swell::Unpacked), "its list is too long");
    }

    #[test]
    fn what_two_programs_could_read_in_two_ways_is_refused() {
        let good = made("z.writestr('word/document.xml', 'x' * 1000)");
        assert_eq!(
            judge(&[b"MZ".as_slice(), &good].concat()),
            Err(Swell::Unclear)
        );
        assert_eq!(judge(&good[..good.len() - 1]), Err(Swell::Unclear));
        assert_eq!(judge(b"PK\x03\x04 and nothing more"), Err(Swell::Unclear));
        // The same file listed twenty times, as overlapping bombs do it.
        let listed = made(
            "z.writestr('a', __import__('os').urandom(5000))\nfor n in range(20): z.filelist.append(z.filelist[0])\nz._didModify = True",
        );
        assert_eq!(judge(&listed), Err(Swell::Unclear));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(mut octets in prop::collection::vec(any::<u8>(), 0..300), at in 0..300_usize, comment: bool) {
            for (n, octet) in b"PK\x05\x06\0\0\0\0\x01\0\x01\0".iter().enumerate() {
                if let Some(place) = octets.get_mut(at + n) {
                    *place = *octet;
                }
            }
            if comment {
                octets.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0");
            }
            let _ = judge(&octets);
        }
    }
}
