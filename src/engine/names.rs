//! The load-time check of a rule's names: attributes, methods, functions, paths. A misspelt one is an error with a place and a
//! proposal when the rule is loaded, long before a template needs it.
//!
//! Rhai has no types; the kind of a check's resource is known all the same, and from it follows what an attribute of it is.
//! Where the chain breaks (a parameter of a helper function, a list of mixed things), a name must at least exist for something.

use super::methods::Method;
use super::types::{self, Type};
use super::vocabulary::{self, NO_FUNCTIONS, PATH_METHODS};
use super::{suggest, syntax};
use crate::finding::Level;
use crate::graph::kinds;
use rhai::{AST, ASTFlags, ASTNode, CustomExpr, Engine, Expr, FnCallExpr, ImmutableString, Position, Stmt};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The words that exist.
pub(super) struct Words {
    functions: BTreeSet<(ImmutableString, usize)>,
    getters: BTreeSet<ImmutableString>,
    properties: Vec<&'static str>,
    methods: &'static [Method],
}

impl Words {
    /// The words of an engine.
    pub(super) fn new(engine: &Engine, methods: &'static [Method]) -> Self {
        Self {
            functions: vocabulary::functions(engine),
            getters: vocabulary::properties(engine),
            properties: types::all_properties(methods),
            methods,
        }
    }
}

/// A check whose resource has a known type.
pub(super) struct Typed {
    /// Rhai's name for the check's function.
    pub(super) function: String,
    /// How many constants stand before the resource among its parameters.
    pub(super) constants: usize,
    /// The kinds or types of the resource.
    pub(super) targets: Vec<Arc<str>>,
}

/// What is wrong with the names of a file, in the order of the text.
pub(super) fn check(ast: &AST, typed: &[Typed], words: &Words) -> Vec<(Position, String)> {
    let bodies = Bodies::new(ast, typed);
    let own = ast.iter_functions().map(|function| (function.name.to_owned(), function.params.len())).collect();
    let (keys, assigned) = made_up(ast);
    let mut checker = Checker { words, own, keys, assigned, scope: Vec::new(), problems: Vec::new() };
    let mut scopes: BTreeMap<String, Vec<(ImmutableString, Type)>> = bodies.scopes;
    ast.walk(&mut |path| {
        if let [ASTNode::Stmt(statement)] = path
            && let Some(function) = bodies.ranges.iter().rev().find(|body| body.holds(statement.position()))
        {
            checker.scope = scopes.remove(&function.name).unwrap_or_default();
            checker.statement(statement);
            scopes.insert(function.name.clone(), std::mem::take(&mut checker.scope));
        }
        true
    });
    let mut problems = checker.problems;
    problems.sort();
    problems.dedup();
    problems
}

/// The functions of a file: where their bodies stand, and what is known of their parameters. Rhai's walk visits the statements
/// of all functions without saying whose they are.
struct Bodies {
    ranges: Vec<Body>,
    scopes: BTreeMap<String, Vec<(ImmutableString, Type)>>,
}

struct Body {
    start: Position,
    end: Position,
    name: String,
}

impl Body {
    fn holds(&self, position: Position) -> bool {
        // A closure that is a lone expression has no end: its only statement stands where it starts.
        if self.end.is_none() { position == self.start } else { self.start <= position && position <= self.end }
    }
}

impl Bodies {
    fn new(ast: &AST, typed: &[Typed]) -> Self {
        let mut ranges = Vec::new();
        let mut scopes = BTreeMap::new();
        for function in ast.iter_fn_def() {
            let name = function.name.to_string();
            let known = typed.iter().find(|typed| typed.function == name);
            let parameter = |(at, parameter): (usize, &ImmutableString)| {
                let known = known.filter(|typed| at == typed.constants);
                (parameter.clone(), known.map_or(Type::Any, |typed| Type::of_targets(&typed.targets)))
            };
            scopes.insert(name.clone(), function.params.iter().enumerate().map(parameter).collect());
            let (start, end) = (function.body.start_position(), function.body.end_position());
            ranges.push(Body { start, end, name });
        }
        // The innermost body that holds a position is the last of those that begin before it.
        ranges.sort_by_key(|body| body.start);
        Self { ranges, scopes }
    }
}

/// The keys of all map literals of a file, which are properties that the file makes up itself; and the variables that are
/// given another value somewhere, so that their type cannot be told.
fn made_up(ast: &AST) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut keys, mut assigned) = (BTreeSet::new(), BTreeSet::new());
    ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Expr(Expr::Map(map, _))) => keys.extend(map.0.iter().map(|(key, _)| key.name.to_string())),
            Some(ASTNode::Stmt(Stmt::Assignment(parts))) => {
                if let Expr::Variable(name, ..) = &parts.1.lhs {
                    assigned.insert(name.1.to_string());
                }
            }
            _ => {}
        }
        true
    });
    (keys, assigned)
}

struct Checker<'a> {
    words: &'a Words,
    own: BTreeSet<(String, usize)>,
    keys: BTreeSet<String>,
    assigned: BTreeSet<String>,
    scope: Vec<(ImmutableString, Type)>,
    problems: Vec<(Position, String)>,
}

impl Checker<'_> {
    fn problem(&mut self, position: Position, message: impl Into<String>) {
        self.problems.push((position, message.into()));
    }

    fn block<'s>(&mut self, statements: impl IntoIterator<Item = &'s Stmt>) {
        let depth = self.scope.len();
        for statement in statements {
            self.statement(statement);
        }
        self.scope.truncate(depth);
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::If(flow, _) | Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.condition(&flow.expr);
                self.block(flow.body.iter());
                self.block(flow.branch.iter());
            }
            Stmt::For(parts, _) => {
                let (item, counter, flow) = parts.as_ref();
                let item_type = match self.expression(&flow.expr) {
                    Type::List(inner) => *inner,
                    _ => Type::Any,
                };
                let depth = self.scope.len();
                self.scope.extend(counter.iter().map(|counter| (counter.name.clone(), Type::Number)));
                self.scope.push((item.name.clone(), item_type));
                self.block(flow.body.iter());
                self.scope.truncate(depth);
            }
            Stmt::Var(parts, ..) => {
                let (name, value, _) = parts.as_ref();
                let value = self.expression(value);
                let changes = self.assigned.contains(name.name.as_str());
                self.scope.push((name.name.clone(), if changes { Type::Any } else { value }));
            }
            Stmt::Assignment(parts) => {
                let (_, sides) = parts.as_ref();
                self.expression(&sides.lhs);
                self.expression(&sides.rhs);
            }
            Stmt::FnCall(call, position) => {
                self.call(call, *position);
            }
            Stmt::Block(block) => self.block(block.iter()),
            Stmt::Expr(expression) => {
                self.expression(expression);
            }
            Stmt::BreakLoop(Some(value), ..) | Stmt::Return(Some(value), ..) => {
                self.expression(value);
            }
            _ => {}
        }
    }

    fn condition(&mut self, expression: &Expr) {
        let found = self.expression(expression);
        let hint = if matches!(found, Type::Answer(_)) { "; did you mean `.allowed`?" } else { "" };
        if found.is_handle() || matches!(found, Type::Text | Type::Number | Type::List(_)) {
            self.problem(
                expression.start_position(),
                format!("a condition is true or false, not {}{hint}", found.name()),
            );
        }
    }

    fn expression(&mut self, expression: &Expr) -> Type {
        match expression {
            Expr::StringConstant(..) | Expr::CharConstant(..) => Type::Text,
            Expr::InterpolatedString(parts, _) => {
                parts.iter().for_each(|part| self.message_part(part));
                Type::Text
            }
            Expr::IntegerConstant(..) | Expr::FloatConstant(..) => Type::Number,
            Expr::BoolConstant(..) => Type::Truth,
            Expr::Unit(_) => Type::Unit,
            Expr::Array(items, _) => {
                items.iter().for_each(|item| drop(self.expression(item)));
                Type::List(Box::new(Type::Any))
            }
            Expr::Map(map, _) => {
                map.0.iter().for_each(|(_, value)| drop(self.expression(value)));
                Type::Map
            }
            Expr::Variable(name, _, position) => self.variable(name, *position),
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                parts.iter().for_each(|part| self.condition(part));
                Type::Truth
            }
            Expr::Coalesce(parts, _) => {
                let mut types = parts.iter().map(|part| self.expression(part)).collect::<Vec<_>>().into_iter();
                types.next().unwrap_or(Type::Any)
            }
            Expr::Stmt(block) => {
                self.block(block.iter());
                Type::Any
            }
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::Dot(sides, flags, _) | Expr::Index(sides, flags, _) => {
                let base = self.expression(&sides.lhs);
                self.chain(base, &sides.rhs, matches!(expression, Expr::Dot(..)), *flags)
            }
            Expr::Custom(custom, position) => self.custom(custom, *position),
            _ => Type::Any,
        }
    }

    fn message_part(&mut self, part: &Expr) {
        let found = self.expression(part);
        if matches!(found, Type::Answer(_) | Type::Block(_) | Type::Raw | Type::Place | Type::Document) {
            self.problem(part.start_position(), format!("{} cannot be part of a text", found.name()));
        }
    }

    fn variable(
        &mut self,
        name: &(Option<std::num::NonZeroUsize>, ImmutableString, rhai::Namespace, u64),
        position: Position,
    ) -> Type {
        if !name.2.is_empty() {
            self.problem(position, "a rule has no modules; use a constant of the file by its name");
        }
        let known = self.scope.iter().rev().find(|(known, _)| *known == name.1);
        known.map_or(Type::Any, |(_, its_type)| its_type.clone())
    }

    /// `base.rhs` or `base[rhs]`; Rhai hangs the rest of a chain below its second link.
    fn chain(&mut self, base: Type, rhs: &Expr, dot: bool, flags: ASTFlags) -> Type {
        match rhs {
            Expr::Dot(sides, inner, _) | Expr::Index(sides, inner, _) if !flags.contains(ASTFlags::BREAK) => {
                let base = self.link(base, &sides.lhs, dot);
                self.chain(base, &sides.rhs, matches!(rhs, Expr::Dot(..)), *inner)
            }
            last => self.link(base, last, dot),
        }
    }

    /// One link of a chain.
    fn link(&mut self, base: Type, link: &Expr, dot: bool) -> Type {
        match link {
            Expr::Property(property, position) if dot => self.property(&base, &property.2, *position),
            Expr::MethodCall(call, position) if dot => self.method(&base, call, *position),
            index if !dot => {
                self.expression(index);
                match (base, index) {
                    (Type::List(inner), _) => *inner,
                    (Type::Raw | Type::Free, _) => Type::Free,
                    (base @ (Type::Node(_) | Type::Block(_)), Expr::StringConstant(name, position)) => {
                        self.property(&base, name, *position)
                    }
                    _ => Type::Any,
                }
            }
            other => self.expression(other),
        }
    }

    fn property(&mut self, base: &Type, name: &str, position: Position) -> Type {
        let known = match base.property(name) {
            Ok(Type::Document) => {
                let message =
                    format!("`{name}` is a policy document, which rules cannot look into; ask a method about it");
                self.problem(position, message);
                return Type::Free;
            }
            Ok(Type::Any) if matches!(base, Type::Map | Type::Node(_) | Type::Block(_)) => {
                return Type::Any;
            }
            Ok(Type::Any) => {
                let getter = self.words.getters.contains(name);
                let own = self.keys.contains(name) || self.words.properties.contains(&name);
                if getter || (own && matches!(base, Type::Any)) {
                    return Type::Any;
                }
                let getters = self.words.getters.iter().map(ImmutableString::as_str);
                let words: Vec<&str> = match base {
                    Type::Any => getters.chain(self.words.properties.iter().copied()).collect(),
                    _ => getters.collect(),
                };
                suggest::hint(name, words)
            }
            Ok(found) => return found,
            Err(words) => suggest::hint(name, words),
        };
        let message = match base {
            Type::Any => format!("nothing has an attribute `{name}`{known}"),
            _ => format!("{} has no attribute `{name}`{known}", base.name()),
        };
        self.problem(position, message);
        Type::Free
    }

    fn method(&mut self, base: &Type, call: &FnCallExpr, position: Position) -> Type {
        let name = call.name.as_str();
        let arguments: Vec<Type> = call.args.iter().map(|argument| self.expression(argument)).collect();
        let count = arguments.len();
        if PATH_METHODS.contains(&name)
            && let [Expr::StringConstant(path, at)] = call.args.as_slice()
        {
            self.path(base, path, *at);
        }
        let own = base.methods(self.words.methods);
        if let Some((_, takes, method)) = own.iter().find(|(known, ..)| *known == name) {
            if *takes != count {
                self.problem(position, format!("`{name}` takes {}, not {count}", arguments_of(*takes)));
                return Type::Any;
            }
            return match method {
                Some(method) => self.question(method, &arguments, position),
                None if name == "links" => self.links(call),
                None => path_method(name),
            };
        }
        let library = self.is_function(name, count + 1) || self.own.contains(&(name.to_owned(), count));
        let generic = matches!(name, "type_of" | "to_string" | "is_shared");
        if (base.is_handle() && !generic) || !library {
            self.unknown_method(base, name, count, position);
            return Type::Free;
        }
        Type::Any
    }

    /// `resource.links("Property", "kind")`
    fn links(&mut self, call: &FnCallExpr) -> Type {
        let [_, Expr::StringConstant(kind, position)] = call.args.as_slice() else { return Type::Any };
        match kinds::named(kind).or_else(|| kinds::of_type(kind)) {
            Some(kind) => Type::List(Box::new(Type::Node(vec![kind]))),
            None => {
                let hint = suggest::hint(kind, kinds::KINDS.iter().map(|kind| kind.name));
                self.problem(*position, format!("there is no kind `{kind}`{hint}"));
                Type::Any
            }
        }
    }

    /// A question of the method table; its answer.
    fn question(&mut self, method: &'static Method, arguments: &[Type], position: Position) -> Type {
        for (parameter, argument) in method.parameters.iter().zip(arguments) {
            let fits = match argument {
                Type::Any => true,
                Type::Node(kinds) => kinds.iter().any(|kind| kind.name == *parameter),
                _ => false,
            };
            if !fits {
                self.problem(position, format!("`{}` takes a {parameter}, not {}", method.name, argument.name()));
            }
        }
        Type::Answer(method)
    }

    fn unknown_method(&mut self, base: &Type, name: &str, count: usize, position: Position) {
        let own = base.methods(self.words.methods);
        if own.is_empty() {
            self.unknown_function(name, count + 1, position, true);
            return;
        }
        let hint = suggest::hint(name, own.iter().map(|(known, ..)| *known));
        self.problem(position, format!("{} has no method `{name}`{hint}", base.name()));
    }

    /// A literal path of `at("...")` and its like.
    fn path(&mut self, base: &Type, path: &str, position: Position) {
        let Err((wrong, known)) = base.path(path) else { return };
        let hint = suggest::hint(&wrong, known);
        let message = if wrong == path {
            format!("{} has no attribute `{wrong}`{hint}", base.name())
        } else {
            format!("{} has no attribute `{path}`: there is no `{wrong}`{hint}", base.name())
        };
        self.problem(position, message);
    }

    /// A function or an operator.
    fn call(&mut self, call: &FnCallExpr, position: Position) -> Type {
        let arguments: Vec<Type> = call.args.iter().map(|argument| self.expression(argument)).collect();
        if call.is_operator_call() || call.name.chars().any(|c| !c.is_ascii_alphanumeric() && c != '_') {
            return self.operator(call.name.as_str(), &arguments, position);
        }
        if !call.namespace.is_empty() {
            self.problem(position, "a rule has no modules");
            return Type::Any;
        }
        let (name, count) = (call.name.as_str(), arguments.len());
        let variadic = matches!(name, "call" | "curry");
        let own = self.own.contains(&(name.to_owned(), count));
        if !variadic && !own && !self.is_function(name, count) {
            self.unknown_function(name, count, position, false);
        }
        Type::Any
    }

    fn is_function(&self, name: &str, count: usize) -> bool {
        let reserved = NO_FUNCTIONS.iter().any(|(known, _)| *known == name);
        let variadic = matches!(name, "call" | "curry");
        !reserved && (variadic || self.words.functions.contains(&(name.into(), count)))
    }

    fn unknown_function(&mut self, name: &str, count: usize, position: Position, method: bool) {
        if let Some((_, why)) = NO_FUNCTIONS.iter().find(|(known, _)| *known == name) {
            self.problem(position, format!("a rule cannot use `{name}`: {why}"));
            return;
        }
        let own = self.own.iter().map(|(name, count)| (name.as_str(), *count));
        let library = self.words.functions.iter().map(|(name, count)| (name.as_str(), *count));
        let counts: BTreeSet<usize> =
            own.chain(library).filter(|(known, _)| *known == name).map(|(_, count)| count).collect();
        let of_thing = usize::from(method);
        if let Some(takes) = counts.iter().next() {
            let given = count - of_thing;
            self.problem(
                position,
                format!("`{name}` takes {}, not {given}", arguments_of(takes.saturating_sub(of_thing))),
            );
            return;
        }
        let own = self.own.iter().map(|(name, _)| name.as_str()).filter(|name| !name.contains('$'));
        let library = self.words.functions.iter().map(|(name, _)| name.as_str());
        let words = own.chain(library).filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
        let hint = suggest::hint(name, words);
        self.problem(position, format!("there is no function `{name}`{hint}"));
    }

    /// An operator. Rhai calls values of different types different and never complains; here that is a mistake.
    fn operator(&mut self, name: &str, arguments: &[Type], position: Position) -> Type {
        if let [left, right] = arguments
            && matches!(name, "==" | "!=" | "<" | "<=" | ">" | ">=")
            && never_equal(left, right)
        {
            self.problem(position, format!("{} is compared with {}: they are never equal", left.name(), right.name()));
        }
        match name {
            "==" | "!=" | "<" | "<=" | ">" | ">=" | "!" | "contains" => Type::Truth,
            _ => Type::Any,
        }
    }

    fn custom(&mut self, custom: &CustomExpr, position: Position) -> Type {
        if custom.tokens.first().is_none_or(|token| token.as_str() != syntax::REQUIRE) {
            self.problem(position, "a rule cannot stand inside another one");
            return Type::Any;
        }
        let mut clause = syntax::REQUIRE;
        let mut inputs = custom.inputs.iter();
        for token in custom.tokens.iter().skip(1) {
            match token.as_str() {
                "$expr$" => {
                    if let Some(input) = inputs.next() {
                        self.clause(clause, input);
                    }
                }
                word => {
                    clause = [syntax::REQUIRE, "else", "at", "note", "help", "as"]
                        .into_iter()
                        .find(|known| *known == word)
                        .unwrap_or(clause)
                }
            }
        }
        Type::Unit
    }

    /// The expression behind a word of a requirement.
    fn clause(&mut self, clause: &str, input: &Expr) {
        if clause == syntax::REQUIRE {
            return self.condition(input);
        }
        let found = self.expression(input);
        let position = input.start_position();
        match (clause, &found) {
            ("at", Type::Text) => {
                self.problem(position, "a place stands behind `at`, not a text: `pool.at(\"sms.role\")`");
            }
            ("at", Type::Number | Type::Truth | Type::List(_) | Type::Map | Type::Document) => {
                self.problem(position, format!("a place stands behind `at`, not {}", found.name()));
            }
            ("as", _) => self.level(input, &found),
            ("else" | "note" | "help", Type::Any | Type::Free | Type::Text | Type::Unit) | ("at", _) => {}
            (word, _) => self.problem(position, format!("a text stands behind `{word}`, not {}", found.name())),
        }
    }

    fn level(&mut self, input: &Expr, found: &Type) {
        let wrong = match input {
            Expr::StringConstant(name, _) => Level::parse(name).is_none(),
            _ => !matches!(found, Type::Any | Type::Free | Type::Text | Type::Unit),
        };
        if wrong {
            self.problem(input.start_position(), "a level is \"error\", \"warning\" or \"note\"");
        }
    }
}

fn path_method(name: &str) -> Type {
    match name {
        "at" => Type::Place,
        "show" | "text" => Type::Text,
        "has" => Type::Truth,
        _ => Type::Any,
    }
}

fn arguments_of(count: usize) -> String {
    if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") }
}

/// True for types whose values are never equal. Against `()` everything may be compared.
fn never_equal(left: &Type, right: &Type) -> bool {
    let group = |its_type: &Type| match its_type {
        Type::Any | Type::Free | Type::Unit => None,
        Type::Text => Some(0),
        Type::Number => Some(1),
        Type::Truth => Some(2),
        Type::List(_) => Some(3),
        Type::Map => Some(4),
        Type::Node(_) => Some(5),
        Type::Block(_) | Type::Raw | Type::Place | Type::Answer(_) | Type::Document => Some(6),
    };
    match (group(left), group(right)) {
        (Some(left), Some(right)) => left != right,
        _ => false,
    }
}
