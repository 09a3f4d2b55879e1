//! The house's one integration binary: the server in process, on SQLite and on Postgres.
//!
//! Every case has a database of its own. Postgres is taken from `ROSTER_TEST_POSTGRES`, which
//! `tests/run` sets; without it the Postgres half is left out, aloud.

mod architecture;
mod call;
mod cli;
mod conversations;
mod crud;
mod database;
mod discovery;
mod errors;
mod etag;
mod faults;
mod filters;
mod groups;
mod patch;
mod pattern;
mod property;
mod races;
mod secrets;
mod server;
mod wire;
