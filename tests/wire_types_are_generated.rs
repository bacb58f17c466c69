//! The browser's types are the server's: `web/src/wire.ts` is what the Rust types say.

use std::path::Path;

#[test]
fn the_browser_types_are_the_rust_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src/wire.ts");
    let generated = tandem::wire::typescript();
    if std::env::var_os("TANDEM_WRITE_TYPES").is_some() {
        std::fs::write(&path, &generated).expect("web/src can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("web/src/wire.ts is there");
    assert!(kept == generated, "web/src/wire.ts is out of date: run `cargo xtask types`");
}
