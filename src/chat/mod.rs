//! Chats on web pages: the sockets behind [`channels::chat::wire`].

mod absence;
mod budget;
mod connection;
mod hello;
mod requests;
mod snapshot;
mod standing;

pub use absence::watch_all;
pub use connection::serve;
