//! What a virtual agent says in its own name, in each language.

use std::collections::BTreeMap;

use model::Language;
use serde::{Deserialize, Serialize};

/// The lines of one language. An empty one is taken from the built-in lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lines {
    /// Said first, once.
    pub greeting: String,
    /// Said when there is no answer it is sure of.
    pub unsure: String,
    /// Said when the answer would be the one it has just given.
    pub repeated: String,
    /// Said before the task goes to people.
    pub hand_over: String,
    /// Said when the customer is helped.
    pub farewell: String,
}

impl Lines {
    fn built_in(greeting: &str, unsure: &str, repeated: &str, hand_over: &str, farewell: &str) -> Self {
        Self {
            greeting: greeting.into(),
            unsure: unsure.into(),
            repeated: repeated.into(),
            hand_over: hand_over.into(),
            farewell: farewell.into(),
        }
    }

    fn or(self, other: &Self) -> Self {
        let choose = |own: String, other: &String| if own.trim().is_empty() { other.clone() } else { own };
        Self {
            greeting: choose(self.greeting, &other.greeting),
            unsure: choose(self.unsure, &other.unsure),
            repeated: choose(self.repeated, &other.repeated),
            hand_over: choose(self.hand_over, &other.hand_over),
            farewell: choose(self.farewell, &other.farewell),
        }
    }
}

/// Lines for every language a virtual agent speaks: the built-in ones under the organisation's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineSet {
    by_language: BTreeMap<Language, Lines>,
    english: Lines,
}

impl LineSet {
    pub fn new(own: &BTreeMap<Language, Lines>) -> Self {
        let english = english();
        let mut by_language = built_in();
        for (language, lines) in own {
            let under = by_language.get(language).unwrap_or(&english).clone();
            by_language.insert(language.clone(), lines.clone().or(&under));
        }
        Self { english: Self::lookup(&by_language, "en").cloned().unwrap_or(english), by_language }
    }

    fn lookup<'a>(by_language: &'a BTreeMap<Language, Lines>, subtag: &str) -> Option<&'a Lines> {
        by_language.iter().find(|(language, _)| language.as_str() == subtag).map(|(_, lines)| lines)
    }

    /// The lines of `language`, or the English ones.
    pub fn of(&self, language: &Language) -> &Lines {
        self.by_language.get(language).unwrap_or(&self.english)
    }

    pub fn speaks(&self, language: &Language) -> bool {
        self.by_language.contains_key(language)
    }

    pub fn all(&self) -> impl Iterator<Item = &Lines> {
        self.by_language.values()
    }
}

fn english() -> Lines {
    Lines::built_in(
        "Hello! I am the virtual assistant. Ask me anything, or ask for a person at any time.",
        "I am not sure I understood. Could you say it in other words? You can also ask for a person.",
        "What I said just now is all I know about that. Shall I connect you with a person?",
        "I am connecting you with a colleague. They can see everything you told me.",
        "Glad I could help. Have a nice day!",
    )
}

fn built_in() -> BTreeMap<Language, Lines> {
    let lines = [
        ("en", english()),
        (
            "de",
            Lines::built_in(
                "Hallo! Ich bin die virtuelle Assistenz. Fragen Sie mich etwas, oder verlangen Sie jederzeit einen Menschen.",
                "Ich bin nicht sicher, ob ich Sie richtig verstanden habe. Können Sie es anders sagen? Sie können auch einen Menschen verlangen.",
                "Was ich eben gesagt habe, ist alles, was ich dazu weiß. Soll ich Sie mit einem Menschen verbinden?",
                "Ich verbinde Sie mit einer Kollegin oder einem Kollegen. Dort ist alles zu sehen, was Sie mir gesagt haben.",
                "Schön, dass ich helfen konnte. Einen guten Tag!",
            ),
        ),
        (
            "ar",
            Lines::built_in(
                "مرحبًا! أنا المساعد الافتراضي. اسألني عمّا تريد، أو اطلب التحدث إلى موظف في أي وقت.",
                "لست متأكدًا من أنني فهمت. هل يمكنك قولها بكلمات أخرى؟ يمكنك أيضًا أن تطلب التحدث إلى موظف.",
                "ما قلته للتو هو كل ما أعرفه عن ذلك. هل تريد أن أوصلك بموظف؟",
                "سأوصلك بأحد الزملاء، وسيرى كل ما أخبرتني به.",
                "يسعدني أنني استطعت مساعدتك. طاب يومك!",
            ),
        ),
        (
            "es",
            Lines::built_in(
                "¡Hola! Soy el asistente virtual. Pregúnteme lo que quiera, o pida hablar con una persona en cualquier momento.",
                "No estoy seguro de haberle entendido. ¿Puede decirlo con otras palabras? También puede pedir hablar con una persona.",
                "Lo que acabo de decir es todo lo que sé al respecto. ¿Quiere que le pase con una persona?",
                "Le paso con un compañero. Podrá ver todo lo que me ha contado.",
                "Me alegro de haber podido ayudarle. ¡Que tenga un buen día!",
            ),
        ),
        (
            "fr",
            Lines::built_in(
                "Bonjour ! Je suis l’assistant virtuel. Posez-moi votre question, ou demandez une personne à tout moment.",
                "Je ne suis pas sûr d’avoir compris. Pouvez-vous le dire autrement ? Vous pouvez aussi demander une personne.",
                "Ce que je viens de dire est tout ce que je sais à ce sujet. Voulez-vous parler à une personne ?",
                "Je vous mets en relation avec un collègue. Il verra tout ce que vous m’avez dit.",
                "Ravi d’avoir pu vous aider. Bonne journée !",
            ),
        ),
    ];
    lines
        .into_iter()
        .filter_map(|(subtag, lines)| Language::new(subtag).ok().map(|language| (language, lines)))
        .collect()
}
