//! The laws of the value domain.
