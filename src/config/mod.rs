//! The configuration: typed once, here, and handed out in pieces.
//!
//! ```text
//! files ─▶ Draft (values with their places) ─▶ one struct a section ─▶ rules ─▶ Config
//!                     └── every fault: file:line, what is wrong, what to write
//! ```
//!
//! Nothing here touches a file: `serve` and `check` read them. Nobody but
//! `serve` sees the whole.

pub mod admin;
pub mod chart;
pub mod clinic;
pub mod contacts;
mod draft;
pub mod fault;
pub mod imap;
pub mod inbound;
pub mod limits;
pub mod log;
pub mod name;
pub mod notice;
pub mod office;
pub mod policy;
pub mod portal;
pub mod relay;
mod rules;
pub mod store;
pub mod submission;
pub mod tls;
mod value;

pub use admin::Admin;
pub use chart::{Chart, Endpoint};
pub use clinic::Clinic;
pub use contacts::{Contacts, Required, Unknown};
pub use draft::Source;
pub use fault::{Fault, Faults, Place};
pub use imap::Imap;
pub use inbound::Inbound;
pub use limits::Limits;
pub use log::{Log, LogFormat, LogLevel};
pub use name::{Domain, Host, Url};
pub use notice::Notice;
pub use office::Office;
pub use policy::{Copies, Policy, Protection, StaffMail};
pub use portal::{FileType, Portal};
pub use relay::{Relay, Security};
pub use store::{Engine, Store};
pub use submission::Submission;
pub use tls::{Tls, TlsMode};
pub use value::Size;

use draft::{Draft, Shown};
use std::fmt::Write;

/// The file as it is shipped: every key with its default and its reason.
pub const SHIPPED: &str = include_str!("../../config/sealpost.toml");

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who sends.
    pub clinic: Clinic,
    /// Where everything is kept.
    pub store: Store,
    /// The certificate for mail clients and browsers.
    pub tls: Tls,
    /// Where the office's mail programs connect.
    pub submission: Submission,
    /// Where they read.
    pub imap: Imap,
    /// The mail server that takes what leaves.
    pub relay: Relay,
    /// Where what could not be delivered comes back.
    pub inbound: Inbound,
    /// The pages where patients read and answer.
    pub portal: Portal,
    /// What is protected, and who may send.
    pub policy: Policy,
    /// The mail that tells a patient of a message.
    pub notice: Notice,
    /// The pages where the office works, and how it hears of an answer.
    pub office: Office,
    /// The directory of patients and others.
    pub contacts: Contacts,
    /// Where patients' files go besides the mailbox.
    pub chart: Chart,
    /// Bounds on what peers may ask for.
    pub limits: Limits,
    /// The door for whoever runs the machine.
    pub admin: Admin,
    /// What is written about running.
    pub log: Log,
    shown: Vec<Shown>,
}

impl Config {
    /// Reads one file's text.
    ///
    /// # Errors
    /// Everything that is wrong, each with file, line and fix.
    pub fn parse(text: &str, file: &str) -> Result<Self, Faults> {
        Self::merge(&[Source { file, text }])
    }

    /// Reads several files as one; a later file adds keys and changes none.
    ///
    /// # Errors
    /// Everything that is wrong, each with file, line and fix.
    pub fn merge(sources: &[Source<'_>]) -> Result<Self, Faults> {
        let mut draft = Draft::new(sources);
        let read = Self::read(&mut draft);
        draft.close();
        let mut faults = std::mem::take(&mut draft.faults);
        let config = read.map(|config| Self {
            shown: std::mem::take(&mut draft.shown),
            ..config
        });
        if let Some(config) = &config {
            faults.extend(rules::broken(config));
        }
        let rank = |name: &str| sources.iter().position(|s| s.file == name);
        faults.sort_by_key(|f| (rank(&f.place.file), f.place.line));
        match config {
            Some(config) if faults.is_empty() => Ok(config),
            _ => Err(Faults(faults)),
        }
    }

    /// `None` if something required is missing; other faults leave defaults.
    fn read(draft: &mut Draft) -> Option<Self> {
        let clinic = draft.section("clinic", Clinic::read);
        let store = draft.section("store", Store::read);
        let tls = draft.section("tls", Tls::read);
        let submission = draft.section("submission", Submission::read);
        let imap = draft.section("imap", Imap::read);
        let relay = draft.section("relay", Relay::read);
        let inbound = draft.section("inbound", Inbound::read);
        let portal = draft.section("portal", Portal::read);
        let policy = draft.section("policy", Policy::read);
        let notice = draft.section("notice", |s| Notice::read(s, clinic.as_ref()));
        let office = draft.section("office", Office::read);
        let contacts = draft.section("contacts", Contacts::read);
        let chart = draft.section("chart", Chart::read);
        let limits = draft.section("limits", Limits::read);
        let admin = draft.section("admin", Admin::read);
        let log = draft.section("log", Log::read);
        Some(Self {
            clinic: clinic?,
            store,
            tls,
            submission,
            imap,
            relay: relay?,
            inbound,
            portal: portal?,
            policy,
            notice: notice?,
            office,
            contacts,
            chart,
            limits,
            admin,
            log,
            shown: Vec::new(),
        })
    }

    /// The settings in force, as a file that means the same. No secret is among
    /// them: they are named by path.
    #[must_use]
    pub fn show(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        for shown in &self.shown {
            if shown.section != section {
                let gap = if text.is_empty() { "" } else { "\n" };
                let _ = writeln!(text, "{gap}[{}]", shown.section);
                section = shown.section;
            }
            let _ = writeln!(text, "{} = {}", shown.key, shown.value);
        }
        text
    }

    /// Every key there is, as `section.key`, in the order of [`Config::show`].
    pub fn keys(&self) -> impl Iterator<Item = String> {
        self.shown
            .iter()
            .map(|s| format!("{}.{}", s.section, s.key))
    }

    /// A fault about the setting `section.key`: for what only shows when the
    /// file's values meet each other, or the machine.
    #[must_use]
    pub fn fault(&self, name: &str, message: impl Into<String>, fix: impl Into<String>) -> Fault {
        let at = self
            .shown
            .iter()
            .find(|s| name.split_once('.') == Some((s.section, s.key)));
        let place = at.or(self.shown.first()).map(|s| s.place.clone());
        Fault {
            place: place.unwrap_or_else(|| Place {
                file: String::new(),
                line: 1,
            }),
            message: message.into(),
            fix: fix.into(),
        }
    }
}
