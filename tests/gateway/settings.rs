//! A configuration for a gateway in a folder of its own, on loopback.

use crate::postfix::Postfix;
use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};

/// Settings as `section.key` and TOML.
pub(crate) struct Settings {
    folder: PathBuf,
    values: BTreeMap<String, String>,
}

impl Settings {
    /// What every gateway of a test has. Mail clients are given any free port.
    pub(crate) fn under(folder: &Path) -> Self {
        let mut settings = Self {
            folder: folder.to_owned(),
            values: BTreeMap::new(),
        };
        let portal = free_port();
        for (key, value) in [
            ("clinic.name", "Harbour Clinic"),
            ("clinic.hostname", "localhost"),
            ("clinic.phone", "+1 503 555 0100"),
            ("clinic.time-zone", "America/Los_Angeles"),
            ("tls.mode", "self-signed"),
            ("portal.url", &format!("https://localhost:{portal}")),
        ] {
            settings.text(key, value);
        }
        for (key, path) in [
            ("store.path", "data"),
            ("store.key-file", "keys/store.key"),
            ("tls.certificate", "certificate.pem"),
            ("tls.private-key", "private-key.pem"),
            ("admin.socket", "admin.sock"),
        ] {
            settings.text(key, &folder.join(path).to_string_lossy());
        }
        settings.set("clinic.domains", "[\"clinic.example\"]");
        settings.set("submission.listen", "[\"127.0.0.1:0\"]");
        settings.set("submission.listen-tls", "[\"127.0.0.1:0\"]");
        settings.set("imap.listen-tls", "[\"127.0.0.1:0\"]");
        settings.set("portal.listen", &format!("[\"127.0.0.1:{portal}\"]"));
        fs::create_dir_all(folder.join("keys")).unwrap();
        settings
    }

    /// A setting as TOML.
    pub(crate) fn set(&mut self, key: &str, toml: &str) {
        self.values.insert(key.to_owned(), toml.to_owned());
    }

    /// A setting that is a text.
    pub(crate) fn text(&mut self, key: &str, text: &str) {
        self.set(key, &serde_json::Value::from(text).to_string());
    }

    /// This relay, over the STARTTLS it insists on.
    pub(crate) fn relay(&mut self, postfix: &Postfix) {
        self.text("relay.host", "localhost");
        self.set("relay.port", &postfix.port.to_string());
        self.text("relay.security", "starttls");
        self.text("relay.trust", &postfix.trust.to_string_lossy());
    }

    /// The file's text.
    pub(crate) fn toml(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        for (key, value) in &self.values {
            let (own, name) = key.split_once('.').unwrap();
            if own != section {
                section = own;
                text.push_str(&format!("[{section}]\n"));
            }
            text.push_str(&format!("{name} = {value}\n"));
        }
        text
    }

    /// Writes the file and says where it is.
    pub(crate) fn write(&self) -> PathBuf {
        let path = self.folder.join("sealpost.toml");
        fs::write(&path, self.toml()).unwrap();
        path
    }
}

/// A port that is free now and below those that the system hands out by
/// itself, so that it is still free after a restart.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = 20_000 + u16::try_from(std::process::id() % 100).unwrap() * 100;
    for _ in 0..10_000 {
        let port = begin + NEXT.fetch_add(1, Ordering::Relaxed) % 2_000;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
