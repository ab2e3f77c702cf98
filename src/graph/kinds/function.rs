//! Functions of AWS Lambda and who may call them: `AWS::Lambda::Function`, `aws_lambda_function`, `AWS::Lambda::Permission`,
//! `aws_lambda_permission`.

use super::super::{Graph, NodeId};
use super::{Attribute, Handle, Kind, Shape, nothing};
use crate::value::{Term, Unknown, Value, Why};

/// A function of AWS Lambda.
pub(super) static LAMBDA_FUNCTION: Kind = Kind {
    name: "lambda_function",
    doc: "A function of AWS Lambda.",
    cloudformation: &["AWS::Lambda::Function"],
    terraform: &["aws_lambda_function"],
    attributes: &[
        Attribute::new(
            "function_name",
            Shape::Text,
            "FunctionName",
            "function_name",
            "The function's name in AWS Lambda.",
        ),
        Attribute::referrers("permissions", "lambda_permission", "function", "The permissions to call the function."),
    ],
    handles: &[
        Handle { name: "arn", cloudformation: "Arn", terraform: &["arn"], written: in_words },
        // A permission names its function by name or by ARN.
        Handle { name: "any", cloudformation: "Ref", terraform: &["arn", "function_name", "id"], written: in_words },
        Handle { name: "any", cloudformation: "Arn", terraform: &[], written: in_words },
    ],
    computed: nothing,
};

/// A permission to call a function.
pub(super) static LAMBDA_PERMISSION: Kind = Kind {
    name: "lambda_permission",
    doc: "Lets a service call a function of AWS Lambda.",
    cloudformation: &["AWS::Lambda::Permission"],
    terraform: &["aws_lambda_permission"],
    attributes: &[
        Attribute::new(
            "function",
            Shape::Link("lambda_function", "any"),
            "FunctionName",
            "function_name",
            "The function that may be called.",
        ),
        Attribute::new("principal", Shape::Text, "Principal", "principal", "Who may call it."),
        Attribute::new(
            "source_pool",
            Shape::Link("user_pool", "arn"),
            "SourceArn",
            "source_arn",
            "The user pool for which it may be called.",
        ),
    ],
    handles: &[],
    computed: nothing,
};

/// Names and ARNs of functions come in many forms (with account, version, alias): one in words may always be this function's.
fn in_words(graph: &Graph, id: NodeId) -> Value {
    let span = graph.read(id, "function_name").place;
    let Some(node) = graph.node(id) else { return Value::absent(span) };
    let why = Why::Attribute(format!("the name of {}", node.resource.id.address).into());
    Value::unknown(Unknown::new(why, Term::Attribute(node.resource.id.clone(), "in words".into())), span)
}
