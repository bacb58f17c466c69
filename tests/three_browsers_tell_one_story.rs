//! The widget, the agent's console and the supervisor's board together, in real browsers: bot, offer,
//! answer, reload. Screenshots are kept in `test-output/browser`.

#![cfg(feature = "web")]
#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::path::Path;

use support::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_an_agent_and_a_supervisor_see_the_same_story() {
    let house = House::open().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = tokio::process::Command::new("node")
        .arg("browser/story.mjs")
        .arg(house.url(""))
        .arg(root.join("test-output/browser"))
        .current_dir(root.join("web"))
        .kill_on_drop(true)
        .output()
        .await
        .expect("node is installed; `cargo xtask test` sees to it");
    assert!(
        told.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&told.stdout),
        String::from_utf8_lossy(&told.stderr)
    );
}
