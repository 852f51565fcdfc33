//! The second factor of the office page: codes that an app computes from a seed
//! and the time (TOTP, RFC 6238), and recovery codes for who has lost the app.
//!
//! What stands here is arithmetic; who may try how often, and that no code is
//! taken twice, is [`crate::access::office`]'s. The HMAC is the crypto
//! provider's; SHA-1 is what every app computes, and as a MAC it is sound
//! (docs/decisions/0029-two-factors.md).

use crate::access::app_password::{fresh, normal};
use crate::model::{AccountId, Address, Secret, Seed};
use crate::store::{Label, Store};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Seconds for which a code stands in the app (RFC 6238 §5.2).
pub const STEP: i64 = 30;
/// Digits of a code: what every app shows.
pub const DIGITS: usize = 6;
/// A code of so many steps before or after now is taken too: a phone's clock may
/// be half a minute off, and typing takes time (RFC 6238 §5.2, §6).
const DRIFT: u64 = 1;
/// Recovery codes that are made at once.
pub const RECOVERY: usize = 10;
/// Letters of one, five bits each: 50 bits, which nobody guesses through a form.
const LETTERS: usize = 10;

/// What was typed where a code is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A code of the app.
    App(Secret),
    /// A recovery code.
    Recovery(Secret),
    /// Neither: it counts as no try.
    Neither,
}

/// What was typed, told apart by its form; blanks, dashes and capitals do not
/// matter.
#[must_use]
pub fn typed(text: &Secret) -> Typed {
    let plain = normal(text);
    let text = plain.expose();
    if text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_digit()) {
        return Typed::App(plain);
    }
    match text.len() == LETTERS && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        true => Typed::Recovery(plain),
        false => Typed::Neither,
    }
}

/// The step whose code was typed, if it is one that may be taken now: near, and
/// later than any that was taken. Every step is compared, so the time tells nothing.
#[must_use]
pub fn fits(seed: &Seed, typed: &Secret, now: Timestamp, used: Option<u64>) -> Option<u64> {
    let here = step(now);
    let near = here.saturating_sub(DRIFT)..=here.saturating_add(DRIFT);
    near.fold(None, |found, step| {
        let expected = code(seed, step);
        let same = verify_slices_are_equal(expected.expose().as_bytes(), typed.expose().as_bytes());
        let fresh = used.is_none_or(|used| step > used);
        if same.is_ok() && fresh {
            Some(step)
        } else {
            found
        }
    })
}

/// The code of a step (RFC 4226 §5.3).
#[must_use]
pub fn code(seed: &Seed, step: u64) -> Secret {
    let number = truncated(seed.expose(), step) % 10_u32.pow(6);
    Secret::new(format!("{number:06}"))
}

/// The step that a time falls into (RFC 6238 §4.2).
#[must_use]
pub fn step(now: Timestamp) -> u64 {
    u64::try_from(now.as_second().div_euclid(STEP)).unwrap_or_default()
}

/// Thirty-one bits of the hash, from a place that the hash itself names
/// (RFC 4226 §5.3, "dynamic truncation").
fn truncated(seed: &[u8], step: u64) -> u32 {
    let hash = sign(
        &Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed),
        &step.to_be_bytes(),
    );
    let hash = hash.as_ref();
    let at = usize::from(hash.last().copied().unwrap_or_default() & 0x0f);
    let piece = hash.get(at..).and_then(|rest| rest.first_chunk::<4>());
    u32::from_be_bytes(piece.copied().unwrap_or_default()) & 0x7fff_ffff
}

/// The seed as a person types it into an app: groups of four.
#[must_use]
pub fn written(seed: &Seed) -> Secret {
    let text = BASE32_NOPAD.encode(seed.expose());
    let groups: Vec<&str> = (0..text.len())
        .step_by(4)
        .filter_map(|at| text.get(at..(at + 4).min(text.len())))
        .collect();
    Secret::new(groups.join(" "))
}

/// The seed as a camera reads it: the address by which apps take it over.
#[must_use]
pub fn address(seed: &Seed, clinic: &str, account: &Address) -> Secret {
    let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (clinic, account) = (escaped(clinic), escaped(account.as_str()));
    let seed = BASE32_NOPAD.encode(seed.expose());
    Secret::new(format!(
        "otpauth://totp/{clinic}:{account}?secret={seed}&issuer={clinic}&algorithm=SHA1&digits=6&period=30"
    ))
}

/// New recovery codes, and their hashes in the same order. The codes are shown
/// once and kept nowhere.
#[must_use]
pub fn recovery(store: &Store, account: AccountId) -> (Vec<Secret>, Vec<[u8; 32]>) {
    let codes: Vec<Secret> = (0..RECOVERY).map(|_| fresh::<LETTERS>()).collect();
    let hashes = codes.iter().map(|code| hash(store, account, &normal(code)));
    let hashes = hashes.collect();
    (codes, hashes)
}

/// The place of a recovery code among those that are left.
#[must_use]
pub fn recovers(
    store: &Store,
    account: AccountId,
    left: &[[u8; 32]],
    typed: &Secret,
) -> Option<usize> {
    let own = hash(store, account, typed);
    let same = |hash: &[u8; 32]| verify_slices_are_equal(hash, &own).is_ok();
    left.iter()
        .enumerate()
        .fold(None, |found, (at, hash)| match same(hash) {
            true => Some(at),
            false => found,
        })
}

/// Fifty random bits need no slow hash: without the store's key there is nothing
/// to try them against.
fn hash(store: &Store, account: AccountId, plain: &Secret) -> [u8; 32] {
    store.mac(
        Label::Codes,
        &[b"recovery", account.octets(), plain.expose().as_bytes()],
    )
}

#[cfg(test)]
mod tests {
    use super::{Typed, address, code, fits, step, truncated, typed, written};
    use crate::model::{Address, Secret, Seed};
    use jiff::Timestamp;

    /// RFC 6238 appendix B, the rows for SHA-1.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (second, expected) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let now = Timestamp::from_second(second).unwrap();
            let code = truncated(b"12345678901234567890", step(now)) % 100_000_000;
            assert_eq!(code, expected, "{second}");
        }
    }

    /// RFC 4226 appendix D.
    #[test]
    fn the_counted_codes_are_those_of_the_rfc_too() {
        let expected = [
            755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871,
            520_489,
        ];
        for (count, expected) in (0..).zip(expected) {
            assert_eq!(
                truncated(b"12345678901234567890", count) % 1_000_000,
                expected
            );
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_never_again() {
        let seed = Seed::new();
        let now = Timestamp::from_second(1_790_000_010).unwrap();
        let here = step(now);
        for (shift, taken) in [
            (-2_i64, false),
            (-1, true),
            (0, true),
            (1, true),
            (2, false),
        ] {
            let there = here.saturating_add_signed(shift);
            let typed = code(&seed, there);
            assert_eq!(fits(&seed, &typed, now, None), taken.then_some(there));
            assert_eq!(fits(&seed, &typed, now, Some(there)), None, "{shift} again");
            assert_eq!(
                fits(&seed, &typed, now, Some(here + 1)),
                None,
                "{shift} after"
            );
        }
        assert_eq!(fits(&seed, &Secret::new("000000x"), now, None), None);
        assert_eq!(fits(&Seed::new(), &code(&seed, here), now, None), None);
    }

    #[test]
    fn what_is_typed_is_told_apart_by_its_form() {
        let typed = |text: &str| typed(&Secret::new(text));
        assert_eq!(typed(" 123 456 "), Typed::App(Secret::new("123456")));
        assert_eq!(
            typed("ABCDE-fgh23"),
            Typed::Recovery(Secret::new("abcdefgh23"))
        );
        for neither in ["", "12345", "1234567", "abcdefghi", "١٢٣٤٥٦", "abcde fghi€"] {
            assert_eq!(typed(neither), Typed::Neither, "{neither}");
        }
    }

    #[test]
    fn a_seed_is_written_for_people_and_for_cameras() {
        let seed = Seed::new();
        let text = written(&seed);
        let groups: Vec<&str> = text.expose().split(' ').collect();
        assert!(groups.len() == 8 && groups.iter().all(|g| g.len() == 4));
        let ruiz = Address::parse("dr.ruiz@clinic.example").unwrap();
        let camera = address(&seed, "Harbour & Söhne", &ruiz);
        let camera = camera.expose();
        assert!(
            camera.starts_with(
                "otpauth://totp/Harbour%20%26%20S%C3%B6hne:dr%2Eruiz%40clinic%2Eexample?secret="
            ),
            "{camera}"
        );
        assert!(camera.contains(&groups.concat()));
    }
}
