//! How a download is named (RFC 6266, RFC 8187), and as what it is sent.

use axum::http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Longest name, in characters: what file systems take, with room for the
/// browser's own "(1)".
const MAX_NAME: usize = 120;

/// RFC 8187 §3.2.1 attr-char: what may stand unescaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Types that a browser may be told: it knows what to do with the saved file.
/// Everything else, HTML and SVG among it, is octets.
const KINDS: [&str; 9] = [
    "application/pdf",
    "application/zip",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/heic",
    "message/rfc822",
    "text/plain",
];

/// A Content-Disposition field that saves the response under `name`.
#[must_use]
pub fn attachment(name: &str) -> HeaderValue {
    let name = safe(name);
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii() && !matches!(c, '"' | '\\' | '%') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let exact = utf8_percent_encode(&name, ESCAPED);
    let field = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}");
    HeaderValue::try_from(field).unwrap_or(HeaderValue::from_static("attachment"))
}

/// The Content-Type of a download whose message says it is `kind`.
#[must_use]
pub fn content_type(kind: &str) -> HeaderValue {
    let known = KINDS.iter().find(|known| **known == kind);
    HeaderValue::from_static(known.copied().unwrap_or("application/octet-stream"))
}

/// The name without what could lead out of a folder, hide its ending, or
/// break a line.
fn safe(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(|c| !c.is_control() && !is_direction(*c))
        .map(|c| {
            if matches!(c, '/' | '\\' | ':' | '*' | '?' | '<' | '>' | '|') {
                '_'
            } else {
                c
            }
        })
        .collect();
    let name = name
        .trim()
        .trim_start_matches('.')
        .trim_end_matches(['.', ' ']);
    let cut = shortened(name);
    if cut.is_empty() {
        "file".to_owned()
    } else {
        cut
    }
}

/// At most [`MAX_NAME`] characters, with the ending kept.
fn shortened(name: &str) -> String {
    if name.chars().count() <= MAX_NAME {
        return name.to_owned();
    }
    let ending = name
        .rsplit_once('.')
        .map(|(_, e)| e)
        .filter(|e| e.chars().count() <= 10);
    let kept = MAX_NAME - ending.map_or(0, |e| e.chars().count() + 1);
    let mut short: String = name.chars().take(kept).collect();
    if let Some(ending) = ending {
        short.push('.');
        short.push_str(ending);
    }
    short
}

/// Marks that turn the direction of writing: `fdp.exe` would read `exe.pdf`.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{attachment, content_type};

    #[test]
    fn a_name_is_written_plainly_and_exactly() {
        assert_eq!(
            attachment("Lab report.pdf"),
            "attachment; filename=\"Lab report.pdf\"; filename*=UTF-8''Lab%20report.pdf"
        );
        assert_eq!(
            attachment("análisis.pdf"),
            "attachment; filename=\"an_lisis.pdf\"; filename*=UTF-8''an%C3%A1lisis.pdf"
        );
    }

    #[test]
    fn a_name_leads_nowhere_and_hides_nothing() {
        for (name, shown) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            ("a\"; filename=b.exe", "a_; filename=b.exe"),
            ("a\r\nSet-Cookie: x", "aSet-Cookie_ x"),
            ("report\u{202E}fdp.exe", "reportfdp.exe"),
            ("...", "file"),
            ("", "file"),
        ] {
            let field = attachment(name);
            let field = field.to_str().unwrap();
            assert!(field.starts_with("attachment; filename=\""), "{field}");
            let plain = field.split('"').nth(1).unwrap();
            assert_eq!(plain, shown, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let field = attachment(&format!("{}.docx", "é".repeat(300)));
        assert!(field.to_str().unwrap().ends_with(".docx"));
        assert!(field.len() < 1_000);
    }

    #[test]
    fn what_could_run_is_octets() {
        assert_eq!(content_type("image/png"), "image/png");
        for kind in ["text/html", "image/svg+xml", "application/xhtml+xml", ""] {
            assert_eq!(content_type(kind), "application/octet-stream");
        }
    }
}
