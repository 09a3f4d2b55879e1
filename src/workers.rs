//! What runs without a request.

pub mod journal;
