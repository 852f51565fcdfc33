//! HTML out of a message, made harmless for a page (`mime::clean`). A reader of
//! its own, which knows nothing of the cleaner, goes over what comes out.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use sealpost::mime::clean::{MAX_PICTURES, Picture, clean, escape, text_fragment};
use sealpost::mime::{html_text, is_readable};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

/// The octets as HTML, with a picture that is one and one that only says so.
pub fn run(octets: &[u8]) {
    let html = String::from_utf8_lossy(octets);
    let pictures = [
        Picture {
            id: "logo@x",
            octets: PNG,
        },
        Picture {
            id: "evil",
            octets: b"<svg onload=alert(1)>",
        },
    ];
    check(&html, &pictures);
}

/// Cleans it, twice: a browser reads what the cleaner wrote, as the cleaner
/// does the second time, and must find nothing else in it.
pub fn check(html: &str, pictures: &[Picture<'_>]) {
    let once = clean(html, pictures);
    harmless(&once.html);
    // Links and marks grow by what is added to each; nothing else may.
    let most = 100 * html.len() + 1_000_000;
    assert!(once.html.len() <= most + MAX_PICTURES, "it grew");
    assert!(
        once.shown
            .iter()
            .all(|id| pictures.iter().any(|p| p.id == id))
    );
    harmless(&clean(&once.html, pictures).html);
    let words = html_text::words(html);
    harmless(&text_fragment(&words));
    // No text was made: what is readable came from there.
    assert!(!is_readable(&words) || is_readable(html));
    assert!(!escape(html).contains(['<', '>', '"', '\'']));
}

/// Fails if the fragment could run, fetch, post, or look like the page.
pub fn harmless(html: &str) {
    let tokenizer = Tokenizer::new(Inspector, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
}

/// Every tag that may come out, and nothing that changes how the rest is read.
const TAGS: &str = "a abbr address article aside b bdi bdo blockquote br caption center cite code \
    col colgroup dd del dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i \
    img ins kbd li mark ol p pre q s samp section small span strong sub sup table tbody td tfoot \
    th thead tr u ul";

struct Inspector;

impl TokenSink for Inspector {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => inspect(&tag),
            Token::CommentToken(_) | Token::DoctypeToken(_) => unreachable!("{token:?} stayed"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn inspect(tag: &Tag) {
    let known = TAGS.split_whitespace().any(|known| known == &*tag.name);
    assert!(known, "<{}> stayed", tag.name);
    for attribute in &tag.attrs {
        let (name, value) = (&*attribute.name.local, &*attribute.value);
        let value = value.trim().to_lowercase();
        let fits = match name {
            "href" => &*tag.name == "a" && leads_out(&value),
            "src" => &*tag.name == "img" && is_picture(&value),
            "style" => is_plain_style(&value),
            "target" => value == "_blank",
            "rel" => value == "noopener noreferrer",
            "alt" | "title" | "dir" | "lang" | "scope" | "align" | "type" => true,
            "height" | "width" | "colspan" | "rowspan" | "span" | "start" | "value" | "border" => {
                value.len() <= 4 && value.bytes().all(|o| o.is_ascii_digit())
            }
            _ => false,
        };
        assert!(fits, "<{} {name}=\"{value:.200}\"> stayed", tag.name);
    }
}

fn leads_out(href: &str) -> bool {
    ["http:", "https:", "mailto:", "tel:"]
        .iter()
        .any(|scheme| href.starts_with(scheme))
}

fn is_picture(src: &str) -> bool {
    let kinds = ["png", "jpeg", "gif", "webp"];
    let data = src.strip_prefix("data:image/");
    data.and_then(|data| data.split_once(";base64,"))
        .is_some_and(|(kind, _)| kinds.contains(&kind))
}

/// Emphasis and alignment, and no way to fetch anything.
fn is_plain_style(style: &str) -> bool {
    let known = ["font-style", "font-weight", "text-align", "text-decoration"];
    let declarations = style.split(';').filter(|d| !d.trim().is_empty());
    declarations.into_iter().all(|declaration| {
        let (name, value) = declaration.split_once(':').unwrap_or((declaration, ""));
        known.contains(&name.trim()) && !value.contains(['\\', '@']) && !value.contains("url")
    })
}
