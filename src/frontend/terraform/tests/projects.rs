//! One rule of Terraform after the other, on projects as small as they can be.

use super::*;
