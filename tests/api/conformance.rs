//! Sentences of RFC 7643 and RFC 7644 that no other topic's file covers; `docs/conformance.md` lists
//! them all with their tests, and `requirements` holds the list against what there is.

mod alike;
mod filters;
mod messages;
mod passwords;
mod resources;
mod versions;
