//! The laws of expressions.
