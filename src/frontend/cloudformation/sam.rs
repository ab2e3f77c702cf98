//! SAM: `AWS::Serverless::*` resources are kept as they are written; `Globals` are not applied. What the transform would do
//! to *other* resources of the template is said, so that nothing is taken for certain that it may change.

use crate::frontend::Resource;
use crate::value::{Data, Value};

/// What a resource hands to the transform: values through which it may change, or attach policies to, other resources.
/// `None` when it only adds resources of its own, which no other one refers to.
pub(super) fn given_to_transform(resource: &Resource) -> Option<Vec<Value>> {
    let connectors = resource.attributes.get("Connectors");
    match &*resource.type_name {
        // A connector writes policies for the roles of its ends; an application is a nested stack.
        "AWS::Serverless::Connector" | "AWS::Serverless::Application" => Some(vec![resource.properties.clone()]),
        // A connector in a resource ends at that resource.
        _ if !connectors.is_absent() => Some(vec![connectors, resource.properties.clone()]),
        // An event of type `Cognito` writes the pool's `LambdaConfig`.
        "AWS::Serverless::Function" => {
            let events = resource.properties.get("Events");
            let pools = match &events.data {
                Data::Absent => Vec::new(),
                Data::Map(map) => map
                    .entries
                    .values()
                    .filter(|event| may_be_cognito(&event.value))
                    .map(|event| event.value.clone())
                    .collect(),
                _ => vec![events],
            };
            (!pools.is_empty()).then_some(pools)
        }
        _ => None,
    }
}

fn may_be_cognito(event: &Value) -> bool {
    event.get("Type").as_str().is_none_or(|name| name == "Cognito")
}
