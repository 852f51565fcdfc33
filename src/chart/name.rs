//! Names of folders and files in the chart. The folder is often a share, so a
//! name must be one on every system; it is never a path.

use crate::mime::sniff::safe_name;
use crate::model::ContactId;
use crate::store::records::Contact;
use jiff::civil::Date;

/// Longest name of a file, in octets: with the path before it, it stays below
/// the 260 characters that old programs on Windows take.
const LONGEST: usize = 120;
/// Longest name of a person as far as a folder shows it, in octets.
const SHOWN: usize = 80;
/// Longest ending that is taken for one, in octets, its dot included.
const ENDING: usize = 11;
/// Letters of a contact's id behind the name: fifty random bits. By them alone
/// the folder is found again, so no two patients may share them.
const SHORT: usize = 10;
/// Where nobody of the office's directory has written.
const NOBODY: &str = "Unknown sender";
/// A file that came without a name.
const UNNAMED: &str = "file";

/// The folder of one contact: what its name ends with, and its whole name if it
/// is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FolderName {
    /// Letters of the contact's id; `None`: the name alone.
    pub(super) short: Option<String>,
    /// `Doe Jane 4k2mdw9x1a`.
    pub(super) whole: String,
}

/// The folder of this contact.
pub(super) fn folder(id: Option<ContactId>, contact: Option<&Contact>) -> FolderName {
    let Some(id) = id else {
        return FolderName {
            short: None,
            whole: NOBODY.to_owned(),
        };
    };
    let name = contact.and_then(|contact| match (&contact.last, &contact.first) {
        (Some(last), Some(first)) => Some(format!("{last} {first}")),
        _ => contact.full_name(),
    });
    let name = name.and_then(|name| safe_name(&name.replace(['/', '\\'], "-")));
    let name = name.unwrap_or_else(|| "Patient".to_owned());
    let short = short(id);
    FolderName {
        whole: format!("{} {short}", cut(&name, SHOWN)),
        short: Some(short),
    }
}

/// The last letters of an id but one: the first tell the time, and the very last
/// has three bits only.
fn short(id: ContactId) -> String {
    let letters = id.to_string();
    let end = letters.len().saturating_sub(1);
    let start = end.saturating_sub(SHORT);
    letters.get(start..end).unwrap_or_default().to_owned()
}

/// Whether a folder of this name is the contact's, whatever name stands before.
pub(super) fn is_of(name: &str, wanted: &FolderName) -> bool {
    match &wanted.short {
        Some(short) => name
            .strip_suffix(short.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with(' ')),
        None => name == wanted.whole,
    }
}

/// The `n`th name of a file that came on this day, the first without a number.
/// The day before it keeps it from being a device of Windows, or hidden.
pub(super) fn file(day: Date, name: Option<&str>, n: u32) -> String {
    let name = name.and_then(safe_name);
    let name = name.unwrap_or_else(|| UNNAMED.to_owned());
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.len() < ENDING => (stem, format!(".{ending}")),
        _ => (name.as_str(), String::new()),
    };
    let number = match n {
        0 | 1 => String::new(),
        n => format!("-{n}"),
    };
    let day = day.to_string();
    let room = LONGEST.saturating_sub(day.len() + 1 + number.len() + ending.len());
    format!("{day}-{}{number}{ending}", cut(stem, room))
}

/// Whether a name is that of a file in its own folder, and neither a path nor hidden:
/// what is being written is hidden.
pub(super) fn is_plain(name: &str) -> bool {
    let is_path = |c: char| c == '/' || c.is_control();
    !name.is_empty() && !name.starts_with('.') && !name.contains(is_path)
}

/// At most so many octets, between two characters, without a dot or blank at the
/// end, which Windows drops.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = text.get(..end).unwrap_or_default();
    cut.trim_end_matches(['.', ' '])
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, file, folder, is_of};
    use crate::model::ContactId;
    use crate::store::records::Contact;
    use jiff::Timestamp;
    use jiff::civil::date;

    #[test]
    fn a_file_has_a_name_on_every_system_and_is_never_a_path() {
        let day = date(2026, 11, 23);
        let long = "é".repeat(200);
        for (given, n, name) in [
            (Some("lab.pdf"), 1, "2026-11-23-lab.pdf"),
            (Some("lab.pdf"), 2, "2026-11-23-lab-2.pdf"),
            (Some("../../etc/passwd"), 1, "2026-11-23-passwd"),
            (Some("C:\\Users\\jane\\lab.pdf"), 1, "2026-11-23-lab.pdf"),
            (Some("CON"), 1, "2026-11-23-CON"),
            (Some(".htaccess"), 1, "2026-11-23-htaccess"),
            (Some("a\r\nb:c?.txt"), 1, "2026-11-23-a b_c_.txt"),
            (Some("fdp\u{202E}exe.pdf"), 12, "2026-11-23-fdpexe-12.pdf"),
            (Some(".."), 1, "2026-11-23-file"),
            (Some("lab\0.pdf"), 1, "2026-11-23-lab.pdf"),
            (None, 3, "2026-11-23-file-3"),
        ] {
            assert_eq!(file(day, given, n), name, "{given:?}");
        }
        for n in [1, 999] {
            let name = file(day, Some(&format!("{long}.heic")), n);
            assert!(name.len() <= LONGEST && name.ends_with(".heic"), "{name}");
        }
    }

    #[test]
    fn a_folder_is_found_by_the_id_whatever_name_its_patient_has() {
        let now = Timestamp::UNIX_EPOCH;
        let id = ContactId::new(now);
        let mut contact = Contact::stub(id, now);
        assert!(
            folder(Some(id), Some(&contact))
                .whole
                .starts_with("Patient ")
        );
        contact.last = Some("Doe / Roe".into());
        contact.first = Some("..Jane\u{7}".into());
        let before = folder(Some(id), Some(&contact));
        assert!(before.whole.starts_with("Doe - Roe ..Jane "), "{before:?}");
        contact.last = Some("Finch".repeat(40));
        let after = folder(Some(id), Some(&contact));
        assert!(after.whole.len() <= 91, "{after:?}");
        assert!(is_of(&before.whole, &after) && before.whole != after.whole);
        let other = folder(Some(ContactId::new(now)), Some(&contact));
        assert!(!is_of(&before.whole, &other));
        assert!(!is_of("Doe Jane x4k", &before));
        let nobody = folder(None, None);
        assert!(is_of("Unknown sender", &nobody) && !is_of("Doe", &nobody));
    }
}
