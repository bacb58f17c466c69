//! Bytes for a fuzz target without a fuzzer: good examples, damaged step by step from a seed.
//!
//! `FUZZ_SECONDS` says how long each target is fed (2 by default), `FUZZ_SEED` what from; a failure
//! prints the seed and the bytes. A coverage-guided fuzzer finds more: `cargo xtask fuzz`.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

/// More than the examples have, less than takes long to parse.
const LONGEST: usize = 64 * 1024;
/// Damages of one example, at most.
const DAMAGES: usize = 8;
/// What parsers trip over.
const TOKENS: &[&[u8]] = &[
    b"\0",
    b"\xff\xfe",
    b"\xc3",
    b"\"",
    b"\\u0000",
    b"{",
    b"[",
    b"]]",
    b"null",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\r\n",
    b"\r\n\r\n",
    b"--",
    b"=?utf-8?B?",
    b"?=",
    b"<",
    b">",
    b"&#x0;",
    b"<div>",
    b"Content-Type: multipart/mixed; boundary=\"b\"\r\n",
    b"base64",
    b"=",
    b"\n[[queues]]\n",
    b"\"\"\"",
    b".",
    b"'",
    b"\xe2\x80\xae",
];

/// Feeds `target` with damaged `examples` until the time is over; each example whole comes first.
pub fn feed(name: &str, examples: &[Vec<u8>], target: fn(&[u8])) {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let seed = number("FUZZ_SEED").unwrap_or_else(any_seed);
    let time = Duration::from_secs(number("FUZZ_SECONDS").unwrap_or(2));
    let (begun, mut dice, mut fed) = (Instant::now(), Dice(seed | 1), 0_u64);
    examples.iter().for_each(|example| try_one(name, seed, example, target));
    while begun.elapsed() < time || fed < 100 {
        try_one(name, seed, &damaged(examples, &mut dice), target);
        fed += 1;
    }
    println!("{name}: {fed} inputs from seed {seed}");
}

fn try_one(name: &str, seed: u64, bytes: &[u8], target: fn(&[u8])) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(bytes))) {
        eprintln!("{name}, FUZZ_SEED={seed}, fails on \"{}\"", bytes.escape_ascii());
        resume_unwind(panic);
    }
}

fn any_seed() -> u64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    since.as_secs() ^ (u64::from(since.subsec_nanos()) << 20)
}

/// Xorshift: enough for damaging things.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

fn damaged(examples: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = examples[dice.below(examples.len())].clone();
    for _ in 0..=dice.below(DAMAGES) {
        damage(&mut bytes, examples, dice);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn damage(bytes: &mut Vec<u8>, examples: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let end = (at + dice.below(32)).min(bytes.len());
    match dice.below(7) {
        0 => drop(bytes.drain(at..end)),
        1 => bytes.truncate(at),
        2 => {
            let token = TOKENS[dice.below(TOKENS.len())];
            bytes.splice(at..at, token.iter().copied());
        }
        3 => {
            let piece = bytes[at..end].to_vec();
            (0..dice.below(64)).for_each(|_| drop(bytes.splice(at..at, piece.iter().copied())));
        }
        4 => {
            let other = &examples[dice.below(examples.len())];
            let from = dice.below(other.len() + 1);
            bytes.splice(at.., other[from..].iter().copied());
        }
        _ if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap_or(0),
        _ => bytes.push(b'\n'),
    }
}
