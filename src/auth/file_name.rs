//! A file's name as its sender gave it, made harmless.

/// Longest name kept, in bytes.
const LONGEST: usize = 255;

/// The name without any path, control characters or marks that turn the direction of writing (by
/// which `gpj.exe` can look like `exe.jpg`); at most 255 bytes; `file` if nothing is left.
pub fn clean(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut cleaned: String = name.chars().filter(|letter| is_harmless(*letter)).collect();
    cleaned.truncate(cleaned.floor_char_boundary(LONGEST));
    let trimmed = cleaned.trim().trim_start_matches('.').trim();
    if trimmed.is_empty() { "file".to_owned() } else { trimmed.to_owned() }
}

fn is_harmless(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_and_hides_nothing() {
        assert_eq!(clean("Rechnung für März.pdf"), "Rechnung für März.pdf");
        assert_eq!(clean("../../etc/passwd"), "passwd");
        assert_eq!(clean(r"C:\temp\cat.png"), "cat.png");
        assert_eq!(clean("\u{202e}gpj.exe\r\nX: y"), "gpj.exeX: y");
        assert_eq!(clean(" .. "), "file");
        assert_eq!(clean(""), "file");
        assert_eq!(clean(&"ü".repeat(200)).len(), 254);
    }
}
