//! Programs that read mail by copying the whole mailbox to their maker's
//! servers, and let the person read it there (requirements C4.7). They say who
//! they are by ID (RFC 2971).

/// What such programs call themselves, in lower case.
const NAMES: [&str; 4] = [
    "microsoft office 365",
    "outlook-ios-android",
    "com.microsoft.outlook",
    "microsoft.outlook.mobile",
];

/// Whether these ID fields are those of such a program.
pub(super) fn copies_to_its_maker(fields: &[(String, Option<String>)]) -> bool {
    let name = fields
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case("name"))
        .and_then(|(_, value)| value.as_deref());
    name.is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        NAMES.iter().any(|known| name.contains(known))
    })
}

#[cfg(test)]
mod tests {
    use super::copies_to_its_maker;

    #[test]
    fn the_new_outlook_is_known_by_its_name_and_thunderbird_is_not() {
        let says = |name: &str| copies_to_its_maker(&[("NAME".into(), Some(name.into()))]);
        assert!(says("Microsoft Office 365"));
        assert!(says("com.microsoft.outlook"));
        assert!(!says("Thunderbird"));
        assert!(
            !says("Microsoft Outlook"),
            "classic Outlook reads by itself"
        );
        assert!(!copies_to_its_maker(&[]));
        assert!(!copies_to_its_maker(&[("name".into(), None)]));
    }
}
