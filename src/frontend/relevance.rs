//! Which inputs can matter to a run, told from their bytes before a parser sees them.
//!
//! An input matters when a word of a wanted resource type stands in it. Around those, an input matters when it can be reached
//! from one, or reach into one: by nesting, by exports, by the names of roles and functions. What is told from words errs on
//! the side of reading too much.
//!
//! Terraform reads folders, not files: a root module matters when a word stands anywhere in it or in the local modules that it
//! calls, directly or not. A CDK assembly matters as a whole.
//!
//! Not seen is a wanted word that is cut in two (`"AWS::Cog\` at the end of a line), and a role that a literal ARN with a
//! placeholder in its last part names, in another template or root module in which no wanted word stands.

mod attaching;
mod exports;
mod words;

use super::terraform::{called_by_text, installed, texts_of_module};
use super::{Given, Input, InputKind, Wanted};
use crate::source::{Loader, join_path, parent};
use aho_corasick::AhoCorasick;
use attaching::{Written, attaches_elsewhere};
use exports::ExportNames;
use memchr::memmem;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use words::{BRIDGES, Said, Words};

/// The inputs of a run, told apart.
pub(super) struct Split {
    /// Those that can matter.
    pub(super) kept: Vec<Input>,
    /// Those that cannot.
    pub(super) left: Vec<Input>,
}

/// Tells the inputs apart that can matter to what is wanted.
pub(super) fn split(inputs: &[Input], loader: &mut Loader<'_>, wanted: &Wanted, given: &Given) -> Split {
    let mut units = Units::new(inputs, loader);
    units.look(&Words::new(wanted));
    units.keep_wanted(wanted, given, inputs);
    while units.keep_reached() {}
    let suppressing = units.with(Said::SUPPRESSION);
    let is_kept =
        |unit: &Unit| units.kept.contains(unit) || units.attached.contains(unit) || suppressing.contains(unit);
    let is_kept = |at: &usize| units.of_input.get(at).is_none_or(is_kept);
    let (kept, left): (Vec<usize>, Vec<usize>) = (0..inputs.len()).partition(is_kept);
    let of = |places: Vec<usize>| places.into_iter().filter_map(|at| inputs.get(at).cloned()).collect();
    Split { kept: of(kept), left: of(left) }
}

/// What is read or left as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    /// A template, by its path.
    Template(Arc<str>),
    /// A plan, by its path.
    Plan(Arc<str>),
    /// A CDK assembly, by its folder.
    Assembly(String),
    /// A Terraform module, by its folder.
    Module(String),
}

#[derive(Default)]
struct Units {
    texts: BTreeMap<Unit, Vec<Arc<str>>>,
    /// What stands in those texts.
    said: BTreeMap<Unit, Said>,
    /// The modules that a module calls, by folder.
    calls: BTreeMap<String, BTreeSet<String>>,
    of_input: BTreeMap<usize, Unit>,
    /// What matters.
    kept: BTreeSet<Unit>,
    /// What may attach something to what matters. Of the rest of it nothing matters but the exports that it names there.
    attached: BTreeSet<Unit>,
}

impl Units {
    fn new(inputs: &[Input], loader: &mut Loader<'_>) -> Self {
        let mut units = Self::default();
        let assemblies = outermost_assemblies(inputs);
        for (at, input) in inputs.iter().enumerate() {
            let unit = match input.kind {
                InputKind::Template | InputKind::CdkManifest => match assembly_of(&input.path, &assemblies) {
                    Some(folder) => Unit::Assembly(folder.to_owned()),
                    None => Unit::Template(input.path.clone()),
                },
                InputKind::TerraformPlan => Unit::Plan(input.path.clone()),
                InputKind::Terraform | InputKind::TerraformJson => Unit::Module(parent(&input.path).to_owned()),
                InputKind::TerraformVariables => continue,
            };
            match &unit {
                Unit::Module(folder) => units.add_module(folder, loader),
                _ => {
                    let text = loader.text(input.file);
                    let texts = units.texts.entry(unit.clone()).or_default();
                    texts.extend(named_by(&input.path, &text, loader));
                    texts.push(text);
                }
            }
            units.of_input.insert(at, unit);
        }
        units
    }

    /// Adds a module and those that it calls.
    fn add_module(&mut self, folder: &str, loader: &mut Loader<'_>) {
        let mut open = vec![folder.to_owned()];
        while let Some(folder) = open.pop() {
            if self.calls.contains_key(&folder) {
                continue;
            }
            let texts = texts_of_module(&folder, loader);
            let mut called: BTreeSet<String> = texts.iter().flat_map(|text| called_by_text(&folder, text)).collect();
            called.extend(installed(&folder, loader).into_values());
            open.extend(called.iter().cloned());
            self.texts.insert(Unit::Module(folder.clone()), texts);
            self.calls.insert(folder, called);
        }
    }

    /// Keeps what a person named, what holds a wanted word, and all of what is told something from outside: names that nobody
    /// asks for are mistakes.
    fn keep_wanted(&mut self, wanted: &Wanted, given: &Given, inputs: &[Input]) {
        let named = inputs.iter().enumerate().filter(|(_, input)| wanted.files.contains(&input.path));
        self.kept.extend(named.filter_map(|(at, _)| self.of_input.get(&at).cloned()));
        let of_templates = !given.parameters.is_empty() || !given.parameter_files.is_empty();
        let of_modules = !given.variables.arguments.is_empty();
        let told = |unit: &&Unit| if let Unit::Module(_) = unit { of_modules } else { of_templates };
        self.kept.extend(self.texts.keys().filter(told).cloned());
        self.kept.extend(self.with(Said::WANTED));
    }

    /// Looks for all words in all texts, once.
    fn look(&mut self, words: &Words) {
        let said = |texts: &Vec<Arc<str>>| texts.iter().fold(Said::default(), |said, text| said.with(words.said(text)));
        self.said = self.texts.iter().map(|(unit, texts)| (unit.clone(), said(texts))).collect();
    }

    /// What is not kept and holds a word of one of these groups.
    fn with(&self, groups: Said) -> BTreeSet<Unit> {
        let said = self.said.iter().filter(|(_, said)| said.meets(groups));
        said.map(|(unit, _)| unit).filter(|unit| !self.kept.contains(unit)).cloned().collect()
    }

    /// Those of some units in which one of these names stands.
    fn among(&self, mut units: BTreeSet<Unit>, names: &BTreeSet<String>) -> BTreeSet<Unit> {
        if names.is_empty() {
            return BTreeSet::new();
        }
        // Where there are too many to look for, any may stand there.
        if let Ok(found) = AhoCorasick::new(names) {
            units.retain(|unit| self.texts_of(unit).any(|text| found.is_match(text.as_bytes())));
        }
        units
    }

    fn texts_of(&self, unit: &Unit) -> impl Iterator<Item = &Arc<str>> {
        self.texts.get(unit).into_iter().flatten()
    }

    /// Keeps what is reached from what is kept, or reaches into it; false when there was nothing more.
    fn keep_reached(&mut self) -> bool {
        let before = (self.kept.len(), self.attached.len());
        self.keep_callers();
        self.keep_planned();
        self.keep_nesting();
        let matter = self.all_that_matters();
        let said = matter.iter().filter_map(|unit| self.said.get(unit));
        let said = said.fold(Said::default(), |all, said| all.with(*said));
        let (mut reached, mut attached) = (Said::default(), Said::default());
        for (at, bridge) in BRIDGES.iter().enumerate().filter(|(at, _)| said.meets(Said::asked(*at))) {
            let answered = if bridge.attaching { &mut attached } else { &mut reached };
            *answered = answered.with(Said::answered(at));
        }
        let mut attached = self.with(attached);
        attached.retain(|unit| self.attaches_elsewhere(unit));
        let texts: Vec<&Arc<str>> = matter.iter().flat_map(|unit| self.texts_of(unit)).collect();
        let left = self.texts.keys().filter(|unit| !self.kept.contains(unit)).cloned().collect();
        let mut more = self.with(reached);
        more.append(&mut self.among(left, &names_in_arns(&texts)));
        more.append(&mut self.exporting(&texts));
        let (mut modules, mut attached) = attached.into_iter().partition(|unit| matches!(unit, Unit::Module(_)));
        self.kept.append(&mut more);
        self.kept.append(&mut modules);
        self.attached.append(&mut attached);
        self.attached.retain(|unit| !self.kept.contains(unit));
        (self.kept.len(), self.attached.len()) != before
    }

    /// What may export what the texts that matter import.
    fn exporting(&self, matter: &[&Arc<str>]) -> BTreeSet<Unit> {
        let mut imports = ExportNames::default();
        let attached = self.attached.iter().flat_map(|unit| self.texts_of(unit));
        matter.iter().copied().chain(attached).for_each(|text| imports.add_imported(text));
        if imports.is_empty() {
            return BTreeSet::new();
        }
        let mut exporting = self.with(Said::EXPORT);
        exporting.retain(|unit| self.texts_of(unit).any(|text| imports.meets(&ExportNames::exported(text))));
        exporting
    }

    fn attaches_elsewhere(&self, unit: &Unit) -> bool {
        let written = match unit {
            Unit::Template(_) | Unit::Assembly(_) => Written::Template,
            Unit::Plan(_) => Written::Plan,
            Unit::Module(_) => Written::Module,
        };
        self.texts_of(unit).any(|text| attaches_elsewhere(text, written))
    }

    /// Keeps the templates that may nest one that is kept: those in which its file's name stands.
    fn keep_nesting(&mut self) {
        let stem = |unit: &Unit| match unit {
            Unit::Template(path) => path.rsplit('/').next().and_then(|name| name.split('.').next()).map(str::to_owned),
            _ => None,
        };
        let stems: BTreeSet<String> = self.kept.iter().filter_map(stem).collect();
        let mut nesting = self.among(self.with(Said::NESTING), &stems);
        self.kept.append(&mut nesting);
    }

    /// Keeps the modules that call one that is kept, directly or not.
    fn keep_callers(&mut self) {
        let mut callers: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
        for (folder, called) in &self.calls {
            called.iter().for_each(|called| callers.entry(called).or_default().push(folder));
        }
        let is_module = |unit: &Unit| if let Unit::Module(folder) = unit { Some(folder.clone()) } else { None };
        let mut open: Vec<String> = self.kept.iter().filter_map(is_module).collect();
        while let Some(folder) = open.pop() {
            for caller in callers.get(&folder).into_iter().flatten() {
                if self.kept.insert(Unit::Module((*caller).clone())) {
                    open.push((*caller).clone());
                }
            }
        }
    }

    /// Keeps the root modules in whose folders plans lie that are kept.
    fn keep_planned(&mut self) {
        let folder = |unit: &Unit| if let Unit::Plan(path) = unit { Some(parent(path).to_owned()) } else { None };
        let folders = self.kept.iter().filter_map(folder).filter(|folder| self.calls.contains_key(folder));
        let modules: Vec<Unit> = folders.map(Unit::Module).collect();
        self.kept.extend(modules);
    }

    /// All that is kept, and the modules that it calls.
    fn all_that_matters(&self) -> BTreeSet<Unit> {
        let mut matter = self.kept.clone();
        let mut open: Vec<Unit> = self.kept.iter().cloned().collect();
        while let Some(unit) = open.pop() {
            let Unit::Module(folder) = unit else { continue };
            for called in self.calls.get(&folder).into_iter().flatten() {
                if matter.insert(Unit::Module(called.clone())) {
                    open.push(Unit::Module(called.clone()));
                }
            }
        }
        matter
    }
}

/// A template may name so many files, those that these name included.
const MOST_NAMED: usize = 1_000;

/// The texts of the files that a template may include or nest, and of those that these do: what a word names in the line of a
/// location. They may be no inputs of their own.
fn named_by(path: &str, text: &Arc<str>, loader: &mut Loader<'_>) -> Vec<Arc<str>> {
    const SIGNS: [&str; 3] = ["AWS::Include", "AWS::CloudFormation::Stack", "AWS::Serverless::Application"];
    const LOCATIONS: [&str; 3] = ["Location", "TemplateURL", "aws:asset:path"];
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '{' | '}');
    let mut seen: BTreeSet<String> = [path.to_owned()].into();
    let mut texts: Vec<Arc<str>> = Vec::new();
    let mut open = vec![(path.to_owned(), text.clone())];
    while let Some((path, text)) = open.pop() {
        if !SIGNS.iter().any(|sign| memmem::find(text.as_bytes(), sign.as_bytes()).is_some()) {
            continue;
        }
        let lines = text.lines().filter(|line| LOCATIONS.iter().any(|location| line.contains(location)));
        let words = lines.flat_map(|line| line.split(is_end));
        let local = words.filter(|word| word.contains('.') && !word.contains("://"));
        for named in local.filter_map(|word| join_path(parent(&path), word)) {
            if seen.len() >= MOST_NAMED || !seen.insert(named.clone()) {
                continue;
            }
            if let Ok(file) = loader.load(&named) {
                let text = loader.text(file);
                texts.push(text.clone());
                open.push((named, text));
            }
        }
    }
    texts
}

/// The last parts of the ARNs in texts: under such a name the resource may stand elsewhere. AWS's own policies do not.
fn names_in_arns(texts: &[&Arc<str>]) -> BTreeSet<String> {
    const ENDS: [char; 12] = ['"', '\'', ' ', '\n', '\r', '\t', ',', ')', ']', '<', '`', '\\'];
    const REFERRED: [&str; 6] = [":role/", ":policy/", ":function:", ":identity/", "/webacl/", ":userpool/"];
    let mut names = BTreeSet::new();
    for text in texts {
        for at in memmem::find_iter(text.as_bytes(), b"arn:") {
            let arn = text.get(at..).and_then(|rest| rest.split(ENDS).next()).unwrap_or_default();
            // What follows a function's name is its version or alias.
            let name = match arn.split_once(":function:") {
                Some((_, function)) => function.split(':').next().unwrap_or_default(),
                None => arn.rsplit(['/', ':']).next().unwrap_or_default(),
            };
            let is_literal = name.len() > 1 && !name.contains(['$', '{', '}', '*']);
            let is_referred = REFERRED.iter().any(|kind| arn.contains(kind)) && !arn.contains(":aws:policy/");
            if is_literal && is_referred {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

/// The folders of manifests that lie in no other manifest's folder.
fn outermost_assemblies(inputs: &[Input]) -> BTreeSet<&str> {
    let manifests = inputs.iter().filter(|input| input.kind == InputKind::CdkManifest);
    let folders: BTreeSet<&str> = manifests.map(|input| parent(&input.path)).collect();
    let is_outermost = |folder: &&str| folder.is_empty() || assembly_of(parent(folder), &folders).is_none();
    folders.iter().copied().filter(is_outermost).collect()
}

/// The folder of the assembly that a path lies in.
fn assembly_of<'a>(path: &str, assemblies: &BTreeSet<&'a str>) -> Option<&'a str> {
    let mut folder = path;
    loop {
        if let Some(found) = assemblies.get(folder) {
            return Some(found);
        }
        if folder.is_empty() {
            return None;
        }
        folder = parent(folder);
    }
}
