//! Roster, a SCIM 2.0 provisioning server: the map of the house.
//!
//! Every room may use only rooms on a lower floor; `tests/api/architecture.rs` proves it.
//!
//! | floor | room | what lives there |
//! |---|---|---|
//! | 5 | [`cli`], [`app`] | the command line; wiring, start and graceful stop |
//! | 4 | [`http`] | the surfaces: SCIM, health, documents; never reaches the store |
//! | 4 | [`workers`] | what runs without a request: the journal's writer, the builder of indexes |
//! | 3 | [`directory`] | what the product does, in protocol-neutral verbs |
//! | 2 | [`store`] | the one SQL vocabulary over SQLite and Postgres |
//! | 1 | [`auth`] | tokens, passwords and rights; no I/O |
//! | 0 | [`scim`] | the protocol as a pure library |
//! | 0 | [`clock`], [`ident`], [`config`], [`telemetry`] | time, ids, settings, logs |

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod directory;
pub mod http;
pub mod ident;
pub mod scim;
pub mod store;
pub mod telemetry;
pub mod workers;
