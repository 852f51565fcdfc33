//! Undoing a part's transfer encoding (RFC 2045 §6) as it streams by, and
//! turning octets into text by their charset.

use mail_parser::decoders::charsets::map::charset_decoder;

/// Blanks held back at the end of a quoted-printable line, in octets: a line
/// has 76 (RFC 2045 §6.7); beyond the longest SMTP line they are let go.
const MAX_BLANKS: usize = 998;

/// Undoes a transfer encoding piece by piece, in a few octets of memory.
#[derive(Clone, Debug)]
pub struct Decoder(State);

#[derive(Clone, Debug)]
enum State {
    Identity,
    Base64 { bits: u32, have: u8 },
    Quoted { blanks: Vec<u8>, escape: Escape },
}

/// How much of an `=` has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    None,
    /// `=`, then perhaps blanks, which a soft line break may have.
    Equals,
    /// `=` and one hexadecimal digit.
    Half(u8),
    /// `=` and a CR.
    Break,
}

impl Decoder {
    /// A decoder for a Content-Transfer-Encoding. What is not known is taken
    /// as it stands (RFC 2045 §6.4).
    #[must_use]
    pub fn new(encoding: &str) -> Self {
        Self(match encoding.trim().to_ascii_lowercase().as_str() {
            "base64" => State::Base64 { bits: 0, have: 0 },
            "quoted-printable" => State::Quoted {
                blanks: Vec::new(),
                escape: Escape::None,
            },
            _ => State::Identity,
        })
    }

    /// The same, but nothing for an encoding that is not known.
    #[must_use]
    pub fn known(encoding: &str) -> Option<Self> {
        let known = ["7bit", "8bit", "binary", "base64", "quoted-printable"];
        let encoding = encoding.trim();
        let mut known = known.iter();
        let is_known = known.any(|known| known.eq_ignore_ascii_case(encoding));
        is_known.then(|| Self::new(encoding))
    }

    /// Whether octets come out as they go in.
    #[must_use]
    pub const fn changes_nothing(&self) -> bool {
        matches!(self.0, State::Identity)
    }

    /// Decodes `octets` onto the end of `out`.
    pub fn write(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        match &mut self.0 {
            State::Identity => out.extend_from_slice(octets),
            State::Base64 { bits, have } => base64(octets, bits, have, out),
            State::Quoted { blanks, escape } => lines(octets, blanks, escape, out),
        }
    }

    /// Decodes what was held back at the end of the part.
    pub fn finish(self, out: &mut Vec<u8>) {
        match self.0 {
            State::Identity => {}
            State::Base64 { bits, have } => flush(bits, have, out),
            State::Quoted {
                escape: Escape::Half(half),
                ..
            } => out.extend_from_slice(&[b'=', half]),
            // Blanks at the end of a line are not part of the text.
            State::Quoted { .. } => {}
        }
    }
}

/// Takes base64: whole groups at once, where nothing stands between them.
fn base64(octets: &[u8], bits: &mut u32, have: &mut u8, out: &mut Vec<u8>) {
    let mut rest = octets;
    while let Some((octet, after)) = rest.split_first() {
        if *have == 0
            && let Some((group, after)) = rest.split_first_chunk()
            && let Some(decoded) = group_of(group)
        {
            out.extend_from_slice(&decoded);
            rest = after;
        } else {
            sextet(*octet, bits, have, out);
            rest = after;
        }
    }
}

/// What a character of base64 stands for, or 64 (RFC 2045 §6.8).
#[expect(clippy::indexing_slicing, reason = "it is computed when this is built")]
const SEXTETS: [u8; 256] = {
    let mut table = [64; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        table[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    table
};

fn value_of(octet: u8) -> u8 {
    SEXTETS.get(usize::from(octet)).copied().unwrap_or(64)
}

/// Four characters of the alphabet; `None` if another one is among them.
fn group_of(group: &[u8; 4]) -> Option<[u8; 3]> {
    let [a, b, c, d] = group.map(value_of);
    let [_, x, y, z] =
        ((u32::from(a) << 18) | (u32::from(b) << 12) | (u32::from(c) << 6) | u32::from(d))
            .to_be_bytes();
    ((a | b | c | d) < 64).then_some([x, y, z])
}

/// Takes one base64 character. RFC 2045 §6.8: what is not in the alphabet is
/// passed over; padding ends a group, so that joined encodings decode too.
fn sextet(octet: u8, bits: &mut u32, have: &mut u8, out: &mut Vec<u8>) {
    let value = match (octet, value_of(octet)) {
        (b'=', _) => {
            flush(*bits, *have, out);
            (*bits, *have) = (0, 0);
            return;
        }
        (_, 64) => return,
        (_, value) => value,
    };
    *bits = (*bits << 6) | u32::from(value);
    *have += 1;
    if *have == 4 {
        let [_, a, b, c] = bits.to_be_bytes();
        out.extend_from_slice(&[a, b, c]);
        (*bits, *have) = (0, 0);
    }
}

fn flush(bits: u32, have: u8, out: &mut Vec<u8>) {
    match have {
        2 => out.push((bits >> 4).to_be_bytes()[3]),
        3 => out.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
        _ => {}
    }
}

/// Takes quoted-printable: what stands between escapes and line breaks at once.
fn lines(octets: &[u8], blanks: &mut Vec<u8>, escape: &mut Escape, out: &mut Vec<u8>) {
    let mut rest = octets;
    while !rest.is_empty() {
        if *escape == Escape::None {
            let end = memchr::memchr3(b'=', b'\r', b'\n', rest).unwrap_or(rest.len());
            let run = rest.get(..end).unwrap_or_default();
            let ended = run.iter().rposition(|o| !matches!(o, b' ' | b'\t'));
            let (text, tail) = run
                .split_at_checked(ended.map_or(0, |at| at + 1))
                .unwrap_or_default();
            if !text.is_empty() {
                out.append(blanks);
                out.extend_from_slice(text);
            }
            // Blanks that may end their line. All of them at once: each by its
            // own turn would look through all that follow it again.
            for blank in tail {
                quoted(*blank, blanks, escape, out);
            }
            rest = rest.get(run.len()..).unwrap_or_default();
        }
        // An escape, or a line break.
        if let Some((octet, after)) = rest.split_first() {
            quoted(*octet, blanks, escape, out);
            rest = after;
        }
    }
}

/// Takes one quoted-printable character (RFC 2045 §6.7).
fn quoted(octet: u8, blanks: &mut Vec<u8>, escape: &mut Escape, out: &mut Vec<u8>) {
    match (*escape, octet) {
        (Escape::None, b'=') => {
            out.append(blanks);
            *escape = Escape::Equals;
        }
        (Escape::None, b' ' | b'\t') if blanks.len() < MAX_BLANKS => blanks.push(octet),
        (Escape::None, b'\r' | b'\n') => {
            // Rule 3: blanks before a line break were added on the way.
            blanks.clear();
            out.push(octet);
        }
        (Escape::None, _) => {
            out.append(blanks);
            out.push(octet);
        }
        (Escape::Equals, b' ' | b'\t') => {}
        (Escape::Equals, b'\r') => *escape = Escape::Break,
        (Escape::Equals | Escape::Break, b'\n') => *escape = Escape::None,
        (Escape::Equals, _) if octet.is_ascii_hexdigit() => *escape = Escape::Half(octet),
        (Escape::Half(half), _) if octet.is_ascii_hexdigit() => {
            out.push(hex(half) << 4 | hex(octet));
            *escape = Escape::None;
        }
        // Not an escape after all: it stays as it was written.
        (broken, _) => {
            match broken {
                Escape::Half(half) => out.extend_from_slice(&[b'=', half]),
                Escape::Equals => out.push(b'='),
                Escape::Break | Escape::None => {}
            }
            *escape = Escape::None;
            quoted(octet, blanks, escape, out);
        }
    }
}

fn hex(digit: u8) -> u8 {
    char::from(digit)
        .to_digit(16)
        .and_then(|d| u8::try_from(d).ok())
        .unwrap_or_default()
}

/// Text out of octets. Without a charset, or with one nobody knows, UTF-8 if
/// it is that, else Windows-1252, which shows something for every octet.
#[must_use]
pub fn text(octets: &[u8], charset: Option<&str>) -> String {
    let charset = charset.unwrap_or_default().trim().to_ascii_lowercase();
    // What calls itself ASCII or UTF-8 is often the other, or neither.
    let vague = matches!(
        charset.as_str(),
        "" | "utf-8" | "utf8" | "us-ascii" | "ascii"
    );
    let octets = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets);
    if let Ok(text) = std::str::from_utf8(octets)
        && (vague || octets.is_ascii() && !is_modal(&charset))
    {
        return text.to_owned();
    }
    if charset.starts_with("utf") && vague {
        return String::from_utf8_lossy(octets).into_owned();
    }
    let known = charset_decoder(charset.as_bytes()).filter(|_| !vague);
    let decoder = known.or_else(|| charset_decoder(b"windows-1252"));
    decoder.map_or_else(
        || String::from_utf8_lossy(octets).into_owned(),
        |decode| decode(octets),
    )
}

/// Charsets in which ASCII octets mean something else.
fn is_modal(charset: &str) -> bool {
    charset.starts_with("iso-2022")
        || charset.starts_with("utf-7")
        || charset.starts_with("utf-16")
        || charset.starts_with("hz")
}

#[cfg(test)]
mod tests {
    use super::{Decoder, text};
    use base64::Engine;
    use proptest::prelude::*;

    fn decode(encoding: &str, octets: &[u8], step: usize) -> Vec<u8> {
        let (mut decoder, mut out) = (Decoder::new(encoding), Vec::new());
        octets
            .chunks(step.max(1))
            .for_each(|piece| decoder.write(piece, &mut out));
        decoder.finish(&mut out);
        out
    }

    #[test]
    fn base64_is_read_with_breaks_rubbish_and_missing_padding() {
        for encoded in ["SGVsbG8h", "SGVs\r\nbG8h\r\n", "SGVs*bG8h", "SGVsbG8h===="] {
            assert_eq!(
                decode("BASE64", encoded.as_bytes(), 3),
                b"Hello!",
                "{encoded}"
            );
        }
        assert_eq!(decode("base64", b"SGVsbG8", 1), b"Hello");
        assert_eq!(decode("base64", b"SGk=SGk=", 1), b"HiHi");
    }

    #[test]
    fn quoted_printable_is_read_and_what_is_broken_stays() {
        for (encoded, plain) in [
            ("caf=C3=A9", "café"),
            ("a=\r\nb", "ab"),
            ("a= \t\r\nb", "ab"),
            ("a  \r\nb", "a\r\nb"),
            ("1 =3D 1", "1 = 1"),
            ("=ZZ =4", "=ZZ =4"),
            ("a=c3=a9", "aé"),
        ] {
            for step in 1..5 {
                assert_eq!(
                    decode("quoted-printable", encoded.as_bytes(), step),
                    plain.as_bytes(),
                    "{encoded}"
                );
            }
        }
    }

    #[test]
    fn blanks_without_end_cost_no_more_than_their_length() {
        let began = std::time::Instant::now();
        let blanks = vec![b' '; 1024 * 1024];
        let decoded = decode("quoted-printable", &blanks, 64 * 1024);
        assert!(blanks.starts_with(&decoded) && decoded.len() > blanks.len() - 1_000);
        // One by one, each looking through the rest, they took minutes.
        assert!(began.elapsed().as_secs() < 20);
    }

    #[test]
    fn an_encoding_that_nobody_knows_is_told_apart() {
        for known in ["7bit", "8BIT", "binary", "Base64", " quoted-printable"] {
            assert!(Decoder::known(known).is_some(), "{known}");
        }
        for unknown in ["", "x-uuencode", "uuencode", "base 64", "base64;"] {
            assert!(Decoder::known(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn text_is_found_by_its_charset_or_by_its_looks() {
        assert_eq!(text(b"caf\xe9", Some("iso-8859-1")), "café");
        assert_eq!(text("café".as_bytes(), None), "café");
        assert_eq!(text(b"caf\xe9", None), "café");
        assert_eq!(text(b"\x1b$B%O%m\x1b(B", Some("iso-2022-jp")), "ハロ");
        assert_eq!(text(b"plain", Some("x-nobody-knows")), "plain");
        assert_eq!(text(b"\xe9", Some("x-nobody-knows")), "é");
    }

    proptest! {
        #[test]
        fn base64_decodes_to_what_was_encoded(octets: Vec<u8>, step in 1_usize..9) {
            let encoded = base64::engine::general_purpose::STANDARD.encode(&octets);
            prop_assert_eq!(decode("base64", encoded.as_bytes(), step), octets);
        }

        #[test]
        fn no_octets_upset_the_decoder_however_they_are_cut(octets: Vec<u8>, step in 1_usize..9) {
            for encoding in ["base64", "quoted-printable", "8bit"] {
                let whole = decode(encoding, &octets, octets.len());
                prop_assert_eq!(decode(encoding, &octets, step), whole);
            }
        }
    }
}
