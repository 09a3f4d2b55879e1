//! Filters from text to answer: grammar, precedence, every operator on every type, limits.

mod grammar;
mod meaning;
