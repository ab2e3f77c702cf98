//! Connectors: from a function to another resource of the template they become a managed policy of the function's role. All other
//! connectors stay, and are openings.
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/reference-sam-connector.html>

use super::super::template::Declared;
use super::{Function, Transform};
use crate::syntax::tree::NodeId;
use indexmap::IndexMap;
use std::sync::Arc;

pub(super) const CONNECTOR: &str = "AWS::Serverless::Connector";

/// The services that a function may call through a connector, by the type of what it is connected to; topics apart.
const SERVICES: [(&str, &str); 10] = [
    ("AWS::DynamoDB::Table", "dynamodb"),
    ("AWS::Events::EventBus", "events"),
    ("AWS::Lambda::Function", "lambda"),
    ("AWS::Location::PlaceIndex", "geo"),
    ("AWS::S3::Bucket", "s3"),
    ("AWS::SQS::Queue", "sqs"),
    ("AWS::Serverless::Function", "lambda"),
    ("AWS::Serverless::SimpleTable", "dynamodb"),
    ("AWS::Serverless::StateMachine", "states"),
    ("AWS::StepFunctions::StateMachine", "states"),
];

impl Transform<'_> {
    /// Replaces a connector by its policy; `None` when it stays.
    pub(super) fn connector(&mut self, id: &Arc<str>, key: NodeId, node: NodeId) -> Option<()> {
        let properties = self.template.field(node, "Properties").filter(|properties| self.is_plain_map(*properties))?;
        let source = self.end(properties, "Source")?;
        let destination = self.end(properties, "Destination")?;
        let role = self.role_of(&source)?;
        let type_name = self.template.resources.get(&destination)?.type_name.clone();
        let span = self.template.span(node);
        let statement = if &*type_name == "AWS::SNS::Topic" {
            let permissions = self.names(self.template.field(properties, "Permissions")?)?;
            let [(permission, _)] = permissions.as_slice() else { return None };
            (&**permission == "Write").then_some(())?;
            let (publish, topic) = (self.string("sns:Publish", span), self.reference(&destination, span));
            let (actions, resources) = (self.list(vec![publish], span), self.list(vec![topic], span));
            self.allow(actions, resources, span)
        } else {
            let (_, service) = SERVICES.iter().find(|(name, _)| *name == &*type_name)?;
            self.service_statement(service, span)
        };
        let version = self.string("2012-10-17", span);
        let statements = self.list(vec![statement], span);
        let document = self.map(&[("Version", version), ("Statement", statements)], span);
        let role = self.reference(&role, span);
        let roles = self.list(vec![role], span);
        let policy = self.map(&[("PolicyDocument", document), ("Roles", roles)], span);
        let owner = Function { id, key, node, span, properties: IndexMap::new() };
        self.insert(&format!("{id}Policy").into(), "AWS::IAM::ManagedPolicy", &owner, policy);
        self.template.resources.shift_remove(id);
        Some(())
    }

    /// The resource at one end of a connector, where nothing but its logical id is said of it.
    fn end(&self, properties: NodeId, name: &str) -> Option<Arc<str>> {
        let end = self.template.field(properties, name).filter(|end| self.is_plain_map(*end))?;
        let fields = self.template.fields(end);
        let [id] = fields.as_slice() else { return None };
        let id = (&*id.name == "Id").then(|| self.template.tree.str(id.value))??;
        self.template.resources.contains_key(id).then(|| id.clone())
    }

    /// The role of a function, where both are in the template.
    fn role_of(&self, function: &str) -> Option<Arc<str>> {
        let Declared { node, type_name, .. } = self.template.resources.get(function)?;
        let properties =
            self.template.field(*node, "Properties").filter(|_| &**type_name == "AWS::Lambda::Function")?;
        let call = self.template.call(self.template.field(properties, "Role")?)?;
        let id: Arc<str> = match self.template.tree.str(call.argument) {
            Some(text) => text.strip_suffix(".Arn")?.into(),
            None => match self.template.tree.items(call.argument) {
                [id, attribute] if self.template.tree.str(*attribute).is_some_and(|name| &**name == "Arn") => {
                    self.template.tree.str(*id)?.clone()
                }
                _ => return None,
            },
        };
        let is_role = &*self.template.resources.get(&id)?.type_name == "AWS::IAM::Role";
        (is_role && &*call.name == "Fn::GetAtt").then_some(id)
    }
}
