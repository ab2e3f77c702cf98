//! CloudFormation templates, SAM and CDK output.

use super::{Given, Input, Model, Schema};
use crate::source::Loader;

/// Reads the templates and assemblies among the inputs.
pub fn read(_inputs: &[Input], _loader: &mut Loader<'_>, _schema: &dyn Schema, _given: &Given, _model: &mut Model) {}
