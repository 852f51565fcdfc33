//! Which of our languages a browser asks for.

use crate::model::Language;

/// How many languages of a header are read. A real browser names fewer than
/// ten; the rest of a longer list is ignored.
const MAX_RANGES: usize = 32;

/// The language that an Accept-Language field asks for most (RFC 9110
/// §12.5.4), or `None` if it names none of ours. Among equals the first wins.
/// `*` is no wish: the clinic's own language is as good as any.
#[must_use]
pub fn choose(accept_language: &str) -> Option<Language> {
    let ranges = accept_language.split(',').take(MAX_RANGES);
    let wanted = ranges.filter_map(range).filter(|(_, weight)| *weight > 0);
    let best = wanted.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(language, _)| language)
}

/// One `language-range [;q=weight]`; the weight in thousandths.
fn range(item: &str) -> Option<(Language, u16)> {
    let mut fields = item.split(';').map(str::trim);
    let language = Language::from_tag(fields.next()?)?;
    let Some(parameter) = fields.next() else {
        return Some((language, 1000));
    };
    let (name, value) = parameter.split_once('=')?;
    if !name.trim_end().eq_ignore_ascii_case("q") {
        return None;
    }
    Some((language, weight(value.trim_start())?))
}

/// `0`, `0.5`, `1.000` (RFC 9110 §12.4.2): at most three decimals, at most 1.
fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = decimals.len() <= 3 && decimals.bytes().all(|b| b.is_ascii_digit());
    if !digits || !matches!(whole, "0" | "1") {
        return None;
    }
    let thousandths: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (thousandths <= 1000).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::model::Language::{English, Spanish};

    #[test]
    fn the_heaviest_of_our_languages_is_chosen() {
        assert_eq!(choose("es-MX,es;q=0.9,en;q=0.8"), Some(Spanish));
        assert_eq!(choose("fr-CA, en;q=0.3, es ; q=0.301"), Some(Spanish));
        assert_eq!(choose("EN-us"), Some(English));
        assert_eq!(choose("en;q=0.5, es;q=0.5"), Some(English));
        assert_eq!(choose("de, *;q=0.9, es;Q=0.001"), Some(Spanish));
    }

    #[test]
    fn what_names_none_of_ours_leaves_the_choice_to_the_clinic() {
        for header in [
            "",
            "*",
            "fr",
            "es;q=0",
            "es;q=2",
            "es;q=0.1234",
            "es;q=",
            "es;x=1",
            ";;,,",
        ] {
            assert_eq!(choose(header), None, "{header}");
        }
    }

    #[test]
    fn a_weight_of_nothing_does_not_hide_another_wish() {
        assert_eq!(choose("es;q=0, en;q=0.2"), Some(English));
    }

    #[test]
    fn only_the_start_of_an_endless_list_is_read() {
        let endless = format!("{}es", "fr,".repeat(32));
        assert_eq!(choose(&endless), None);
    }
}
