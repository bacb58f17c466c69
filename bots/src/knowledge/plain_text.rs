//! Markdown as plain text: what a chat, a mail or a voice can carry as it is.

/// Drops marks of emphasis, code and images; a link keeps its text, with its address in brackets when
/// that is a web address; list items begin with `• ` or their number.
pub fn plain_text(markdown: &str) -> String {
    let mut paragraphs: Vec<Vec<String>> = vec![Vec::new()];
    for line in markdown.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("```") {
            paragraphs.push(Vec::new());
        } else if let Some(paragraph) = paragraphs.last_mut() {
            add_line(paragraph, line);
        }
    }
    let paragraphs: Vec<String> =
        paragraphs.into_iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
    paragraphs.join("\n\n")
}

/// A line goes on with the one before it, unless it is an item of a list.
fn add_line(paragraph: &mut Vec<String>, line: &str) {
    let line = line.trim_start_matches("> ");
    let bullet = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
    if let Some(item) = bullet {
        return paragraph.push(format!("• {}", inline(item)));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = digits > 0 && line.get(digits..).is_some_and(|rest| rest.starts_with(". "));
    match paragraph.last_mut().filter(|_| !numbered) {
        Some(before) => {
            before.push(' ');
            before.push_str(&inline(line));
        }
        None => paragraph.push(inline(line)),
    }
}

fn inline(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some((shown, after)) = link(rest) {
            plain.push_str(&shown);
            rest = after;
            continue;
        }
        rest = &rest[character.len_utf8()..];
        match character {
            '*' | '`' => {}
            '\\' => {
                if let Some(escaped) = rest.chars().next() {
                    plain.push(escaped);
                    rest = &rest[escaped.len_utf8()..];
                }
            }
            other => plain.push(other),
        }
    }
    plain.trim().to_owned()
}

/// A link or image at the start of `text`: what to show for it, and what follows.
fn link(text: &str) -> Option<(String, &str)> {
    let image = text.starts_with("![");
    let inside = text.strip_prefix("![").or_else(|| text.strip_prefix('['))?;
    let (label, after) = inside.split_once("](")?;
    let (address, after) = after.split_once(')')?;
    if label.contains(['[', ']']) || address.contains(char::is_whitespace) {
        return None;
    }
    let shown = match (image, address.starts_with("http")) {
        (true, _) => String::new(),
        (false, true) => format!("{label} ({address})"),
        (false, false) => label.to_owned(),
    };
    Some((shown, after))
}
