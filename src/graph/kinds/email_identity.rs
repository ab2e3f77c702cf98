//! Identities of Amazon SES: `AWS::SES::EmailIdentity`, `aws_ses_domain_identity`, `aws_ses_email_identity`,
//! `aws_sesv2_email_identity`, and the policies that let others send from them.

use super::super::{Graph, NodeId};
use super::{Attribute, Handle, Kind, Shape, account, nothing, region};
use crate::value::{Data, Term, Unknown, Value, Why};

/// An identity of Amazon SES: a domain or an address that may send email.
pub(super) static SES_IDENTITY: Kind = Kind {
    name: "ses_identity",
    doc: "A domain or an address that may send email with Amazon SES.",
    cloudformation: &["AWS::SES::EmailIdentity"],
    terraform: &["aws_ses_domain_identity", "aws_ses_email_identity", "aws_sesv2_email_identity"],
    attributes: &[
        Attribute::new("identity", Shape::Text, "EmailIdentity", "", "The domain or the address.").terraform(identity),
        Attribute::referrers(
            "policies",
            "ses_identity_policy",
            "identity",
            "The policies that let others send from it.",
        ),
    ],
    handles: &[
        Handle { name: "arn", cloudformation: "Arn", terraform: &["arn"], written: written_arn },
        Handle {
            name: "any",
            cloudformation: "Ref",
            terraform: &["arn", "domain", "email", "email_identity", "id"],
            written: in_words,
        },
    ],
    computed: nothing,
};

/// A policy of an identity (Terraform).
pub(super) static SES_IDENTITY_POLICY: Kind = Kind {
    name: "ses_identity_policy",
    doc: "Lets others send from an identity of Amazon SES (Terraform).",
    cloudformation: &[],
    terraform: &["aws_ses_identity_policy", "aws_sesv2_email_identity_policy"],
    attributes: &[Attribute::derived("identity", Shape::Link("ses_identity", "any"), policy_identity, "The identity.")],
    handles: &[],
    computed: nothing,
};

fn first_of(graph: &Graph, id: NodeId, keys: &[&str]) -> Value {
    let place = graph.read(id, "name").place;
    let Some(node) = graph.node(id) else { return Value::absent(place) };
    let written = keys.iter().map(|key| node.resource.properties.get(key));
    written.into_iter().find(|value| !value.is_absent()).unwrap_or_else(|| Value::absent(place))
}

fn identity(graph: &Graph, id: NodeId) -> Value {
    first_of(graph, id, &["domain", "email", "email_identity"])
}

fn policy_identity(graph: &Graph, id: NodeId) -> Value {
    first_of(graph, id, &["identity", "email_identity"])
}

/// `arn:PARTITION:ses:REGION:ACCOUNT:identity/NAME`
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html>
fn written_arn(graph: &Graph, id: NodeId) -> Value {
    let reading = graph.read(id, "identity");
    let Some(node) = graph.node(id) else { return reading.value };
    let span = reading.value.span;
    let literal = |text: &str| Value::string(text, span);
    let pseudo = |word: &str| {
        let unknown = Unknown::new(Why::Pseudo(word.into()), Term::Pseudo(node.resource.id.scope, word.into()));
        Value::unknown(unknown.refined(crate::value::Refine::string(crate::value::Shape::region())), span)
    };
    let known = |value: Value, word: &str| if value.as_str().is_some() { value } else { pseudo(word) };
    reading.value.each(&mut |name| match &name.data {
        Data::String(_) | Data::Text(_) => {
            let parts = [
                literal("arn:"),
                pseudo("AWS::Partition"),
                literal(":ses:"),
                known(region(graph, id), "AWS::Region"),
                literal(":"),
                known(account(graph, id), "AWS::AccountId"),
                literal(":identity/"),
                name.clone(),
            ];
            Value::concat(&parts, span).unwrap_or_else(|| name.clone())
        }
        _ => name.clone(),
    })
}

/// A policy names its identity by the ARN, the domain or the address; one in words may always be this one's.
fn in_words(graph: &Graph, id: NodeId) -> Value {
    let span = graph.read(id, "identity").place;
    let Some(node) = graph.node(id) else { return Value::absent(span) };
    let why = Why::Attribute(format!("the name of {}", node.resource.id.address).into());
    Value::unknown(Unknown::new(why, Term::Attribute(node.resource.id.clone(), "in words".into())), span)
}
