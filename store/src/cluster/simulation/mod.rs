//! Nodes, a network and the shared state under a seeded fate: delays, losses, crashes, partitions,
//! frozen nodes, clocks that run differently; a checker that knows only the promises judges.
//!
//! The nodes run what runs in earnest: [`Lease`](super::lease::Lease), `Claiming`, `Call` and
//! [`Memory`](super::memory::Memory). Time is simulated, so thousands of runs take seconds.

mod checker;
mod node;
mod promises;
mod world;
