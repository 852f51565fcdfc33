//! Sentences for places that take ASCII alone.

/// The text without its accents and without anything outside ASCII, for SMTP
/// replies: a client that did not ask for SMTPUTF8 may be sent nothing else
/// (RFC 6531 §3.7.4.2). Control characters become spaces, so that no sentence
/// can break a line. What has no likeness becomes `?`.
#[must_use]
pub fn ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => folded.push(c),
            c if c.is_whitespace() || c.is_control() => folded.push(' '),
            _ => folded.push_str(likeness(c)),
        }
    }
    folded
}

fn likeness(c: char) -> &'static str {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'È'..='Ë' | 'Ē' | 'Ė' | 'Ę' | 'Ě' => "E",
        'ì'..='ï' | 'ī' | 'į' | 'ı' => "i",
        'Ì'..='Ï' | 'Ī' | 'Į' | 'İ' => "I",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' | 'Ų' => "U",
        _ => consonant(c),
    }
}

fn consonant(c: char) -> &'static str {
    match c {
        'ñ' | 'ń' | 'ň' => "n",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ç' | 'ć' | 'č' => "c",
        'Ç' | 'Ć' | 'Č' => "C",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'ź' | 'ż' | 'ž' => "z",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ł' => "l",
        'Ł' => "L",
        'ý' | 'ÿ' => "y",
        'Ý' | 'Ÿ' => "Y",
        'ß' => "ss",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        _ => sign(c),
    }
}

fn sign(c: char) -> &'static str {
    match c {
        // The opening marks of Spanish have no ASCII form; the closing one says enough.
        '¿' | '¡' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2066}'..='\u{2069}' => "",
        '\u{300}'..='\u{36f}' => "",
        '‘' | '’' | '′' => "'",
        '“' | '”' | '«' | '»' | '″' => "\"",
        '‐'..='―' | '−' => "-",
        '…' => "...",
        '•' | '·' => "*",
        'º' => "o",
        'ª' => "a",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::ascii;

    #[test]
    fn accents_fall_and_the_words_stay() {
        assert_eq!(
            ascii("El año próximo: ¿más niños? «Sí» – 5:00 p.\u{a0}m.…"),
            "El ano proximo: mas ninos? \"Si\" - 5:00 p. m...."
        );
        assert_eq!(ascii("Jose\u{301}"), "Jose");
        assert_eq!(ascii("漢"), "?");
    }

    #[test]
    fn no_character_leaves_ascii_or_breaks_the_line() {
        let every: String = ('\0'..='\u{2fff}').collect();
        let folded = ascii(&every);
        assert!(folded.bytes().all(|b| (b' '..=b'~').contains(&b)));
    }
}
