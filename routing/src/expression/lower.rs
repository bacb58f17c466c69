//! From the parser's tree to a [`Truth`], refusing what is no fact, no known name, or compares what
//! cannot be compared.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators};
use model::{AttributeValue, Number};

use super::facts;
use super::flaw::ExpressionFlaw;
use super::parse::Parsed;
use super::truth::{AgentFact, Comparison, Fact, Term, TextTest, Truth};
use super::vocabulary::{AttributeKind, Scope, Vocabulary};

type Outcome<T> = Result<T, ExpressionFlaw>;

/// Reads one expression.
pub(super) struct Lowering<'a> {
    pub parsed: &'a Parsed,
    pub scope: Scope,
    /// Without one every name is known and an attribute may be of any kind.
    pub vocabulary: Option<&'a Vocabulary>,
}

impl Lowering<'_> {
    pub fn truth(&self, expression: &IdedExpr) -> Outcome<Truth> {
        match &expression.expr {
            Expr::Literal(LiteralValue::Boolean(truth)) => Ok(Truth::Constant(*truth.inner())),
            Expr::Call(call) => self.call(expression, call),
            Expr::Select(select) if select.test => Ok(Truth::Known(self.fact(expression, select)?)),
            Expr::Comprehension(_) => {
                Err(self.flaw(expression, "lists are only asked with \"in\", for this is bounded"))
            }
            _ => match self.term(expression)? {
                Term::Fact(fact) if self.may_be(&fact, AttributeKind::Truth) => Ok(Truth::Is(fact)),
                other => {
                    let kind = self.kind(&other).map_or("a value", AttributeKind::described);
                    Err(self.flaw(expression, format!("it must be true or false, and this is {kind}")))
                }
            },
        }
    }

    fn call(&self, expression: &IdedExpr, call: &CallExpr) -> Outcome<Truth> {
        if let Some(comparison) = comparison(&call.func_name) {
            return self.compare(expression, call, comparison);
        }
        match (call.func_name.as_str(), call.target.as_deref(), &call.args[..]) {
            (operators::LOGICAL_AND, None, _) => {
                let mut all = Vec::new();
                self.gather(expression, operators::LOGICAL_AND, &mut all)?;
                Ok(Truth::All(all))
            }
            (operators::LOGICAL_OR, None, _) => {
                let mut any = Vec::new();
                self.gather(expression, operators::LOGICAL_OR, &mut any)?;
                Ok(Truth::Any(any))
            }
            (operators::LOGICAL_NOT, None, [inner]) => Ok(Truth::Not(Box::new(self.truth(inner)?))),
            (operators::CONDITIONAL, None, [condition, then, otherwise]) => {
                let three = [self.truth(condition)?, self.truth(then)?, self.truth(otherwise)?];
                Ok(Truth::Choice(Box::new(three)))
            }
            (operators::IN, None, [item, list]) => self.within(item, list),
            (operators::INDEX, None, _) => {
                let fact = self.fact_of(expression)?;
                if self.may_be(&fact, AttributeKind::Truth) {
                    return Ok(Truth::Is(fact));
                }
                Err(self.flaw(expression, format!("it must be true or false, and {fact} is neither")))
            }
            (name, Some(whole), [part]) => match TextTest::ALL.into_iter().find(|test| test.name() == name) {
                Some(test) => {
                    let (whole, part) = (self.text(whole)?, self.text(part)?);
                    Ok(Truth::Text(whole, test, part))
                }
                None => Err(self.no_function(expression, name)),
            },
            (name, ..) => Err(self.no_function(expression, name)),
        }
    }

    /// All parts of a chain of one operator, which the parser has made a tree of.
    fn gather(&self, expression: &IdedExpr, operator: &str, into: &mut Vec<Truth>) -> Outcome<()> {
        match &expression.expr {
            Expr::Call(call) if call.func_name == operator => {
                call.args.iter().try_for_each(|part| self.gather(part, operator, into))
            }
            _ => {
                into.push(self.truth(expression)?);
                Ok(())
            }
        }
    }

    fn compare(&self, expression: &IdedExpr, call: &CallExpr, by: Comparison) -> Outcome<Truth> {
        let [left_written, right_written] = &call.args[..] else {
            return Err(self.flaw(expression, "a comparison has two sides"));
        };
        let (left, right) = (self.term(left_written)?, self.term(right_written)?);
        let (left_kind, right_kind) = (self.kind(&left), self.kind(&right));
        if let (Some(left_kind), Some(right_kind)) = (left_kind, right_kind)
            && left_kind != right_kind
        {
            let (left_kind, right_kind) = (left_kind.described(), right_kind.described());
            let reason = format!("{left_kind} is compared with {right_kind}");
            return Err(self.flaw(expression, reason));
        }
        let is_equality = matches!(by, Comparison::Equal | Comparison::Unequal);
        match left_kind.or(right_kind) {
            Some(AttributeKind::Texts) => {
                return Err(self.flaw(expression, "a list is asked with \"in\" and not compared"));
            }
            Some(kind @ (AttributeKind::Text | AttributeKind::Truth)) if !is_equality => {
                let reason = format!("only numbers are more or less, and this is {}", kind.described());
                return Err(self.flaw(expression, reason));
            }
            _ => {}
        }
        self.check_constant(right_written, &left, &right)?;
        self.check_constant(left_written, &right, &left)?;
        Ok(Truth::Compare(left, by, right))
    }

    /// Whether a constant is one that the fact can have.
    fn check_constant(&self, written: &IdedExpr, fact: &Term, constant: &Term) -> Outcome<()> {
        let (Term::Fact(fact), Term::Constant(constant)) = (fact, constant) else { return Ok(()) };
        match (fact, constant) {
            (Fact::Agent(AgentFact::Skill(_)), AttributeValue::Number(number)) => {
                let level = number.get();
                if level.fract() != 0.0 || !(0.0..=5.0).contains(&level) {
                    let reason = format!("{level} is no level: 1 to 5, and 0 for not having the skill");
                    return Err(self.flaw(written, reason));
                }
                Ok(())
            }
            (_, AttributeValue::Text(text)) => {
                facts::check_text(fact, text, self.vocabulary, self.parsed.begin(written))
            }
            _ => Ok(()),
        }
    }

    fn within(&self, item_written: &IdedExpr, list_written: &IdedExpr) -> Outcome<Truth> {
        let item = self.text(item_written)?;
        let list = self.term(list_written)?;
        match self.kind(&list) {
            Some(AttributeKind::Texts) | None => {}
            Some(kind) => {
                let reason =
                    format!("behind \"in\" stands a list of texts, and this is {}", kind.described());
                return Err(self.flaw(list_written, reason));
            }
        }
        if let (Term::Fact(fact), Term::Constant(AttributeValue::Texts(texts))) = (&item, &list) {
            for text in texts {
                facts::check_text(fact, text, self.vocabulary, self.parsed.begin(list_written))?;
            }
        }
        if let (Term::Constant(AttributeValue::Text(text)), Term::Fact(fact)) = (&item, &list) {
            facts::check_text(fact, text, self.vocabulary, self.parsed.begin(item_written))?;
        }
        Ok(Truth::Within(item, list))
    }

    fn text(&self, written: &IdedExpr) -> Outcome<Term> {
        let term = self.term(written)?;
        match self.kind(&term) {
            Some(AttributeKind::Text) | None => Ok(term),
            Some(kind) => {
                Err(self.flaw(written, format!("here stands a text, and this is {}", kind.described())))
            }
        }
    }

    fn term(&self, expression: &IdedExpr) -> Outcome<Term> {
        match &expression.expr {
            Expr::Literal(literal) => self.constant(expression, literal).map(Term::Constant),
            Expr::List(list) if list.optional_indices.is_empty() => self.list(expression, &list.elements),
            Expr::Ident(_) | Expr::Select(SelectExpr { test: false, .. }) => {
                self.fact_of(expression).map(Term::Fact)
            }
            Expr::Call(call) if call.func_name == operators::INDEX => {
                self.fact_of(expression).map(Term::Fact)
            }
            _ => Err(self.flaw(expression, "here stands a fact, a text, a number or a list of texts")),
        }
    }

    fn constant(&self, expression: &IdedExpr, literal: &LiteralValue) -> Outcome<AttributeValue> {
        let number = |number: f64| Number::new(number).ok().map(AttributeValue::Number);
        let value = match literal {
            LiteralValue::Boolean(truth) => Some(AttributeValue::Truth(*truth.inner())),
            // Beyond this, neighbours are one number.
            LiteralValue::Int(whole) if whole.inner().unsigned_abs() < (1 << 53) => {
                number(*whole.inner() as f64)
            }
            LiteralValue::Double(broken) => number(*broken.inner()),
            LiteralValue::String(text) if text.inner().len() <= model::Attributes::MAX_TEXT => {
                Some(AttributeValue::Text(text.inner().into()))
            }
            LiteralValue::Int(_)
            | LiteralValue::String(_)
            | LiteralValue::Bytes(_)
            | LiteralValue::UInt(_)
            | LiteralValue::Null => None,
        };
        value
            .ok_or_else(|| self.flaw(expression, "this is no text, number, true or false that a fact can be"))
    }

    fn list(&self, expression: &IdedExpr, elements: &[IdedExpr]) -> Outcome<Term> {
        if elements.len() > model::Attributes::MAX_TEXTS {
            let reason = format!("a list has at most {} entries", model::Attributes::MAX_TEXTS);
            return Err(self.flaw(expression, reason));
        }
        let mut texts = Vec::new();
        for element in elements {
            match self.term(element)? {
                Term::Constant(AttributeValue::Text(text)) => texts.push(text),
                _ => return Err(self.flaw(element, "a list has texts only")),
            }
        }
        Ok(Term::Constant(AttributeValue::Texts(texts)))
    }

    /// What `has(…)` asks about.
    fn fact(&self, expression: &IdedExpr, select: &SelectExpr) -> Outcome<Fact> {
        let mut path = self.path(&select.operand)?;
        path.push(&select.field);
        facts::find(&path, self.scope, self.vocabulary, self.parsed.begin(expression))
    }

    fn fact_of(&self, expression: &IdedExpr) -> Outcome<Fact> {
        facts::find(&self.path(expression)?, self.scope, self.vocabulary, self.parsed.begin(expression))
    }

    /// `task`, `attributes`, `tier` of `task.attributes.tier` or `task.attributes["tier"]`.
    fn path<'e>(&self, expression: &'e IdedExpr) -> Outcome<Vec<&'e str>> {
        match &expression.expr {
            Expr::Ident(name) => Ok(vec![name]),
            Expr::Select(select) if !select.test => {
                let mut path = self.path(&select.operand)?;
                path.push(&select.field);
                Ok(path)
            }
            Expr::Call(call) if call.func_name == operators::INDEX => match &call.args[..] {
                [of, IdedExpr { expr: Expr::Literal(LiteralValue::String(name)), .. }] => {
                    let mut path = self.path(of)?;
                    path.push(name.inner());
                    Ok(path)
                }
                _ => Err(self.flaw(expression, "in brackets stands a name in quotes")),
            },
            _ => Err(self.flaw(expression, "here stands a fact such as task.intent")),
        }
    }

    fn kind(&self, term: &Term) -> Option<AttributeKind> {
        match term {
            Term::Constant(value) => Some(AttributeKind::of(value)),
            Term::Fact(fact) => facts::kind(fact, self.vocabulary),
        }
    }

    fn may_be(&self, fact: &Fact, kind: AttributeKind) -> bool {
        facts::kind(fact, self.vocabulary).is_none_or(|known| known == kind)
    }

    fn flaw(&self, expression: &IdedExpr, reason: impl Into<String>) -> ExpressionFlaw {
        ExpressionFlaw::new(self.parsed.begin(expression), reason)
    }

    fn no_function(&self, expression: &IdedExpr, name: &str) -> ExpressionFlaw {
        let known = TextTest::ALL.into_iter().map(TextTest::name).chain(["has"]);
        ExpressionFlaw::unknown(self.parsed.begin(expression), "function", name, known)
    }
}

fn comparison(function: &str) -> Option<Comparison> {
    Some(match function {
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::Unequal,
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::AtMost,
        operators::GREATER => Comparison::More,
        operators::GREATER_EQUALS => Comparison::AtLeast,
        _ => return None,
    })
}
