//! Stories that are played in real browsers, by `web/browser`.

use std::path::Path;

use super::House;

/// Plays `web/browser/NAME.mjs` against a house; its faults fail the test. Pictures are kept in
/// `test-output/browser`.
pub async fn play(house: &House, name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let played = tokio::process::Command::new("node")
        .arg(format!("browser/{name}.mjs"))
        .arg(house.url(""))
        .arg(root.join("test-output/browser"))
        .current_dir(root.join("web"))
        .kill_on_drop(true)
        .output()
        .await
        .expect("node is installed; `cargo xtask test` sees to it");
    let said = String::from_utf8_lossy(&played.stderr);
    assert!(played.status.success(), "{}\n{said}", String::from_utf8_lossy(&played.stdout));
}
