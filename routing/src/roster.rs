//! The profiles that serve one queue, by what they can do: a bit a profile for each skill at each
//! level, each language, each channel. Who meets some needs is the conjunction of a few rows of bits,
//! however many profiles there are and however different.

use model::Channel;
use rustc_hash::FxHashMap;

use crate::agents::slot;
use crate::profiles::{Needs, Profile, ProfileIndex};

/// Where a profile stands in the roster of one of its queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seat(u32);

/// Levels are 1 to 5.
const LEVELS: usize = 5;

type Row = Vec<u64>;

#[derive(Debug, Default)]
pub(crate) struct Roster {
    seats: Vec<Option<ProfileIndex>>,
    unused: Vec<Seat>,
    /// By level, who has the skill at that level or above.
    skills: FxHashMap<u32, [Row; LEVELS]>,
    languages: FxHashMap<u32, Row>,
    channels: [Row; 3],
}

impl Roster {
    pub fn iter(&self) -> impl Iterator<Item = ProfileIndex> + '_ {
        self.seats.iter().copied().flatten()
    }

    pub fn add(&mut self, index: ProfileIndex, profile: &Profile) -> Seat {
        let seat = self.unused.pop().unwrap_or_else(|| {
            self.seats.push(None);
            Seat(u32::try_from(self.seats.len() - 1).expect("there are fewer profiles than agents"))
        });
        self.seats[seat.0 as usize] = Some(index);
        self.write(seat, profile, set);
        seat
    }

    pub fn remove(&mut self, seat: Seat, profile: &Profile) {
        self.write(seat, profile, unset);
        self.seats[seat.0 as usize] = None;
        self.unused.push(seat);
    }

    /// Who handles the channel and meets the needs, in no order.
    pub fn meeting(&self, channel: Channel, needs: &Needs) -> Vec<ProfileIndex> {
        let mut rows = vec![&self.channels[slot(channel)]];
        for (skill, level) in &needs.skills {
            let Some(levels) = self.skills.get(skill) else { return Vec::new() };
            rows.push(&levels[usize::from(level.get()) - 1]);
        }
        if let Some(language) = &needs.language {
            let Some(row) = self.languages.get(language) else { return Vec::new() };
            rows.push(row);
        }
        let words = rows.iter().map(|row| row.len()).min().unwrap_or(0);
        let mut found = Vec::new();
        for word in 0..words {
            let mut bits = rows.iter().fold(u64::MAX, |bits, row| bits & row[word]);
            while bits != 0 {
                found.extend(self.seats[word * 64 + bits.trailing_zeros() as usize]);
                bits &= bits - 1;
            }
        }
        found
    }

    fn write(&mut self, seat: Seat, profile: &Profile, write: fn(&mut Row, Seat)) {
        for (skill, level) in profile.skills() {
            let levels = self.skills.entry(*skill).or_default();
            levels[..usize::from(level.get())].iter_mut().for_each(|row| write(row, seat));
        }
        for language in profile.languages() {
            write(self.languages.entry(*language).or_default(), seat);
        }
        for channel in Channel::ALL.into_iter().filter(|channel| profile.takes(*channel)) {
            write(&mut self.channels[slot(channel)], seat);
        }
    }
}

fn set(row: &mut Row, seat: Seat) {
    let word = seat.0 as usize / 64;
    if row.len() <= word {
        row.resize(word + 1, 0);
    }
    row[word] |= 1 << (seat.0 % 64);
}

fn unset(row: &mut Row, seat: Seat) {
    if let Some(word) = row.get_mut(seat.0 as usize / 64) {
        *word &= !(1 << (seat.0 % 64));
    }
}
