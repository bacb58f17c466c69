pub mod auth;
pub mod configuration;
pub mod console;
pub mod foundation;
pub mod wire;
pub mod webhooks;
