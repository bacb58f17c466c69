//! Writes `web/src/wire.ts` from the Rust types. The test that compares the two does the writing,
//! in a headless build: the browser code need not build while its types are old.

use anyhow::Result;

use crate::step::Step;

pub fn run() -> Result<()> {
    let arguments =
        ["test", "--package", "tandem", "--no-default-features", "--test", "wire_types_are_generated"];
    Step::cargo("browser types", &arguments).with("TANDEM_WRITE_TYPES", "1").run()
}
