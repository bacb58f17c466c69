//! The words of an expression.

use std::fmt;

use super::expression::{ExpressionError, Operator};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    Comparison(Operator),
    Text(String),
    Number(f64),
    /// Also keywords.
    Path(Vec<String>),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("\"(\""),
            Self::Close => f.write_str("\")\""),
            Self::OpenList => f.write_str("\"[\""),
            Self::CloseList => f.write_str("\"]\""),
            Self::Comma => f.write_str("\",\""),
            Self::Comparison(operator) => operator.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Number(number) => number.fmt(f),
            Self::Path(path) => f.write_str(&path.join(".")),
        }
    }
}

/// Each with where it begins, in characters from 0.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ExpressionError> {
    let letters: Vec<char> = text.chars().collect();
    let mut reader = Reader { letters: &letters, next: 0 };
    let mut tokens = Vec::new();
    loop {
        while reader.peek().is_some_and(char::is_whitespace) {
            reader.next += 1;
        }
        let at = reader.next;
        let Some(letter) = reader.peek() else { return Ok(tokens) };
        tokens.push((at, reader.token(letter)?));
    }
}

struct Reader<'a> {
    letters: &'a [char],
    next: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.next).copied()
    }

    fn token(&mut self, letter: char) -> Result<Token, ExpressionError> {
        let single = match letter {
            '(' => Token::Open,
            ')' => Token::Close,
            '[' => Token::OpenList,
            ']' => Token::CloseList,
            ',' => Token::Comma,
            '\'' | '"' => return self.text(letter),
            '=' | '!' | '<' | '>' => return self.comparison(),
            '0'..='9' | '-' | '+' => return self.number(),
            _ if is_name(letter) => return self.path(),
            _ => return Err(ExpressionError::new(self.next, format!("{letter:?} is not known"))),
        };
        self.next += 1;
        Ok(single)
    }

    fn text(&mut self, quote: char) -> Result<Token, ExpressionError> {
        let begin = self.next;
        let mut text = String::new();
        self.next += 1;
        while let Some(letter) = self.peek() {
            self.next += 1;
            match letter {
                _ if letter == quote => return Ok(Token::Text(text)),
                '\\' => {
                    text.extend(self.peek());
                    self.next += 1;
                }
                _ => text.push(letter),
            }
        }
        Err(ExpressionError::new(begin, "the text has no end"))
    }

    fn comparison(&mut self) -> Result<Token, ExpressionError> {
        use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let rest = &self.letters[self.next..];
        let (operator, length) = match rest {
            ['=', '=', ..] => (Equal, 2),
            ['=', ..] => (Equal, 1),
            ['!', '=', ..] | ['<', '>', ..] => (NotEqual, 2),
            ['<', '=', ..] => (LessOrEqual, 2),
            ['>', '=', ..] => (GreaterOrEqual, 2),
            ['<', ..] => (Less, 1),
            ['>', ..] => (Greater, 1),
            _ => return Err(ExpressionError::new(self.next, "\"!\" is not known: write NOT")),
        };
        self.next += length;
        Ok(Token::Comparison(operator))
    }

    fn number(&mut self) -> Result<Token, ExpressionError> {
        let begin = self.next;
        self.next += 1;
        while self.peek().is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '.') {
            self.next += 1;
        }
        let text: String = self.letters[begin..self.next].iter().collect();
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.map(Token::Number).ok_or_else(|| ExpressionError::new(begin, format!("{text} is no number")))
    }

    fn path(&mut self) -> Result<Token, ExpressionError> {
        let mut path = vec![self.name()?];
        loop {
            match self.peek() {
                Some('.') => {
                    self.next += 1;
                    path.push(self.name()?);
                }
                Some('[') if self.is_index() => {
                    self.next += 1;
                    path.push(self.name()?);
                    self.next += 1;
                }
                _ => return Ok(Token::Path(path)),
            }
        }
    }

    /// `[12]` right behind a name.
    fn is_index(&self) -> bool {
        let digits =
            self.letters[self.next + 1..].iter().take_while(|letter| letter.is_ascii_digit()).count();
        digits > 0 && self.letters.get(self.next + 1 + digits) == Some(&']')
    }

    fn name(&mut self) -> Result<String, ExpressionError> {
        let begin = self.next;
        while self.peek().is_some_and(|letter| is_name(letter) || letter.is_ascii_digit()) {
            self.next += 1;
        }
        if begin == self.next {
            return Err(ExpressionError::new(begin, "a name is expected"));
        }
        Ok(self.letters[begin..self.next].iter().collect())
    }
}

fn is_name(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter, '_' | '$' | '@')
}
