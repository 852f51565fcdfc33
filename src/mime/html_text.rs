//! The words of an HTML part, for where nobody needs to see its form: one pass
//! over its octets, whatever they are. What comes out is text, and never safe
//! to stand in a page unescaped.

/// Longest name of an element that means something here.
const MAX_NAME: usize = 10;

/// What an element does to the words around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    /// Its content is no text, or no text of the letter.
    Skipped,
    /// It begins and ends a line.
    Line,
    /// It stands apart in its line.
    Cell,
    /// Nothing.
    Other,
}

impl Element {
    fn named(name: &str) -> Self {
        // In small letters, without a string of its own for every tag.
        let mut small = [0; MAX_NAME];
        let Some(small) = small.get_mut(..name.len()) else {
            return Self::Other;
        };
        small.copy_from_slice(name.as_bytes());
        small.make_ascii_lowercase();
        match &*small {
            b"iframe" | b"noembed" | b"noframes" | b"script" | b"style" | b"textarea"
            | b"title" | b"xmp" => Self::Skipped,
            b"address" | b"article" | b"blockquote" | b"br" | b"center" | b"dd" | b"div"
            | b"dl" | b"dt" | b"footer" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6"
            | b"header" | b"hr" | b"li" | b"ol" | b"p" | b"pre" | b"table" | b"tr" => Self::Line,
            b"td" | b"th" => Self::Cell,
            _ => Self::Other,
        }
    }
}

/// The words of an HTML part, line by line; blank lines are left out.
#[must_use]
pub fn words(html: &str) -> String {
    let text = mail_parser::decoders::html::html_to_text(&without_tags(html));
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// HTML that holds no tag but `<br>`; its entities stay as they are.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, at)) = rest.split_once('<') {
        text.push_str(before);
        let named = at.strip_prefix('/').unwrap_or(at);
        rest = if let Some(comment) = at.strip_prefix("!--") {
            after_comment(comment)
        } else if named.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let end = named.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
            let (name, attributes) = named.split_at(end.unwrap_or(named.len()));
            let element = Element::named(name);
            match element {
                Element::Line => text.push_str("<br>"),
                Element::Cell => text.push(' '),
                _ => {}
            }
            let after = after_tag(attributes);
            if element == Element::Skipped && !at.starts_with('/') {
                to_end_tag(after, name)
            } else {
                after
            }
        } else if at.starts_with(['!', '?', '/']) {
            at.split_once('>').map_or("", |(_, after)| after)
        } else {
            text.push_str("&lt;");
            at
        };
    }
    text.push_str(rest);
    text
}

/// What comes after a comment. One that is not closed goes on to the end.
fn after_comment(comment: &str) -> &str {
    let short = ["->", ">"].iter().find_map(|end| comment.strip_prefix(end));
    short.unwrap_or_else(|| comment.split_once("-->").map_or("", |(_, after)| after))
}

/// What comes after the attributes of a tag. A `>` in quotes does not end it;
/// quotes stand after an equals sign alone.
fn after_tag(attributes: &str) -> &str {
    let (mut quote, mut value) = (None, false);
    let end = attributes.bytes().position(|b| {
        match (quote, b) {
            (Some(q), _) if b == q => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return true,
            (None, b'"' | b'\'') if value => (quote, value) = (Some(b), false),
            (None, b'=') => value = true,
            (None, _) => value &= b.is_ascii_whitespace(),
        }
        false
    });
    end.and_then(|end| attributes.get(end + 1..)).unwrap_or("")
}

/// From the end tag of an element whose content is not read as tags.
fn to_end_tag<'h>(content: &'h str, name: &str) -> &'h str {
    let ends = |at: &(usize, &str)| {
        let after = content.get(at.0 + 2..).unwrap_or("");
        let word = after.get(..name.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(name))
    };
    let end = content.match_indices("</").find(ends);
    end.and_then(|(at, _)| content.get(at..)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn the_words_stay_and_the_tags_go() {
        for (html, text) in [
            (
                "<html><head><title>T</title><style type=\"text/css\">p > a{}</style></head><body><p>Buenos d&iacute;as,<p>Mar&#237;a",
                "Buenos días,\nMaría",
            ),
            (
                "a<b title='1>2'>b</b><br/>c <SCRIPT>x</p>y</script >d",
                "ab\nc d",
            ),
            (
                "<table><tr><td>Na<td>140</tr><tr><td>K<td>4</table>",
                "Na 140\nK 4",
            ),
            (
                "1 < 2 &lt; 3 <!-- <p>no --><!-->yes<?pi?></ x><p don't>e",
                "1 < 2 < 3 yes\ne",
            ),
            ("<div><div>\n <div>&nbsp;<div>x</div></div>", "x"),
            ("&lt;script&gt;", "<script>"),
        ] {
            assert_eq!(words(html), text, "{html}");
        }
    }

    #[test]
    fn what_is_never_closed_has_no_words_after_it() {
        for html in [
            "a<script>b",
            "a<!-- b",
            "a<p title=\"b",
            "a<style>b</styl",
            "a<",
            "a</",
        ] {
            assert!(
                words(html).starts_with('a') && !words(html).contains('b'),
                "{html}"
            );
        }
    }
}
