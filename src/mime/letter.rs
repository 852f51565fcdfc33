//! What all mails of the gateway's own share: the fields of their header, and
//! the look of their HTML. No value that comes in can add a field or a line.

use crate::mime::clean::escape;
use crate::mime::{decoded_once, one_line};
use crate::model::{Address, Language, Mailbox, secret};
use data_encoding::{Encoding, Specification};
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as Written;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::MimePart;
use std::sync::LazyLock;

/// Longest display name and subject we write, in characters: more is not
/// shown by any mail program, and less cannot fill a header.
const MAX_PHRASE: usize = 200;

/// Who writes to whom, and when.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The From field.
    pub from: &'a Mailbox,
    /// The one reader.
    pub to: &'a Address,
    /// Where answers go, if not to From.
    pub reply_to: Option<&'a Mailbox>,
    /// The Message-ID without angle brackets.
    pub message_id: &'a str,
    /// The Date field.
    pub date: Timestamp,
}

/// Starts a mail. `automatic` is the Auto-Submitted field (RFC 3834 §5.1).
pub(super) fn start<'a>(
    head: &Head<'a>,
    subject: &str,
    language: Language,
    automatic: &'a str,
) -> MessageBuilder<'a> {
    let mut mail = MessageBuilder::new()
        .from(written(head.from))
        .to(Written::new_address(None::<&str>, head.to.as_str()))
        .subject(Text::new(phrase(subject)))
        .date(Date::new(head.date.as_second()))
        .message_id(MessageId::new(head.message_id));
    if let Some(reply_to) = head.reply_to {
        mail = mail.reply_to(written(reply_to));
    }
    mail.header("Auto-Submitted", Raw::new(automatic))
        .header("Content-Language", Raw::new(language.tag()))
}

/// A mailbox as a field shows it; an empty name is no name.
pub(super) fn written(mailbox: &Mailbox) -> Written<'_> {
    let name = mailbox
        .name
        .as_deref()
        .map(phrase)
        .filter(|name| !name.is_empty());
    Written::new_address(name, mailbox.address.as_str())
}

/// A text for a field: one line of bounded length.
pub(super) fn phrase(text: &str) -> String {
    let line = decoded_once(&one_line(text));
    let cut: String = line.chars().take(MAX_PHRASE).collect();
    cut.trim_end().to_owned()
}

/// A mail's octets.
pub(super) fn octets(mail: MessageBuilder<'_>) -> Vec<u8> {
    let mut octets = Vec::new();
    mail.serialize(&mut octets);
    octets
}

/// A multipart with a boundary of our own: the crate's is made from the clock
/// and from digits, which a program that looks for a code could find.
pub(super) fn multipart<'a>(kind: ContentType<'a>, parts: Vec<MimePart<'a>>) -> MimePart<'a> {
    MimePart::new(kind.attribute("boundary", boundary()), parts)
}

/// Letters alone, too many to occur in a text by chance.
static LETTERS: LazyLock<Option<Encoding>> = LazyLock::new(|| {
    let mut letters = Specification::new();
    letters.symbols.push_str("abcdefghijklmnop");
    letters.encoding().ok()
});

/// A boundary (RFC 2046 §5.1.1): 128 random bits in letters, behind `=_`,
/// which quoted-printable and base64 never hold.
pub(super) fn boundary() -> String {
    let octets = secret::random::<16>();
    let letters = LETTERS.as_ref().map(|letters| letters.encode(&octets));
    format!(
        "=_{}",
        letters.unwrap_or_else(|| data_encoding::HEXLOWER.encode(&octets))
    )
}

/// The two forms of a letter: complete text, and HTML.
pub(super) fn alternative<'a>(text: String, html: String) -> MimePart<'a> {
    let parts = vec![
        MimePart::new("text/plain", text),
        MimePart::new("text/html", html),
    ];
    multipart(ContentType::new("multipart/alternative"), parts)
}

/// The dark colours. Mail programs that read no styles turn colours around by
/// themselves, for which the inline ones have enough contrast. Written without
/// six digits in a row, since programs look for codes in the source too.
const DARK: &str = ":root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.ground{background-color:rgb(16,22,21)!important}
.card{background-color:#18201F!important;border-color:rgb(52,64,61)!important}
.ink{color:#E8EEEC!important}
.soft{color:#A9B5B2!important}
.link{color:#6FD0C5!important}
.rule{border-color:rgb(52,64,61)!important}
.press{background-color:#6FD0C5!important}
.press a{color:#08211E!important}
}";

/// A sheet of HTML: one column of 600 px at most, the clinic's name on top,
/// then `rows`. Layout tables are marked as such for screen readers.
pub(super) fn sheet(language: Language, clinic: &str, title: &str, rows: &str) -> String {
    let (tag, title, clinic) = (language.tag(), escape(title), escape(clinic));
    format!(
        r#"<!DOCTYPE html>
<html lang="{tag}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<style>
{DARK}
</style>
</head>
<body class="ground" lang="{tag}" style="margin:0;padding:0;background-color:#FBFAF7">
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0"
 style="background-color:#FBFAF7">
<tr><td align="center" style="padding:24px 12px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0"><tr><td><![endif]-->
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0"
 style="max-width:600px;background-color:#FFFFFF;border:1px solid #DAE0DD;border-radius:14px">
<tr><td style="padding:24px 24px 28px;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;
 font-size:18px;line-height:1.55;text-align:left">
<p class="soft" style="margin:0 0 20px;font-size:16px;font-weight:bold;color:#52605D">{clinic}</p>
{rows}
</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr>
</table>
</body>
</html>
"#
    )
}

/// A heading.
pub(super) fn heading(text: &str) -> String {
    let text = escape(text);
    format!(
        "<h1 class=\"ink\" style=\"margin:0 0 16px;font-size:25px;line-height:1.3;color:#1C2523\">{text}</h1>\n"
    )
}

/// A paragraph of the letter.
pub(super) fn paragraph(text: &str) -> String {
    let text = escape(text);
    format!("<p class=\"ink\" style=\"margin:0 0 16px;color:#1C2523\">{text}</p>\n")
}

/// A paragraph of small print.
pub(super) fn small(text: &str) -> String {
    let text = escape(text);
    format!("<p class=\"soft\" style=\"margin:0 0 12px;font-size:16px;color:#52605D\">{text}</p>\n")
}

/// A line between the letter and its small print.
pub(super) fn rule() -> String {
    "<hr class=\"rule\" style=\"margin:24px 0 20px;border:0;border-top:1px solid #DAE0DD\">\n"
        .to_owned()
}

/// The one button, with its address in plain sight under it.
pub(super) fn button(label: &str, below: &str, link: &str) -> String {
    let (label, below, link) = (escape(label), escape(below), escape(link));
    format!(
        r#"<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 20px">
<tr><td class="press" align="center" style="background-color:#0B5D57;border-radius:10px">
<a href="{link}"
 style="display:block;padding:14px 20px;font-size:18px;font-weight:bold;color:#FFFFFF;text-decoration:none">{label}</a>
</td></tr>
</table>
<p class="soft" style="margin:0 0 20px;font-size:16px;color:#52605D">{below}<br>
<a class="link" href="{link}" style="color:#0B5D57;word-break:break-all">{link}</a></p>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::{boundary, phrase};

    #[test]
    fn a_boundary_is_made_of_letters_and_never_twice_the_same() {
        let first = boundary();
        assert_eq!(first.len(), 34);
        assert!(
            first
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b"=_".contains(&b))
        );
        assert_ne!(first, boundary());
    }

    #[test]
    fn a_phrase_is_one_line() {
        assert_eq!(phrase("a\r\nBcc: b@c.example\0"), "a Bcc: b@c.example");
        assert_eq!(phrase("=?utf-8?q?=0D=0A?="), "= ?utf-8?q?=0D=0A?=");
        assert_eq!(phrase(&"x".repeat(999)).len(), 200);
        assert_eq!(phrase(&"x ".repeat(999)).len(), 199);
    }
}
