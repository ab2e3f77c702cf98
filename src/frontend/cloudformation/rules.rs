//! The `Rules` of a template: what CloudFormation demands of its parameters before it creates anything. No stack ever has values
//! that they refuse.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/rules-section-structure.html>

use super::parameters;
use super::stack::Stack;
use super::template::Call;
use crate::source::Span;
use crate::syntax::tree::NodeId;
use crate::value::{Decision, Guard, Scenario, Value, Variable, Why};
use std::sync::Arc;

/// Dropping the values of one parameter may settle a rule about another one: so often the rules are read again.
const MOST_ROUNDS: usize = 8;

impl Stack<'_> {
    /// Drops the values of parameters that the rules refuse whatever the others are; what the rules demand of several
    /// parameters together becomes an assumption. A rule that cannot be evaluated refuses nothing.
    pub(super) fn apply_rules(&mut self) {
        let mut demands = self.demands();
        for _ in 0..MOST_ROUNDS {
            if demands.is_empty() || !self.drop_refused(&demands) {
                break;
            }
            // Guards name the classes of a variable by their numbers.
            self.conditions.clear();
            self.set_parameters();
            demands = self.demands();
        }
        let nothing_chosen = Scenario::default();
        // With a rule that nothing fulfils there is no stack at all; that says nothing about other stacks.
        demands.retain(|demand| {
            matches!(demand.decide(&nothing_chosen), Decision::Open(_)) && demand.may_hold(&nothing_chosen)
        });
        self.outcome.assumptions.extend(demands);
    }

    /// What the rules demand, each as "it does not apply, or the assertion holds".
    fn demands(&mut self) -> Vec<Guard> {
        let template = self.template;
        let mut demands = Vec::new();
        for rule in template.section("Rules") {
            let applies = match template.field(rule.value, "RuleCondition") {
                None => Guard::Always,
                Some(condition) => match self.guard(condition) {
                    Ok(guard) => guard,
                    Err(_) => continue,
                },
            };
            let list = template.field(rule.value, "Assertions").map(|list| template.tree.items(list));
            for assertion in list.unwrap_or_default().iter().filter_map(|item| template.field(*item, "Assert")) {
                if let Ok(guard) = self.guard(assertion) {
                    demands.push(applies.clone().not().or(guard));
                }
            }
        }
        demands
    }

    /// True when a parameter has lost a class of its values.
    fn drop_refused(&mut self, demands: &[Guard]) -> bool {
        let refused = |variable: &Arc<Variable>, class: usize| {
            let scenario = Scenario::default().with(variable.clone(), class);
            demands.iter().any(|demand| matches!(demand.decide(&scenario), Decision::Fails))
        };
        let mut changed = false;
        for (name, variable) in &mut self.variables {
            if !self.template.parameters.contains_key(name) {
                continue;
            }
            let fewer = parameters::restricted(variable, |class| refused(variable, class));
            if let Some(fewer) = fewer.filter(|fewer| fewer.classes.len() < variable.classes.len()) {
                *variable = Arc::new(fewer);
                changed = true;
            }
        }
        changed
    }

    /// `Fn::Contains` (some element equals the value), `Fn::EachMemberEquals` (every element does) and `Fn::EachMemberIn`
    /// (every element is one of the other list).
    pub(super) fn membership(&mut self, function: &str, list: NodeId, other: NodeId) -> Result<Guard, Why> {
        let unknown = || Why::Function(function.into());
        let (list, other) = (self.value(list), self.value(other));
        let members = elements(&list).ok_or_else(unknown)?;
        if function == "Fn::Contains" {
            return Ok(Guard::any(members.iter().map(|member| self.equal(member, &other))));
        }
        let allowed = match function {
            "Fn::EachMemberIn" => elements(&other).ok_or_else(unknown)?,
            _ => vec![other],
        };
        let is_allowed = |member: &Value| Guard::any(allowed.iter().map(|allowed| self.equal(member, allowed)));
        Ok(members.iter().fold(Guard::Always, |all, member| all.and(is_allowed(member))))
    }

    /// `Fn::RefAll`: the values of all parameters of a type.
    pub(super) fn ref_all(&mut self, call: &Call, span: Span) -> Value {
        let argument = self.argument(call);
        let Some(wanted) = argument.as_str() else {
            return self.invalid("`Fn::RefAll` takes the name of a type", span);
        };
        let template = self.template;
        let of_type = template.parameters.iter().filter(|(_, parameter)| &*parameter.type_name == wanted);
        Value::list(of_type.filter_map(|(name, _)| self.parameter(name, span)).collect(), span)
    }
}

/// The elements of a list all of which are known to be there.
fn elements(list: &Value) -> Option<Vec<Value>> {
    list.as_list().filter(|list| list.rest.is_none()).map(|list| list.items.clone())
}
