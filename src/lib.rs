//! The engine: actors, channels' sockets, HTTP, configuration and command line.
//!
//! `model` and `routing` decide; this crate introduces the rooms to each other, runs them and talks
//! to the outside. Start reading at [`server`], then [`engine`], then [`actors`].

pub mod actors;
pub mod api;
pub mod audit;
pub mod auth;
pub mod chat;
pub mod cli;
pub mod clock;
pub mod cluster;
pub mod configuration;
pub mod console;
pub mod engine;
pub mod explain;
pub mod floor;
pub mod foundation;
pub mod frames;
pub mod housekeeping;
pub mod http;
pub mod import;
pub mod load;
pub mod mail;
pub mod measures;
pub mod network;
pub mod recording;
pub mod remote;
pub mod replay;
pub mod retention;
pub mod server;
pub mod simulate;
pub mod storage;
pub mod telemetry;
pub mod understanding;
pub mod versions;
pub mod virtual_agents;
pub mod web;
pub mod webhooks;
pub mod wire;
pub mod word;
