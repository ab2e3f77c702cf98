//! coglint

pub mod finding;
pub mod frontend;
pub mod iam;
pub mod source;
pub mod syntax;
pub mod value;
