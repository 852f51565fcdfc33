//! Reads a mail as the patient would: the subject, the link, the code.

use crate::demo::world::Letter;
use mail_parser::MessageParser;

/// What a patient sees in a mail.
pub(super) struct Reading {
    pub(super) subject: String,
    /// The text part.
    pub(super) text: String,
    pub(super) link: Option<String>,
    pub(super) code: Option<String>,
}

impl Reading {
    pub(super) fn of(letter: &Letter) -> Self {
        let mail = MessageParser::default().parse(&letter.octets);
        let subject = mail
            .as_ref()
            .and_then(|m| m.subject())
            .unwrap_or_default()
            .to_owned();
        let text = mail
            .as_ref()
            .and_then(|m| m.body_text(0))
            .unwrap_or_default()
            .into_owned();
        let link = text
            .split_whitespace()
            .find(|word| word.starts_with("https://"))
            .map(str::to_owned);
        let code = text
            .split(|c: char| !c.is_ascii_digit())
            // Six for a message, eight at the front page.
            .find(|run| matches!(run.len(), 6 | 8))
            .map(str::to_owned);
        Self {
            subject,
            text,
            link,
            code,
        }
    }
}
