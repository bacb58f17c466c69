//! TaskRouter's expressions: a comparison, or several put together by AND, OR, NOT and parentheses.
//!
//! ```text
//! (routing.skills HAS "returns" OR worker.team == 'north') AND task.language IN worker.languages
//! ```
//!
//! Reading is bounded: no expression is longer than [`MAX_LENGTH`] or nested deeper than [`MAX_DEPTH`].

use std::fmt;

use super::token::{Token, tokens};

/// In bytes.
pub const MAX_LENGTH: usize = 8_000;
/// Parentheses, lists and NOTs within each other.
pub const MAX_DEPTH: usize = 50;

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Compare(Comparison),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub left: Operand,
    pub operator: Operator,
    pub right: Operand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
    Has,
    NotHas,
    Contains,
    NotContains,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    Text(String),
    Number(f64),
    Truth(bool),
    Null,
    /// Of constants.
    List(Vec<Operand>),
    /// An attribute, as in `worker.routing.levels.french`.
    Path(Vec<String>),
}

impl Operator {
    /// The operator that this is the negation of.
    pub(super) fn denied(self) -> Option<Self> {
        match self {
            Self::NotEqual => Some(Self::Equal),
            Self::NotIn => Some(Self::In),
            Self::NotHas => Some(Self::Has),
            Self::NotContains => Some(Self::Contains),
            _ => None,
        }
    }
}

/// The text is no expression. Retrying is pointless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {reason}")]
pub struct ExpressionError {
    /// From 1.
    pub at: usize,
    pub reason: String,
}

impl ExpressionError {
    pub(super) fn new(at: usize, reason: impl Into<String>) -> Self {
        Self { at: at + 1, reason: reason.into() }
    }
}

impl Expression {
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        if text.len() > MAX_LENGTH {
            return Err(ExpressionError::new(0, format!("it is longer than {MAX_LENGTH} bytes")));
        }
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens, next: 0, end: text.chars().count() };
        let expression = parser.any(0)?;
        match parser.peek() {
            None => Ok(expression),
            Some(token) => Err(parser.error(format!("{token} is not expected here"))),
        }
    }

    /// The parts that all must hold.
    pub fn conjuncts(&self) -> Vec<&Expression> {
        match self {
            Self::All(parts) => parts.iter().flat_map(Self::conjuncts).collect(),
            other => vec![other],
        }
    }
}

struct Parser<'a> {
    tokens: &'a [(usize, Token)],
    next: usize,
    end: usize,
}

type Parsed<T> = Result<T, ExpressionError>;

impl Parser<'_> {
    fn any(&mut self, depth: usize) -> Parsed<Expression> {
        let mut parts = vec![self.all(depth)?];
        while self.takes_word("OR") {
            parts.push(self.all(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Parsed<Expression> {
        let mut parts = vec![self.one(depth)?];
        while self.takes_word("AND") {
            parts.push(self.one(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Parsed<Expression> {
        if depth > MAX_DEPTH {
            return Err(self.error(format!("it is nested deeper than {MAX_DEPTH}")));
        }
        if self.takes_word("NOT") {
            return Ok(Expression::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes(&Token::Open) {
            let inner = self.any(depth + 1)?;
            self.expect(&Token::Close)?;
            return Ok(inner);
        }
        let left = self.operand()?;
        let operator = self.operator()?;
        let right = self.operand()?;
        Ok(Expression::Compare(Comparison { left, operator, right }))
    }

    fn operator(&mut self) -> Parsed<Operator> {
        use Operator::*;
        if let Some(Token::Comparison(operator)) = self.peek() {
            let operator = *operator;
            self.next += 1;
            return Ok(operator);
        }
        let negated = self.takes_word("NOT");
        for (word, plain, otherwise) in
            [("IN", In, NotIn), ("HAS", Has, NotHas), ("CONTAINS", Contains, NotContains)]
        {
            if self.takes_word(word) {
                return Ok(if negated { otherwise } else { plain });
            }
        }
        Err(self.error("a comparison is expected: ==, !=, <, <=, >, >=, IN, HAS or CONTAINS"))
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let operand = match self.peek() {
            Some(Token::Text(text)) => Operand::Text(text.clone()),
            Some(Token::Number(number)) => Operand::Number(*number),
            Some(Token::Path(path)) => match path[0].to_ascii_lowercase().as_str() {
                "true" if path.len() == 1 => Operand::Truth(true),
                "false" if path.len() == 1 => Operand::Truth(false),
                "null" if path.len() == 1 => Operand::Null,
                "and" | "or" | "not" | "in" | "has" | "contains" if path.len() == 1 => {
                    return Err(self.error("a value or the name of an attribute is expected"));
                }
                _ => Operand::Path(path.clone()),
            },
            Some(Token::OpenList) => return self.list(),
            _ => return Err(self.error("a value or the name of an attribute is expected")),
        };
        self.next += 1;
        Ok(operand)
    }

    fn list(&mut self) -> Parsed<Operand> {
        self.expect(&Token::OpenList)?;
        let mut values = Vec::new();
        while !self.takes(&Token::CloseList) {
            if !values.is_empty() {
                self.expect(&Token::Comma)?;
            }
            if matches!(self.peek(), Some(Token::OpenList)) {
                return Err(self.error("a list has no lists in it"));
            }
            values.push(self.operand()?);
        }
        Ok(Operand::List(values))
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn takes(&mut self, wanted: &Token) -> bool {
        let found = self.peek() == Some(wanted);
        self.next += usize::from(found);
        found
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Path(path)) if path.len() == 1 && path[0].eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: &Token) -> Parsed<()> {
        if self.takes(wanted) { Ok(()) } else { Err(self.error(format!("{wanted} is expected"))) }
    }

    fn error(&self, reason: impl Into<String>) -> ExpressionError {
        ExpressionError::new(self.tokens.get(self.next).map_or(self.end, |(at, _)| *at), reason)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "IN",
            Self::NotIn => "NOT IN",
            Self::Has => "HAS",
            Self::NotHas => "NOT HAS",
            Self::Contains => "CONTAINS",
            Self::NotContains => "NOT CONTAINS",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Operand {
        Operand::Path(text.split('.').map(str::to_owned).collect())
    }

    fn compare(left: Operand, operator: Operator, right: Operand) -> Expression {
        Expression::Compare(Comparison { left, operator, right })
    }

    fn text(text: &str) -> Operand {
        Operand::Text(text.into())
    }

    #[test]
    fn comparisons_read_as_they_are_written() {
        let read = |text: &str| Expression::parse(text).unwrap();
        assert_eq!(read("1 == 1"), compare(Operand::Number(1.0), Operator::Equal, Operand::Number(1.0)));
        let levels = compare(path("routing.levels.french"), Operator::GreaterOrEqual, Operand::Number(3.5));
        assert_eq!(read("routing.levels.french>=3.5"), levels);
        assert_eq!(read("skills HAS 'a\\'b'"), compare(path("skills"), Operator::Has, text("a'b")));
        let list = Operand::List(vec![text("en"), text("es")]);
        assert_eq!(read(r#"language in ["en", 'es']"#), compare(path("language"), Operator::In, list));
        let none = compare(path("a"), Operator::NotIn, Operand::List(Vec::new()));
        assert_eq!(read("a NOT IN []"), none);
        assert_eq!(read("a[0].b != null"), compare(path("a.0.b"), Operator::NotEqual, Operand::Null));
        assert_eq!(read("x = -2"), compare(path("x"), Operator::Equal, Operand::Number(-2.0)));
        assert_eq!(read("name not contains 'x'"), compare(path("name"), Operator::NotContains, text("x")));
        assert_eq!(read("vip == TRUE"), compare(path("vip"), Operator::Equal, Operand::Truth(true)));
    }

    #[test]
    fn and_binds_before_or_and_not_before_both() {
        let one = |name: &str| compare(path(name), Operator::Equal, Operand::Number(1.0));
        let read = Expression::parse("a==1 OR b==1 AND NOT c==1").unwrap();
        let not = Expression::Not(Box::new(one("c")));
        assert_eq!(read, Expression::Any(vec![one("a"), Expression::All(vec![one("b"), not])]));
        let read = Expression::parse("(a==1 OR b==1) AND (c==1)").unwrap();
        let any = Expression::Any(vec![one("a"), one("b")]);
        assert_eq!(read, Expression::All(vec![any, one("c")]));
    }

    #[test]
    fn what_is_no_expression_is_refused_with_its_place() {
        for (text, at, reason) in [
            ("", 1, "a value"),
            ("a ==", 5, "a value"),
            ("a b", 3, "a comparison"),
            ("(a == 1", 8, "\")\" is expected"),
            ("a == 1)", 7, "is not expected"),
            ("a == 'b", 6, "has no end"),
            ("a IN [1 2]", 9, "\",\" is expected"),
            ("a IN [[1]]", 7, "no lists in it"),
            ("a == 1 && b == 2", 8, "is not known"),
            ("AND == 1", 1, "a value"),
            ("a..b == 1", 3, "a name is expected"),
        ] {
            let error = Expression::parse(text).unwrap_err();
            assert!(error.at == at && error.reason.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = |levels: usize| format!("{}a==1{}", "(".repeat(levels), ")".repeat(levels));
        assert!(Expression::parse(&deep(MAX_DEPTH)).is_ok());
        assert!(Expression::parse(&deep(MAX_DEPTH + 1)).is_err());
        assert!(Expression::parse(&format!("{} a==1", "NOT ".repeat(MAX_DEPTH + 1))).is_err());
        let long = format!("a == '{}'", "x".repeat(MAX_LENGTH));
        assert!(Expression::parse(&long).is_err());
    }
}
