//! Topics of Amazon SNS: `AWS::SNS::Topic`, `aws_sns_topic`. A policy that names one covers no phone number.

use super::super::{Graph, NodeId};
use super::{Attribute, Handle, Kind, Shape};
use crate::value::{Refine, ResourceRef, Shape as TextShape, Term, Unknown, Value, Why};

/// A topic of Amazon SNS.
pub(super) static TOPIC: Kind = Kind {
    name: "topic",
    doc: "A topic of Amazon SNS.",
    cloudformation: &["AWS::SNS::Topic"],
    terraform: &["aws_sns_topic"],
    attributes: &[Attribute::new("topic_name", Shape::Text, "TopicName", "name", "The topic's name in SNS.")],
    handles: &[Handle { name: "arn", cloudformation: "Ref", terraform: &["arn"], written: never }],
    computed,
};

fn never(graph: &Graph, id: NodeId) -> Value {
    Value::absent(graph.read(id, "topic_name").place)
}

/// `Ref` and `TopicArn`, and Terraform's `arn` and `id`, are all the topic's ARN.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sns-topic.html>
fn computed(resource: &ResourceRef, attribute: &str, config: &Value) -> Option<Value> {
    let handle = match attribute {
        "Ref" | "TopicArn" => "Ref",
        "arn" | "id" => "arn",
        _ => return None,
    };
    let why = Why::Attribute(format!("the ARN of {}", resource.address).into());
    let arn = Unknown::new(why, Term::Attribute(resource.clone(), handle.into()));
    Some(Value::unknown(arn.refined(Refine::string(TextShape::glob("arn:*:sns:*:*:*"))), config.span))
}
