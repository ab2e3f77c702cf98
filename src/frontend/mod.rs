//! Trees to resources with resolved values. Each frontend knows one language; none knows Cognito.
//!
//! A frontend reads the files it claims from [`Input`], and adds scopes, resources and diagnostics to the [`Model`].

pub mod cloudformation;
pub mod document;
mod places;
mod relevance;
pub mod terraform;

use crate::source::{FileId, Loader, Span};
use crate::value::{Guard, ResourceRef, ScopeId, Term, Unknown, Value};
use relevance::Split;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A file of the project that a frontend may claim.
#[derive(Clone, Debug)]
pub struct Input {
    /// The path relative to the project's root, with forward slashes, no `.` or `..` in it.
    pub path: Arc<str>,
    /// What the file is, by name and first bytes.
    pub kind: InputKind,
    /// Its text.
    pub file: FileId,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputKind {
    /// A CloudFormation or SAM template in YAML or JSON.
    Template,
    /// `manifest.json` of a CDK cloud assembly.
    CdkManifest,
    /// `*.tf`, `*.tofu`
    Terraform,
    /// `*.tf.json`
    TerraformJson,
    /// `*.tfvars`, `*.tfvars.json`
    TerraformVariables,
    /// The output of `terraform show -json`.
    TerraformPlan,
}

/// What a frontend is told from outside the files.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `--region`: the Region of every stack and root module that does not name one itself.
    pub region: Option<String>,
    /// `--account`, likewise.
    pub account: Option<String>,
    /// Files with values for the parameters of templates: path as reports name it, and text. Later ones win.
    pub parameter_files: Vec<(String, Arc<str>)>,
    /// `--parameter`, each `Name=value`; they win over files.
    pub parameters: Vec<String>,
    /// `--workspace`: what `terraform.workspace` is.
    pub workspace: Option<String>,
    /// Values for the variables of Terraform's root modules, from outside of their folders.
    pub variables: Variables,
    /// What is looked for, where not everything is: inputs that cannot matter to it are not read.
    pub wanted: Option<Arc<Wanted>>,
}

/// What somebody looks for in the inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Resource types, of either language: `AWS::Cognito::UserPool`, `aws_cognito_user_pool`.
    pub types: BTreeSet<String>,
    /// Paths of inputs that are read in any case.
    pub files: BTreeSet<Arc<str>>,
}

/// Values for the variables of root modules, as Terraform takes them from its environment and its command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    /// The environment's `TF_VAR_x` under `x`: weaker than a root module's own variable files.
    pub environment: BTreeMap<String, String>,
    /// `--var` and `--var-file` in the order of the command line: stronger than all else, the last one the strongest.
    pub arguments: Vec<Assignment>,
}

/// A `--var` or a `--var-file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// `--var name=value`
    Variable(String, String),
    /// A variable file: its path as reports print it, and its text.
    File(String, Arc<str>),
}

/// Everything that the frontends read: the input of the graph.
#[derive(Debug, Default)]
pub struct Model {
    /// Stacks and root modules. `ScopeId(n)` is the n-th.
    pub scopes: Vec<Scope>,
    /// All resources, in the order of their scopes and, inside one, of the source.
    pub resources: Vec<Resource>,
    /// What is wrong with the files.
    pub diagnostics: Vec<Diagnostic>,
    /// Comments of every file that was read, for suppressions.
    pub comments: Vec<Span>,
    /// The number of templates and Terraform files that were looked at.
    pub files_read: usize,
    /// What holds in everything that is ever deployed, and is not plain from the variables alone: what the `Rules` of a
    /// template demand of its parameters.
    pub assumptions: Vec<Guard>,
}

/// A stack, or a root module with all the modules it calls.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The stack's or the root module's name, as people know it: a stack name, a template's path, a folder.
    pub name: Arc<str>,
    /// Which language it is written in.
    pub dialect: Dialect,
    /// The account it deploys to, where the input says so: a string, or an unknown with a term.
    pub account: Value,
    /// The Region, likewise.
    pub region: Value,
    /// A Terraform module with variables that have no default, which nothing in the input calls, and which configures no
    /// backend or provider: its defaults are an interface, not a deployment.
    pub library: bool,
    /// A creation from nothing is certain not to be what happens (a plan that updates). Unknown for templates.
    pub update: Option<bool>,
    /// What hides resources or attachments of this scope from us.
    pub openings: Vec<Opening>,
    /// What other stacks can ask for, by name: exports by theirs, or by `*` and what their name ends with where the front of it
    /// is not known; outputs of a stack whose name is known as `/outputs/<stack>/<output>`; SSM parameters that the stack makes as
    /// `/ssm/<name>`; Terraform's outputs by theirs.
    pub exports: BTreeMap<Arc<str>, Value>,
    /// The scope that this one describes once more: a plan, the root module in whose folder it lies.
    pub repeats: Option<ScopeId>,
}

/// Something that may hold resources nobody can see: a module without source, a file that does not parse.
#[derive(Clone, Debug)]
pub struct Opening {
    /// A phrase: `module "sms" is not in the input`.
    pub why: Arc<str>,
    /// What was passed into it. `None`: it could touch everything in the scope.
    pub given: Option<Vec<Value>>,
}

impl Opening {
    /// True when the hidden part may refer to the resource: it lies in the same scope and was given a value made of one
    /// of the resource's attributes, or could see everything.
    pub fn may_touch(&self, resource: &ResourceRef) -> bool {
        match &self.given {
            None => true,
            Some(values) => values.iter().any(|value| mentions(value, resource)),
        }
    }
}

/// True when a value is made of, or contains, an attribute of the resource.
pub fn mentions(value: &Value, resource: &ResourceRef) -> bool {
    use crate::value::{Data, Part};
    let of_unknown = |unknown: &Unknown| term_mentions(&unknown.term, resource);
    match &value.data {
        Data::Unknown(unknown) => of_unknown(unknown),
        Data::Text(text) => {
            text.parts().iter().any(|part| matches!(part, Part::Hole(unknown, _) if of_unknown(unknown)))
        }
        Data::List(list) => {
            list.rest.as_deref().is_some_and(of_unknown) || list.items.iter().any(|item| mentions(item, resource))
        }
        Data::Map(map) => {
            map.rest.as_deref().is_some_and(of_unknown)
                || map.entries.values().any(|entry| mentions(&entry.value, resource))
        }
        Data::Choice(choice) => choice.arms.iter().any(|(_, arm)| mentions(arm, resource)),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Absent => false,
    }
}

fn term_mentions(term: &Term, resource: &ResourceRef) -> bool {
    match term {
        Term::Attribute(own, _) => own == resource,
        Term::Call(_, arguments) => arguments.iter().any(|argument| term_mentions(argument, resource)),
        _ => false,
    }
}

/// The resources of whose attributes a value is made.
#[derive(Default)]
pub(crate) struct MadeOf {
    pub(crate) resources: BTreeSet<ResourceRef>,
    /// There may be others.
    pub(crate) hidden: bool,
}

impl MadeOf {
    /// Adds what a value is made of.
    pub(crate) fn value(&mut self, value: &Value) {
        use crate::value::{Data, Part};
        match &value.data {
            Data::Unknown(unknown) => self.unknown(unknown),
            Data::Text(text) => {
                for part in text.parts() {
                    if let Part::Hole(unknown, _) = part {
                        self.unknown(unknown);
                    }
                }
            }
            Data::List(list) => {
                list.rest.iter().for_each(|rest| self.unknown(rest));
                list.items.iter().for_each(|item| self.value(item));
            }
            Data::Map(map) => {
                map.rest.iter().for_each(|rest| self.unknown(rest));
                map.entries.values().for_each(|entry| self.value(&entry.value));
            }
            Data::Choice(choice) => choice.arms.iter().for_each(|(_, arm)| self.value(arm)),
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Absent => {}
        }
    }

    fn unknown(&mut self, unknown: &Unknown) {
        self.term(&unknown.term);
    }

    fn term(&mut self, term: &Term) {
        match term {
            Term::Attribute(resource, _) => drop(self.resources.insert(resource.clone())),
            Term::Call(_, arguments) => arguments.iter().for_each(|argument| self.term(argument)),
            Term::Opaque(..) => self.hidden = true,
            Term::Parameter(..) | Term::Pseudo(..) | Term::Export(_) | Term::Dynamic(_) | Term::Literal(_) => {}
        }
    }
}

/// The language of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// CloudFormation, SAM, CDK output.
    CloudFormation,
    /// Terraform, OpenTofu.
    Terraform,
}

/// A resource with its resolved properties.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Scope and address.
    pub id: ResourceRef,
    /// `AWS::Cognito::UserPool`, `aws_cognito_user_pool`; data sources as `data.aws_iam_role`.
    pub type_name: Arc<str>,
    /// A map. CloudFormation: the `Properties`. Terraform: attributes as written; a nested block type as a *list* of
    /// maps under its name, also when it occurs once.
    pub properties: Value,
    /// The condition under which the resource exists.
    pub presence: Guard,
    /// Set when nobody knows how many instances there are (`count` or `for_each` unknown): this is one of them.
    pub schematic: bool,
    /// Where it is named: the logical id, or the block's labels.
    pub name_span: Span,
    /// Its whole declaration.
    pub span: Span,
    /// Addresses in the same scope that it explicitly depends on.
    pub depends_on: Vec<Arc<str>>,
    /// The program that the resource comes from, where one generated it.
    pub origin: Option<Arc<Origin>>,
    /// CloudFormation's resource attributes other than `Properties` (`Metadata`, `DeletionPolicy`, ...), as a map.
    pub attributes: Value,
}

/// Where a generated resource comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The construct of a CDK program: `Prod/Auth/Pool/Resource`.
    pub construct_path: Arc<str>,
    /// It belongs to a stage, whose name the path starts with: other stages may deploy the same construct.
    pub in_stage: bool,
    /// The line of the program that made it, where the metadata names one and it lies in the project.
    pub frame: Option<Span>,
    /// Rules that a person acknowledged there.
    pub acknowledged: Vec<Acknowledged>,
}

/// A rule that is to be silent about a construct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The reason given.
    pub reason: Option<Arc<str>>,
    /// Where the metadata says so.
    pub span: Span,
}

/// Something wrong with a file: not a finding, but said all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where.
    pub span: Span,
    /// What, in a person's words.
    pub message: String,
    /// A file that could not be read, or a part of it that could not; makes the exit code 2 where the file was named on
    /// the command line.
    pub fatal: bool,
}

/// What an attribute holds, as far as its kind says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Nested blocks.
    Block,
    /// A value of its own, or a list of such.
    Value,
    /// A reference to another resource, or a list of such.
    Reference(Referent),
}

/// What a reference refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Referent {
    /// The Terraform types of the resource.
    pub types: &'static [&'static str],
    /// Its attributes that say which one it is; the first one is what is usually written.
    pub attributes: &'static [&'static str],
}

/// What the kinds of resource know of attributes that nobody writes: asked by a frontend when a template refers to one.
/// Implemented by `graph::kinds`, so that both spellings of a kind and its computed attributes stand in one place.
pub trait Schema: Sync {
    /// The value of an attribute that the resource's configuration does not hold, where it follows from the configuration:
    /// the scope identifiers of a resource server, the name of a role. `None`: an unknown with the attribute's term.
    fn computed(&self, resource: &ResourceRef, type_name: &str, attribute: &str, config: &Value) -> Option<Value>;

    /// The attributes of a type that [`Schema::computed`] answers for, where they are no attributes of every type: they are
    /// part of the resource when an expression uses it as a whole.
    fn computed_attributes(&self, _type_name: &str) -> &[&'static str] {
        &[]
    }

    /// What an attribute holds whose path in the resource is given, its keys joined by dots; `None` where no kind says so.
    fn holds(&self, _type_name: &str, _path: &str) -> Option<Holds> {
        None
    }

    /// True when somebody looks at the properties of resources of a type, or of what is made of them.
    fn reads(&self, _type_name: &str) -> bool {
        false
    }
}

/// Reads everything the inputs hold that can matter to what is wanted.
pub fn read(inputs: &[Input], loader: &mut Loader<'_>, schema: &dyn Schema, given: &Given) -> Model {
    let mut model = Model::default();
    let Split { kept, left } = match &given.wanted {
        Some(wanted) => relevance::split(inputs, loader, wanted, given),
        None => Split { kept: inputs.to_vec(), left: Vec::new() },
    };
    cloudformation::read(&kept, loader, schema, given, &mut model);
    terraform::read(&kept, &left, loader, schema, given, &mut model);
    let is_counted = |input: &&Input| !matches!(input.kind, InputKind::CdkManifest | InputKind::TerraformVariables);
    model.files_read += left.iter().filter(is_counted).count();
    model
}
