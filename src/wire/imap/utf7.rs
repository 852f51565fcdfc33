//! Modified UTF-7, in which mailbox names travel (RFC 3501 §5.1.3).
//!
//! *Architecture invariant:* a name has one form on the wire. Whatever decodes
//! encodes to the same octets, so two programs cannot read one name as two.

use data_encoding::BASE64_NOPAD;

/// A name as it is sent: ASCII, `&` and everything else between `&` and `-`.
pub(super) fn encode(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut shifted: Vec<u8> = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut text, &mut shifted);
            text.push(c);
            if c == '&' {
                text.push('-');
            }
        } else {
            let units = c.encode_utf16(&mut [0; 2]).to_vec();
            shifted.extend(units.iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut text, &mut shifted);
    text
}

fn flush(text: &mut String, shifted: &mut Vec<u8>) {
    if !shifted.is_empty() {
        text.push('&');
        text.push_str(&BASE64_NOPAD.encode(shifted).replace('/', ","));
        text.push('-');
        shifted.clear();
    }
}

/// The name that was sent; `None` if it is not in its one form.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut name = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, shifted)) = rest.split_once('&') {
        name.push_str(plain);
        let (shifted, after) = shifted.split_once('-')?;
        match shifted {
            "" => name.push('&'),
            shifted => name.push_str(&unshift(shifted)?),
        }
        rest = after;
    }
    name.push_str(rest);
    (encode(&name) == text).then_some(name)
}

fn unshift(shifted: &str) -> Option<String> {
    let octets = BASE64_NOPAD
        .decode(shifted.replace(',', "/").as_bytes())
        .ok()?;
    let (pairs, rest) = octets.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    rest.is_empty().then(|| String::from_utf16(&units).ok())?
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use proptest::proptest;

    #[test]
    fn names_are_written_as_the_standard_writes_them() {
        for (name, text) in [
            ("INBOX", "INBOX"),
            ("R&D", "R&-D"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("ñ&ñ", "&APE-&-&APE-"),
            ("😀", "&2D3eAA-"),
            ("", ""),
        ] {
            assert_eq!(encode(name), text);
            assert_eq!(decode(text).as_deref(), Some(name));
        }
    }

    #[test]
    fn another_form_of_a_name_is_none() {
        for wrong in [
            "&",
            "R&D",
            "&AGE-",
            "&Jjo",
            "&Jjo-&Jjo-",
            "&2D0-",
            "ü",
            "&AP/-",
            "&A-",
            "&APw=-",
            "&APx-",
        ] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in "\\PC{0,40}|[&a-z/ñ台😀\u{0}-\u{1f}]{0,20}") {
            let text = encode(&name);
            assert!(text.bytes().all(|b| (b' '..=b'~').contains(&b)));
            assert_eq!(decode(&text), Some(name));
        }

        #[test]
        fn what_decodes_has_one_form(text in "[&,+/A-Da-d0-9-]{0,16}") {
            if let Some(name) = decode(&text) {
                assert_eq!(encode(&name), text);
            }
        }
    }
}
