//! What a house recorded, told again to another router.

use std::time::{Duration, Instant};

use tandem::replay::Window;
use tandem::replay::verify::verify;

use super::{House, PATIENCE};

/// Panics unless every decision is the one that the sessions recorded. The recording is written behind:
/// it is waited for until nothing is missing.
pub async fn judge(house: &House) {
    let store = &house.server.engine.foundation.store;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let verified = verify(store, Window::default()).await.unwrap();
        let lines = verified.lines().join("\n");
        assert!(verified.problems.is_empty(), "{lines}");
        if verified.is_good() && verified.verdict.not_covered == 0 {
            assert!(verified.verdict.agreed > 0, "{lines}");
            println!("{lines}");
            return;
        }
        assert!(Instant::now() < deadline, "{lines}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
