//! From text to the parser's tree, and its complaints to ours.

use cel::common::ast::{Expr, IdedExpr, SourceInfo};
use cel::parser::{ParseErrors, Parser};

use super::bounds;
use super::flaw::ExpressionFlaw;

/// The parser's tree, and where in the text each of its nodes is.
pub(super) struct Parsed {
    pub root: IdedExpr,
    info: SourceInfo,
}

/// What the parser may need at most. What the bounds let through takes one to two megabytes of an
/// unoptimised build, as much as some threads have, and a stack that overflows ends the process.
const STACK: usize = 16 << 20;

/// On a thread of its own, for the sake of its stack; nothing else of it shows.
pub(super) fn parse(text: &str) -> Result<Parsed, ExpressionFlaw> {
    bounds::check(text)?;
    std::thread::scope(|scope| {
        let parsing =
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || parse_bounded(text));
        let parsed = parsing.ok().and_then(|parsing| parsing.join().ok());
        parsed.unwrap_or_else(|| Err(ExpressionFlaw::new(0, "it cannot be read just now")))
    })
}

fn parse_bounded(text: &str) -> Result<Parsed, ExpressionFlaw> {
    let depth = u16::try_from(bounds::MAX_DEPTH * 2).expect("a small constant");
    let parser = Parser::new().max_recursion_depth(depth).error_recovery_limit(1);
    let (root, info) = parser.parse_with_source_info(text).map_err(|errors| complaint(text, &errors))?;
    Ok(Parsed { root, info })
}

impl Parsed {
    /// Where an expression begins, in characters.
    pub fn begin(&self, expression: &IdedExpr) -> usize {
        let own = self.info.offset_for(expression.id).map_or(usize::MAX, |(start, _)| start as usize);
        let first = match &expression.expr {
            Expr::Call(call) => call.target.as_deref().or(call.args.first()),
            Expr::Select(select) => Some(&*select.operand),
            _ => None,
        };
        let first = first.map_or(usize::MAX, |first| self.begin(first));
        let begin = own.min(first);
        if begin == usize::MAX { 0 } else { begin }
    }
}

fn complaint(text: &str, errors: &ParseErrors) -> ExpressionFlaw {
    let Some(error) = errors.errors.first() else {
        return ExpressionFlaw::new(0, "it cannot be read");
    };
    let line = usize::try_from(error.pos.0).unwrap_or(1).max(1);
    let column = usize::try_from(error.pos.1).unwrap_or(1).max(1);
    let before: usize = text.split('\n').take(line - 1).map(|line| line.chars().count() + 1).sum();
    let at = before + column - 1;
    ExpressionFlaw::new(at.min(text.chars().count()), reason(text, at, &error.msg))
}

fn reason(text: &str, at: usize, message: &str) -> String {
    let rest: String = text.chars().skip(at).collect();
    let word: String = rest.chars().take_while(|letter| letter.is_alphanumeric()).collect();
    match word.as_str() {
        "and" => return "write && for \"and\"".to_owned(),
        "or" => return "write || for \"or\"".to_owned(),
        "not" => return "write ! for \"not\"".to_owned(),
        _ => {}
    }
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    match message.split(" expecting ").next().unwrap_or(message) {
        "mismatched input '<EOF>'" => "something is missing at the end".to_owned(),
        _ if message.contains("ecursion limit") => "it nests too deep".to_owned(),
        _ if rest.is_empty() => "something is missing at the end".to_owned(),
        _ => {
            let shown: String = rest.split_whitespace().next().unwrap_or_default().chars().take(20).collect();
            format!("{shown:?} is not understood here")
        }
    }
}
