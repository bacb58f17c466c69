//! What a customer can always say in any built-in language: that they want a person, that they are
//! done, and yes to an offer. A button says the former better ([`crate::Turn::customer_asked_for_person`]).

use crate::intent::features::words;

/// Words that mean a person, when the sentence wants one or says little else.
const PERSON: &[&str] = &[
    "human",
    "agent",
    "person",
    "representative",
    "operator",
    "someone",
    "somebody",
    "advisor",
    "colleague",
    "mensch",
    "menschen",
    "mitarbeiter",
    "mitarbeiterin",
    "berater",
    "beraterin",
    "jemand",
    "jemanden",
    "jemandem",
    "persona",
    "humano",
    "humana",
    "agente",
    "operador",
    "operadora",
    "asesor",
    "asesora",
    "alguien",
    "personne",
    "humain",
    "conseiller",
    "conseillère",
    "opérateur",
    "quelquun",
    "موظف",
    "موظفة",
    "شخص",
    "إنسان",
    "انسان",
    "بشري",
    "مندوب",
    "الموظف",
];

/// Words of wanting to be connected or to speak.
const WANT: &[&str] = &[
    "talk",
    "speak",
    "speaking",
    "talking",
    "connect",
    "transfer",
    "want",
    "need",
    "real",
    "live",
    "chat",
    "get",
    "sprechen",
    "reden",
    "verbinden",
    "verbinde",
    "will",
    "möchte",
    "brauche",
    "echten",
    "echter",
    "echte",
    "hablar",
    "quiero",
    "necesito",
    "real",
    "comunicar",
    "pásame",
    "páseme",
    "atienda",
    "parler",
    "veux",
    "voudrais",
    "besoin",
    "vrai",
    "réel",
    "discuter",
    "أريد",
    "اريد",
    "التحدث",
    "أتحدث",
    "اتحدث",
    "التكلم",
    "أتكلم",
    "تحويل",
    "حقيقي",
    "مع",
];

/// Said with "someone" these need no verb of wanting to be a request; nothing else may be said.
const FILLER: &[&str] = &[
    "a", "an", "the", "please", "to", "ein", "eine", "einen", "einem", "bitte", "un", "una", "por", "favor",
    "une", "svp", "sil", "vous", "plaît", "من", "فضلك", "support", "with", "mit", "con", "avec", "hello",
    "hi", "hallo",
];

const DONE: &[&str] = &[
    "thanks",
    "thank you",
    "thank you very much",
    "thanks a lot",
    "many thanks",
    "thats all",
    "that is all",
    "thats all thanks",
    "thank you thats all",
    "no thanks",
    "no thank you",
    "great thanks",
    "perfect thanks",
    "ok thanks",
    "okay thanks",
    "thank you bye",
    "bye",
    "goodbye",
    "that helped",
    "that helped thanks",
    "danke",
    "danke schön",
    "dankeschön",
    "vielen dank",
    "nein danke",
    "das wars",
    "das ist alles",
    "tschüss",
    "super danke",
    "ok danke",
    "danke das wars",
    "das hat geholfen",
    "auf wiedersehen",
    "perfekt danke",
    "gracias",
    "muchas gracias",
    "no gracias",
    "eso es todo",
    "adiós",
    "perfecto gracias",
    "merci",
    "merci beaucoup",
    "non merci",
    "cest tout",
    "au revoir",
    "parfait merci",
    "شكرا",
    "شكرًا",
    "شكرا جزيلا",
    "شكرًا جزيلًا",
    "هذا كل شيء",
    "مع السلامة",
];

const YES: &[&str] = &[
    "yes",
    "yes please",
    "yeah",
    "yep",
    "sure",
    "ok",
    "okay",
    "please",
    "please do",
    "ja",
    "ja bitte",
    "ja gerne",
    "gerne",
    "bitte",
    "sí",
    "si",
    "sí por favor",
    "si por favor",
    "vale",
    "claro",
    "oui",
    "oui merci",
    "oui sil vous plaît",
    "volontiers",
    "نعم",
    "نعم من فضلك",
    "أجل",
];

/// Words a request for a person has at most: in a long text such words mean other things.
const MAXIMUM_REQUEST: usize = 14;

/// Whether `text` asks for a person, in English, German, Spanish, French or Arabic.
pub fn asks_for_person(text: &str) -> bool {
    text.split(['.', '!', '?', '؟', '\n', ';']).any(|sentence| {
        let words = words(sentence);
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let only =
            words.iter().all(|word| [PERSON, WANT, FILLER].iter().any(|list| list.contains(&word.as_str())));
        words.len() <= MAXIMUM_REQUEST && has(PERSON) && (only || has(WANT) && near(&words))
    })
}

/// A word of wanting stands at most four words before, or one word after, the word for a person:
/// "I want to return the tent a person gave me" is no request.
fn near(words: &[String]) -> bool {
    let at = |list: &'static [&str]| {
        words
            .iter()
            .enumerate()
            .filter(move |(_, word)| list.contains(&word.as_str()))
            .map(|(index, _)| index)
    };
    at(PERSON).any(|person| at(WANT).any(|want| person.wrapping_sub(want) <= 4 || want == person + 1))
}

/// Whether `text` says only yes, to what was just offered.
pub fn says_yes(text: &str) -> bool {
    YES.contains(&words(text).join(" ").as_str())
}

/// Whether `text` says only that the customer is done.
pub fn says_done(text: &str) -> bool {
    DONE.contains(&words(text).join(" ").as_str())
}
