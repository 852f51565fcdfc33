//! Files that are small on the way and huge once they are opened: pictures of
//! more pixels than a computer has memory for, documents that unpack without
//! end. Both say how large they are; that much is read as the file streams by,
//! and nothing is ever unpacked here. What a file does not say, or says wrong,
//! is for the program that opens it.

mod packed;
mod picture;

use crate::mime::sniff::Kind;
use packed::Packed;
use picture::Picture;

pub use packed::{MAX_ENTRIES, MAX_UNPACKED};
pub use picture::MAX_PIXELS;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Swell {
    /// A picture has more than [`MAX_PIXELS`].
    #[error("the picture has too many pixels")]
    Pixels,
    /// A document would be larger than [`MAX_UNPACKED`], or holds more than
    /// [`MAX_ENTRIES`].
    #[error("the document is too large once it is unpacked")]
    Unpacked,
    /// It cannot be told how large it would be: the file is damaged, or made
    /// to be read in two ways.
    #[error("the file does not say how large it is")]
    Unclear,
}

/// Looks at one file as it streams by, in at most some hundred KiB of memory.
#[derive(Debug)]
pub struct Watch(What);

#[derive(Debug)]
enum What {
    Picture(Picture),
    Packed(Packed),
    /// A kind that is as large as it is.
    Plain,
}

impl Watch {
    /// Watches over a file of this kind.
    #[must_use]
    pub fn over(kind: Kind) -> Self {
        Self(match kind {
            Kind::Bmp
            | Kind::Cur
            | Kind::Gif
            | Kind::Heif
            | Kind::Ico
            | Kind::Jpeg
            | Kind::Png
            | Kind::Tiff
            | Kind::Webp => What::Picture(Picture::new(kind)),
            Kind::Docx | Kind::Xlsx => What::Packed(Packed::default()),
            Kind::Pdf | Kind::Rtf | Kind::Svg | Kind::Text => What::Plain,
        })
    }

    /// More of the file, from its first octet on.
    pub fn write(&mut self, octets: &[u8]) {
        match &mut self.0 {
            What::Picture(picture) => picture.write(octets),
            What::Packed(packed) => packed.write(octets),
            What::Plain => {}
        }
    }

    /// Judges the file at its end.
    ///
    /// # Errors
    /// [`Swell`] says why it is not taken.
    pub fn finish(self) -> Result<(), Swell> {
        match self.0 {
            What::Picture(picture) => picture.finish(),
            What::Packed(packed) => packed.finish(),
            What::Plain => Ok(()),
        }
    }
}

/// A little-endian number of two octets.
fn short(octets: &[u8], at: usize) -> Option<u16> {
    let octets = octets.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(octets.try_into().ok()?))
}

/// A little-endian number of four octets.
fn long(octets: &[u8], at: usize) -> Option<u32> {
    let octets = octets.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(octets.try_into().ok()?))
}
