//! Terraform and OpenTofu modules.

pub mod expr;
mod functions;

use super::{Given, Input, Model, Schema};
use crate::source::Loader;

/// Reads the modules among the inputs.
pub fn read(_inputs: &[Input], _loader: &mut Loader<'_>, _schema: &dyn Schema, _given: &Given, _model: &mut Model) {}
