//! People answer from the same articles as virtual agents do.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use model::Language;
use support::House;
use tandem::console::wire::{Answer, Ask, ConsoleRefusal};

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_by_passages_the_surest_first_in_its_language() {
    let house = House::open().await;
    let mut ana = house.agent("ana").await;
    let mut ask = async |text: &str, language: Option<&str>| {
        let language = language.map(|language| Language::new(language).unwrap());
        match ana.ask(Ask::Knowledge { text: text.into(), language }).await {
            Ok(Answer::Passages { passages }) => Ok(passages),
            Ok(other) => panic!("{other:?}"),
            Err(refusal) => Err(refusal),
        }
    };
    let english = ask("How long does delivery take?", None).await.unwrap();
    assert!(english[0].title.contains("delivery"), "{english:?}");
    assert!(english.is_sorted_by(|one, next| one.confidence >= next.confidence));
    let german = ask("Wie lange dauert die Lieferung?", Some("de")).await.unwrap();
    assert!(!german.is_empty() && german[0].title != english[0].title, "{german:?}");
    assert_eq!(ask("xyzzy", None).await.unwrap(), []);
    assert_eq!(ask(&"long ".repeat(1_000), None).await.unwrap_err(), ConsoleRefusal::TooLarge);
}
