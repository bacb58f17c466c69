//! Importing an organisation from another system: `tandem import`.

pub mod command;
mod read;
pub mod report;
pub mod taskrouter;
mod write;

pub use read::{ReadError, read};
pub use write::{WriteError, write};
