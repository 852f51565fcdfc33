//! Passwords that everybody tries first (requirements C8.11).
//!
//! Of the lists of leaked passwords hardly any entry has the twelve characters
//! that are asked for, and those that have are made in three ways: a common word
//! with digits and marks around it, a short piece said again and again, a walk
//! along the keyboard. So the ways are looked for, and the list holds words.

/// Common words, a line each, in small letters.
const WORDS: &str = include_str!("common.txt");
/// Walks along the keyboard, the alphabet and the digits.
const WALKS: [&str; 5] = [
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
];
/// Longest piece that, said again and again, is no password: a year, a short word.
const PIECE: usize = 8;
/// So few different characters are no password, however long.
const FEW: usize = 4;

/// Whether a password is among the first that anybody would try, of whoever has
/// these names: the parts of an address, say.
#[must_use]
pub(super) fn is_common(password: &str, names: &[&str]) -> bool {
    let text: Vec<char> = password.to_lowercase().chars().map(plain).collect();
    let mut different = text.clone();
    different.sort_unstable();
    different.dedup();
    different.len() <= FEW || repeats(&text) || walks(&text) || is_word(&text, names)
}

/// The letter that a figure or mark is often written for.
const fn plain(c: char) -> char {
    match c {
        '@' => 'a',
        '$' => 's',
        c => c,
    }
}

fn repeats(text: &[char]) -> bool {
    (1..=PIECE.min(text.len() / 2)).any(|length| {
        let piece = text.get(..length).unwrap_or_default();
        text.chunks(length).all(|chunk| piece.starts_with(chunk))
    })
}

fn walks(text: &[char]) -> bool {
    let forward: String = text.iter().collect();
    let backward: String = text.iter().rev().collect();
    let on = |text: &str| WALKS.iter().any(|walk| walk.contains(text));
    on(&forward) || on(&backward)
}

/// Whether nothing but digits and marks stands around and between common words.
fn is_word(text: &[char], names: &[&str]) -> bool {
    let text: String = text.iter().collect();
    let text = text.trim_matches(|c: char| !c.is_alphabetic());
    let figures = text.replace('0', "o").replace('1', "i").replace('3', "e");
    let known = |word: &str| {
        let own = names.iter().any(|name| name.to_lowercase() == word);
        own || WORDS.lines().any(|common| common == word)
    };
    [text, &figures].into_iter().any(|spelling| {
        let word: String = spelling.chars().filter(|c| c.is_alphabetic()).collect();
        let halves = word.char_indices().map(|(at, _)| word.split_at(at));
        let mut halves = halves.filter(|(first, _)| !first.is_empty());
        word.is_empty() || known(&word) || halves.any(|(a, b)| known(a) && known(b))
    })
}

#[cfg(test)]
mod tests {
    use super::{WORDS, is_common};

    #[test]
    fn what_everybody_tries_first_is_known_in_every_dress() {
        let names = ["ana.ruiz", "ruiz", "harbour"];
        for common in [
            "password1234",
            "P@ssw0rd2026!",
            "Clinic-2026-!!",
            "welcome welcome",
            "123456789012",
            "aaaaaaaaaaaaaaa",
            "20262026202620",
            "qwertyuiopas",
            "lkjhgfdsapoiuytrewq",
            "1q2w3e4r5t6y",
            "RuizHarbour2026",
            "99-08-1977 / 12",
            "doctor doctor 1",
            "Contraseña2026",
        ] {
            assert!(is_common(common, &names), "{common} was taken");
        }
        for fine in [
            "a long pass phrase",
            "correct horse battery",
            "tidal-lamp-umbrella",
            "Gx7!pqz04Lm2",
            "mi perro come pan duro",
            "ruiz walks at dawn",
        ] {
            assert!(!is_common(fine, &names), "{fine} was refused");
        }
        assert!(WORDS.lines().all(|word| word.to_lowercase() == word));
    }
}
