//! The house's one integration binary: the server in process, on SQLite and on Postgres.
//!
//! Every case has a database of its own. Postgres is taken from `ROSTER_TEST_POSTGRES`, which
//! `tests/run` sets; without it the Postgres half is left out, aloud.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::too_many_lines,
    clippy::similar_names,
    reason = "a test that cannot go on has failed, and a table of cases is as long as it is"
)]

mod admin;
mod admin_clients;
mod architecture;
mod bound_tokens;
mod bulk;
mod bulk_faults;
mod call;
mod catalogues;
mod cli;
mod conformance;
mod conversations;
mod crud;
mod database;
mod discovery;
mod doors;
mod errors;
mod etag;
mod extensions;
mod external_ids;
mod faults;
mod filters;
mod groups;
mod hostile;
mod interop;
mod isolation;
mod journal;
mod limits;
mod login;
mod manage;
mod me;
mod native_adeptia;
mod native_appcrm;
mod native_ground;
mod native_logixx;
mod native_publica;
mod oauth;
mod opening;
mod paging;
mod patch;
mod pattern;
mod profiles;
mod property;
mod races;
mod requirements;
mod root;
mod rules;
mod schema_admin;
mod schema_cli;
mod schema_packs;
mod schemas;
mod secrets;
mod seed;
mod server;
mod testresource;
mod truth;
mod users;
mod walks;
mod wire;
