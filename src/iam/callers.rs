//! Programs that a template runs while it is deployed: a custom resource calls a function, which works with a role. What the role
//! may not do, the function does not do to the pool that it is given.
//!
//! This reads the permissions of the function, never its code. It acquits only a function whose role is in the input with all of
//! its policies, and these allow nothing but a few known actions: those of services through which nobody reaches a user pool, and
//! those of Cognito that leave the pool's own settings alone. A role that may assume another one, call another function or has
//! an action that is not listed here is not acquitted.

use super::document::{Clause, Effect, Element, Policy, Statement};
use super::evaluate::read_document;
use super::{Attached, Document, role_facts};
use crate::graph::link::Link;
use crate::graph::{Graph, NodeId};
use crate::value::{Data, Scenario};

/// Services none of whose actions reaches a user pool.
const HARMLESS_SERVICES: [&str; 2] = ["logs", "xray"];
/// Actions of Cognito start like this when they only look.
const LOOKING: [&str; 3] = ["describe", "list", "get"];
/// Actions of Cognito end like this when they change something that belongs to a pool and not the pool.
const BESIDE_THE_POOL: [&str; 6] =
    ["userpooldomain", "identityprovider", "userpoolclient", "group", "resourceserver", "uicustomization"];
/// Policies of AWS that allow no more than that.
const HARMLESS_POLICIES: [&str; 2] = ["AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess"];

/// Takes back of every pool that a custom resource changes it, where none of those that get it may.
pub fn acquit(graph: &mut Graph) {
    let altered: Vec<NodeId> = graph.altered().collect();
    for pool in altered {
        let suspect = graph.altering(pool).into_iter().find(|caller| !is_harmless(graph, *caller).unwrap_or(false));
        graph.set_altered_by(pool, suspect);
    }
}

/// True for a custom resource whose function may not change a user pool; `None` where that cannot be said.
fn is_harmless(graph: &Graph, caller: NodeId) -> Option<bool> {
    let follow = |from: NodeId, property: &str, kind: &str| {
        let value = graph.node(from)?.resource.properties.get(property);
        match graph.follow(from, &value, kind, "arn") {
            Link::Node(found) if !matches!(value.data, Data::Choice(_)) => Some(found),
            _ => None,
        }
    };
    let function = follow(caller, "ServiceToken", "lambda_function")?;
    let role = follow(function, "Role", "role")?;
    let facts = role_facts(graph, role, &Scenario::default());
    let all_known = facts.open.is_none();
    Some(all_known && facts.policies.iter().all(allows_nothing_else))
}

fn allows_nothing_else(attached: &Attached) -> bool {
    match &attached.document {
        Document::AwsManaged(name) => {
            let name = name.rsplit('/').next().unwrap_or(name);
            HARMLESS_POLICIES.contains(&name)
        }
        Document::Inline(_) => {
            let policy: Policy = read_document(attached, &Scenario::default());
            policy.open.is_none() && policy.statements.iter().all(is_harmless_statement)
        }
        Document::Unknown(_) => false,
    }
}

fn is_harmless_statement(statement: &Statement) -> bool {
    if matches!(statement.effect, Effect::Deny) {
        return true;
    }
    let Clause::Given { negated: false, of: actions, .. } = &statement.action else { return false };
    let is_harmless = |action: &Element| match action {
        Element::Text(text) => text.known().is_some_and(is_harmless_action),
        Element::Unclear(_) => false,
    };
    actions.open.is_none() && actions.items.iter().all(is_harmless)
}

fn is_harmless_action(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    match action.split_once(':') {
        Some((service, _)) if HARMLESS_SERVICES.contains(&service) => true,
        // Passing a role does nothing without another call that takes it.
        Some(("iam", "passrole")) => true,
        Some(("cognito-idp", name)) => {
            let is_one = !name.contains(['*', '?']);
            LOOKING.iter().any(|start| name.starts_with(start))
                || (is_one && BESIDE_THE_POOL.iter().any(|end| name.ends_with(end)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_harmless_action;

    #[test]
    fn only_known_actions_are_harmless() {
        for action in [
            "logs:*",
            "cognito-idp:DescribeUserPoolClient",
            "cognito-idp:Describe*",
            "cognito-idp:CreateUserPoolDomain",
            "cognito-idp:UpdateIdentityProvider",
            "iam:PassRole",
        ] {
            assert!(is_harmless_action(action), "{action}");
        }
        for action in [
            "*",
            "cognito-idp:*",
            "cognito-idp:Set*",
            "cognito-idp:*UserPoolClient",
            "cognito-idp:SetUserPoolMfaConfig",
            "cognito-idp:UpdateUserPool",
            "cognito-idp:AddCustomAttributes",
            "lambda:InvokeFunction",
            "sts:AssumeRole",
            "iam:*",
            "logs*:x",
        ] {
            assert!(!is_harmless_action(action), "{action}");
        }
    }
}
