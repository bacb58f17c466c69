//! An article: Markdown under a front matter of `key: value` lines between `---`.

use model::Language;

use super::plain_text::plain_text;

/// Sections of an article; what follows belongs to the last.
const MAXIMUM_SECTIONS: usize = 200;
/// Bytes of a title, a heading or a tag.
const MAXIMUM_TITLE: usize = 300;

/// Something the organisation knows, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its file's name without the extension; citations name it so.
    pub name: String,
    pub title: String,
    pub language: Language,
    /// Other words customers use for it.
    pub tags: Vec<String>,
    pub sections: Vec<Section>,
}

/// What stands under one heading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// Empty before the first heading.
    pub heading: String,
    /// Plain text; paragraphs are separated by an empty line.
    pub text: String,
}

/// Why a text is no article. Retrying with the same text is pointless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidArticle {
    #[error("it does not begin with a front matter between lines of ---")]
    NoFrontMatter,
    #[error("line {0} of the front matter is not `key: value`")]
    NotAPair(usize),
    #[error("the front matter has an unknown key {0:?}: title, language and tags are known")]
    UnknownKey(String),
    #[error("it has no {0}")]
    Missing(&'static str),
    #[error("{0:?} is no language")]
    Language(String),
    #[error("its title is longer than {MAXIMUM_TITLE} bytes")]
    TitleTooLong,
}

impl Article {
    pub fn parse(name: &str, text: &str) -> Result<Self, InvalidArticle> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let (front, body) = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n"))
            .ok_or(InvalidArticle::NoFrontMatter)?;
        let (title, language, tags) = front_matter(front)?;
        let sections = sections(body);
        if sections.is_empty() {
            return Err(InvalidArticle::Missing("text"));
        }
        Ok(Self { name: name.to_owned(), title, language, tags, sections })
    }
}

fn front_matter(front: &str) -> Result<(String, Language, Vec<String>), InvalidArticle> {
    let (mut title, mut language, mut tags) = (None, None, Vec::new());
    for (index, line) in front.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (key, value) = line.split_once(':').ok_or(InvalidArticle::NotAPair(index + 1))?;
        let value = value.trim().trim_matches('"');
        match key.trim() {
            "title" => title = Some(value.to_owned()),
            "language" => {
                language =
                    Some(Language::new(value).map_err(|_| InvalidArticle::Language(value.to_owned()))?);
            }
            "tags" => tags = list(value),
            other => return Err(InvalidArticle::UnknownKey(other.chars().take(40).collect())),
        }
    }
    let title = title.filter(|title| !title.is_empty()).ok_or(InvalidArticle::Missing("title"))?;
    if title.len() > MAXIMUM_TITLE {
        return Err(InvalidArticle::TitleTooLong);
    }
    Ok((title, language.ok_or(InvalidArticle::Missing("language"))?, tags))
}

/// `[a, b]` or `a, b`.
fn list(value: &str) -> Vec<String> {
    let items = value.trim_start_matches('[').trim_end_matches(']').split(',');
    items.map(|item| item.trim().trim_matches('"').to_owned()).filter(|item| !item.is_empty()).collect()
}

fn sections(body: &str) -> Vec<Section> {
    let mut sections = vec![(String::new(), String::new())];
    let mut fenced = false;
    for line in body.lines() {
        fenced ^= line.trim_start().starts_with("```");
        match heading(line).filter(|_| !fenced && sections.len() < MAXIMUM_SECTIONS) {
            Some(heading) => sections.push((heading, String::new())),
            None => {
                if let Some((_, text)) = sections.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    sections
        .into_iter()
        .map(|(heading, markdown)| Section { heading, text: plain_text(&markdown) })
        .filter(|section| !section.text.is_empty())
        .collect()
}

fn heading(line: &str) -> Option<String> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let text = line.get(level..)?.strip_prefix(' ')?.trim();
    ((1..=6).contains(&level) && text.len() <= MAXIMUM_TITLE).then(|| plain_text(text.trim_end_matches('#')))
}
