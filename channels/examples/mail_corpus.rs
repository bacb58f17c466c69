//! Reads whole folders of mails and says how well: `mail_corpus FOLDER` with `sisimai-bounces`,
//! `reply-trimmer` and any other mails below it.
//!
//! Needs no network. Prints files, how many were unreadable, how bounces were classified against
//! `expected.json`, and how often the visible part agrees with the trimmed text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use channels::email::wire::{Parked, Severity, visible_length};
use channels::email::{Limits, ParsedMail, parse};
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    status: String,
    reason: String,
    hard_bounce: bool,
}

#[derive(Default)]
struct Score {
    expected: usize,
    found: usize,
    with_status: usize,
    status: usize,
    class: usize,
    hard: usize,
    false_alarms: usize,
    missed: Vec<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::args().nth(1).ok_or("usage: mail_corpus FOLDER")?);
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    let expected: BTreeMap<String, Vec<Expected>> =
        serde_json::from_slice(&std::fs::read(root.join("sisimai-bounces/expected.json"))?)?;
    read_mails(&files, &expected)?;
    compare_replies(&root.join("reply-trimmer"))?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn read_mails(files: &[PathBuf], expected: &BTreeMap<String, Vec<Expected>>) -> std::io::Result<()> {
    let mails = files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
    let (mut count, mut unreadable, mut slowest, mut score) = (0, 0, Duration::ZERO, Score::default());
    for path in mails {
        let raw = std::fs::read(path)?;
        let start = Instant::now();
        let mail = parse(&raw, &Limits::default());
        slowest = slowest.max(start.elapsed());
        count += 1;
        unreadable += usize::from(mail.parked == Some(Parked::Unreadable));
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.components().any(|part| part.as_os_str() == "not") {
            score.false_alarms += usize::from(mail.bounce.is_some());
        } else if let Some(first) = expected.get(&name).and_then(|all| all.first()) {
            judge(&mut score, name, first, &mail);
        }
    }
    println!("mails {count}, unreadable (panics caught) {unreadable}, slowest {slowest:?}");
    let Score { expected, found, with_status, status, class, hard, false_alarms, missed } = score;
    println!(
        "bounces expected {expected}: found {found}, hard or not as expected {hard}, false alarms {false_alarms}"
    );
    println!("statuses expected {with_status}: exact {status}, right class {class}");
    println!("missed: {}", missed.join(" "));
    Ok(())
}

/// Complaints and vacations stand in the same folder; they are no bounces.
fn judge(score: &mut Score, name: String, expected: &Expected, mail: &ParsedMail) {
    if ["feedback", "vacation", "delivered"].contains(&expected.reason.as_str()) {
        return;
    }
    score.expected += 1;
    let Some(bounce) = &mail.bounce else {
        score.missed.push(name);
        return;
    };
    score.found += 1;
    score.hard += usize::from((bounce.severity == Severity::Hard) == expected.hard_bounce);
    if !expected.status.is_empty() {
        score.with_status += 1;
        let status = bounce.status.map(|status| status.to_string()).unwrap_or_default();
        score.status += usize::from(status == expected.status);
        score.class += usize::from(status.get(..1) == expected.status.get(..1));
    }
}

fn compare_replies(folder: &Path) -> std::io::Result<()> {
    let (mut count, mut same, mut folded) = (0, 0, 0);
    let mut differ = Vec::new();
    for entry in std::fs::read_dir(folder.join("emails"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_owned();
        let Ok(trimmed) = std::fs::read_to_string(folder.join("trimmed").join(&name)) else { continue };
        let text = std::fs::read_to_string(&path)?.replace("\r\n", "\n");
        let length = visible_length(&text);
        let visible =
            length.map_or(text.as_str(), |length| &text[..usize::try_from(length).unwrap_or(usize::MAX)]);
        count += 1;
        folded += usize::from(length.is_some());
        if words(visible) == words(&trimmed) {
            same += 1
        } else {
            differ.push(name.to_string_lossy().into_owned())
        }
    }
    println!(
        "replies {count}: visible part as trimmed {same}, folded {folded}; others: {}",
        differ.join(" ")
    );
    Ok(())
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}
