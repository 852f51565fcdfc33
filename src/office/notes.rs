//! The short fixed words of the audit trail, as its reader says them.

use crate::office::page::Page;
use jiff::Timestamp;

/// The words, and their names in the catalogue. What is not here is shown as it
/// stands: an id, a name, a word that only who runs the machine needs.
const NOTES: [(&str, &str); 84] = [
    ("added", "office-note-added"),
    ("made", "office-note-made"),
    ("enabled", "office-note-enabled"),
    ("disabled", "office-note-disabled"),
    ("policy-off", "office-note-policy-off"),
    ("policy-inherit", "office-note-policy-inherit"),
    ("policy-secure", "office-note-policy-secure"),
    ("password-set", "office-note-password-set"),
    ("name", "office-note-name"),
    ("staff-hold", "office-note-staff-hold"),
    ("staff-send", "office-note-staff-send"),
    ("staff-inherit", "office-note-staff-inherit"),
    ("writes-for", "office-note-writes-for"),
    ("role-staff", "office-note-role-staff"),
    ("role-provider", "office-note-role-provider"),
    ("role-admin", "office-note-role-admin"),
    ("factor-set", "office-note-factor-set"),
    ("factor-reset", "office-note-factor-reset"),
    ("recovery-renewed", "office-note-recovery-renewed"),
    ("app-password-made", "office-note-app-password-made"),
    ("app-password-revoked", "office-note-app-password-revoked"),
    ("no-deputies", "office-note-no-deputies"),
    ("changed", "office-note-changed"),
    ("imported", "office-note-imported"),
    ("addresses", "office-note-addresses"),
    ("provider", "office-note-provider"),
    ("granted", "office-note-granted"),
    ("revoked", "office-note-revoked"),
    ("export", "office-note-export"),
    ("search", "office-note-search"),
    ("read", "office-note-read"),
    ("closed", "office-note-closed"),
    ("extended", "office-note-extended"),
    ("reminder", "office-note-reminder"),
    ("withdrawn", "office-note-withdrawn"),
    ("expired", "office-note-expired"),
    ("rejected", "office-note-rejected"),
    ("retry", "office-note-retry"),
    ("drop", "office-note-drop"),
    ("dropped", "office-note-drop"),
    ("own", "office-note-own"),
    ("at-staff-screen", "office-note-at-staff-screen"),
    ("deputy", "office-note-deputy"),
    ("break-glass", "office-note-break-glass"),
    ("move", "office-note-move"),
    ("page-password", "office-note-page-password"),
    ("page-code", "office-note-page-code"),
    ("page-recovery", "office-note-page-recovery"),
    ("office", "office-note-office"),
    ("sign-in", "office-note-sign-in"),
    ("phone", "office-note-phone"),
    ("computer", "office-note-computer"),
    ("program", "office-note-program"),
    ("unknown", "office-note-unknown"),
    ("accepted", "office-note-accepted"),
    ("portal", "office-note-portal"),
    ("local", "office-note-local"),
    ("clear", "office-note-clear"),
    ("unread", "office-note-unread"),
    ("still-unread", "office-note-still-unread"),
    ("read-before", "office-note-read-before"),
    ("damaged", "office-note-damaged"),
    ("too-many", "office-note-too-many"),
    ("locked", "office-note-locked"),
    ("resent", "office-note-resent"),
    ("no-mailbox", "office-note-no-mailbox"),
    ("no-domain", "office-note-no-domain"),
    ("mailbox-full", "office-note-mailbox-full"),
    ("refused", "office-note-refused"),
    ("gave-up", "office-note-gave-up"),
    ("accepted-reminder", "office-note-accepted-reminder"),
    ("undelivered-reminder", "office-note-undelivered-reminder"),
    ("unwanted-reminder", "office-note-unwanted-reminder"),
    ("came-back", "office-note-came-back"),
    ("late-elsewhere", "office-note-late-elsewhere"),
    ("new-message", "office-note-new-message"),
    ("nobody", "office-note-nobody"),
    ("kept", "office-note-kept"),
    ("kept-late", "office-note-kept-late"),
    ("thrown-away", "office-note-thrown-away"),
    ("budget", "office-note-budget"),
    ("portal-password", "office-note-portal-password"),
    ("compacted", "office-note-compacted"),
    ("rolled-and-destroyed", "office-note-rolled-and-destroyed"),
];

/// What more is known of an event, in words.
pub(super) fn said(page: &Page<'_>, note: &str) -> String {
    if let Some(said) = deputy(page, note) {
        return said;
    }
    let words = note.split(' ').map(|word| {
        let found = NOTES.iter().find(|(known, _)| *known == word);
        found.map(|(_, id)| page.t(id))
    });
    match words.collect::<Option<Vec<String>>>() {
        Some(words) => words.join(", "),
        // A word and whom it is about: "at-staff-screen Kim Lee".
        None => match note.split_once(' ') {
            Some((word, rest)) => match NOTES.iter().find(|(known, _)| *known == word) {
                Some((_, id)) => format!("{}: {rest}", page.t(id)),
                None => note.to_owned(),
            },
            None => note.to_owned(),
        },
    }
}

/// "deputy NAME until MOMENT".
fn deputy(page: &Page<'_>, note: &str) -> Option<String> {
    let (name, until) = note.strip_prefix("deputy ")?.rsplit_once(" until ")?;
    let until: Timestamp = until.parse().ok()?;
    let until = page.one("office-deputy-to", "moment", page.moment(&until));
    Some(format!("{}: {name}, {until}", page.t("office-deputies")))
}
