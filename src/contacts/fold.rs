//! Text without case and accents, for whoever looks for a person: what is typed
//! in a hurry finds what was written with care.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Folds a text: compatible forms are one (UAX #15, NFKD), accents and vowel
/// points are gone, and so is case. Marks that make another letter stay, such as
/// those of Japanese and of the scripts of India.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in DecomposingNormalizerBorrowed::new_nfkd()
        .normalize(text)
        .chars()
        .filter(|c| !is_accent(*c))
    {
        // Up and down again: ß becomes ss, and every sigma the same one.
        for small in c.to_uppercase().flat_map(char::to_lowercase) {
            match plain(small) {
                "" => folded.push(small),
                letters => folded.push_str(letters),
            }
        }
    }
    folded
}

/// A name as its words, folded, in one order whatever order they were written
/// in: `Doe, Jane` is `Jane Doe`.
pub(super) fn name(name: &str) -> Vec<String> {
    let mut words: Vec<String> = words(&fold(name)).map(str::to_owned).collect();
    words.sort_unstable();
    words
}

/// The words of a folded text. A combining mark belongs to its word.
pub(super) fn words(folded: &str) -> impl Iterator<Item = &str> {
    let parts = |c: char| c.is_whitespace() || c.is_ascii_punctuation();
    folded.split(parts).filter(|word| !word.is_empty())
}

/// Accents of Latin, Greek and Cyrillic, and the points of Hebrew and Arabic.
const fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'
        | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' | '\u{640}'
        | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Letters that Unicode does not take apart, as people type them who do not have
/// them.
const fn plain(c: char) -> &'static str {
    match c {
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'æ' => "ae",
        'œ' => "oe",
        'ħ' => "h",
        'ı' => "i",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{fold, name};

    #[test]
    fn a_name_is_found_however_it_is_typed() {
        for (written, typed) in [
            ("José Núñez", "jose nunez"),
            ("JOSÉ", "Jose\u{301}"),
            ("Weiß", "WEISS"),
            ("Łukasz Sørensen", "lukasz sorensen"),
            ("Æsa Þórsdóttir", "aesa thorsdottir"),
            ("Şeyma Işık", "seyma isik"),
            ("İpek", "ipek"),
            ("Παπαδόπουλος", "ΠΑΠΑΔΟΠΟΥΛΟΣ"),
            ("Пётр Чайковский", "петр чаиковскии"),
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد", "محمد"),
            ("ＪＡＮＥ", "jane"),
            ("Nguyễn Thị", "nguyen thi"),
        ] {
            assert_eq!(fold(written), fold(typed), "{written}");
        }
        // These are other names.
        for (one, other) in [("か", "が"), ("राम", "रमा"), ("李", "王")] {
            assert_ne!(fold(one), fold(other));
        }
    }

    #[test]
    fn the_order_of_a_names_words_does_not_matter() {
        assert_eq!(name("Doe, Jane"), name("jane  DOE"));
        assert_eq!(name("Ana Ruiz-Peña"), name("pena ruiz ana"));
        assert_ne!(name("Jane Doe"), name("John Doe"));
        assert!(name(" . ").is_empty());
    }
}
