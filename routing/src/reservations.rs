//! Ids of reservations, without randomness: a seed a start, and a counter.

use model::ReservationId;
use uuid::Builder;

/// Never the same id twice within a start; another start has another seed.
#[derive(Debug)]
pub(crate) struct ReservationIds {
    seed: u128,
    made: u64,
}

impl ReservationIds {
    pub fn new(seed: u128) -> Self {
        Self { seed, made: 0 }
    }

    /// How many there have been.
    pub fn made(&self) -> i64 {
        self.made.cast_signed()
    }

    /// A version 8 UUID: its upper half is the seed's, its lower half counts from the seed's.
    pub fn next(&mut self) -> ReservationId {
        self.made += 1;
        let lower = u128::from(u64::MAX);
        let counted = (self.seed & lower).wrapping_add(u128::from(self.made)) & lower;
        let bits = (self.seed & !lower) | counted;
        ReservationId(Builder::from_custom_bytes(bits.to_be_bytes()).into_uuid())
    }
}
