//! Where the quoted part of a mail begins, so that it can be folded. Nothing is ever deleted: a wrong
//! guess costs a click.
//!
//! A rule looks at whole lines, in one pass from the top. What follows the first sign of a quote is
//! folded, unless the sender wrote below or between the quoted lines: then nothing is.

/// Lines an introduction such as "On … wrote:" may be broken over.
const MAX_INTRODUCTION: usize = 4;
/// Characters of such an introduction at most.
const MAX_INTRODUCTION_LENGTH: usize = 400;

/// Bytes of `text` before the quoted part; none when there is no quoted part, or nothing before it.
pub fn visible_length(text: &str) -> Option<u32> {
    let lines = Lines::of(text);
    let start = (0..lines.len()).find(|&at| lines.begins_quote(at))?;
    if lines.start_is_inline_answer(start) {
        return None;
    }
    let kept = text[..lines.offset(start)].trim_end();
    if kept.is_empty() {
        return None;
    }
    u32::try_from(kept.len()).ok()
}

struct Lines<'t> {
    lines: Vec<(usize, &'t str)>,
    fenced: Vec<bool>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let mut lines = Vec::new();
        let mut fenced = Vec::new();
        let (mut offset, mut inside) = (0, false);
        for line in text.split('\n') {
            if line.trim_start().starts_with("```") {
                inside = !inside;
            }
            lines.push((offset, line));
            fenced.push(inside);
            offset += line.len() + 1;
        }
        Self { lines, fenced }
    }

    fn len(&self) -> usize {
        self.lines.len()
    }

    fn offset(&self, at: usize) -> usize {
        self.lines[at].0
    }

    fn line(&self, at: usize) -> &'t str {
        self.lines.get(at).map_or("", |(_, line)| line.trim())
    }

    fn begins_quote(&self, at: usize) -> bool {
        let line = self.line(at);
        if line.is_empty() || self.fenced[at] {
            return false;
        }
        is_divider(line) || self.is_introduction(at) || self.is_header_block(at) || self.is_quoted_tail(at)
    }

    /// "On Monday, Ana wrote:", over up to four lines.
    fn is_introduction(&self, at: usize) -> bool {
        let first = self.line(at).trim_start_matches(['>', ' ', '-', '*']).to_lowercase();
        if !may_introduce(&first) {
            return false;
        }
        let mut joined = String::new();
        for line in (at..at + MAX_INTRODUCTION).map(|next| self.line(next)) {
            if line.is_empty() && !joined.is_empty() {
                return false;
            }
            joined.push_str(&line.trim_start_matches(['>', ' ']).to_lowercase());
            joined.push(' ');
            if joined.len() > MAX_INTRODUCTION_LENGTH {
                return false;
            }
            if ends_introduction(joined.trim()) {
                return true;
            }
        }
        false
    }

    /// Outlook: From, Sent, To, Subject below each other, in any language.
    fn is_header_block(&self, at: usize) -> bool {
        if !has_field(self.line(at), FROM_WORDS) {
            return false;
        }
        let following = (at + 1..at + 8).map(|next| self.line(next));
        following.filter(|line| has_field(line, OTHER_FIELDS)).count() >= 2
    }

    /// Quoted to the end of the mail, blank lines and nothing else between.
    fn is_quoted_tail(&self, at: usize) -> bool {
        is_quoted(self.line(at))
            && (at..self.len()).all(|next| is_quoted(self.line(next)) || self.line(next).is_empty())
    }

    /// Whether the sender wrote on below the quote that starts here with `>`.
    fn start_is_inline_answer(&self, start: usize) -> bool {
        let rest: Vec<&str> = (start..self.len()).map(|at| self.line(at)).collect();
        let Some(first) = rest.iter().position(|line| is_quoted(line)) else { return false };
        if first > MAX_INTRODUCTION + 1 {
            return false;
        }
        let Some(end) = rest[first..].iter().position(|line| !line.is_empty() && !is_quoted(line)) else {
            return false;
        };
        rest[first + end..].iter().any(|line| !line.is_empty())
            && !is_signature_or_footer(&rest[first + end..])
    }
}

fn is_quoted(line: &str) -> bool {
    line.starts_with('>') || line.starts_with('＞')
}

/// What stands below a bottom quote and is no answer: a signature, a footer.
fn is_signature_or_footer(rest: &[&str]) -> bool {
    rest.first().is_some_and(|line| is_signature_mark(line))
}

fn is_signature_mark(line: &str) -> bool {
    line == "--" || line == "—" || line.starts_with("___") || line.starts_with("---") || sent_from(line)
}

/// `-----Original Message-----`, `---- Forwarded ----`, or Outlook's line of underscores.
fn is_divider(line: &str) -> bool {
    let lower = line.to_lowercase();
    let inner = lower.trim_matches(['-', '_', ' ', '>', '*', '=']);
    let dashed = lower.starts_with("--") || lower.starts_with("__") || lower.starts_with("==");
    (dashed && DIVIDERS.iter().any(|divider| inner.starts_with(divider)))
        || lower.starts_with("begin forwarded message")
        || lower.starts_with("reply above this line")
        || lower.contains("please reply above this line")
        || (lower.len() >= 20 && lower.chars().all(|c| c == '_'))
}

const DIVIDERS: &[&str] = &[
    "original message",
    "original-nachricht",
    "ursprüngliche nachricht",
    "originalnachricht",
    "forwarded message",
    "forwarded by",
    "weitergeleitete nachricht",
    "message d'origine",
    "message original",
    "message transféré",
    "mensaje original",
    "mensaje reenviado",
    "messaggio originale",
    "messaggio inoltrato",
    "mensagem original",
    "mensagem encaminhada",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "ursprungligt meddelande",
    "vidarebefordrat meddelande",
    "oprindelig meddelelse",
    "opprinnelig melding",
    "alkuperäinen viesti",
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "původní zpráva",
    "исходное сообщение",
    "пересылаемое сообщение",
    "оригінальне повідомлення",
    "orijinal ileti",
    "eredeti üzenet",
    "mesaj original",
    "原始邮件",
    "原始郵件",
    "转发邮件",
    "元のメッセージ",
    "원본 메시지",
    "original appointment",
    "reply message",
    "antwort",
];

const FROM_WORDS: &[&str] = &[
    "from",
    "von",
    "de",
    "da",
    "van",
    "från",
    "fra",
    "lähettäjä",
    "od",
    "от",
    "від",
    "kimden",
    "feladó",
    "发件人",
    "寄件者",
    "差出人",
    "보낸 사람",
    "من",
];

const OTHER_FIELDS: &[&str] = &[
    "sent",
    "date",
    "to",
    "subject",
    "cc",
    "reply-to",
    "gesendet",
    "datum",
    "an",
    "betreff",
    "envoyé",
    "à",
    "objet",
    "date",
    "enviado",
    "enviado el",
    "enviada em",
    "fecha",
    "para",
    "asunto",
    "assunto",
    "inviato",
    "data",
    "a",
    "oggetto",
    "verzonden",
    "aan",
    "onderwerp",
    "skickat",
    "till",
    "ämne",
    "sendt",
    "til",
    "emne",
    "lähetetty",
    "vastaanottaja",
    "aihe",
    "wysłano",
    "wysłane",
    "do",
    "temat",
    "odesláno",
    "komu",
    "předmět",
    "отправлено",
    "дата",
    "кому",
    "тема",
    "надіслано",
    "gönderme tarihi",
    "gönderilme tarihi",
    "kime",
    "konu",
    "elküldve",
    "címzett",
    "tárgy",
    "发送时间",
    "收件人",
    "主题",
    "日期",
    "送信日時",
    "宛先",
    "件名",
    "보낸 날짜",
    "받는 사람",
    "제목",
    "تاريخ",
    "إلى",
    "الموضوع",
];

fn has_field(line: &str, words: &[&str]) -> bool {
    let line = line.trim_start_matches(['>', ' ', '*', '_']);
    let Some((name, _)) = line.split_once([':', '：']) else { return false };
    let name = name.trim_matches(['*', ' ', '\u{a0}']).to_lowercase();
    words.contains(&name.as_str())
}

/// Whether a line can be the beginning of an introduction: it names a time or a person.
fn may_introduce(lower: &str) -> bool {
    STARTS.iter().any(|start| lower.starts_with(start))
        || lower.chars().take(24).any(|c| c.is_ascii_digit())
        || lower.contains('@')
        || ends_introduction(lower)
}

const STARTS: &[&str] = &[
    "on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "pe ", "dne ", "w dniu", "dnia ", "в ", "у ",
    "at ", "from:", "ve ", "na ", "mon,", "tue,", "wed,", "thu,", "fri,", "sat,", "sun,", "lun", "mar",
    "mer", "jeu", "ven", "sam", "dim", "po ", "pá ", "pon", "wt", "śr", "czw", "pt", "sob", "vào", "在 ",
    "于 ",
];

/// Whether text ends as an introduction does: "… wrote:", "… schrieb Ana <ana@example.org>:".
fn ends_introduction(lower: &str) -> bool {
    let text = lower.trim_end_matches(['*', '_', ' ', '-']);
    let Some(text) = text.strip_suffix([':', '：']) else {
        return VERBS_WITHOUT_COLON.iter().any(|verb| text.ends_with(verb) && text.contains('@'));
    };
    let tail = text.trim_end();
    let names_somebody = tail.contains('@') || tail.chars().any(|c| c.is_ascii_digit());
    VERBS.iter().any(|verb| tail.ends_with(verb)) && (names_somebody || tail.len() > 12)
        || names_somebody && VERBS.iter().any(|verb| tail.contains(&format!(" {verb} ")))
}

const VERBS_WITHOUT_COLON: &[&str] = &["wrote", "a écrit", "schrieb", "geschreven", "написал", "写道"];

const VERBS: &[&str] = &[
    "wrote",
    "writes",
    "schrieb",
    "a écrit",
    "écrit",
    "escribió",
    "escribio",
    "ha scritto",
    "scritto",
    "escreveu",
    "schreef",
    "geschreven",
    "skrev",
    "kirjoitti",
    "napisał",
    "napisała",
    "napisał(a)",
    "pisze",
    "napsal",
    "napsala",
    "napsal(a)",
    "написал",
    "написала",
    "написал(а)",
    "написав",
    "написала",
    "пише",
    "пишет",
    "yazdı",
    "şunu yazdı",
    "írta",
    "a scris",
    "έγραψε",
    "כתב",
    "كتب",
    "写道",
    "寫道",
    "のメッセージ",
    "작성",
    "đã viết",
    "menulis",
    "said",
    "sent",
];

/// The line a telephone adds.
fn sent_from(line: &str) -> bool {
    let lower = line.to_lowercase();
    let lower = lower.trim_start_matches(['(', '<', '[', '*', '_']);
    [
        "sent from",
        "sent via",
        "sent with",
        "get outlook for",
        "envoyé de",
        "envoyé depuis",
        "von meinem",
        "gesendet von",
        "enviado desde",
        "inviato da",
        "verzonden met",
        "verzonden vanaf",
        "sendt fra",
        "skickat från",
        "отправлено с",
    ]
    .iter()
    .any(|start| lower.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible(text: &str) -> &str {
        visible_length(text).map_or(text, |length| &text[..length as usize])
    }

    #[test]
    fn quotes_of_the_common_programs_fold() {
        for introduction in [
            "On Sun, Feb 7, 2016 at 12:12 AM Ana <ana@example.org> wrote:\n> hello",
            "On Mon, Aug 19, 2013 at 2:36 AM, Ana via Example <\nana@example.org> wrote:\n\n> hello",
            "Am 03.02.2016 3:35 nachm. schrieb Max <max@example.org>:\n\n> hallo",
            "Le 2016-11-16 02:22, Ana a écrit :\n> bonjour",
            "20 окт. 2016 г. 19:37 пользователь \"Ana\" <\nana@example.org> написал:\n\n> x",
            "23 mar 2017 21:25 \"Ana\" <ana@example.org> napisał(a):\n\n> x",
            "Den 15. jun. 2016 kl. 20.42 skrev Ana <ana@example.org>:\n\nx",
            "在 2016年12月12日，下午8:45，Ana <ana@example.org> 写道：\n> x",
            "-----Original Message-----\nFrom: Ana",
            "From: Ana <ana@example.org>\nSent: Thursday, 28 January 2016\nTo: Bob\nSubject: x\n\nhello",
            "Von: Ana\nGesendet: Montag\nAn: Bob\nBetreff: x\n\nhallo",
            "> only quoted to the end\n>\n> yes",
        ] {
            assert_eq!(visible(&format!("My answer.\n\n{introduction}\n")), "My answer.", "{introduction:?}");
        }
    }

    #[test]
    fn an_answer_below_or_between_quotes_stays_whole() {
        let text = "On Mon, Ana <a@b.c> wrote:\n> one\n\nMy answer to one.\n";
        assert_eq!(visible(text), text);
    }

    #[test]
    fn ordinary_sentences_are_no_quotes() {
        for text in [
            "On 5 May I wrote to you: no answer.",
            "From: the heart\n\nhello",
            "> 5 people came\nso it was full",
            "a\n---\nb",
        ] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn a_mail_that_is_all_quote_is_shown_whole() {
        assert_eq!(visible_length("> all of it"), None);
    }
}
