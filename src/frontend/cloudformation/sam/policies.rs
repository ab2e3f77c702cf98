//! The execution role of a serverless function, and the policies in it.

use super::{Event, Function, Transform};
use crate::source::Span;
use crate::syntax::tree::{NodeId, NodeKind};
use std::sync::Arc;

/// `Fn::If` in `Policies` is looked into no deeper than this.
const DEEPEST_IF: usize = 8;

/// Path and name of every policy that AWS publishes, one a line: `Policies` may name one without its path.
const MANAGED: &str = include_str!("../../../iam/data/managed-names.txt");

/// SAM's policy templates by the one service whose actions they allow; those for SNS are written out below.
/// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html>
const TEMPLATES: &[(&str, &str)] = &[
    ("acm", "AcmGetCertificatePolicy"),
    ("athena", "AthenaQueryPolicy"),
    ("ce", "CostExplorerReadOnlyPolicy"),
    ("cloudformation", "CloudFormationDescribeStacksPolicy"),
    ("cloudwatch", "CloudWatchDashboardPolicy CloudWatchDescribeAlarmHistoryPolicy CloudWatchPutMetricPolicy"),
    ("codecommit", "CodeCommitCrudPolicy CodeCommitReadPolicy"),
    ("codepipeline", "CodePipelineLambdaExecutionPolicy CodePipelineReadOnlyPolicy"),
    ("comprehend", "ComprehendBasicAccessPolicy"),
    (
        "dynamodb",
        "DynamoDBBackupFullAccessPolicy DynamoDBCrudPolicy DynamoDBReadPolicy DynamoDBReconfigurePolicy DynamoDBRestoreFromBackupPolicy DynamoDBStreamReadPolicy DynamoDBWritePolicy",
    ),
    ("ec2", "AMIDescribePolicy EC2CopyImagePolicy EC2DescribePolicy VPCAccessPolicy"),
    ("ecs", "EcsRunTaskPolicy"),
    ("eks", "EKSDescribePolicy"),
    ("elasticfilesystem", "EFSWriteAccessPolicy"),
    (
        "elasticmapreduce",
        "ElasticMapReduceAddJobFlowStepsPolicy ElasticMapReduceCancelStepsPolicy ElasticMapReduceModifyInstanceFleetPolicy ElasticMapReduceModifyInstanceGroupsPolicy ElasticMapReduceSetTerminationProtectionPolicy ElasticMapReduceTerminateJobFlowsPolicy",
    ),
    ("es", "ElasticsearchHttpPostPolicy"),
    ("events", "EventBridgePutEventsPolicy"),
    ("firehose", "FirehoseCrudPolicy FirehoseWritePolicy"),
    ("kinesis", "KinesisCrudPolicy KinesisStreamReadPolicy"),
    ("kms", "KMSDecryptPolicy KMSEncryptPolicy KMSEncryptPolicy_v2"),
    ("lambda", "LambdaInvokePolicy"),
    ("logs", "FilterLogEventsPolicy"),
    ("mobileanalytics", "MobileAnalyticsWriteOnlyAccessPolicy"),
    ("mobiletargeting", "PinpointEndpointAccessPolicy"),
    ("organizations", "OrganizationsListAccountsPolicy"),
    ("polly", "PollyFullAccessPolicy"),
    (
        "rekognition",
        "RekognitionDetectOnlyPolicy RekognitionFacesManagementPolicy RekognitionFacesPolicy RekognitionLabelsPolicy RekognitionNoDataAccessPolicy RekognitionReadPolicy RekognitionWriteOnlyAccessPolicy",
    ),
    ("route53", "Route53ChangeResourceRecordSetsPolicy"),
    ("s3", "S3CrudPolicy S3FullAccessPolicy S3ReadPolicy S3WritePolicy"),
    ("sagemaker", "SageMakerCreateEndpointConfigPolicy SageMakerCreateEndpointPolicy"),
    ("secretsmanager", "AWSSecretsManagerGetSecretValuePolicy AWSSecretsManagerRotationPolicy"),
    ("serverlessrepo", "ServerlessRepoReadWriteAccessPolicy"),
    (
        "ses",
        "SESBulkTemplatedCrudPolicy SESBulkTemplatedCrudPolicy_v2 SESCrudPolicy SESEmailTemplateCrudPolicy SESSendBouncePolicy",
    ),
    ("sqs", "SQSPollerPolicy SQSSendMessagePolicy"),
    ("ssm", "SSMParameterReadPolicy SSMParameterWithSlashPrefixReadPolicy"),
    ("states", "StepFunctionsCallbackPolicy StepFunctionsExecutionPolicy StepFunctionsExecutionPolicy_v2"),
    ("textract", "TextractDetectAnalyzePolicy TextractGetResultPolicy TextractPolicy"),
];

/// SAM's policy templates that allow actions of SNS: the actions, and what follows the topic's name in the resource.
const TOPIC_TEMPLATES: &[(&str, &[&str], &str)] = &[
    ("SNSPublishMessagePolicy", &["sns:Publish"], ""),
    (
        "SNSCrudPolicy",
        &["sns:ListSubscriptionsByTopic", "sns:CreateTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:Publish"],
        "*",
    ),
];

/// Managed policies that reading from an event source needs.
const OF_EVENTS: &[(&str, &str)] = &[
    ("Kinesis", "service-role/AWSLambdaKinesisExecutionRole"),
    ("DynamoDB", "service-role/AWSLambdaDynamoDBExecutionRole"),
    ("SQS", "service-role/AWSLambdaSQSQueueExecutionRole"),
    ("MSK", "service-role/AWSLambdaMSKExecutionRole"),
];

/// What an entry of `Policies` is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Policy {
    /// The name or ARN of a managed policy.
    Managed,
    /// A policy document.
    Document,
    /// A policy template.
    Template,
    /// `AWS::NoValue`
    None,
    /// Nothing that is documented.
    Other,
}

impl Transform<'_> {
    /// The value of the function's `Role`: the one given, else that of a new role. `None` when it depends on a condition
    /// whether there is a new one.
    pub(super) fn role(&mut self, function: &Function<'_>, events: &[Event]) -> Option<NodeId> {
        if let Some(role) = function.property("Role") {
            let call = self.template.call(role);
            return (!call.is_some_and(|call| self.has_no_value(call.argument))).then_some(role);
        }
        let span = function.span;
        let role: Arc<str> = format!("{}Role", function.id).into();
        let trust = match function.property("AssumeRolePolicyDocument") {
            Some(document) => document,
            None => self.lambda_trust(span),
        };
        let (managed, inline) = self.policies(function, events, &role);
        let mut entries = vec![("AssumeRolePolicyDocument", trust), ("ManagedPolicyArns", self.list(managed, span))];
        if !inline.is_empty() {
            entries.push(("Policies", self.list(inline, span)));
        }
        if let Some(path) = function.property("RolePath") {
            entries.push(("Path", path));
        }
        if let Some(boundary) = function.property("PermissionsBoundary") {
            entries.push(("PermissionsBoundary", boundary));
        }
        entries.push(("Tags", self.tags(None, span)));
        let properties = self.map(&entries, span);
        self.insert(&role, "AWS::IAM::Role", function, properties);
        Some(self.attribute(&role, "Arn", span))
    }

    /// True for the arguments of an `Fn::If` one of whose values is `AWS::NoValue`.
    fn has_no_value(&self, arguments: NodeId) -> bool {
        self.template.tree.items(arguments).iter().any(|item| self.is_no_value(*item))
    }

    fn is_no_value(&self, id: NodeId) -> bool {
        let call = self.template.call(id).filter(|call| &*call.name == "Ref");
        call.is_some_and(|call| self.template.tree.str(call.argument).is_some_and(|name| &**name == "AWS::NoValue"))
    }

    fn lambda_trust(&mut self, span: Span) -> NodeId {
        let service = self.string("lambda.amazonaws.com", span);
        let services = self.list(vec![service], span);
        let action = self.string("sts:AssumeRole", span);
        let entries = [
            ("Action", self.list(vec![action], span)),
            ("Effect", self.string("Allow", span)),
            ("Principal", self.map(&[("Service", services)], span)),
        ];
        let statement = self.map(&entries, span);
        let version = self.string("2012-10-17", span);
        let statements = self.list(vec![statement], span);
        self.map(&[("Version", version), ("Statement", statements)], span)
    }

    /// The managed and the inline policies of a function's role.
    fn policies(&mut self, function: &Function<'_>, events: &[Event], role: &Arc<str>) -> (Vec<NodeId>, Vec<NodeId>) {
        let span = function.span;
        let durable = function.property("DurableConfig").is_some();
        let basic = if durable { "AWSLambdaBasicDurableExecutionRolePolicy" } else { "AWSLambdaBasicExecutionRole" };
        let mut managed = vec![self.managed(&format!("service-role/{basic}"), span)];
        let tracing = function.property("Tracing").map(|mode| self.template.scalar(mode));
        if tracing.is_some_and(|mode| mode.is_none_or(|mode| &*mode != "Disabled")) {
            managed.push(self.managed("AWSXrayWriteOnlyAccess", span));
        }
        if function.property("VpcConfig").is_some() {
            managed.push(self.managed("service-role/AWSLambdaVPCAccessExecutionRole", span));
        }
        let mut inline = Vec::new();
        // They write policies for queues and topics of which only the transform knows all forms.
        let sends = ["DeadLetterQueue", "EventInvokeConfig"].iter().any(|name| function.property(name).is_some());
        let has_destination = |event: &Event| {
            event.properties.is_some_and(|properties| self.template.field(properties, "DestinationConfig").is_some())
        };
        if sends || events.iter().any(has_destination) {
            let document = self.unknown(span);
            inline.push(self.inline(format!("{role}Destinations"), document, span));
        }
        for (index, entry) in
            function.property("Policies").map(|id| self.elements(id)).unwrap_or_default().iter().enumerate()
        {
            let name = format!("{role}Policy{index}");
            let kind = self.policy(*entry, 0);
            let policy = self.converted(*entry, kind, &name, 0);
            match kind {
                Policy::Managed => managed.push(policy),
                Policy::None => {}
                Policy::Document | Policy::Template | Policy::Other => inline.push(policy),
            }
        }
        for (_, name) in OF_EVENTS.iter().filter(|(source, _)| events.iter().any(|event| &*event.type_name == *source))
        {
            managed.push(self.managed(name, span));
        }
        (managed, inline)
    }

    /// The elements of a list; a single policy need not be in one.
    fn elements(&self, id: NodeId) -> Vec<NodeId> {
        match self.template.tree.node(self.template.tree.resolve(id)).kind {
            NodeKind::Sequence(_) if self.template.call(id).is_none() => self.template.tree.items(id).to_vec(),
            _ => vec![id],
        }
    }

    fn policy(&self, id: NodeId, depth: usize) -> Policy {
        if self.is_no_value(id) {
            return Policy::None;
        }
        if let Some(call) = self.template.call(id) {
            if &*call.name != "Fn::If" {
                return Policy::Managed;
            }
            let [_, then, otherwise] = self.template.tree.items(call.argument) else { return Policy::Other };
            if depth > DEEPEST_IF {
                return Policy::Other;
            }
            return match (self.policy(*then, depth + 1), self.policy(*otherwise, depth + 1)) {
                (one, other) if one == other => one,
                (Policy::None, one) | (one, Policy::None) => one,
                _ => Policy::Other,
            };
        }
        if self.template.scalar(id).is_some() {
            return Policy::Managed;
        }
        let fields = self.template.fields(id);
        match fields.as_slice() {
            _ if !self.is_plain_map(id) => Policy::Other,
            fields if fields.iter().any(|field| &*field.name == "Statement") => Policy::Document,
            [_] => Policy::Template,
            _ => Policy::Other,
        }
    }

    /// An entry of `Policies` as an entry of the role's `ManagedPolicyArns` or `Policies`.
    fn converted(&mut self, id: NodeId, kind: Policy, name: &str, depth: usize) -> NodeId {
        let span = self.template.span(id);
        if kind == Policy::None || self.is_no_value(id) {
            return id;
        }
        let conditional = self.template.call(id).filter(|call| &*call.name == "Fn::If" && kind != Policy::Other);
        if let Some(call) = conditional.filter(|_| depth <= DEEPEST_IF)
            && let [condition, then, otherwise] = *self.template.tree.items(call.argument)
        {
            let branches = [then, otherwise].map(|branch| self.converted(branch, kind, name, depth + 1));
            let arguments = self.list([&[condition], &branches[..]].concat(), span);
            return self.map(&[("Fn::If", arguments)], span);
        }
        match kind {
            Policy::Managed => match self.template.scalar(id).filter(|_| self.template.call(id).is_none()) {
                Some(name) => self.managed(&name, span),
                None => id,
            },
            Policy::Document => self.inline(name.to_owned(), id, span),
            Policy::Template => {
                let document = self.document_of_template(id);
                self.inline(name.to_owned(), document, span)
            }
            Policy::None | Policy::Other => {
                let document = self.unknown(span);
                self.inline(name.to_owned(), document, span)
            }
        }
    }

    fn inline(&mut self, name: String, document: NodeId, span: Span) -> NodeId {
        let name = self.string(&name, span);
        self.map(&[("PolicyName", name), ("PolicyDocument", document)], span)
    }

    /// The ARN of a policy of AWS, with or without its path; anything else is what it is.
    fn managed(&mut self, name: &str, span: Span) -> NodeId {
        match managed_path(name) {
            Some(path) => {
                let arn = self.string(&format!("arn:${{AWS::Partition}}:iam::aws:policy/{path}"), span);
                self.map(&[("Fn::Sub", arn)], span)
            }
            None => self.string(name, span),
        }
    }

    /// The document of `{Name: parameters}`.
    fn document_of_template(&mut self, id: NodeId) -> NodeId {
        let span = self.template.span(id);
        let Some(field) = self.template.fields(id).into_iter().next() else { return self.unknown(span) };
        let statement = match TOPIC_TEMPLATES.iter().find(|(name, ..)| *name == &*field.name) {
            Some((_, actions, behind)) => self.topic_statement(actions, behind, field.value, span),
            None => match TEMPLATES.iter().find(|(_, names)| names.split(' ').any(|name| name == &*field.name)) {
                Some((service, _)) => self.service_statement(service, span),
                None => return self.unknown(span),
            },
        };
        let statements = self.list(vec![statement], span);
        self.map(&[("Statement", statements)], span)
    }

    fn topic_statement(&mut self, actions: &[&str], behind: &str, parameters: NodeId, span: Span) -> NodeId {
        let topic = match self.template.field(parameters, "TopicName") {
            Some(topic) => topic,
            None => self.unknown(span),
        };
        let text = format!("arn:${{AWS::Partition}}:sns:${{AWS::Region}}:${{AWS::AccountId}}:${{topicName}}{behind}");
        let sub = vec![self.string(&text, span), self.map(&[("topicName", topic)], span)];
        let sub = self.list(sub, span);
        let actions = actions.iter().map(|action| self.string(action, span)).collect();
        let actions = self.list(actions, span);
        let resource = self.map(&[("Fn::Sub", sub)], span);
        self.allow(actions, resource, span)
    }

    /// Allows some actions of one service: which, and on what, only the transform knows.
    pub(super) fn service_statement(&mut self, service: &str, span: Span) -> NodeId {
        let parts = vec![self.string(&format!("{service}:"), span), self.unknown(span)];
        let arguments = vec![self.string("", span), self.list(parts, span)];
        let arguments = self.list(arguments, span);
        let action = self.map(&[("Fn::Join", arguments)], span);
        let resource = self.unknown(span);
        self.allow(action, resource, span)
    }

    pub(super) fn allow(&mut self, action: NodeId, resource: NodeId, span: Span) -> NodeId {
        let effect = self.string("Allow", span);
        self.map(&[("Action", action), ("Effect", effect), ("Resource", resource)], span)
    }
}

/// The path and name of AWS's policy of a name; the name itself may have its path in front.
fn managed_path(name: &str) -> Option<&'static str> {
    let places = memchr::memmem::find_iter(MANAGED.as_bytes(), name.as_bytes()).filter(|_| !name.is_empty());
    let rows = places.filter_map(|at| {
        let start = MANAGED.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
        MANAGED.get(start..)?.lines().next()
    });
    let known = rows.filter(|row| !row.starts_with('#') && (*row == name || row.rsplit('/').next() == Some(name)));
    known.min_by_key(|row| *row != name)
}
