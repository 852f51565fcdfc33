//! What a clinic with the usual rules has set, as tests need it.

use crate::model::{Address, Language};
use crate::outbound::Settings;
use crate::policy::{self, Copies, Rules, Staff, Unknown};
use crate::release;
use crate::route::portal::Voice;
use jiff::SignedDuration;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Everything is protected, and what staff write is held.
pub(crate) fn settings() -> Settings {
    Settings {
        rules: Rules {
            default: policy::Default::Secure,
            clear_domains: Vec::new(),
            clear_tag: false,
            secure_tag: false,
            copies: Copies::Refuse,
            staff: Staff::Hold,
            unknown: Unknown::Take,
        },
        secure_tag: None,
        clear_tag: None,
        expires: SignedDuration::from_hours(24),
        retain: SignedDuration::from_hours(48),
        new_recipients: 10,
        voice: Voice {
            hostname: "mail.clinic.example".to_owned(),
            clinic: "Clinic".to_owned(),
            from: address("notice@clinic.example"),
            bounce: address("bounce@clinic.example"),
            subject: None,
            show_sender: false,
            portal: "https://portal.clinic.example".to_owned(),
            language: Language::English,
            zone: jiff::tz::TimeZone::UTC,
        },
        holds: release::samples::settings(),
    }
}
