//! Things by number, kept in pages that never move: growing costs one page, however many there are.

const PAGE: usize = 512;

/// Numbers of what was removed are used again, the latest first.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    pages: Vec<Vec<Option<T>>>,
    unused: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { pages: Vec::new(), unused: Vec::new() }
    }
}

impl<T> Slab<T> {
    pub fn add(&mut self, thing: T) -> u32 {
        if let Some(number) = self.unused.pop() {
            *self.place(number).expect("its page stays") = Some(thing);
            return number;
        }
        if self.pages.last().is_none_or(|page| page.len() == PAGE) {
            self.pages.push(Vec::with_capacity(PAGE));
        }
        let full = (self.pages.len() - 1) * PAGE;
        let page = self.pages.last_mut().expect("one was just made if there was none");
        page.push(Some(thing));
        u32::try_from(full + page.len() - 1).expect("four billion do not fit in memory")
    }

    pub fn remove(&mut self, number: u32) -> Option<T> {
        let removed = self.place(number)?.take();
        if removed.is_some() {
            self.unused.push(number);
        }
        removed
    }

    pub fn get(&self, number: u32) -> Option<&T> {
        let number = number as usize;
        self.pages.get(number / PAGE)?.get(number % PAGE)?.as_ref()
    }

    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.place(number)?.as_mut()
    }

    /// In the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let numbered = (0u32..).zip(self.pages.iter().flatten());
        numbered.filter_map(|(number, thing)| Some((number, thing.as_ref()?)))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u32, &mut T)> {
        let numbered = (0u32..).zip(self.pages.iter_mut().flatten());
        numbered.filter_map(|(number, thing)| Some((number, thing.as_mut()?)))
    }

    fn place(&mut self, number: u32) -> Option<&mut Option<T>> {
        let number = number as usize;
        self.pages.get_mut(number / PAGE)?.get_mut(number % PAGE)
    }
}

/// For a number that is only kept while the thing is.
impl<T> std::ops::Index<u32> for Slab<T> {
    type Output = T;

    fn index(&self, number: u32) -> &T {
        self.get(number).expect("a number is only kept while its thing is")
    }
}

impl<T> std::ops::IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, number: u32) -> &mut T {
        self.get_mut(number).expect("a number is only kept while its thing is")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_used_again_and_things_stay_in_place_over_pages() {
        let mut slab = Slab::default();
        let numbers: Vec<_> = (0..2_000).map(|thing| slab.add(thing)).collect();
        assert_eq!(numbers, (0..2_000).collect::<Vec<u32>>());
        assert_eq!(slab.remove(700), Some(700));
        assert_eq!((slab.remove(700), slab.get(700)), (None, None));
        assert_eq!(slab.add(9_999), 700);
        assert_eq!((slab[700], slab[1_999], slab.get(2_000)), (9_999, 1_999, None));
        assert_eq!(slab.iter().map(|(number, _)| number).collect::<Vec<_>>(), numbers);
    }
}
