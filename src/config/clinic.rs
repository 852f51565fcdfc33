//! `[clinic]`: who sends.

use crate::config::draft::Section;
use crate::config::name::Domain;
use crate::model::Language;
use jiff::tz::TimeZone;
use std::path::PathBuf;

/// Who sends: what patients see, and which domains are the clinic's own.
#[derive(Clone, Debug)]
pub struct Clinic {
    /// The name patients know. Required: a notice without it looks like spam.
    pub name: String,
    /// The name of this machine in greetings and Received fields. Required:
    /// relays compare it with DNS.
    pub hostname: Domain,
    /// The clinic's own mail domains, at least one. Required: they say who is
    /// inside and who is outside.
    pub domains: Vec<Domain>,
    /// The number printed for a patient in doubt. Default none: a notice then
    /// says "the number you already have".
    pub phone: Option<String>,
    /// In which zone dates are shown. Default UTC: the one guess that is never
    /// an hour wrong without anyone noticing.
    pub time_zone: TimeZone,
    /// The language for whom none is known. Default English.
    pub language: Language,
    /// A picture for pages and mails (PNG or JPEG). Default none: the name is
    /// set in type.
    pub logo: Option<PathBuf>,
}

impl Clinic {
    pub(super) fn read(s: &mut Section<'_>) -> Option<Self> {
        let name = s.required("name", "\"Harbour Clinic\"");
        let hostname = s.required("hostname", "\"mail.clinic.example\"");
        let domains = s.required("domains", "[\"clinic.example\"]");
        let phone = s.or("phone", None);
        let time_zone = s.or("time-zone", TimeZone::UTC);
        let language = s.or("language", Language::English);
        let logo = s.or("logo", None);
        Some(Self {
            name: name?,
            hostname: hostname?,
            domains: domains?,
            phone,
            time_zone,
            language,
            logo,
        })
    }

    /// Whether `domain` (in lower case) is one of the clinic's own.
    #[must_use]
    pub fn owns(&self, domain: &str) -> bool {
        self.domains.iter().any(|own| own.as_str() == domain)
    }
}
