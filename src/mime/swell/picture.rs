//! How many pixels a picture says it has. imagesize reads that out of a file's
//! header; where the header may lie far behind the start, as in photos with
//! much about the camera and in TIFF, the octets it needs are cut out first.

use crate::mime::sniff::Kind;
use crate::mime::swell::{Swell, long, short};

/// Pixels in one picture. The largest cameras in phones make 200 million; a
/// program needs 4 octets for each, so this much is a gigabyte.
pub const MAX_PIXELS: u64 = 250_000_000;

/// How much is kept of a file, in octets: where a picture's size stands is
/// within the first few KiB, in HEIF behind the list of its tiles.
const WINDOW: usize = 128 * 1024;
/// Pages of a TIFF file that are looked at: a fax of more is a document.
const MAX_PAGES: usize = 500;
/// Fields of a TIFF page, in octets: 12 for each of 200, and their number.
const PAGE: usize = 2 + 200 * 12 + 4;

/// A picture as it streams by.
#[derive(Debug)]
pub(super) struct Picture {
    kind: Kind,
    window: Vec<u8>,
    cut: Cut,
}

#[derive(Debug)]
enum Cut {
    /// The window is the start of the file.
    Start,
    Jpeg(Jpeg),
    Tiff(Tiff),
}

/// Leaves out what stands in a JPEG file about the picture before the picture.
#[derive(Debug, Default)]
struct Jpeg {
    /// Octets still to be left out.
    skip: usize,
    /// The start of a segment, until its length is known.
    held: Vec<u8>,
    /// Whether a segment came that is not left out: all that follows is kept.
    kept: bool,
}

/// Follows a TIFF file's list of pages.
#[derive(Debug, Default)]
struct Tiff {
    /// The place of the next octet in the file.
    at: u64,
    start: Vec<u8>,
    big_endian: bool,
    /// Where the page begins that is waited for or being read.
    page: Option<u64>,
    fields: Vec<u8>,
    pages: usize,
    judged: Option<Result<(), Swell>>,
}

impl Picture {
    pub(super) fn new(kind: Kind) -> Self {
        let cut = match kind {
            Kind::Jpeg => Cut::Jpeg(Jpeg::default()),
            Kind::Tiff => Cut::Tiff(Tiff::default()),
            _ => Cut::Start,
        };
        Self {
            kind,
            window: Vec::new(),
            cut,
        }
    }

    pub(super) fn write(&mut self, octets: &[u8]) {
        match &mut self.cut {
            Cut::Start => keep(&mut self.window, octets),
            Cut::Jpeg(jpeg) => jpeg.write(octets, &mut self.window),
            Cut::Tiff(tiff) => tiff.write(octets),
        }
    }

    pub(super) fn finish(mut self) -> Result<(), Swell> {
        if let Cut::Tiff(tiff) = self.cut {
            return tiff.finish();
        }
        match self.kind {
            Kind::Bmp => bitmap(&self.window),
            Kind::Cur | Kind::Ico => icon(&mut self.window),
            _ => judge(&self.window),
        }
    }
}

fn keep(window: &mut Vec<u8>, octets: &[u8]) {
    let room = WINDOW.saturating_sub(window.len()).min(octets.len());
    window.extend_from_slice(octets.get(..room).unwrap_or_default());
}

/// Judges by what imagesize finds in the start of a file.
fn judge(start: &[u8]) -> Result<(), Swell> {
    let size = imagesize::blob_size(start).map_err(|_| Swell::Unclear)?;
    within(size.width as u64, size.height as u64)
}

fn within(width: u64, height: u64) -> Result<(), Swell> {
    if width.saturating_mul(height) > MAX_PIXELS {
        Err(Swell::Pixels)
    } else {
        Ok(())
    }
}

/// A bitmap's sides stand behind the size of the header that holds them.
fn bitmap(window: &[u8]) -> Result<(), Swell> {
    let (width, height) = sides(window.get(14..).unwrap_or_default()).ok_or(Swell::Unclear)?;
    within(width, height)
}

/// The sides of a bitmap after its own header. Its height is negative where its
/// lines go from top to bottom; the oldest kind of header has two octets for
/// each.
fn sides(header: &[u8]) -> Option<(u64, u64)> {
    const OLDEST: u32 = 12;
    if long(header, 0)? == OLDEST {
        return Some((short(header, 4)?.into(), short(header, 6)?.into()));
    }
    let side = |at| Some(long(header, at)?.cast_signed().unsigned_abs().into());
    Some((side(4)?, side(8)?))
}

/// An icon says at most 256 for a side; the picture inside, a PNG or a bitmap
/// of twice its height, may say more. A cursor is an icon under another number.
fn icon(window: &mut [u8]) -> Result<(), Swell> {
    if let Some(kind) = window.get_mut(2) {
        *kind = 1;
    }
    judge(window)?;
    let entries = window.get(6..).unwrap_or_default().chunks_exact(16);
    for entry in entries.take(short(window, 4).unwrap_or_default().into()) {
        let at = long(entry, 12).and_then(|at| usize::try_from(at).ok());
        let inside = at.and_then(|at| window.get(at..)).unwrap_or_default();
        if inside.starts_with(b"\x89PNG") {
            judge(inside)?;
        } else if let Some((width, height)) = sides(inside) {
            within(width, height / 2)?;
        }
    }
    Ok(())
}

impl Jpeg {
    fn write(&mut self, mut octets: &[u8], window: &mut Vec<u8>) {
        if window.is_empty() && self.held.is_empty() && self.skip == 0 {
            // SOI (ITU-T T.81 B.1.1.3).
            window.extend_from_slice(b"\xFF\xD8");
            self.skip = 2;
        }
        while !octets.is_empty() && !self.kept {
            let skipped = self.skip.min(octets.len());
            self.skip -= skipped;
            octets = octets.get(skipped..).unwrap_or_default();
            let Some((octet, rest)) = octets.split_first().filter(|_| self.skip == 0) else {
                return;
            };
            octets = rest;
            self.held.push(*octet);
            self.segment(window);
        }
        keep(window, octets);
    }

    /// Looks at the start of a segment. APPn and COM are left out; their length
    /// counts itself (B.1.1.4).
    fn segment(&mut self, window: &mut Vec<u8>) {
        match *self.held.as_slice() {
            // B.1.1.2: a marker may have filling before it.
            [0xFF, 0xFF] => self.held.truncate(1),
            [0xFF] | [0xFF, 0xE0..=0xEF | 0xFE] | [0xFF, 0xE0..=0xEF | 0xFE, _] => {}
            [0xFF, 0xE0..=0xEF | 0xFE, high, low] => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                self.skip = length.saturating_sub(2);
                self.held.clear();
            }
            _ => {
                keep(window, &self.held);
                self.held.clear();
                self.kept = true;
            }
        }
    }
}

impl Tiff {
    fn write(&mut self, octets: &[u8]) {
        let mut octets = octets;
        while !octets.is_empty() && self.judged.is_none() {
            let taken = self.take(octets);
            self.at += taken as u64;
            octets = octets.get(taken..).unwrap_or_default();
            self.look();
        }
    }

    /// Takes what belongs to what is being read, or passes over what does not;
    /// says how much it was.
    fn take(&mut self, octets: &[u8]) -> usize {
        let (into, wanted) = match self.page {
            None => (&mut self.start, 8),
            Some(page) if self.at < page => {
                let before = usize::try_from(page - self.at).unwrap_or(usize::MAX);
                return before.min(octets.len());
            }
            Some(_) => {
                let wanted = wanted(&self.fields, self.big_endian);
                (&mut self.fields, wanted)
            }
        };
        let taken = wanted.saturating_sub(into.len()).min(octets.len());
        into.extend_from_slice(octets.get(..taken).unwrap_or_default());
        taken
    }

    /// Looks at what is complete.
    fn look(&mut self) {
        if self.page.is_none() {
            if self.start.len() == 8 {
                self.big_endian = self.start.starts_with(b"MM");
                let first = number(&self.start, 4, self.big_endian);
                self.turn_to(first);
            }
            return;
        }
        let wanted = wanted(&self.fields, self.big_endian);
        if wanted > PAGE {
            self.judged = Some(Err(Swell::Unclear));
        } else if self.fields.len() == wanted && wanted > 2 {
            let next = number(&self.fields, wanted - 4, self.big_endian);
            let page = self.page();
            self.fields.clear();
            self.pages += 1;
            match (page, next) {
                (Err(swell), _) => self.judged = Some(Err(swell)),
                (Ok(()), 0) => self.judged = Some(Ok(())),
                (Ok(()), next) => self.turn_to(next),
            }
        }
    }

    /// Pages are read as they come: one that lies before this place has gone by.
    fn turn_to(&mut self, page: u32) {
        if u64::from(page) < self.at || self.pages >= MAX_PAGES {
            self.judged = Some(Err(Swell::Unclear));
        }
        self.page = Some(u64::from(page));
    }

    /// Judges a page: a file of its own, whose fields stand behind its start.
    fn page(&self) -> Result<(), Swell> {
        let order: &[u8] = if self.big_endian {
            b"MM\0*\0\0\0\x08"
        } else {
            b"II*\0\x08\0\0\0"
        };
        judge(&[order, &self.fields].concat())
    }

    fn finish(self) -> Result<(), Swell> {
        self.judged.unwrap_or(Err(Swell::Unclear))
    }
}

/// How long a page's fields are with their number before and the place of the
/// next page behind (TIFF 6.0, section 2).
fn wanted(fields: &[u8], big_endian: bool) -> usize {
    match *fields {
        [a, b, ..] => {
            let count = if big_endian {
                u16::from_be_bytes([a, b])
            } else {
                u16::from_le_bytes([a, b])
            };
            2 + usize::from(count) * 12 + 4
        }
        _ => 2,
    }
}

fn number(octets: &[u8], at: usize, big_endian: bool) -> u32 {
    let octets = octets.get(at..at + 4).and_then(|o| o.try_into().ok());
    let octets = octets.unwrap_or_default();
    if big_endian {
        u32::from_be_bytes(octets)
    } else {
        u32::from_le_bytes(octets)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Picture, Swell};
    use proptest::prelude::*;

    fn judge(kind: Kind, octets: &[u8], step: usize) -> Result<(), Swell> {
        let mut picture = Picture::new(kind);
        octets.chunks(step).for_each(|piece| picture.write(piece));
        picture.finish()
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(),
            &sides,
            b"\x08\x06\0\0\0",
            &[0; 20],
        ]
        .concat()
    }

    /// A photo with this much about its camera before it.
    fn jpeg(width: u16, height: u16, about: usize) -> Vec<u8> {
        let mut octets = b"\xFF\xD8".to_vec();
        for _ in 0..about {
            octets.extend_from_slice(b"\xFF\xE1\xFF\xFE");
            octets.extend_from_slice(&[0xFF; 0xFFFC]);
        }
        octets.extend_from_slice(b"\xFF\xFF\xDB\0\x03\x01\xFF\xC0\0\x11\x08");
        octets.extend_from_slice(&[height.to_be_bytes(), width.to_be_bytes()].concat());
        octets.extend_from_slice(&[3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
        octets
    }

    /// Pages of these sizes, each behind `gap` octets of picture.
    fn tiff(pages: &[(u32, u32)], gap: usize) -> Vec<u8> {
        let mut octets = b"II*\0".to_vec();
        let first = u32::try_from(8 + gap).unwrap();
        octets.extend_from_slice(&first.to_le_bytes());
        for (n, (width, height)) in pages.iter().enumerate() {
            octets.resize(octets.len() + gap, 7);
            octets.extend_from_slice(&2_u16.to_le_bytes());
            for (tag, value) in [(0x100_u16, width), (0x101, height)] {
                octets.extend_from_slice(&tag.to_le_bytes());
                octets.extend_from_slice(&[4, 0, 1, 0, 0, 0]);
                octets.extend_from_slice(&value.to_le_bytes());
            }
            let next = if n + 1 == pages.len() {
                0
            } else {
                octets.len() + 4 + gap
            };
            octets.extend_from_slice(&u32::try_from(next).unwrap().to_le_bytes());
        }
        octets
    }

    #[test]
    fn pictures_of_people_are_taken_and_floods_of_pixels_are_not() {
        // The lines of these go from top to bottom.
        let bmp = |side: i32| {
            let sides = [side.to_le_bytes(), (-side).to_le_bytes()].concat();
            [
                b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".as_slice(),
                &sides,
                &[0; 40],
            ]
            .concat()
        };
        let gif = |side: u16| {
            let sides = [side.to_le_bytes(), side.to_le_bytes()].concat();
            [b"GIF89a".as_slice(), &sides, &[0; 10]].concat()
        };
        for step in [1, 7, 100_000] {
            for (kind, good, flood) in [
                (Kind::Png, png(16_320, 12_240), png(50_000, 50_000)),
                (Kind::Jpeg, jpeg(16_320, 12_240, 0), jpeg(50_000, 50_000, 0)),
                (Kind::Jpeg, jpeg(4_032, 3_024, 5), jpeg(50_000, 50_000, 5)),
                (Kind::Bmp, bmp(4_000), bmp(50_000)),
                (Kind::Gif, gif(500), gif(50_000)),
                (
                    Kind::Tiff,
                    tiff(&[(7_016, 9_921); 3], 200_000),
                    tiff(&[(7_016, 9_921), (50_000, 50_000)], 200_000),
                ),
            ] {
                assert_eq!(judge(kind, &good, step), Ok(()), "{kind:?} by {step}");
                let flooded = judge(kind, &flood, step);
                assert_eq!(flooded, Err(Swell::Pixels), "{kind:?} by {step}");
            }
        }
    }

    #[test]
    fn a_bitmap_of_the_oldest_kind_is_read_too() {
        let oldest = b"BM\0\0\0\0\0\0\0\0\x1a\0\0\0\x0c\0\0\0\x40\x01\xc8\0\x01\0\x18\0";
        assert_eq!(judge(Kind::Bmp, oldest, 5), Ok(()));
        assert_eq!(judge(Kind::Bmp, &oldest[..20], 5), Err(Swell::Unclear));
    }

    #[test]
    fn an_icon_hides_no_larger_picture() {
        let icon = |kind: u8, inside: &[u8]| {
            let mut octets = vec![0, 0, kind, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0];
            octets.extend_from_slice(&u32::try_from(inside.len()).unwrap().to_le_bytes());
            octets.extend_from_slice(&22_u32.to_le_bytes());
            [&octets, inside].concat()
        };
        for (kind, number) in [(Kind::Ico, 1), (Kind::Cur, 2)] {
            assert_eq!(judge(kind, &icon(number, &png(256, 256)), 9), Ok(()));
            let bitmap = |side: u32| {
                let sides = [side.to_le_bytes(), (2 * side).to_le_bytes()].concat();
                [b"\x28\0\0\0".as_slice(), &sides, &[0; 60]].concat()
            };
            assert_eq!(judge(kind, &icon(number, &bitmap(256)), 9), Ok(()));
            for inside in [png(60_000, 60_000), bitmap(60_000)] {
                let flooded = judge(kind, &icon(number, &inside), 9);
                assert_eq!(flooded, Err(Swell::Pixels), "{kind:?}");
            }
        }
    }

    #[test]
    fn a_picture_that_does_not_say_its_size_is_refused() {
        for (kind, octets) in [
            (Kind::Png, b"\x89PNG\r\n\x1a\n....".to_vec()),
            (Kind::Jpeg, jpeg(1, 1, 1)[..1_000].to_vec()),
            (Kind::Tiff, b"II*\0\x04\0\0\0".to_vec()),
            (Kind::Tiff, tiff(&[(1, 1)], 90)[..99].to_vec()),
            (Kind::Heif, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()),
            (Kind::Webp, b"RIFF\x04\0\0\0WEBP".to_vec()),
        ] {
            assert_eq!(judge(kind, &octets, 50), Err(Swell::Unclear), "{kind:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(n in 0..9_usize, rest: Vec<u8>, step in 1..50_usize) {
            let starts: [(Kind, &[u8]); 9] = [
                (Kind::Bmp, b"BM"), (Kind::Cur, b"\0\0\x02\0"), (Kind::Gif, b"GIF89a"),
                (Kind::Heif, b"\0\0\0\x10ftypheic\0\0\0\0\0\0\0\x20meta\0\0\0\0\0\0\0\x18iprp\0\0\0\x10ipco"),
                (Kind::Ico, b"\0\0\x01\0"), (Kind::Jpeg, b"\xFF\xD8\xFF\xE0"),
                (Kind::Png, b"\x89PNG\r\n\x1a\n"), (Kind::Tiff, b"II*\0\x08\0\0\0"), (Kind::Webp, b"RIFF\0\0\0\0WEBPVP8 "),
            ];
            let (kind, start) = starts[n];
            let _ = judge(kind, &[start, &rest].concat(), step);
        }
    }
}
