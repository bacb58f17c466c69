//! Where workers' attributes hold skills, levels and languages.

use serde_json::{Map, Value};

use super::evaluate::at;

/// As Flex has them, and as many write them by hand.
pub(super) const SKILLS: [&[&str]; 2] = [&["routing", "skills"], &["skills"]];
pub(super) const LEVELS: [&[&str]; 2] = [&["routing", "levels"], &["levels"]];
const LANGUAGES: [&[&str]; 3] = [&["languages"], &["routing", "languages"], &["language"]];

/// Of a path in an expression, without `worker.`.
pub(super) fn own(path: &[String]) -> Vec<&str> {
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    match path.split_first() {
        Some((&"worker", rest)) => rest.to_vec(),
        _ => path,
    }
}

pub(super) fn is_skills(path: &[String]) -> bool {
    SKILLS.contains(&&own(path)[..])
}

pub(super) fn is_languages(path: &[String]) -> bool {
    LANGUAGES.contains(&&own(path)[..])
}

/// The skill of `routing.levels.SKILL`.
pub(super) fn path_of_level(path: &[String]) -> Option<&str> {
    let skill = path.last()?;
    let above = own(&path[..path.len() - 1]);
    LEVELS.contains(&&above[..]).then_some(skill.as_str())
}

/// The first of these attributes that is there.
fn find<'a>(attributes: &'a Value, paths: &[&[&str]]) -> Option<&'a Value> {
    paths
        .iter()
        .find_map(|path| at(attributes, &path.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()))
}

pub(super) fn object<'a>(attributes: &'a Value, path: &[&str]) -> Option<&'a Map<String, Value>> {
    find(attributes, &[path])?.as_object()
}

pub(super) fn level_of(attributes: &Value, skill: &str) -> Option<f64> {
    LEVELS.iter().find_map(|path| object(attributes, path)?.get(skill)?.as_f64())
}

/// All skills, each once.
pub(super) fn skills(attributes: &Value) -> Vec<&str> {
    let mut skills = Vec::new();
    for list in SKILLS.iter().filter_map(|path| find(attributes, &[path])?.as_array()) {
        for skill in list.iter().filter_map(Value::as_str) {
            if !skills.contains(&skill) {
                skills.push(skill);
            }
        }
    }
    skills
}

/// A list, or one alone.
pub(super) fn languages(attributes: &Value) -> Vec<&str> {
    match find(attributes, &LANGUAGES) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    }
}

/// By its English name or its code: `en` for `English`, `en-US` and `EN`.
pub(super) fn language(name: &str) -> Option<model::Language> {
    let lower = name.trim().to_lowercase();
    let known = LANGUAGE_NAMES.iter().find(|(name, _)| *name == lower).map(|(_, code)| *code);
    let code = known.unwrap_or_else(|| lower.split(['-', '_']).next().unwrap_or_default());
    let is_code = matches!(code.len(), 2 | 3) && code.bytes().all(|byte| byte.is_ascii_lowercase());
    is_code.then(|| model::Language::new(code).ok()).flatten()
}

const LANGUAGE_NAMES: [(&str, &str); 24] = [
    ("arabic", "ar"),
    ("cantonese", "yue"),
    ("chinese", "zh"),
    ("czech", "cs"),
    ("danish", "da"),
    ("dutch", "nl"),
    ("english", "en"),
    ("finnish", "fi"),
    ("french", "fr"),
    ("german", "de"),
    ("greek", "el"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("italian", "it"),
    ("japanese", "ja"),
    ("korean", "ko"),
    ("mandarin", "zh"),
    ("norwegian", "no"),
    ("polish", "pl"),
    ("portuguese", "pt"),
    ("russian", "ru"),
    ("spanish", "es"),
    ("swedish", "sv"),
    ("turkish", "tr"),
];
