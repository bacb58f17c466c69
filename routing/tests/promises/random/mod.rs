//! Random rules, people and tasks: what the histories are made of.

pub mod conditions;
pub mod people;
pub mod rules;

/// Choices made of drawn bytes: all of them zero, or used up, is the plainest there is.
pub struct Draws<'a>(std::slice::Iter<'a, u8>);

impl<'a> Draws<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes.iter())
    }

    pub fn below(&mut self, end: u8) -> u8 {
        self.0.next().map_or(0, |byte| byte % end)
    }

    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[usize::from(self.below(u8::try_from(all.len()).unwrap()))].clone()
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: u8) -> bool {
        self.below(times) == times - 1
    }
}
