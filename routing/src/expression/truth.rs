//! An expression as it is evaluated: what can be true or false of a task and an agent.
//!
//! Shown, it is an expression again that reads as the same one.

use std::fmt;

use model::{AttributeValue, Name, Skill};

/// True, false, or not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Truth {
    Constant(bool),
    Not(Box<Truth>),
    All(Vec<Truth>),
    Any(Vec<Truth>),
    /// Of the first, second and third: if the first holds the second decides, else the third.
    Choice(Box<[Truth; 3]>),
    Compare(Term, Comparison, Term),
    /// The first is an entry of the second.
    Within(Term, Term),
    Text(Term, TextTest, Term),
    /// A fact that is true or false itself.
    Is(Fact),
    /// There is a value.
    Known(Fact),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Term {
    Constant(AttributeValue),
    Fact(Fact),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fact {
    Task(TaskFact),
    Agent(AgentFact),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TaskFact {
    Channel,
    Intent,
    Language,
    Priority,
    Queue,
    Site,
    Attribute(Name),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AgentFact {
    Kind,
    Languages,
    /// Its level; 0 without the skill.
    Skill(Skill),
    Attribute(Name),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    /// The same with both sides exchanged.
    pub fn turned(self) -> Self {
        match self {
            Self::Equal | Self::Unequal => self,
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::AtLeast => Self::AtMost,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TextTest {
    StartsWith,
    EndsWith,
    Contains,
}

impl TextTest {
    pub const ALL: [Self; 3] = [Self::StartsWith, Self::EndsWith, Self::Contains];

    pub fn name(self) -> &'static str {
        match self {
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
            Self::Contains => "contains",
        }
    }
}

impl Truth {
    /// The conditions of which all must hold.
    pub fn conjuncts(self) -> Vec<Self> {
        match self {
            Self::All(all) => all,
            other => vec![other],
        }
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(truth) => truth.fmt(f),
            Self::Not(inner) => write!(f, "!({inner})"),
            Self::All(all) => joined(f, all, " && "),
            Self::Any(any) => joined(f, any, " || "),
            Self::Choice(three) => write!(f, "({}) ? ({}) : ({})", three[0], three[1], three[2]),
            Self::Compare(left, by, right) => write!(f, "{left} {} {right}", by.sign()),
            Self::Within(item, list) => write!(f, "{item} in {list}"),
            Self::Text(whole, by, part) => write!(f, "{whole}.{}({part})", by.name()),
            Self::Is(fact) => fact.fmt(f),
            Self::Known(fact) => write!(f, "has({fact})"),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Truth], between: &str) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(between)?;
        }
        match part {
            Truth::All(_) | Truth::Any(_) | Truth::Choice(_) => write!(f, "({part})")?,
            _ => write!(f, "{part}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(AttributeValue::Text(text)) => quoted(f, text),
            Self::Constant(AttributeValue::Number(number)) => {
                let number = number.get();
                let is_whole = number.fract() == 0.0 && number.abs() < 1e9;
                if is_whole { write!(f, "{number}") } else { write!(f, "{number:?}") }
            }
            Self::Constant(AttributeValue::Truth(truth)) => truth.fmt(f),
            Self::Constant(AttributeValue::Texts(texts)) => {
                f.write_str("[")?;
                for (place, text) in texts.iter().enumerate() {
                    if place > 0 {
                        f.write_str(", ")?;
                    }
                    quoted(f, text)?;
                }
                f.write_str("]")
            }
            Self::Fact(fact) => fact.fmt(f),
        }
    }
}

/// A text as it is read has one kind of quotes at most.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    write!(f, "{quote}{text}{quote}")
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(TaskFact::Channel) => f.write_str("task.channel"),
            Self::Task(TaskFact::Intent) => f.write_str("task.intent"),
            Self::Task(TaskFact::Language) => f.write_str("task.language"),
            Self::Task(TaskFact::Priority) => f.write_str("task.priority"),
            Self::Task(TaskFact::Queue) => f.write_str("task.queue"),
            Self::Task(TaskFact::Site) => f.write_str("task.site"),
            Self::Task(TaskFact::Attribute(name)) => member(f, "task.attributes", name.as_str()),
            Self::Agent(AgentFact::Kind) => f.write_str("agent.kind"),
            Self::Agent(AgentFact::Languages) => f.write_str("agent.languages"),
            Self::Agent(AgentFact::Skill(skill)) => member(f, "agent.skills", skill.as_str()),
            Self::Agent(AgentFact::Attribute(name)) => member(f, "agent.attributes", name.as_str()),
        }
    }
}

/// Words of the language itself, which are no names behind a dot.
const RESERVED: [&str; 20] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
];

fn member(f: &mut fmt::Formatter<'_>, of: &str, name: &str) -> fmt::Result {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let plain =
        name.bytes().all(word) && name.bytes().next().is_some_and(begins) && !RESERVED.contains(&name);
    if plain { write!(f, "{of}.{name}") } else { write!(f, "{of}[\"{name}\"]") }
}
