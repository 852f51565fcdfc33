//! `[portal]`: the pages where patients read and answer.

use crate::config::draft::Section;
use crate::config::name::Url;
use crate::config::value::{Setting, Size, Value};
use crate::model::Address;
use ipnet::IpNet;
use jiff::SignedDuration;
use std::net::{Ipv6Addr, SocketAddr};

/// A kind of file that may be attached to an answer: its extension, in lower
/// case, without the dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileType(String);

impl FileType {
    /// The extension.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for FileType {
    fn read(value: &Value) -> Result<Self, String> {
        let text = String::read(value).unwrap_or_default().to_ascii_lowercase();
        let text = text.strip_prefix('.').unwrap_or(&text);
        let fits =
            (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_owned()))
            .ok_or_else(|| "the ending of a file name, such as \"pdf\"".to_owned())
    }

    fn show(&self) -> String {
        self.0.clone().show()
    }
}

/// What patients may attach unless the clinic says otherwise: pictures, office
/// texts and PDF, as the source documents list them (requirements SE10), and
/// what phones and offices make today (C2.7).
const FILE_TYPES: [&str; 21] = [
    "bmp", "cur", "docx", "gif", "heic", "heif", "ico", "jfif", "jpeg", "jpg", "log", "pdf", "pjp",
    "pjpeg", "png", "rtf", "svg", "tif", "tiff", "txt", "xlsx",
];

/// The pages where patients read and answer.
#[derive(Clone, Debug)]
pub struct Portal {
    /// Where it listens. Default port 443 on every address.
    pub listen: Vec<SocketAddr>,
    /// Where patients find it, as it stands in notices. Required: a wrong guess
    /// would send every patient nowhere.
    pub url: Url,
    /// Addresses under which it was found before. Links that name them still
    /// work. Default none.
    pub former_urls: Vec<Url>,
    /// Networks of proxies whose X-Forwarded-For is believed. Default none.
    pub trusted_proxies: Vec<IpNet>,
    /// Largest single file in an answer. Default 20 MB (requirements SE10).
    pub max_file_size: Size,
    /// Largest answer with all its files. Default 50 MB, as for the office.
    pub max_reply_size: Size,
    /// Which files may be attached. Default as SE10 and C2.7 list them; what a file
    /// really is, is looked at too.
    pub file_types: Vec<FileType>,
    /// The office accounts whom a patient may write to without being asked. Default
    /// none: each patient's primary provider, else the clinic's shared mailbox.
    pub write_to: Vec<Address>,
    /// After how long without a click a session ends. Default 15 minutes: time
    /// to write an answer, short enough for a shared computer.
    pub idle_timeout: SignedDuration,
}

impl Portal {
    pub(super) fn read(s: &mut Section<'_>) -> Option<Self> {
        let minutes = SignedDuration::from_mins;
        let types = FILE_TYPES.map(|t| FileType(t.to_owned()));
        let listen = s.or(
            "listen",
            vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, 443))],
        );
        let url = s.required("url", "\"https://mail.clinic.example\"");
        let former_urls = s.or("former-urls", Vec::new());
        let trusted_proxies = s.or("trusted-proxies", Vec::new());
        let sizes = Size::megabytes(1)..=Size::megabytes(500);
        let max_file_size = s.within("max-file-size", Size::megabytes(20), sizes.clone());
        let max_reply_size = s.within("max-reply-size", Size::megabytes(50), sizes);
        let file_types = s.or("file-types", types.to_vec());
        let write_to = s.or("write-to", Vec::new());
        // Under five minutes nobody finishes an answer; past an hour a computer
        // left alone stays open.
        let idle_timeout = s.within("idle-timeout", minutes(15), minutes(5)..=minutes(60));
        Some(Self {
            listen,
            url: url?,
            former_urls,
            trusted_proxies,
            max_file_size,
            max_reply_size,
            file_types,
            write_to,
            idle_timeout,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::FileType;
    use crate::config::value::{Setting, Value};

    #[test]
    fn a_file_type_may_be_written_with_its_dot_and_in_capitals() {
        for written in ["pdf", ".pdf", ".PDF"] {
            let read = FileType::read(&Value::Text(written.into()));
            assert_eq!(read.unwrap().as_str(), "pdf", "{written}");
        }
        for wrong in [".", "..pdf", "tar.gz", ""] {
            let read = FileType::read(&Value::Text(wrong.into()));
            assert!(read.is_err(), "{wrong} was taken");
        }
    }
}
