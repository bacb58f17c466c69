//! What agents and supervisors work with: the console protocol and its sockets.

pub mod wire;
