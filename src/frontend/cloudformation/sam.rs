//! SAM: `AWS::Serverless::*` resources are kept as they are written; `Globals` are not applied.

/// True when a resource stands for several that the transform writes, among them roles, policies and permissions.
pub(super) fn may_add_resources(type_name: &str) -> bool {
    type_name.starts_with("AWS::Serverless::")
}
