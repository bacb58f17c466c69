//! Chat on a web page: the protocol a widget speaks over WebSocket.
//!
//! [`wire`] is the format; [`view`] turns session events into what a customer may see. The socket
//! itself belongs to the engine.

pub mod view;
pub mod wire;
