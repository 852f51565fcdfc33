//! Files that come with an answer: is the type allowed, and is the file what
//! its name says (OWASP ASVS 5.2.2)? Names are labels, never paths.

use crate::mime::one_line;

/// How much of a file [`judge`] wants to see, in octets: the local headers of
/// the first entries of an office document fit, and an SVG's opening tag.
pub const HEAD: usize = 4096;
/// Longest name kept, in octets: file systems allow 255, and a mark such as
/// " (2)" must still fit.
const MAX_NAME: usize = 200;

/// A type of file we can tell by its octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Windows bitmap.
    Bmp,
    /// A Windows cursor.
    Cur,
    /// A Word document.
    Docx,
    /// A GIF picture.
    Gif,
    /// A HEIC or HEIF picture, as phones make them.
    Heif,
    /// A Windows icon.
    Ico,
    /// A JPEG picture under any of its names.
    Jpeg,
    /// A PDF document.
    Pdf,
    /// A PNG picture.
    Png,
    /// Rich text.
    Rtf,
    /// A vector drawing.
    Svg,
    /// Text.
    Text,
    /// A TIFF picture.
    Tiff,
    /// A WebP picture.
    Webp,
    /// An Excel workbook.
    Xlsx,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Its type is not among those allowed.
    #[error("files of this type are not accepted")]
    NotAllowed,
    /// It is not what its name says.
    #[error("the file's content does not match its name")]
    Mismatch,
    /// It holds nothing.
    #[error("the file is empty")]
    Empty,
}

impl Kind {
    /// The kind that goes with a file name's ending.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "bmp" => Self::Bmp,
            "cur" => Self::Cur,
            "docx" => Self::Docx,
            "gif" => Self::Gif,
            "heic" | "heif" => Self::Heif,
            "ico" => Self::Ico,
            "jfif" | "jpeg" | "jpg" | "pjp" | "pjpeg" => Self::Jpeg,
            "pdf" => Self::Pdf,
            "png" => Self::Png,
            "rtf" => Self::Rtf,
            "svg" => Self::Svg,
            "log" | "txt" => Self::Text,
            "tif" | "tiff" => Self::Tiff,
            "webp" => Self::Webp,
            "xlsx" => Self::Xlsx,
            _ => return None,
        })
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Bmp => "image/bmp",
            Self::Cur | Self::Ico => "image/vnd.microsoft.icon",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Gif => "image/gif",
            Self::Heif => "image/heic",
            Self::Jpeg => "image/jpeg",
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Rtf => "application/rtf",
            Self::Svg => "image/svg+xml",
            Self::Text => "text/plain",
            Self::Tiff => "image/tiff",
            Self::Webp => "image/webp",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// Whether a file that starts with these octets is of this kind.
    #[must_use]
    pub fn fits(self, head: &[u8]) -> bool {
        match self {
            Self::Bmp => infer::image::is_bmp(head),
            Self::Cur => head.starts_with(&[0, 0, 2, 0]),
            Self::Docx => is_office(head, b"word/"),
            Self::Gif => infer::image::is_gif(head),
            Self::Heif => is_heif(head),
            Self::Ico => infer::image::is_ico(head),
            Self::Jpeg => infer::image::is_jpeg(head),
            // The mark may stand behind a little rubbish; readers allow 1 KiB.
            Self::Pdf => head
                .get(..1024)
                .unwrap_or(head)
                .windows(5)
                .any(|w| w == b"%PDF-"),
            Self::Png => head.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Rtf => head.starts_with(b"{\\rtf"),
            Self::Svg => is_svg(head),
            Self::Text => is_text(head),
            // infer knows some camera formats apart, but all of them are TIFF.
            Self::Tiff => head.starts_with(b"II*\0") || head.starts_with(b"MM\0*"),
            // infer looks at the second of its two marks alone.
            Self::Webp => head.starts_with(b"RIFF") && infer::image::is_webp(head),
            Self::Xlsx => is_office(head, b"xl/"),
        }
    }

    /// The picture that these octets are, of the kinds every browser shows and
    /// none runs.
    #[must_use]
    pub fn raster(head: &[u8]) -> Option<Self> {
        [Self::Png, Self::Jpeg, Self::Gif, Self::Webp]
            .into_iter()
            .find(|kind| kind.fits(head))
    }
}

/// Judges a file by its name and its first [`HEAD`] octets. `allowed` holds
/// endings without the dot, in any case.
///
/// # Errors
/// A [`FileFault`] that says why it is not taken.
pub fn judge(name: &str, head: &[u8], allowed: &[String]) -> Result<Kind, FileFault> {
    let extension = name
        .rsplit_once('.')
        .map(|(_, e)| e.trim())
        .unwrap_or_default();
    if !allowed.iter().any(|a| a.eq_ignore_ascii_case(extension)) {
        return Err(FileFault::NotAllowed);
    }
    // An ending that is allowed but that we cannot tell is refused too: the
    // configuration check names it.
    let kind = Kind::of_extension(extension).ok_or(FileFault::NotAllowed)?;
    if head.is_empty() {
        return Err(FileFault::Empty);
    }
    if kind.fits(head) {
        Ok(kind)
    } else {
        Err(FileFault::Mismatch)
    }
}

/// Text: UTF-8 or an 8-bit charset, no NUL and no other control characters
/// than text has. A cut inside the last character is no fault.
fn is_text(head: &[u8]) -> bool {
    // UTF-16 with its mark, as Windows Notepad wrote it for years.
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        return head.len() > 2;
    }
    !head
        .iter()
        .any(|b| b.is_ascii_control() && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B))
}

/// An SVG drawing: XML text whose first element is `svg`.
fn is_svg(head: &[u8]) -> bool {
    if !is_text(head) {
        return false;
    }
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    text.starts_with('<') && text.contains("<svg") && !text.contains("<html")
}

/// A picture in an ISO container (ISO 23008-12) of a HEIF brand.
fn is_heif(head: &[u8]) -> bool {
    let brands = head.get(8..64.min(head.len())).unwrap_or_default();
    head.get(4..8) == Some(b"ftyp")
        && brands.chunks(4).any(|b| {
            [b"heic", b"heix", b"heif", b"mif1", b"msf1", b"hevc"]
                .iter()
                .any(|h| b == *h)
        })
}

/// An Office Open XML document (ECMA-376 part 2): a ZIP archive whose first
/// entry is one of its own, and which names the folder of its kind, or whose
/// list of types is too far away to tell.
fn is_office(head: &[u8], folder: &[u8]) -> bool {
    let Some(first) = first_entry(head) else {
        return false;
    };
    let holds = |name: &[u8]| head.windows(name.len()).any(|w| w == name);
    let own = [
        b"[Content_Types].xml".as_slice(),
        b"_rels/",
        b"docProps/",
        b"word/",
        b"xl/",
        b"customXml/",
        b"mimetype",
    ];
    let other: &[u8] = if folder == b"xl/" { b"word/" } else { b"xl/" };
    own.iter().any(|o| first.starts_with(o)) && (holds(folder) || !holds(other))
}

/// The name of a ZIP archive's first entry (APPNOTE 4.3.7).
fn first_entry(head: &[u8]) -> Option<&[u8]> {
    if !head.starts_with(b"PK\x03\x04") {
        return None;
    }
    let length = u16::from_le_bytes(head.get(26..28)?.try_into().ok()?);
    head.get(30..30 + usize::from(length))
}

/// A file name that is a name: no folders, no control characters, nothing a
/// file system or a header minds, at most 200 octets with its ending kept.
/// `None` if nothing is left.
#[must_use]
pub fn safe_name(given: &str) -> Option<String> {
    let last = given
        .rsplit(['/', '\\'])
        .find(|piece| !piece.trim().is_empty())?;
    let line: String = one_line(last)
        .chars()
        .map(|c| if "<>:\"|?*".contains(c) { '_' } else { c })
        .collect();
    // A name of dots is a folder, a leading dot hides a file, and Windows
    // drops dots at the end.
    let name = line.trim_matches(|c: char| c == '.' || c == ' ');
    (!name.is_empty()).then(|| shortened(name))
}

fn shortened(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 10 => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let mut end = (MAX_NAME - ending.len()).min(stem.len());
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let stem = stem.get(..end).unwrap_or_default();
    format!("{}{ending}", stem.trim_end_matches(['.', ' ']))
}

#[cfg(test)]
mod tests {
    use super::{FileFault, Kind, judge, safe_name};

    fn zip(first: &str, rest: &str) -> Vec<u8> {
        let mut octets = b"PK\x03\x04".to_vec();
        octets.extend_from_slice(&[0; 22]);
        octets.extend_from_slice(&u16::try_from(first.len()).unwrap().to_le_bytes());
        octets.extend_from_slice(&[0, 0]);
        octets.extend_from_slice(first.as_bytes());
        octets.extend_from_slice(rest.as_bytes());
        octets
    }

    fn samples() -> Vec<(&'static str, Vec<u8>)> {
        let jpeg = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 16];
        let mut files: Vec<(&str, Vec<u8>)> = ["jfif", "jpeg", "jpg", "pjp", "pjpeg"]
            .map(|e| (e, jpeg.clone()))
            .into();
        files.extend([
            ("bmp", b"BM\x46\0\0\0".to_vec()),
            ("cur", vec![0, 0, 2, 0, 1, 0]),
            ("docx", zip("[Content_Types].xml", "... word/document.xml")),
            ("gif", b"GIF89a....".to_vec()),
            ("ico", vec![0, 0, 1, 0, 1, 0]),
            ("log", b"2026-11-22 started\n".to_vec()),
            ("pdf", b"%PDF-1.7\n".to_vec()),
            ("png", b"\x89PNG\r\n\x1a\n....".to_vec()),
            (
                "svg",
                b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\">".to_vec(),
            ),
            ("tif", b"II*\0....".to_vec()),
            ("tiff", b"MM\0*....".to_vec()),
            ("txt", "Señora".as_bytes().to_vec()),
            ("heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()),
            ("heif", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heif".to_vec()),
            ("xlsx", zip("[Content_Types].xml", "... xl/workbook.xml")),
            ("rtf", b"{\\rtf1\\ansi".to_vec()),
        ]);
        files
    }

    fn allowed() -> Vec<String> {
        samples().iter().map(|(e, _)| (*e).to_owned()).collect()
    }

    #[test]
    fn each_type_is_taken_under_its_own_name_and_no_other() {
        for (extension, head) in samples() {
            let kind = judge(
                &format!("a.{}", extension.to_uppercase()),
                &head,
                &allowed(),
            );
            assert_eq!(
                kind,
                Ok(Kind::of_extension(extension).unwrap()),
                "{extension}"
            );
            for (other, _) in samples()
                .iter()
                .filter(|(o, _)| Kind::of_extension(o) != kind.ok())
            {
                // An SVG or RTF is text too, and may be sent as such.
                let textual = matches!(extension, "svg" | "rtf" | "log" | "txt" | "pdf" | "gif")
                    && matches!(*other, "log" | "txt");
                if !textual {
                    assert_eq!(
                        judge(&format!("a.{other}"), &head, &allowed()),
                        Err(FileFault::Mismatch),
                        "{extension} as {other}"
                    );
                }
            }
        }
    }

    #[test]
    fn programs_and_empty_files_are_refused() {
        assert_eq!(
            judge("a.exe", b"MZ", &allowed()),
            Err(FileFault::NotAllowed)
        );
        assert_eq!(
            judge("noending", b"text", &allowed()),
            Err(FileFault::NotAllowed)
        );
        assert_eq!(
            judge("a.pdf.exe", b"%PDF-1.7", &allowed()),
            Err(FileFault::NotAllowed)
        );
        assert_eq!(
            judge("a.pdf", b"MZ\x90\0", &allowed()),
            Err(FileFault::Mismatch)
        );
        assert_eq!(
            judge("a.txt", b"MZ\x90\0", &allowed()),
            Err(FileFault::Mismatch)
        );
        assert_eq!(
            judge("a.docx", &zip("evil.exe", ""), &allowed()),
            Err(FileFault::Mismatch)
        );
        assert_eq!(
            judge("a.svg", b"<html><svg>", &allowed()),
            Err(FileFault::Mismatch)
        );
        assert_eq!(judge("a.pdf", b"", &allowed()), Err(FileFault::Empty));
        assert_eq!(
            judge("a.png", b"\x89PNG\r\n\x1a\n", &[]),
            Err(FileFault::NotAllowed)
        );
    }

    #[test]
    fn names_are_never_paths() {
        for (given, safe) in [
            ("../../etc/passwd", Some("passwd")),
            ("C:\\Users\\jane\\lab.pdf", Some("lab.pdf")),
            ("lab\r\nX: y.pdf", Some("lab X_ y.pdf")),
            ("fdp\u{202E}exe.pdf", Some("fdpexe.pdf")),
            (".htaccess", Some("htaccess")),
            ("a/", Some("a")),
            ("..", None),
            ("", None),
            ("\0", None),
            ("Informe de María.pdf", Some("Informe de María.pdf")),
        ] {
            assert_eq!(safe_name(given).as_deref(), safe, "{given:?}");
        }
        let long = safe_name(&format!("{}.pdf", "é".repeat(300))).unwrap();
        assert!(long.len() <= 200 && long.ends_with("é.pdf"));
        // The cut falls behind a dot.
        let long = safe_name(&format!("{}. {}", "a".repeat(198), "b".repeat(50)));
        assert_eq!(long, Some("a".repeat(198)));
    }
}
