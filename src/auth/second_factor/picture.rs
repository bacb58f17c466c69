//! A QR code as lines of an SVG path, so that the page draws it itself and loads no picture.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;
use utoipa::ToSchema;

/// Modules of white around the code.
const QUIET: i32 = 4;

/// `<svg viewBox="0 0 SIZE SIZE"><path d=PATH></svg>`, dark on white.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Picture {
    /// Width and height in modules, with the white around.
    pub size: u32,
    /// Of digits and the letters M, h, v, z alone.
    pub path: String,
}

/// None if the text is too long for any code (2,331 bytes).
pub fn draw(text: &str) -> Option<Picture> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for row in 0..code.size() {
        let mut column = 0;
        while column < code.size() {
            let run = (column..code.size()).take_while(|place| code.get_module(*place, row)).count();
            let run = i32::try_from(run).unwrap_or_default();
            if run > 0 {
                // Writing into a String cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", column + QUIET, row + QUIET);
            }
            column += run.max(1);
        }
    }
    Some(Picture { size: (code.size() + 2 * QUIET).unsigned_abs(), path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_with_its_three_corners() {
        let picture = draw("otpauth://totp/Tandem:ana?secret=GEZDGNBVGY3TQOJQ").unwrap();
        let last = picture.size - 8 - 7 + 4;
        for corner in ["M4 4h7v1h-7z", &format!("M{last} 4h7v1h-7z"), &format!("M4 {last}h7v1h-7z")] {
            assert!(picture.path.contains(corner), "{corner} is missing of {}", picture.size);
        }
        assert!(picture.path.bytes().all(|byte| byte.is_ascii_digit() || b"Mhvz -".contains(&byte)));
        assert_eq!(draw(&"x".repeat(10_000)), None);
    }
}
