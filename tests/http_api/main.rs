//! The HTTP side over a real listener, with a house of its own for each test.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod connections;
mod files;
mod house;
mod logins;
mod pages;
mod programs;
mod second_factor;
mod sockets;
