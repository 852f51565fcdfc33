//! Files that come with an answer, and names of files wherever they go: what a
//! file is (`mime::sniff`), and how a download is named (`web::disposition`).

use sealpost::mime::sniff::{HEAD, Kind, judge, safe_name};
use sealpost::web::disposition;

const ENDINGS: &str = "bmp cur docx gif heic heif ico jfif jpeg jpg log pdf pjp pjpeg png rtf svg \
    tif tiff txt webp xlsx exe";

/// The first line as a file's name, what follows as the file.
pub fn run(octets: &[u8]) {
    let end = octets.iter().position(|o| *o == b'\n');
    let (name, file) = octets.split_at(end.map_or(0, |end| end + 1));
    let name = String::from_utf8_lossy(name);
    named(name.trim_end_matches(['\r', '\n']));
    judged(&name, &file[..file.len().min(HEAD)]);
}

fn judged(name: &str, head: &[u8]) {
    let allowed: Vec<String> = ENDINGS.split_whitespace().map(str::to_owned).collect();
    if let Ok(kind) = judge(name, head, &allowed) {
        let ending = name.trim_end().rsplit('.').next().unwrap_or_default();
        assert_eq!(Kind::of_extension(ending.trim()), Some(kind));
        assert!(kind.fits(head) && !head.is_empty());
    }
    assert!(judge(name, head, &[]).is_err());
    for ending in ENDINGS.split_whitespace() {
        let found = judge(&format!("a.{ending}"), head, &allowed);
        assert_eq!(found.is_ok(), found.is_ok_and(|kind| kind.fits(head)));
        // What a page shows as a picture can be nothing that runs.
        if Kind::raster(head).is_some() {
            let runs = matches!(found, Ok(Kind::Svg));
            assert!(!runs, "a picture is a drawing too");
        }
    }
}

fn named(given: &str) {
    if let Some(name) = safe_name(given) {
        assert!(!name.is_empty() && name.len() <= 200);
        assert!(!name.contains(['/', '\\', ':', '"', '<', '>', '|', '?', '*']));
        assert!(!name.chars().any(char::is_control));
        assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']));
        assert_eq!(safe_name(&name).as_ref(), Some(&name));
    }
    let field = disposition::attachment(given);
    let field = field.to_str().expect("a field is visible ASCII");
    let rest = field
        .strip_prefix("attachment; filename=\"")
        .expect("a download is saved, not shown");
    let (plain, exact) = rest
        .split_once("\"; filename*=UTF-8''")
        .expect("a plain name and an exact one");
    assert!(!plain.is_empty() && !plain.contains(['"', '\\', '/', '\r', '\n']));
    assert!(
        exact
            .bytes()
            .all(|o| o.is_ascii_alphanumeric() || b"!#$&+-.^_`|~%".contains(&o))
    );
}
