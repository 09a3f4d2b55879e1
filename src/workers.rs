//! What runs without a request.

pub mod indexes;
pub mod journal;
