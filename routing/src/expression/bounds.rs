//! Bounds an expression before it is parsed. The parser's own bound does not count chains such as
//! `a.b.c.…`, each link of which is one level of its stack.

use super::flaw::ExpressionFlaw;

/// Deepest nesting of brackets.
pub(super) const MAX_DEPTH: usize = 10;
/// Most names, brackets and comparisons in one condition between two of `&&`, `||`, `?`, `:`, `,`.
const MAX_CHAIN: usize = 14;
/// The same, added up over the brackets that are open: each is some levels of the parser's stack.
const MAX_NESTED_CHAIN: usize = 40;
/// Most choices (`? :`) altogether.
const MAX_CHOICES: usize = 8;

/// Refuses what nests too deep or has a form that expressions do without: escapes, triple quotes,
/// comments and arithmetic. What passes has texts that begin and end where they seem to.
pub(super) fn check(text: &str) -> Result<(), ExpressionFlaw> {
    let mut scan = Scan::default();
    let mut letters = text.chars().enumerate().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        if letter == '"' || letter == '\'' {
            skip_text(at, letter, &mut letters)?;
            scan.link(at)?;
        } else {
            scan.take(at, letter, next)?;
            if matches!((letter, next), ('=' | '!' | '<' | '>', Some('='))) {
                letters.next();
            }
        }
    }
    Ok(())
}

type Letters<'a> = std::iter::Peekable<std::iter::Enumerate<std::str::Chars<'a>>>;

fn skip_text(at: usize, quote: char, letters: &mut Letters<'_>) -> Result<(), ExpressionFlaw> {
    for (place, letter) in letters.by_ref() {
        match letter {
            '\\' => return Err(ExpressionFlaw::new(place, "there are no escapes: use the other quotes")),
            '\n' | '\r' => return Err(ExpressionFlaw::new(place, "a text ends on its line")),
            _ if letter == quote => {
                return match letters.peek() {
                    Some((next, '"' | '\'')) => {
                        Err(ExpressionFlaw::new(*next, "a text stands in one pair of quotes"))
                    }
                    _ => Ok(()),
                };
            }
            _ => {}
        }
    }
    Err(ExpressionFlaw::new(at, "the text does not end"))
}

struct Scan {
    /// How long the chain is at each level of brackets, from the outermost.
    chains: Vec<usize>,
    choices: usize,
}

impl Default for Scan {
    fn default() -> Self {
        Self { chains: vec![0], choices: 0 }
    }
}

impl Scan {
    fn take(&mut self, at: usize, letter: char, next: Option<char>) -> Result<(), ExpressionFlaw> {
        match letter {
            '(' | '[' | '{' => {
                self.link(at)?;
                if self.chains.len() > MAX_DEPTH {
                    return Err(ExpressionFlaw::new(at, format!("it nests deeper than {MAX_DEPTH}")));
                }
                self.chains.push(0);
            }
            ')' | ']' | '}' => {
                if self.chains.len() == 1 {
                    return Err(ExpressionFlaw::new(at, "nothing is open here that could be closed"));
                }
                self.chains.pop();
            }
            '.' | '<' | '>' => self.link(at)?,
            '=' | '!' if next == Some('=') => self.link(at)?,
            '=' => return Err(ExpressionFlaw::new(at, "write == for \"is equal\"")),
            '?' => {
                self.choices += 1;
                if self.choices > MAX_CHOICES {
                    let reason = format!("it has more than {MAX_CHOICES} choices");
                    return Err(ExpressionFlaw::new(at, reason));
                }
                self.begin_chain();
            }
            '&' | '|' | ':' | ',' => self.begin_chain(),
            '+' | '*' | '/' | '%' => {
                return Err(ExpressionFlaw::new(at, "expressions compare and do not calculate"));
            }
            // `in` is a comparison too.
            _ if letter.is_whitespace() && next == Some('i') => self.link(at)?,
            _ => {}
        }
        Ok(())
    }

    fn begin_chain(&mut self) {
        if let Some(chain) = self.chains.last_mut() {
            *chain = 0;
        }
    }

    fn link(&mut self, at: usize) -> Result<(), ExpressionFlaw> {
        let Some(chain) = self.chains.last_mut() else { return Ok(()) };
        *chain += 1;
        let is_too_long = *chain > MAX_CHAIN;
        if is_too_long || self.chains.iter().sum::<usize>() > MAX_NESTED_CHAIN {
            return Err(ExpressionFlaw::new(at, "one condition is too long: divide it"));
        }
        Ok(())
    }
}
