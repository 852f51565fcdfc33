//! A ZIP archive (APPNOTE 6.3.10) of files as they are, written piece by piece.
//! Each entry says its size and checksum before its octets, so that every
//! program can read it from the front and from the back; nothing is compressed,
//! since what patients get is compressed already (decision 0018).

use crate::mime::sniff::safe_name;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashSet;

/// APPNOTE 4.4.3: 2.0, what plain entries need.
const VERSION: u16 = 20;
/// APPNOTE 4.4.4, bit 11: names are UTF-8.
const UTF8: u16 = 1 << 11;
/// A name of a file where the message gives none.
const UNNAMED: &str = "file";
/// Names that Windows keeps for devices, with any ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
/// The same with a digit behind them.
const NUMBERED: [&str; 2] = ["com", "lpt"];

/// What must be known of a file before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Its length in octets.
    pub length: u64,
    /// Its CRC-32 (APPNOTE 4.4.7).
    pub crc: u32,
}

/// A file being measured.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    length: u64,
    crc: crc32fast::Hasher,
}

impl Measure {
    /// More of the file.
    pub fn write(&mut self, octets: &[u8]) {
        self.length = self.length.saturating_add(octets.len() as u64);
        self.crc.update(octets);
    }

    /// What it came to.
    #[must_use]
    pub fn finish(self) -> Measured {
        Measured {
            length: self.length,
            crc: self.crc.finalize(),
        }
    }
}

/// An archive being written. It keeps some octets for each entry, and none of
/// the files.
#[derive(Debug)]
pub struct Archive {
    /// When the files were sent, as APPNOTE 4.4.6 has it.
    moment: (u16, u16),
    at: u64,
    entries: u16,
    directory: Vec<u8>,
    /// The names so far, in lower case.
    names: HashSet<String>,
}

/// The archive would be larger than the format has room for: 4 GiB, or 65,535
/// files. No message comes near it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the archive is too large for its format")]
pub struct TooLarge;

impl Archive {
    /// An archive whose files are from this time.
    #[must_use]
    pub fn new(sent: Timestamp) -> Self {
        Self {
            moment: moment(sent),
            at: 0,
            entries: 0,
            directory: Vec::new(),
            names: HashSet::new(),
        }
    }

    /// The head of the next file; its octets follow, exactly as measured.
    ///
    /// # Errors
    /// [`TooLarge`].
    pub fn file(&mut self, name: Option<&str>, measured: Measured) -> Result<Vec<u8>, TooLarge> {
        let name = self.own_name(name);
        let size = u32::try_from(measured.length).map_err(|_| TooLarge)?;
        let begins = u32::try_from(self.at).map_err(|_| TooLarge)?;
        let mut fields = Vec::with_capacity(26);
        // Stored: method 0. Nothing is extra.
        let (date, time) = self.moment;
        for field in [VERSION, UTF8, 0, time, date] {
            fields.extend_from_slice(&field.to_le_bytes());
        }
        for field in [measured.crc, size, size] {
            fields.extend_from_slice(&field.to_le_bytes());
        }
        let length = u16::try_from(name.len()).map_err(|_| TooLarge)?;
        fields.extend_from_slice(&length.to_le_bytes());
        fields.extend_from_slice(&[0; 2]);
        // APPNOTE 4.3.7.
        let head = [b"PK\x03\x04", fields.as_slice(), name.as_bytes()].concat();
        // APPNOTE 4.3.12: the same, with who made it before and where it
        // begins behind.
        self.directory.extend_from_slice(b"PK\x01\x02");
        self.directory.extend_from_slice(&VERSION.to_le_bytes());
        self.directory.extend_from_slice(&fields);
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&begins.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        self.at += head.len() as u64 + u64::from(size);
        self.entries = self.entries.checked_add(1).ok_or(TooLarge)?;
        Ok(head)
    }

    /// The end of the archive (APPNOTE 4.3.16).
    ///
    /// # Errors
    /// [`TooLarge`].
    pub fn end(self) -> Result<Vec<u8>, TooLarge> {
        let begins = u32::try_from(self.at).map_err(|_| TooLarge)?;
        let length = u32::try_from(self.directory.len()).map_err(|_| TooLarge)?;
        let mut octets = self.directory;
        octets.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        octets.extend_from_slice(&self.entries.to_le_bytes());
        octets.extend_from_slice(&self.entries.to_le_bytes());
        octets.extend_from_slice(&length.to_le_bytes());
        octets.extend_from_slice(&begins.to_le_bytes());
        octets.extend_from_slice(&[0; 2]);
        Ok(octets)
    }

    /// A name that is one, and that no other file here has on any system.
    fn own_name(&mut self, name: Option<&str>) -> String {
        let name = name.and_then(safe_name);
        let mut name = name.unwrap_or_else(|| UNNAMED.to_owned());
        if is_device(&name) {
            name.insert(0, '_');
        }
        let (stem, ending) = match name.rsplit_once('.') {
            Some((stem, ending)) => (stem.to_owned(), format!(".{ending}")),
            None => (name.clone(), String::new()),
        };
        let mut n = 1;
        while !self.names.insert(name.to_lowercase()) {
            n += 1;
            name = format!("{stem} ({n}){ending}");
        }
        name
    }
}

/// Whether Windows takes this name for a device.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim().to_ascii_lowercase();
    let numbered = |device: &&str| {
        let rest = stem.strip_prefix(device);
        rest.is_some_and(|n| n.chars().count() == 1 && n.chars().all(char::is_numeric))
    };
    DEVICES.contains(&stem.as_str()) || NUMBERED.iter().any(numbered)
}

/// Date and time as MS-DOS wrote them, in UTC: the format knows no zone. What
/// lies outside of its years stands at their edge.
fn moment(at: Timestamp) -> (u16, u16) {
    let at = at.to_zoned(TimeZone::UTC);
    let field = |value: i8| u16::try_from(value).unwrap_or_default();
    let year = u16::try_from(at.year().clamp(1980, 2107) - 1980).unwrap_or_default();
    let date = (year << 9) | (field(at.month()) << 5) | field(at.day());
    let time = (field(at.hour()) << 11) | (field(at.minute()) << 5) | (field(at.second()) / 2);
    (date, time)
}

#[cfg(test)]
mod tests {
    use super::{Archive, Measure};
    use jiff::Timestamp;
    use std::process::Command;

    fn archive(files: &[(Option<&str>, &[u8])]) -> Vec<u8> {
        let mut archive = Archive::new(Timestamp::from_second(1_795_370_400).unwrap());
        let mut octets = Vec::new();
        for (name, content) in files {
            let mut measure = Measure::default();
            content.chunks(7).for_each(|piece| measure.write(piece));
            octets.extend(archive.file(*name, measure.finish()).unwrap());
            octets.extend_from_slice(content);
        }
        octets.extend(archive.end().unwrap());
        octets
    }

    fn names(files: &[Option<&str>]) -> Vec<String> {
        let mut archive = Archive::new(Timestamp::UNIX_EPOCH);
        files.iter().map(|name| archive.own_name(*name)).collect()
    }

    #[test]
    fn names_are_names_on_every_system_and_no_two_are_alike() {
        let given = [
            Some("report.pdf"),
            Some("Report.PDF"),
            Some("report (2).pdf"),
            Some("report.pdf"),
            Some("../../x"),
            Some("C:\\x"),
            Some("CON"),
            Some("con.txt"),
            Some("LPT1.pdf"),
            Some("LPT12.pdf"),
            Some("a\r\nb\u{0}.txt"),
            Some(".."),
            None,
        ];
        let all = names(&given);
        assert_eq!(
            all,
            [
                "report.pdf",
                "Report (2).PDF",
                "report (2) (2).pdf",
                "report (3).pdf",
                "x",
                "x (2)",
                "_CON",
                "_con.txt",
                "_LPT1.pdf",
                "LPT12.pdf",
                "a b .txt",
                "file",
                "file (2)",
            ]
        );
    }

    #[test]
    fn other_programs_find_every_file_as_it_was() {
        let all: Vec<u8> = (0..=255).cycle().take(70_000).collect();
        let octets = archive(&[
            (Some("Informe de María.pdf"), &all),
            (Some("empty.txt"), b""),
            (Some("../x"), b"one"),
            (Some("x"), b"two"),
        ]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.zip");
        std::fs::write(&path, octets).unwrap();
        let run = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            let done = command.args(arguments).arg(&path).output().unwrap();
            let said = String::from_utf8_lossy(&done.stdout).into_owned();
            assert!(done.status.success(), "{program} says {said}{done:?}");
            said
        };
        let tested = run("unzip", &["-t"]);
        assert!(tested.contains("No errors detected"), "{tested}");
        let script = "import hashlib, sys, zipfile\n\
            with zipfile.ZipFile(sys.argv[1]) as z:\n    \
            assert z.testzip() is None\n    \
            for i in z.infolist(): print(i.filename, i.date_time[:5], len(z.read(i)), i.flag_bits >> 11)\n    \
            assert z.read('Informe de María.pdf') == bytes(range(256)) * 273 + bytes(range(112))";
        assert_eq!(
            run("python3", &["-X", "utf8", "-c", script]),
            "Informe de María.pdf (2026, 11, 22, 18, 0) 70000 1\n\
             empty.txt (2026, 11, 22, 18, 0) 0 1\n\
             x (2026, 11, 22, 18, 0) 3 1\n\
             x (2) (2026, 11, 22, 18, 0) 3 1\n"
        );
    }
}
