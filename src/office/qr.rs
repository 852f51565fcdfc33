//! A text as a square of black and white for a camera (ISO/IEC 18004), drawn in
//! the page itself: the policy of the pages lets no script and no picture of
//! elsewhere in.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// White around it, in modules: what the standard asks for.
const QUIET: usize = 4;

/// The drawing as SVG, named `title` for who does not see it; empty if the text
/// is too long for one.
pub(super) fn drawn(text: &str, title: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return String::new();
    };
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (at % width + QUIET, at / width + QUIET);
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    let all = width + 2 * QUIET;
    let title = crate::web::speech::escaped(title);
    // White and black in the dark too: cameras look for dark on light.
    format!(
        "<svg class=\"qr\" viewBox=\"0 0 {all} {all}\" role=\"img\" aria-label=\"{title}\" shape-rendering=\"crispEdges\"><rect width=\"{all}\" height=\"{all}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    )
}
