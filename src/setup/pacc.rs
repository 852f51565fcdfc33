//! PACC: the settings as a JSON document whose digest stands in DNS
//! (draft-ietf-mailmaint-pacc-03). It knows no ports: IMAP is on 993 and submission
//! on 465, both over TLS from the first octet, and the user name is the address.
//!
//! It is a draft, and its names have changed before: the server that takes mail was
//! `smtp` up to -02 and is `submit` since. Both are written; what a program does not
//! know it passes over.

use crate::setup::Servers;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

/// Where programs ask for it, below `ua-auto-config.` and the domain.
pub const PATH: &str = "/.well-known/user-agent-configuration.json";
/// The ports that the draft takes for granted.
const READING: u16 = 993;
const SENDING: u16 = 465;
/// Longest name of a provider, in characters.
const MAX_NAME: usize = 60;

/// The document, always in the same octets; `None` if mail cannot be read and sent
/// here on the ports that the draft means.
#[must_use]
pub fn document(servers: &Servers) -> Option<String> {
    let means = (servers.reading.tls, servers.sending.tls) == (Some(READING), Some(SENDING));
    if !means {
        return None;
    }
    let words: Vec<&str> = servers.clinic.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(MAX_NAME).collect();
    let host = json!({ "host": servers.host });
    let document = json!({
        "protocols": { "imap": host, "smtp": host, "submit": host },
        "authentication": { "password": true },
        "info": { "provider": { "name": name.trim_end() } },
    });
    Some(document.to_string())
}

/// What `_ua-auto-config.` and the domain must say in DNS, as a TXT record: without
/// it no program believes the document.
#[must_use]
pub fn record(document: &str) -> String {
    let digest = digest(&SHA256, document.as_bytes());
    format!("v=UAAC1; a=sha256; d={}", BASE64_STANDARD.encode(digest))
}
