//! The organisation and settings a server is measured with: one queue of people, a site without a
//! virtual agent, and limits a single sender does not reach.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

pub const SITE: &str = "load";
pub const QUEUE: &str = "people";
pub const PASSWORD: &str = "tandem-load";
/// The settings' file name in the folder.
pub const SETTINGS: &str = "tandem.toml";
/// Where the store is, in the folder.
pub const DATA: &str = "data";

const SERVER: &str = r#"# Made by `tandem load`: for measuring, not for use.
[server]
address = "127.0.0.1:0"
[store]
folder = "data"
[import]
organisation = "organisation"
[sessions]
max_live = 1000000
[chat]
messages_per_ten_seconds = 1000000
[auth]
argon2_memory_kib = 8
argon2_iterations = 1
logins_per_address_per_minute = 1000000
[telemetry]
log_level = "warn"
"#;

const ORGANISATION: &str = r#"name = "Load"
presences = [
    { id = "available", name = "Available", routable = true },
    { id = "offline", name = "Offline", routable = false },
    { id = "not_responding", name = "Not responding", routable = false, selectable = false },
]
"#;

/// Who agent `number` is.
pub fn agent(number: u16) -> String {
    format!("agent-{number}")
}

/// Writes both into `folder`, which is made if it is not there. Blocking.
pub fn write(folder: &Path, agents: u16, capacity: u16) -> std::io::Result<()> {
    let organisation = folder.join("organisation");
    fs::create_dir_all(&organisation)?;
    fs::write(folder.join(SETTINGS), SERVER)?;
    fs::write(organisation.join("organisation.toml"), text(agents, capacity))
}

fn text(agents: u16, capacity: u16) -> String {
    let mut text = ORGANISATION.to_owned();
    let _ = write!(
        text,
        "[[queues]]\nid = \"{QUEUE}\"\nname = \"People\"\n\
         [[sites]]\nid = \"{SITE}\"\nname = \"Load\"\nlanguages = [\"en\"]\n\
         entry_queue = \"{QUEUE}\"\nperson_queue = \"{QUEUE}\"\n"
    );
    for number in 0..agents {
        let id = agent(number);
        let _ = write!(
            text,
            "[[agents]]\nid = \"{id}\"\nname = \"{id}\"\npassword = {{ demo = \"{PASSWORD}\" }}\n\
             roles = [\"agent\"]\nlanguages = [\"en\"]\ncapacity = {{ chat = {capacity} }}\n\
             queues = [\"{QUEUE}\"]\n"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::{Organisation, Settings};

    #[test]
    fn what_is_written_is_valid() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), 3, 50).unwrap();
        let organisation = Organisation::load(&folder.path().join("organisation")).unwrap();
        assert_eq!(organisation.agents.len(), 3);
        Settings::load(&folder.path().join(SETTINGS), &[]).unwrap();
    }
}
