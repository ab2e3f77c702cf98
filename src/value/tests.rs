//! The laws of the value domain.
//!
//! A [`World`] is one way in which everything that a template leaves open can turn out: a class for every variable and a
//! filling for every unknown, equal terms filled equally and every filling as its refinement says. Whatever the domain
//! claims for certain must hold in every world.

use super::text::Class as Chars;
use super::*;
use crate::source::FileId;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A value with nothing open.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Concrete {
    Null,
    Absent,
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Concrete>),
    Map(BTreeMap<String, Concrete>),
}

/// How everything turns out: the class of each of [`variables`], and which of an atom's fillings it has.
#[derive(Clone, Debug)]
struct World {
    classes: Vec<usize>,
    fillings: Vec<usize>,
}

/// Something unknown, by name; its refinement and all the ways in which tests fill it.
struct Atom {
    name: &'static str,
    refine: Refine,
    fillings: Vec<Concrete>,
}

fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn text(text: &str) -> Concrete {
    Concrete::String(text.to_owned())
}

fn texts(all: &[&str]) -> Vec<Concrete> {
    all.iter().map(|one| text(one)).collect()
}

/// `Env` is dev or prod; `Region` is eu-west-1 or anything else; `Ready` is a question nothing answers.
fn variables() -> Vec<Arc<Variable>> {
    let term = |name: &str| Term::Parameter(ScopeId(0), name.into());
    let literals = |all: &[&str]| all.iter().map(|one| Arc::from(*one)).collect::<Vec<_>>();
    vec![
        Arc::new(Variable::new(term("Env"), "Env", &literals(&["dev", "prod"]), false, Some("dev"))),
        Arc::new(Variable::new(term("Region"), "Region", &literals(&["eu-west-1"]), true, None)),
        Arc::new(Variable::question(term("Ready"), "Ready")),
    ]
}

/// The atoms. Those of [`HOLES`] have a string form in every world and may stand in texts.
fn atoms() -> Vec<Atom> {
    let atom = |name, refine, fillings| Atom { name, refine, fillings };
    let kind = |kind| Refine { kind: Some(kind), not_null: true, ..Refine::default() };
    let not = |refine: Refine, texts: &[&str]| Refine {
        none_of: texts.iter().map(|one| Arc::from(*one)).collect(),
        ..refine
    };
    let list = Concrete::List(vec![text("a")]);
    let anything = vec![Concrete::Null, Concrete::Absent, text("a"), text(""), Concrete::Bool(true), list.clone()];
    vec![
        atom("text", Refine::string(Shape::any()), texts(&["", "a", "b", ":", "a:b", "aa", "prod", "-ext"])),
        atom("name", Refine::string(Shape::some_of(Chars::Name)), texts(&["a", "aa", "prod", "prod-ext", "-ext"])),
        atom("account", Refine::string(Shape::account()), texts(&["111122223333", "000000000000"])),
        atom("region", Refine::string(Shape::region()), texts(&["eu-west-1", "aws", "a"])),
        atom("given", not(Refine::string(Shape::any()), &["", "prod"]), texts(&["a", "b", "a:b"])),
        atom("number", kind(Kind::Number), vec![Concrete::Number(1.into()), Concrete::Number(10.into())]),
        atom("flag", kind(Kind::Bool), vec![Concrete::Bool(true), Concrete::Bool(false)]),
        atom("anything", Refine::default(), anything),
        atom("optional", Refine { kind: Some(Kind::String), ..Refine::default() }, {
            vec![Concrete::Null, Concrete::Absent, text("a"), text("prod")]
        }),
        atom("list", kind(Kind::List), vec![Concrete::List(Vec::new()), list]),
    ]
}

const HOLES: usize = 7;

fn unknown(atom: &Atom) -> Unknown {
    let term = Term::Parameter(ScopeId(1), atom.name.into());
    Unknown::new(Why::Parameter(atom.name.into()), term).refined(atom.refine.clone())
}

fn hole(name: &str) -> Part {
    let atom = atoms().into_iter().find(|atom| atom.name == name).unwrap();
    Part::Hole(Arc::new(unknown(&atom)), span())
}

fn literal(text: &str) -> Part {
    Part::Literal(text.into(), span())
}

fn string(text: &str) -> Value {
    Value::string(text, span())
}

impl World {
    fn scenario(&self) -> Scenario {
        let chosen = variables().into_iter().zip(&self.classes);
        chosen.fold(Scenario::default(), |scenario, (variable, class)| scenario.with(variable, *class))
    }

    /// What an unknown is in this world. What stands behind an open list or map is one more element, or none.
    fn fill(&self, unknown: &Unknown) -> Concrete {
        let Term::Parameter(_, name) = &unknown.term else { panic!("no atom: {unknown:?}") };
        let atoms = atoms();
        if let Some(at) = atoms.iter().position(|atom| *atom.name == **name) {
            let fillings = &atoms[at].fillings;
            return fillings[self.fillings[at] % fillings.len()].clone();
        }
        // A parameter that is a variable too has the value of its class.
        let variables = variables();
        let at = variables.iter().position(|variable| variable.term == unknown.term).unwrap();
        text(variables[at].classes[self.classes[at]].literal.as_deref().unwrap_or("us-east-1"))
    }

    fn concrete(&self, value: &Value) -> Concrete {
        let value = value.resolve(&self.scenario()).expect("a full scenario leaves nothing open");
        let rest_is_there = |rest: &Arc<Unknown>| self.fill(rest) != Concrete::Absent;
        match &value.data {
            Data::Null => Concrete::Null,
            Data::Absent => Concrete::Absent,
            Data::Bool(flag) => Concrete::Bool(*flag),
            Data::Number(number) => Concrete::Number(number.clone()),
            Data::String(known) => text(known),
            Data::Text(parts) => Concrete::String(parts.parts().iter().map(|part| self.spell(part)).collect()),
            Data::List(list) => {
                let items = list.items.iter().map(|item| self.concrete(item));
                let rest = list.rest.iter().filter(|rest| rest_is_there(rest)).map(|rest| self.fill(rest));
                Concrete::List(items.chain(rest).filter(|item| *item != Concrete::Absent).collect())
            }
            Data::Map(map) => {
                let entries = map.entries.iter().map(|(key, entry)| (key.to_string(), self.concrete(&entry.value)));
                let rest = map.rest.iter().map(|rest| ("rest".to_owned(), self.fill(rest)));
                Concrete::Map(entries.chain(rest).filter(|(_, value)| *value != Concrete::Absent).collect())
            }
            Data::Choice(_) => panic!("no arm holds in {:?}", self.scenario()),
            Data::Unknown(unknown) => self.fill(unknown),
        }
    }

    fn spell(&self, part: &Part) -> String {
        match part {
            Part::Literal(text, _) => text.to_string(),
            Part::Hole(unknown, _) => match self.fill(unknown) {
                Concrete::String(text) => text,
                Concrete::Number(number) => number.to_string(),
                Concrete::Bool(flag) => flag.to_string(),
                other => panic!("no string form: {other:?}"),
            },
        }
    }
}

fn worlds() -> impl Strategy<Value = World> {
    let classes: Vec<_> = variables().iter().map(|variable| 0..variable.classes.len()).collect();
    (classes, prop::collection::vec(0..8usize, atoms().len()))
        .prop_map(|(classes, fillings)| World { classes, fillings })
}

fn parts() -> impl Strategy<Value = Part> {
    let words = prop::sample::select(vec!["a", "b", "-ext", "prod", ":", "arn:", "1", "x"]).prop_map(literal);
    let holes = (0..HOLES).prop_map(|at| Part::Hole(Arc::new(unknown(&atoms()[at])), span()));
    prop_oneof![words, holes]
}

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => prop::sample::select(vec!["", "a", "b", "prod", "1", "a:b", "true", "111122223333"]).prop_map(string),
        1 => prop::sample::select(vec!["1", "10", "1.0"]).prop_map(|n| Value::number(Number::parse(n).unwrap(), span())),
        1 => any::<bool>().prop_map(|flag| Value::bool(flag, span())),
        1 => prop::sample::select(vec![Value::null(span()), Value::absent(span())]),
        3 => (0..atoms().len()).prop_map(|at| Value::unknown(unknown(&atoms()[at]), span())),
        3 => prop::collection::vec(parts(), 1..4).prop_map(|parts| Value::text(parts, span())),
    ]
}

/// What has a string form in every world.
fn words() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(vec!["", "a", "prod"]).prop_map(string),
        Just(Value::number(1, span())),
        (0..HOLES).prop_map(|at| Value::unknown(unknown(&atoms()[at]), span())),
        prop::collection::vec(parts(), 1..4).prop_map(|parts| Value::text(parts, span())),
    ]
}

fn guards() -> impl Strategy<Value = Guard> {
    let leaves = prop_oneof![
        4 => (0..variables().len(), any::<bool>()).prop_map(|(at, class)| {
            Guard::Is(variables()[at].clone(), usize::from(class))
        }),
        1 => prop::sample::select(vec![Guard::Always, Guard::Never]),
    ];
    leaves.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(Guard::not),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner).prop_map(|(a, b)| a.or(b)),
        ]
    })
}

/// Two alternatives whose guards exclude each other and cover everything.
fn either(guard: Guard, yes: Value, no: Value) -> Value {
    Value::choice(vec![(guard.clone(), yes), (guard.not(), no)], span())
}

/// `Env` where it is known not to be prod: what a frontend makes of a parameter inside a condition's branch.
fn narrowed_env() -> Value {
    let env = variables()[0].clone();
    let refine = Refine { none_of: [Arc::from("prod")].into(), ..Refine::string(Shape::any()) };
    let outside = Unknown::new(Why::Parameter("Env".into()), env.term.clone()).refined(refine);
    either(Guard::is(&env, "prod"), string("prod"), Value::unknown(outside, span()))
}

fn entry(value: Value) -> Entry {
    Entry { key_span: span(), value }
}

fn values() -> impl Strategy<Value = Value> {
    let leaves = prop_oneof![12 => scalars(), 1 => Just(narrowed_env())];
    leaves.prop_recursive(3, 16, 3, |inner| {
        let rest = prop::option::weighted(0.2, Just(()));
        let rest = rest.prop_map(|open| open.map(|()| Arc::new(unknown(&atoms()[7]))));
        let keys = prop::sample::select(vec!["k", "l"]).prop_map(Arc::<str>::from);
        let entries = prop::collection::vec((keys, inner.clone().prop_map(entry)), 0..3);
        prop_oneof![
            (guards(), inner.clone(), inner.clone()).prop_map(|(guard, yes, no)| either(guard, yes, no)),
            (prop::collection::vec(inner, 0..3), rest.clone())
                .prop_map(|(items, rest)| { Value::new(Data::List(Arc::new(List { items, rest })), span()) }),
            (entries, rest).prop_map(|(entries, rest)| {
                Value::new(Data::Map(Arc::new(Map { entries: entries.into_iter().collect(), rest })), span())
            }),
        ]
    })
}

/// Two values that are often related: independent ones are nearly always different.
fn pairs() -> impl Strategy<Value = (Value, Value)> {
    prop_oneof![
        (values(), values()),
        (scalars(), scalars()),
        values().prop_map(|value| (value.clone(), value)),
        (guards(), values(), values()).prop_map(|(guard, a, b)| (either(guard, a.clone(), b), a)),
        (values(), values()).prop_map(|(a, b)| {
            let list = |items| Value::list(items, span());
            (list(vec![a.clone(), b.clone()]), list(vec![a, Value::absent(span()), b]))
        }),
    ]
}

/// True when nothing in the value is a choice, open, or may be missing from its list or map.
fn is_settled(value: &Value) -> bool {
    let present = |value: &Value| match &value.data {
        Data::Absent => false,
        Data::Unknown(unknown) => unknown.refine.not_null,
        _ => is_settled(value),
    };
    match &value.data {
        Data::Choice(_) => false,
        Data::List(list) => list.rest.is_none() && list.items.iter().all(present),
        Data::Map(map) => map.rest.is_none() && map.entries.values().all(|entry| is_settled(&entry.value)),
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The law of the house: what `same` says for certain holds in every world.
    #[test]
    fn a_certain_answer_holds_in_every_world((a, b) in pairs(), world in worlds()) {
        let equal = world.concrete(&a) == world.concrete(&b);
        match a.same(&b) {
            Tri::Yes => prop_assert!(equal, "said yes, but {:?} / {:?}", world.concrete(&a), world.concrete(&b)),
            Tri::No => prop_assert!(!equal, "said no, but both are {:?}", world.concrete(&a)),
            Tri::Unknown => {}
        }
    }

    #[test]
    fn texts_are_compared_as_their_fillings_are(
        a in prop::collection::vec(parts(), 1..5), b in prop::collection::vec(parts(), 1..5), world in worlds(),
    ) {
        let (a, b) = (Value::text(a, span()), Value::text(b, span()));
        let equal = world.concrete(&a) == world.concrete(&b);
        prop_assert_ne!(a.same(&b), Tri::from(!equal));
    }

    #[test]
    fn same_is_symmetric((a, b) in pairs()) {
        prop_assert_eq!(a.same(&b), b.same(&a));
    }

    /// A value is itself. What is a choice, open, or may be missing is at least not different from itself.
    #[test]
    fn same_is_reflexive(value in values()) {
        let answer = value.same(&value);
        prop_assert!(!answer.is_no());
        if is_settled(&value) {
            prop_assert_eq!(answer, Tri::Yes);
        }
    }

    #[test]
    fn equal_terms_are_equal_values((a, b) in pairs(), world in worlds()) {
        if a.term() == b.term() {
            prop_assert_eq!(world.concrete(&a), world.concrete(&b));
        }
    }

    /// Deciding a scenario step by step is deciding it at once, and changes no value.
    #[test]
    fn under_keeps_the_value(value in values(), world in worlds(), known in 0..4usize) {
        let full = world.scenario();
        let decided = variables().into_iter().zip(&world.classes).take(known);
        let partial = decided.fold(Scenario::default(), |scenario, (variable, class)| scenario.with(variable, *class));
        let narrowed = value.under(&partial);
        prop_assert_eq!(world.concrete(&narrowed), world.concrete(&value));
        prop_assert_eq!(world.concrete(&narrowed.under(&full)), world.concrete(&value));
        prop_assert!(!matches!(value.under(&full).data, Data::Choice(_)));
        if let Ok(early) = value.resolve(&partial) {
            prop_assert_eq!(world.concrete(early), world.concrete(&value), "more knowledge changed the answer");
        }
    }

    /// Joining and then choosing is choosing and then joining.
    #[test]
    fn concat_distributes_over_choices(
        values in prop::collection::vec((guards(), words(), words()).prop_map(|(g, a, b)| either(g, a, b)), 0..4),
        world in worlds(),
    ) {
        let resolved: Vec<Value> =
            values.iter().map(|value| value.resolve(&world.scenario()).unwrap().clone()).collect();
        let joined = Value::concat(&values, span()).unwrap();
        let expected = Value::concat(&resolved, span()).unwrap();
        prop_assert_eq!(world.concrete(&joined), world.concrete(&expected));
    }

    /// Members of maps: taking the member and then choosing is choosing and then taking the member.
    #[test]
    fn get_distributes_over_choices(value in values(), world in worlds()) {
        let member = value.get("k");
        let chosen = value.resolve(&world.scenario()).unwrap().get("k");
        let (member, chosen) = (member.under(&world.scenario()), chosen.under(&world.scenario()));
        prop_assert_eq!(member.is_unknown(), chosen.is_unknown());
        prop_assert_eq!(member.is_absent(), chosen.is_absent());
        prop_assert_eq!(member.term(), chosen.term());
    }

    #[test]
    fn each_keeps_every_alternative(value in values(), world in worlds()) {
        let list = |value: &Value| Value::list(vec![value.clone()], span());
        let mapped = value.each(&mut |value| list(value));
        prop_assert_eq!(world.concrete(&mapped), world.concrete(&list(&value)));
        for (guard, arm) in value.arms() {
            if matches!(guard.decide(&world.scenario()), Decision::Holds) {
                prop_assert_eq!(world.concrete(&arm), world.concrete(&value));
            }
        }
    }

    /// With everything decided a guard is plain boolean logic, and what a part of a scenario decides stays decided.
    #[test]
    fn guards_are_boolean(guard in guards(), world in worlds(), known in 0..3usize) {
        fn holds(guard: &Guard, world: &World) -> bool {
            match guard {
                Guard::Always => true,
                Guard::Never => false,
                Guard::Is(variable, class) => {
                    let at = variables().iter().position(|known| known.term == variable.term).unwrap();
                    world.classes[at] == *class
                }
                Guard::Not(inner) => !holds(inner, world),
                Guard::All(parts) => parts.iter().all(|part| holds(part, world)),
                Guard::Any(parts) => parts.iter().any(|part| holds(part, world)),
            }
        }
        let decided = |guard: &Guard, scenario: &Scenario| match guard.decide(scenario) {
            Decision::Holds => Some(true),
            Decision::Fails => Some(false),
            Decision::Open(_) => None,
        };
        let expected = holds(&guard, &world);
        prop_assert_eq!(decided(&guard, &world.scenario()), Some(expected));
        prop_assert_eq!(decided(&guard.clone().not(), &world.scenario()), Some(!expected));
        let chosen = variables().into_iter().zip(&world.classes).take(known);
        let partial = chosen.fold(Scenario::default(), |scenario, (variable, class)| scenario.with(variable, *class));
        prop_assert!(decided(&guard, &partial).is_none_or(|early| early == expected));
        if let Decision::Open(variable) = guard.decide(&partial) {
            prop_assert!(partial.class(&variable).is_none(), "an open answer names a variable that is still open");
        }
    }

    /// Shapes overlap exactly when some string has both; a string that both allow is no longer than their single steps.
    #[test]
    fn shapes_overlap_when_a_string_has_both(
        a in prop::collection::vec(steps(), 0..4), b in prop::collection::vec(steps(), 0..4),
    ) {
        let (a, b) = (Shape::steps(a), Shape::steps(b));
        let common = strings(6).find(|text| spells(a.as_steps(), text) && spells(b.as_steps(), text));
        prop_assert_eq!(a.overlaps(&b), common.is_some(), "{:?}", common);
        prop_assert_eq!(a.overlaps(&b), b.overlaps(&a));
        prop_assert_eq!(a.allows_empty(), spells(a.as_steps(), &[]));
    }
}

fn steps() -> impl Strategy<Value = Step> {
    let classes = vec![
        Chars::Char('a'),
        Chars::Char(':'),
        Chars::Char('/'),
        Chars::Digit,
        Chars::Region,
        Chars::NoColon,
        Chars::Name,
        Chars::Any,
    ];
    (prop::sample::select(classes), any::<bool>()).prop_map(
        |(class, many)| {
            if many { Step::Many(class) } else { Step::One(class) }
        },
    )
}

/// Every string up to a length over an alphabet in which each class has a member, and all but single characters share one.
fn strings(longest: u32) -> impl Iterator<Item = Vec<char>> {
    const ALPHABET: [char; 4] = ['a', ':', '/', '0'];
    (0..=longest).flat_map(|length| {
        (0..4_usize.pow(length))
            .map(move |number| (0..length).map(|at| ALPHABET[number / 4_usize.pow(at) % ALPHABET.len()]).collect())
    })
}

/// Whether steps produce a string, by the definition of a step.
fn spells(steps: &[Step], text: &[char]) -> bool {
    let holds = |class: Chars, c: char| match class {
        Chars::Char(own) => own == c,
        Chars::Digit => c.is_ascii_digit(),
        Chars::Region => c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
        Chars::NoColon => c != ':',
        Chars::Name => !matches!(c, ':' | '/'),
        Chars::Any => true,
    };
    match (steps, text) {
        ([], rest) => rest.is_empty(),
        ([Step::One(class), steps @ ..], [c, rest @ ..]) => holds(*class, *c) && spells(steps, rest),
        ([Step::One(_), ..], []) => false,
        ([Step::Many(class), after @ ..], rest) => {
            spells(after, rest) || matches!(rest, [c, rest @ ..] if holds(*class, *c) && spells(steps, rest))
        }
    }
}

#[test]
fn texts_unify_by_structure() {
    let arn = |parts: Vec<Part>| Value::text(parts, span());
    let role = |name: &str| string(&format!("arn:aws:iam::111122223333:role/{name}"));
    let any_account = |path: &str| {
        arn(vec![
            literal("arn:"),
            hole("region"),
            literal(":iam::"),
            hole("account"),
            literal(&format!(":role/{path}")),
        ])
    };
    let text = |parts: Vec<Part>| Value::text(parts, span());
    let cases: Vec<(&str, Value, Value, Tri)> = vec![
        ("partition and account are open", any_account("sms"), role("sms"), Tri::Unknown),
        ("another role name", any_account("sms"), role("email"), Tri::No),
        ("another path", any_account("service-role/sms"), role("sms"), Tri::No),
        ("the account cannot swallow a colon", any_account("sms"), string("arn:aws:iam::1:x:role/sms"), Tri::No),
        ("twelve digits, not eleven", any_account("sms"), string("arn:aws:iam::11112222333:role/sms"), Tri::No),
        ("the same holes on both sides", any_account("sms"), any_account("sms"), Tri::Yes),
        ("the same holes, another name", any_account("sms"), any_account("email"), Tri::No),
        ("${Env}-ext, prod-web", text(vec![hole("text"), literal("-ext")]), string("prod-web"), Tri::No),
        ("${Env}-ext, prod-ext", text(vec![hole("text"), literal("-ext")]), string("prod-ext"), Tri::Unknown),
        (
            "${Env}-ext on both sides",
            text(vec![hole("text"), literal("-ext")]),
            text(vec![hole("text"), literal("-ext")]),
            Tri::Yes,
        ),
        ("x-${E}, y-${E}", text(vec![literal("x-"), hole("text")]), text(vec![literal("y-"), hole("text")]), Tri::No),
        (
            "x-${E}, x-${F}",
            text(vec![literal("x-"), hole("text")]),
            text(vec![literal("x-"), hole("name")]),
            Tri::Unknown,
        ),
        ("${E}x, x${E}", text(vec![hole("text"), literal("x")]), text(vec![literal("x"), hole("text")]), Tri::Unknown),
        ("a${E}, ${E}", text(vec![literal("a"), hole("text")]), text(vec![hole("text")]), Tri::No),
        (
            "literals cut elsewhere",
            text(vec![literal("ab"), literal("c"), hole("text")]),
            text(vec![literal("a"), literal("bc"), hole("text")]),
            Tri::Yes,
        ),
        ("${E} alone is E", text(vec![hole("text")]), Value::unknown(unknown(&atoms()[0]), span()), Tri::Yes),
        ("certainly not empty", text(vec![hole("given")]), string(""), Tri::No),
        ("a number has a string form of its own", text(vec![hole("number")]), Value::number(1, span()), Tri::No),
    ];
    for (what, a, b, expected) in cases {
        assert_eq!(a.same(&b), expected, "{what}");
        assert_eq!(b.same(&a), expected, "{what}, the other way round");
    }
}

#[test]
fn types_are_kept_apart() {
    let number = |text: &str| Value::number(Number::parse(text).unwrap(), span());
    assert_eq!(string("1").same(&number("1")), Tri::No);
    assert_eq!(number("1").same(&number("1.0")), Tri::Yes);
    assert_eq!(string("true").same(&Value::bool(true, span())), Tri::No);
    assert_eq!(Value::null(span()).same(&Value::absent(span())), Tri::No);
    assert_eq!(Value::list(Vec::new(), span()).same(&Value::absent(span())), Tri::No);
}

/// An element or entry that is not known may turn out to be missing, unless it is known to be there.
#[test]
fn what_may_be_missing_settles_nothing() {
    let atom = |at: usize| Value::unknown(unknown(&atoms()[at]), span());
    let list = |items: Vec<Value>| Value::list(items, span());
    let map = |value: Value| Value::map([(Arc::from("k"), entry(value))], span());
    let empty = Value::map([], span());
    assert_eq!(list(vec![atom(7)]).same(&list(Vec::new())), Tri::Unknown);
    assert_eq!(list(vec![atom(0)]).same(&list(Vec::new())), Tri::No, "a string that is there");
    assert_eq!(map(atom(7)).same(&empty), Tri::Unknown);
    assert_eq!(map(atom(0)).same(&empty), Tri::No);
    assert_eq!(map(Value::absent(span())).same(&empty), Tri::Yes);
}

/// What an open map does not list is unknown, and the same unknown each time.
#[test]
fn members_of_what_is_open_are_unknown() {
    let rest = Some(Arc::new(unknown(&atoms()[7])));
    let entries = [(Arc::from("k"), entry(string("a")))].into_iter().collect();
    let open = Value::new(Data::Map(Arc::new(Map { entries, rest })), span());
    assert_eq!(open.get("k").as_str(), Some("a"));
    assert!(open.get("other").is_unknown());
    assert_eq!(open.get("other").same(&open.get("other")), Tri::Yes);
    assert_eq!(open.get("other").same(&open.get("another")), Tri::Unknown);
    let whole = Value::unknown(unknown(&atoms()[7]), span());
    assert!(whole.get("k").is_unknown());
    assert!(Value::absent(span()).get("k").is_absent());
    assert!(Value::null(span()).get("k").is_absent());
}

#[test]
fn a_secret_stays_a_secret() {
    let secret = string("hunter2").with_sensitive(true);
    let sometimes = either(Guard::is(&variables()[0], "prod"), secret.clone(), string(""));
    let inside = Value::map([(Arc::from("k"), entry(string("hunter2")))], span()).with_sensitive(true);
    let map_sometimes = either(Guard::is(&variables()[0], "prod"), inside.clone(), Value::null(span()));
    let prod = Scenario::default().with(variables()[0].clone(), 1);
    let joined = Value::concat(&[string("id-"), sometimes.clone()], span()).unwrap();
    assert!(Value::concat(&[string("id-"), secret], span()).unwrap().sensitive);
    assert!(joined.under(&prod).sensitive, "a secret alternative, joined");
    assert!(sometimes.under(&prod).sensitive);
    assert!(inside.get("k").sensitive);
    assert!(map_sometimes.get("k").under(&prod).sensitive, "a member of a secret alternative");
}

/// Beyond the limit a value is unknown and says so; it is never cut short.
#[test]
fn too_many_alternatives_are_unknown() {
    let question = |at: usize| {
        let variable = Variable::question(Term::literal(&at.to_string()), at.to_string());
        either(Guard::Is(Arc::new(variable), 0), string("a"), string("b"))
    };
    let six: Vec<Value> = (0..6).map(question).collect();
    let seven: Vec<Value> = (0..7).map(question).collect();
    assert!(Value::concat(&six, span()).unwrap().arms().len() == MOST_ARMS);
    let joined = Value::concat(&seven, span()).unwrap();
    assert!(matches!(joined.as_unknown().map(|unknown| &unknown.why), Some(Why::Budget(_))));
    // Another place in the same module, called with other arguments, has the same span and is another value.
    let others: Vec<Value> = (1..8).map(question).collect();
    assert_eq!(joined.same(&Value::concat(&others, span()).unwrap()), Tri::Unknown);
    assert_eq!(joined.same(&Value::concat(&seven, span()).unwrap()), Tri::Yes);
}

#[test]
fn a_literal_inside_any_other_value_stays_open() {
    let region = variables()[1].clone();
    let guard = Guard::is(&region, "us-east-1");
    let elsewhere = Scenario::default().with(region.clone(), 1);
    assert!(matches!(guard.decide(&elsewhere), Decision::Open(_)), "some other Region: is it this one?");
    let here = Scenario::default().with(region, 0);
    assert!(matches!(guard.decide(&here), Decision::Fails));
    assert!(matches!(Guard::is(&variables()[0], "stage"), Guard::Never), "not among the allowed values");
}

#[test]
fn a_scenario_says_what_it_takes_for_granted() {
    let [env, region, ready] = [0, 1, 2].map(|at| variables()[at].clone());
    let default = Scenario::default().with(env.clone(), 0);
    assert!(default.is_default() && default.is_declared());
    let declared = Scenario::default().with(env.clone(), 1).with(region.clone(), 0);
    assert!(!declared.is_default() && declared.is_declared());
    assert_eq!(declared.to_string(), "Env = prod, Region = eu-west-1");
    assert!(!Scenario::default().with(region, 1).is_declared(), "any other value is nobody's alternative");
    assert!(!Scenario::default().with(ready, 0).is_declared());
    assert_eq!(declared.with(env, 0).to_string(), "Region = eu-west-1, Env = dev", "the last decision counts");
}

#[test]
fn a_value_remembers_its_way() {
    let value = string("ON").through("the default of Mfa", span()).through("the parameter Mfa", span());
    let steps: Vec<&str> = value.steps().map(|via| via.step.as_ref()).collect();
    assert_eq!(steps, ["the parameter Mfa", "the default of Mfa"]);
}
