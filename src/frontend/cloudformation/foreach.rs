//! `Fn::ForEach` of `AWS::LanguageExtensions`: loops over known lists are written out before anything else is read, as further
//! nodes of the tree. A loop whose list is not known here stays, and hides what it would add. Of its resources one is written out
//! all the same, with a variable that nobody knows; and where the list is that of a parameter with a default, those of the
//! default, which are there as long as the parameter has it.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>

use super::template::Template;
use crate::syntax::tree::{NodeId, NodeKind};
use std::sync::Arc;

/// So many nodes are written for one template.
pub(super) const MOST_NODES: usize = 100_000;
/// Copies are nested no deeper than trees are.
const DEEPEST: usize = crate::syntax::tree::DEEPEST;

const LOOP: &str = "Fn::ForEach::";

/// Which round of a loop over an uncertain list a resource belongs to.
#[derive(Clone, Debug)]
pub(super) struct Round {
    /// The parameter that is the list, and its default.
    pub(super) parameter: Option<(Arc<str>, Vec<Arc<str>>)>,
    /// A round over the default; else one of rounds of which nobody knows how many there are.
    pub(super) of_default: bool,
}

/// Writes out every loop of a template; the key of the first one that is too large for that.
pub(super) fn expand(template: &mut Template) -> Option<NodeId> {
    let ids: Vec<NodeId> = template.tree.ids().collect();
    let mut loops = Loops { template, nodes_left: MOST_NODES, variables: Vec::new(), too_large: None };
    loops.uncertain_resources();
    for id in ids {
        let NodeKind::Mapping(entries) = &loops.template.tree.node(id).kind else { continue };
        if !entries.iter().any(|(key, _)| loops.is_loop(*key)) {
            continue;
        }
        let entries = entries.clone();
        if let Some(entries) = loops.entries(&entries, 0) {
            loops.template.tree.set_entries(id, entries);
        }
    }
    loops.too_large
}

struct Loops<'a> {
    template: &'a mut Template,
    nodes_left: usize,
    /// The variables of the loops around, each with its value in this round; `None` where nobody knows it.
    variables: Vec<(Arc<str>, Option<Arc<str>>)>,
    /// The first loop, outside of all others, that ran out of nodes.
    too_large: Option<NodeId>,
}

/// What a string is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Text: what a placeholder in it would become is not documented.
    Plain,
    /// A name, a key, or the text of `Fn::Sub`: placeholders are replaced.
    Name,
}

impl Loops<'_> {
    fn is_loop(&self, key: NodeId) -> bool {
        self.template.tree.str(key).is_some_and(|key| key.starts_with(LOOP))
    }

    /// Adds resources of those loops of the section `Resources` whose lists are uncertain.
    fn uncertain_resources(&mut self) {
        let Some(section) = self.template.section_node("Resources") else { return };
        let mut entries = self.template.tree.entries(section).to_vec();
        let loops: Vec<NodeId> =
            entries.iter().filter(|(key, _)| self.is_loop(*key)).map(|(_, value)| *value).collect();
        for definition in loops {
            let [variable, list, _] = *self.template.tree.items(definition) else { continue };
            let Some(variable) = self.template.tree.str(variable).cloned() else { continue };
            if self.list(list).is_some() {
                continue;
            }
            self.template.loop_variables.insert(variable);
            let parameter = self.list_parameter(list);
            let default = parameter.as_ref().map(|(_, default)| default.iter().cloned().map(Some).collect::<Vec<_>>());
            let uncertain = [(default.unwrap_or_default(), true), (vec![None], false)];
            for (values, of_default) in uncertain {
                let Some(written) = self.rounds_over(definition, values, 0) else { continue };
                for (key, _) in &written {
                    if let Some(id) = self.template.scalar(*key) {
                        let round = Round { parameter: parameter.clone(), of_default };
                        self.template.rounds.insert(id, round);
                    }
                }
                entries.extend(written);
            }
        }
        let section = self.template.tree.resolve(section);
        self.template.tree.set_entries(section, entries);
    }

    /// The parameter that a list is, with its default.
    fn list_parameter(&self, list: NodeId) -> Option<(Arc<str>, Vec<Arc<str>>)> {
        let call = self.template.call(list).filter(|call| &*call.name == "Ref")?;
        let name = self.template.tree.str(call.argument)?.clone();
        let declared = self.template.field(self.template.section_node("Parameters")?, &name)?;
        let kind = self.template.scalar(self.template.field(declared, "Type")?)?;
        let default = self.template.scalar(self.template.field(declared, "Default")?)?;
        let is_list = kind.contains("List") && !kind.starts_with("AWS::SSM::");
        is_list.then(|| (name, default.split(',').map(|item| item.trim().into()).collect()))
    }

    /// The entries of a mapping with its loops written out; a loop that cannot be stays. `None` beyond the limit.
    fn entries(&mut self, entries: &[(NodeId, NodeId)], depth: usize) -> Option<Vec<(NodeId, NodeId)>> {
        let mut written = Vec::new();
        for (key, value) in entries {
            if self.is_loop(*key) {
                match self.rounds(*value, depth) {
                    Some(rounds) => written.extend(rounds),
                    None if self.nodes_left > 0 || self.variables.is_empty() => {
                        if self.nodes_left == 0 {
                            self.too_large.get_or_insert(*key);
                        }
                        written.push((*key, *value));
                    }
                    None => return None,
                }
            } else if self.variables.is_empty() {
                written.push((*key, *value));
            } else if depth > 0 && self.is_unknown_in(*key) {
                return None;
            } else {
                written.push((self.copy(*key, Role::Name, depth)?, self.copy(*value, Role::Plain, depth)?));
            }
        }
        Some(written)
    }

    /// `[variable, list, {key: value}]`
    fn rounds(&mut self, definition: NodeId, depth: usize) -> Option<Vec<(NodeId, NodeId)>> {
        let [_, list, _] = *self.template.tree.items(definition) else { return None };
        let values = self.list(list)?.into_iter().map(Some).collect();
        self.rounds_over(definition, values, depth)
    }

    /// One round for each value.
    fn rounds_over(
        &mut self,
        definition: NodeId,
        values: Vec<Option<Arc<str>>>,
        depth: usize,
    ) -> Option<Vec<(NodeId, NodeId)>> {
        let [variable, _, body] = *self.template.tree.items(definition) else { return None };
        let variable = self.template.tree.str(variable)?.clone();
        let body = self.template.tree.entries(body).to_vec();
        let mut written = Vec::new();
        for value in values {
            self.variables.push((variable.clone(), value));
            let round = self.entries(&body, depth);
            self.variables.pop();
            written.extend(round?);
        }
        Some(written)
    }

    /// A list that is written down, there or in a mapping.
    fn list(&self, id: NodeId) -> Option<Vec<Arc<str>>> {
        let list = match self.template.call(id) {
            None => id,
            Some(call) if &*call.name == "Fn::FindInMap" => {
                let [mapping, top, second] = self.template.tree.items(call.argument) else { return None };
                let [mapping, top, second] = [mapping, top, second].map(|key| self.word(*key));
                self.template.mapped(&mapping?, &top?, &second?)?
            }
            Some(_) => return None,
        };
        match &self.template.tree.node(self.template.tree.resolve(list)).kind {
            NodeKind::Sequence(items) => items.iter().map(|item| self.word(*item)).collect(),
            _ => None,
        }
    }

    /// A literal, or the variable of a loop around.
    fn word(&self, id: NodeId) -> Option<Arc<str>> {
        match self.template.call(id) {
            None => self.template.scalar(id),
            Some(call) if &*call.name == "Ref" => self.variable(self.template.tree.str(call.argument)?).cloned(),
            Some(_) => None,
        }
    }

    fn variable(&self, name: &str) -> Option<&Arc<str>> {
        self.variables.iter().rev().find(|(own, _)| &**own == name).and_then(|(_, value)| value.as_ref())
    }

    /// True for a text with a placeholder whose value nobody knows.
    fn is_unknown_in(&self, id: NodeId) -> bool {
        let unknown = self.variables.iter().filter(|(_, value)| value.is_none());
        let text = self.template.tree.str(id);
        unknown.into_iter().any(|(name, _)| {
            text.is_some_and(|text| text.contains(&format!("${{{name}}}")) || text.contains(&format!("&{{{name}}}")))
        })
    }

    /// A copy of a node for this round; `None` beyond a limit, or where a loop inside cannot be written out.
    fn copy(&mut self, id: NodeId, role: Role, depth: usize) -> Option<NodeId> {
        self.nodes_left = self.nodes_left.checked_sub(1)?;
        if depth > DEEPEST {
            return None;
        }
        let id = self.template.tree.resolve(id);
        let call = self.template.call(id);
        if let Some(call) = call.as_ref().filter(|call| &*call.name == "Ref")
            && let Some(value) = self.template.tree.str(call.argument).and_then(|name| self.variable(name)).cloned()
        {
            let span = self.template.span(id);
            return Some(self.template.tree.add(span, NodeKind::String(value)));
        }
        let names = call.as_ref().is_some_and(|call| matches!(&*call.name, "Ref" | "Fn::Sub" | "Fn::GetAtt"));
        let inner = if names { Role::Name } else { Role::Plain };
        let kind = match &self.template.tree.node(id).kind {
            NodeKind::Null => NodeKind::Null,
            NodeKind::Bool(value) => NodeKind::Bool(*value),
            NodeKind::Number(number) => NodeKind::Number(number.clone()),
            NodeKind::Alias(target) => NodeKind::Alias(*target),
            NodeKind::String(text) if self.is_unknown_in(id) => {
                // As a name it is that of the resource of this round, as a placeholder it stays unknown.
                let is_sub = call.as_ref().is_some_and(|call| &*call.name == "Fn::Sub");
                let is_name = role == Role::Name || inner == Role::Name;
                if !is_name || (is_sub && text.contains("&{")) {
                    return Some(self.undocumented(id));
                }
                NodeKind::String(text.clone())
            }
            NodeKind::String(text) => {
                let replaced = self.replaced(text);
                match replaced {
                    Some(_) if role == Role::Plain && inner == Role::Plain => return Some(self.undocumented(id)),
                    replaced => NodeKind::String(replaced.unwrap_or_else(|| text.clone())),
                }
            }
            NodeKind::Sequence(items) => {
                // Of the arguments of a function in its long form, the names are one level further down.
                let items = items.clone();
                let role = if role == Role::Name { role } else { inner };
                let copies = items.iter().map(|item| self.copy(*item, role, depth + 1));
                NodeKind::Sequence(copies.collect::<Option<_>>()?)
            }
            NodeKind::Mapping(entries) => {
                let entries = entries.clone();
                match (call, entries.as_slice()) {
                    (Some(_), [(key, argument)]) => {
                        NodeKind::Mapping(vec![(*key, self.copy(*argument, inner, depth + 1)?)])
                    }
                    _ => NodeKind::Mapping(self.entries(&entries, depth + 1)?),
                }
            }
        };
        Some(self.template.tree.add_like(id, kind))
    }

    /// A text with `${Variable}` and `&{Variable}` replaced, the latter by letters and digits only; `None` without any.
    fn replaced(&self, text: &Arc<str>) -> Option<Arc<str>> {
        let mut replaced = text.to_string();
        let known = self.variables.iter().rev().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        for (name, value) in known {
            let letters: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
            replaced = replaced.replace(&format!("${{{name}}}"), value).replace(&format!("&{{{name}}}"), &letters);
        }
        (replaced != **text).then(|| replaced.into())
    }

    /// A node whose value nobody knows.
    fn undocumented(&mut self, id: NodeId) -> NodeId {
        let span = self.template.span(id);
        let tree = &mut self.template.tree;
        let key = tree.add(span, NodeKind::String("Fn::Transform".into()));
        let name = tree.add(span, NodeKind::String("AWS::LanguageExtensions".into()));
        tree.add(span, NodeKind::Mapping(vec![(key, name)]))
    }
}
