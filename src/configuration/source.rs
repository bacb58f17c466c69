//! A TOML text from outside, bounded before it is parsed.

use std::fs::File;
use std::io::Read;
use std::path::Path as FilePath;

use super::fault::Fault;

/// The largest file, in bytes. The example's largest has some 10 kB.
pub const MAX_FILE: u64 = 1024 * 1024;
/// Most names in one dotted key. With the parser's own bound on nested values it keeps the stack safe:
/// tables made by dotted keys nest without it.
const MAX_DOTS: usize = 64;

/// Reads a text file, or says why not. Blocking.
pub fn read(path: &FilePath) -> Result<String, Fault> {
    let failed = |error: std::io::Error| Fault::of_file(path, format!("cannot read it: {error}"));
    let file = File::open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(Fault::of_file(path, "it is not a file"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Fault::of_file(path, format!("it is larger than {MAX_FILE} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| Fault::of_file(path, "it is not UTF-8 text"))
}

/// The offset at which a key nests deeper than we follow, if one does.
pub fn too_deep(text: &str) -> Option<usize> {
    let mut dots = 0;
    text.bytes().position(|byte| {
        match byte {
            b'.' => dots += 1,
            b'=' | b',' | b'{' | b'[' | b'\n' => dots = 0,
            _ => {}
        }
        dots > MAX_DOTS
    })
}
