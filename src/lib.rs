pub mod configuration;
pub mod console;
pub mod wire;
