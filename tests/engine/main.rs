//! What a rule sees, and what becomes of what it finds. Resources are made by hand: no frontend takes part.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic is how a test says that something does not hold"
)]

mod files;
mod given;
mod limits;
mod scenarios;
mod values;
