//! Forms with files, as every door takes them: their fields, and the sentences for
//! files that are not taken.

use crate::upload::{Fault, Limits};
use crate::web::multipart::{Error, Multipart};
use crate::web::speech::Speech;

/// Longest text taken in, in octets. The desks take fewer characters and say how
/// many; this much is handed back to be shortened.
pub const MAX_TEXT: usize = 500_000;
/// Longest plain field but the text: the form's value, an address.
pub const MAX_FIELD: usize = 500;
/// How much of a refused upload is still taken in, so that the browser shows our
/// answer and not a broken connection: ten times the largest message by default.
/// Who sends more, or takes longer than the form allows, sees the connection close.
pub const MAX_DRAIN: u64 = 500_000_000;
/// Up to this many endings are read faster than they are told in families.
const FEW_KINDS: usize = 6;

/// Families of files, as people know them, with their endings.
const FAMILIES: [(&str, &[&str]); 3] = [
    (
        "portal-reply-photos",
        &[
            "bmp", "cur", "gif", "heic", "heif", "ico", "jfif", "jpeg", "jpg", "pjp", "pjpeg",
            "png", "svg", "tif", "tiff", "webp",
        ],
    ),
    (
        "portal-reply-documents",
        &["doc", "docx", "odt", "pdf", "rtf", "xls", "xlsx"],
    ),
    ("portal-reply-texts", &["csv", "log", "txt"]),
];

/// A plain field's text, cut off at `most` octets.
///
/// # Errors
/// [`Error`].
pub async fn field(form: &mut Multipart, most: usize) -> Result<String, Error> {
    let mut octets = Vec::new();
    while let Some(chunk) = form.chunk().await? {
        let room = most.saturating_sub(octets.len()).min(chunk.len());
        octets.extend_from_slice(chunk.get(..room).unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

/// The name of the next file; plain fields after the first file are skipped.
///
/// # Errors
/// [`Error`].
pub async fn next_file(form: &mut Multipart) -> Result<Option<String>, Error> {
    while let Some(part) = form.part().await? {
        if part.file.is_some() {
            return Ok(part.file);
        }
    }
    Ok(None)
}

/// How large files may be, in words.
#[must_use]
pub fn limits(speech: &Speech<'_>, limits: &Limits) -> String {
    let (file, all) = (speech.size(&limits.file), speech.size(&limits.all));
    speech.two("portal-reply-limits", ("file", &file), ("all", &all))
}

/// The kinds that are taken, for a browser's own dialog.
#[must_use]
pub fn accept(kinds: &[String]) -> String {
    let endings: Vec<String> = kinds.iter().map(|kind| format!(".{kind}")).collect();
    endings.join(",")
}

/// The kinds of files in words: in families where every ending belongs to one,
/// unless `each` is to be named.
#[must_use]
pub fn families(speech: &Speech<'_>, kinds: &[String], each: bool) -> String {
    let known = |kind: &String| FAMILIES.iter().any(|(_, all)| all.contains(&kind.as_str()));
    let whole = kinds.len() > FEW_KINDS && kinds.iter().all(known);
    if !whole || each {
        return kinds.join(", ");
    }
    let taken = |all: &[&str]| kinds.iter().any(|kind| all.contains(&kind.as_str()));
    let families = FAMILIES.iter().filter(|(_, all)| taken(all));
    let words: Vec<String> = families.map(|(id, _)| speech.t(id)).collect();
    words.join(", ")
}

/// Why a file is not taken, and what to do.
#[must_use]
pub fn said(speech: &Speech<'_>, fault: &Fault) -> String {
    let sized = |id, name: &str, limit: &u64| {
        let limit = speech.size(limit);
        speech.two(id, ("name", name), ("limit", &limit))
    };
    match fault {
        Fault::Large { name, limit } => sized("portal-reply-large-file", name, limit),
        Fault::LargeAll { name, limit } => sized("portal-reply-large", name, limit),
        Fault::Many { name, limit } => {
            let n = limit.to_string();
            speech.two("portal-reply-many", ("name", name), ("n", &n))
        }
        Fault::Pixels { name, limit } => {
            let n = (limit / 1_000_000).to_string();
            speech.two("portal-reply-pixels", ("name", name), ("n", &n))
        }
        Fault::Unpacked { name, limit, parts } => {
            let (limit, n) = (speech.size(limit), parts.to_string());
            let values = [("name", name.as_str()), ("limit", &limit), ("n", &n)];
            speech.all("portal-reply-unpacked", values)
        }
        Fault::Unclear { name } => speech.one("portal-reply-unclear", "name", name),
        Fault::Kind { name } => speech.one("portal-reply-kind", "name", name),
        Fault::Empty { name } => speech.one("portal-reply-empty-file", "name", name),
        Fault::Mismatch { name } => speech.one("portal-reply-mismatch", "name", name),
        // A fault of ours, of which the log has the rest.
        Fault::Order => speech.t("portal-reply-no-room"),
    }
}
