//! The engine against a server that follows the protocol, with faults, several tabs, and a clock that stands still.

mod bound;
mod calls;
mod refreshes;
mod server;
mod starts;
mod tabs;
mod verbs;
mod world;
