//! Which pictures the HTML of a message shows. The others are files: what
//! nobody would see on the page must stand in the list beside it.
//!
//! It is found out while the message streams by, so it errs on the side of a
//! file: a picture that is shown and listed too is only seen twice.

use crate::mime::clean::{MAX_HTML, MAX_PICTURES};
use crate::mime::decode::Decoder;
use crate::model::Part;
use crate::model::message::PartRole;
use std::collections::HashMap;

/// What browsers show and the cleaner lets through.
const SHOWN: [&str; 5] = [
    "image/png",
    "image/jpeg",
    "image/jpg",
    "image/gif",
    "image/webp",
];
/// How much of a tag is remembered, in octets: longer ones show no picture that
/// we know of.
const TAG: usize = 2048;

/// What the HTML parts show, as far as they have come.
#[derive(Debug)]
pub(super) struct Shown {
    /// How often each Content-ID is the source of an image.
    counts: HashMap<String, u64>,
    /// Octets of HTML that will still be looked at when it is shown.
    room: usize,
}

/// The search through one HTML part.
#[derive(Debug)]
pub(super) struct Search {
    decoder: Decoder,
    /// From the last `<` on, decoded.
    tag: Vec<u8>,
}

impl Search {
    pub(super) fn new(encoding: &str) -> Self {
        Self {
            decoder: Decoder::new(encoding),
            tag: Vec::new(),
        }
    }
}

impl Shown {
    pub(super) fn new() -> Self {
        Self {
            counts: HashMap::new(),
            room: MAX_HTML,
        }
    }

    /// Looks at more of an HTML part, as it is stored.
    pub(super) fn look(&mut self, search: &mut Search, octets: &[u8]) {
        let octets = octets.get(..self.room).unwrap_or(octets);
        self.room -= octets.len();
        let mut decoded = Vec::with_capacity(octets.len());
        search.decoder.write(octets, &mut decoded);
        for octet in decoded {
            match octet {
                b'<' => search.tag.clear(),
                b'>' => {
                    if let Some(id) = source(&search.tag) {
                        *self.counts.entry(id).or_default() += 1;
                    }
                    search.tag.clear();
                    continue;
                }
                _ => {}
            }
            if search.tag.len() < TAG {
                search.tag.push(octet);
            }
        }
    }

    /// Makes files of the pictures that nothing shows.
    pub(super) fn settle(&self, parts: &mut [Part]) {
        let mut needed = 0_u64;
        let mut seen = HashMap::new();
        for part in parts.iter().filter(|part| part.role == PartRole::Inline) {
            let id = part.content_id.as_deref().unwrap_or_default();
            let count = self.counts.get(id).copied().unwrap_or_default();
            needed = needed.saturating_add(part.length.saturating_mul(count));
            *seen.entry(id.to_owned()).or_insert(0) += 1;
        }
        // Where there is no room for all, nobody knows here which are left out.
        let fits = needed <= u64::try_from(MAX_PICTURES).unwrap_or(u64::MAX);
        for part in parts.iter_mut().filter(|p| p.role == PartRole::Inline) {
            let id = part.content_id.as_deref().unwrap_or_default();
            let alone = seen.get(id) == Some(&1);
            let shown = self.counts.contains_key(id) && SHOWN.contains(&part.kind.as_str());
            if !(fits && alone && shown) {
                part.role = PartRole::File;
            }
        }
    }
}

/// The Content-ID that an image tag, from its `<` on, has as its source
/// (RFC 2392 §2).
fn source(tag: &[u8]) -> Option<String> {
    let tag = std::str::from_utf8(tag).ok()?;
    let lower = tag.to_ascii_lowercase();
    let rest = lower.strip_prefix("<img")?;
    if !rest.starts_with([' ', '\t', '\r', '\n', '/']) {
        return None;
    }
    let at = lower.find("cid:")?;
    let before = lower.get(..at)?.trim_end_matches(['"', '\'']).trim_end();
    let before = before.strip_suffix('=')?.trim_end();
    let name = before.rsplit(|c: char| c.is_ascii_whitespace() || "\"'/".contains(c));
    if name.into_iter().next() != Some("src") {
        return None;
    }
    let ends = |c: char| c.is_ascii_whitespace() || "\"'>".contains(c);
    let id = tag.get(at + 4..)?.split(ends).next()?;
    let id = percent_encoding::percent_decode_str(id)
        .decode_utf8()
        .ok()?;
    Some(id.into_owned())
}

#[cfg(test)]
mod tests {
    use super::{MAX_PICTURES, Search, Shown, source};
    use crate::model::Part;
    use crate::model::message::PartRole;

    fn picture(id: &str, kind: &str, length: u64) -> Part {
        Part {
            offset: 0,
            length,
            encoding: "base64".to_owned(),
            kind: kind.to_owned(),
            charset: None,
            name: None,
            content_id: Some(id.to_owned()),
            role: PartRole::Inline,
        }
    }

    fn roles(html: &str, mut parts: Vec<Part>) -> Vec<PartRole> {
        for cut in [1, 7, html.len().max(1)] {
            let (mut shown, mut search) = (Shown::new(), Search::new("8bit"));
            for piece in html.as_bytes().chunks(cut) {
                shown.look(&mut search, piece);
            }
            shown.settle(&mut parts);
        }
        parts.into_iter().map(|part| part.role).collect()
    }

    #[test]
    fn a_picture_is_shown_where_an_image_has_it_as_its_source() {
        for tag in [
            "<img src=\"cid:logo@x\"",
            "<IMG\r\n width=3 SRC = 'CID:logo%40x' alt=''",
            "<img src=cid:logo@x ",
            "<img alt=\"\"src=\"cid:logo@x\" /",
        ] {
            assert_eq!(source(tag.as_bytes()).as_deref(), Some("logo@x"), "{tag}");
        }
        for tag in [
            "<imgx src=\"cid:logo@x\"",
            "<td background=\"cid:logo@x\"",
            "<img alt=\"cid:logo@x\"",
            "<img data-src=\"cid:logo@x\"",
            "<img src=\"https://x/cid:logo@x\"",
        ] {
            assert_eq!(source(tag.as_bytes()), None, "{tag}");
        }
    }

    #[test]
    fn what_is_not_shown_is_a_file() {
        use PartRole::{File, Inline};
        let html = "<p>a < b</p><img src=\"cid:a\"><img src=\"cid:t\"><img src=\"cid:twice\">";
        let parts = vec![
            picture("a", "image/png", 10),
            picture("b", "image/png", 10),
            picture("t", "image/tiff", 10),
            picture("twice", "image/png", 10),
            picture("twice", "image/png", 10),
        ];
        assert_eq!(roles(html, parts), [Inline, File, File, File, File]);
        assert_eq!(roles("", vec![picture("a", "image/png", 10)]), [File]);
        let large = u64::try_from(MAX_PICTURES).unwrap() / 2 + 1;
        let both = ["a", "t"].map(|id| picture(id, "image/png", large));
        assert_eq!(roles(html, both.into()), [File, File]);
    }
}
