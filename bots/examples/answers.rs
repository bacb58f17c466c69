//! What the example organisation's articles answer, on the questions it is calibrated on and on
//! questions that had no part in that:
//!
//! `cargo run --release -p bots --example answers -- [CONFIG]`
//!
//! `CONFIG` is the folder that holds `knowledge/` and `calibration.toml`; the example's own by default.

use std::path::{Path, PathBuf};

use bots::Knowledge;
use bots::knowledge::{self, calibration};

/// Of the answers given, at most this share may be wrong on the questions calibrated on.
const WRONG_SHARE: f64 = 0.05;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    let folder = std::env::args().nth(1).map_or_else(own, PathBuf::from);
    let library = Knowledge::build(knowledge::load(&folder.join("knowledge"))?)?;
    let questions = calibration::load(&folder.join("calibration.toml"))?;
    let fitted = knowledge::calibrate(&library, &questions, WRONG_SHARE);
    println!(
        "on the {} questions themselves: threshold {:.3}, coverage {:.1} %, precision {:.1} %",
        questions.len(),
        fitted.threshold.0,
        fitted.coverage * 100.0,
        fitted.precision * 100.0
    );
    let unseen = knowledge::leave_one_out(&library, &questions, WRONG_SHARE);
    println!(
        "each left out of its own calibration: coverage {:.1} % ({} of {}), precision {:.1} % ({} wrong, of {} that no article answers and {} that one does)",
        unseen.coverage() * 100.0,
        unseen.right,
        unseen.answerable,
        unseen.precision() * 100.0,
        unseen.wrong,
        unseen.unanswerable,
        unseen.answerable
    );
    Ok(())
}
