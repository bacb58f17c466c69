pub mod chat;
pub mod email;
