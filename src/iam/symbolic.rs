//! Strings of policies and requests, with holes, and the three-valued matching of a pattern against a value.
//!
//! A pattern *must* match when a token-level match exists in which a hole stands for itself only, or falls into a `*`. It
//! *may* match when pattern and value, their holes replaced by their shapes, have a string in common. What must match is
//! a yes, what may not match is a no, everything between is unknown.

use super::judged::{Doubt, Judged};
use crate::source::Span;
use crate::value::{Class, Data, Kind, Part, Refine, Shape, Step, Term, Tri, Unknown, Value};
use std::sync::Arc;

/// Above this many pairs of tokens two texts are not compared, and the answer is unknown: keeps huge texts bounded.
const MOST_TOKEN_PAIRS: usize = 1 << 20;

/// The longest text that a message quotes, in characters.
const MOST_QUOTED: usize = 72;

/// A string of a policy or a request, possibly with holes.
#[derive(Clone, Debug)]
pub struct Symbolic {
    parts: Vec<Part>,
    /// Where it is written.
    pub span: Span,
    sensitive: bool,
}

impl Symbolic {
    /// Reads a scalar; numbers and truth values are their source text. `None` for anything else: lists, maps, null,
    /// what is absent, a choice, and an unknown that is known to be a list or map.
    pub fn read(value: &Value) -> Option<Self> {
        let parts = match &value.data {
            Data::Unknown(unknown) => vec![Part::Hole(as_string(unknown)?, value.span)],
            _ => value.as_parts()?,
        };
        Some(Self { parts, span: value.span, sensitive: value.sensitive })
    }

    /// The known string.
    pub fn known(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text, _)] => Some(text),
            _ => None,
        }
    }

    /// The text for a message, shortened where it is long; `${name}` for a hole. A secret is never printed.
    pub fn show(&self) -> String {
        if self.sensitive {
            return "(a sensitive value)".to_owned();
        }
        let whole: String = self
            .parts
            .iter()
            .map(|part| match part {
                Part::Literal(text, _) => text.to_string(),
                Part::Hole(unknown, _) => hole_name(&unknown.term),
            })
            .collect();
        shorten(&whole, MOST_QUOTED)
    }

    /// The characters and holes.
    pub(super) fn tokens(&self) -> Vec<Token> {
        let size = |part: &Part| if let Part::Literal(text, _) = part { text.len() } else { 1 };
        let mut tokens = Vec::with_capacity(self.parts.iter().map(size).sum());
        for part in &self.parts {
            match part {
                Part::Literal(text, _) => tokens.extend(text.chars().map(Token::Char)),
                Part::Hole(unknown, _) => tokens.push(Token::Hole(unknown.clone())),
            }
        }
        tokens
    }

    /// The doubts that its holes raise.
    pub(super) fn doubts(&self) -> Vec<Doubt> {
        let holes = self.parts.iter().filter_map(|part| match part {
            Part::Hole(unknown, span) => Some(Doubt::of(unknown, *span)),
            Part::Literal(..) => None,
        });
        holes.collect()
    }
}

/// Cuts a text to a number of characters.
pub(super) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

/// An unknown in a string's place. What its shape says holds for strings only, so that it counts only where the unknown is
/// known to be one.
fn as_string(unknown: &Arc<Unknown>) -> Option<Arc<Unknown>> {
    match unknown.refine.kind {
        Some(Kind::String) => Some(unknown.clone()),
        Some(Kind::List | Kind::Map) => None,
        None | Some(Kind::Bool | Kind::Number) => {
            let refine = Refine { kind: unknown.refine.kind, not_null: unknown.refine.not_null, ..Refine::default() };
            Some(Arc::new(Unknown::new(unknown.why.clone(), unknown.term.clone()).refined(refine)))
        }
    }
}

fn hole_name(term: &Term) -> String {
    match term {
        Term::Attribute(resource, attribute) => format!("${{{}.{attribute}}}", resource.address),
        Term::Parameter(_, name) | Term::Pseudo(_, name) | Term::Export(name) => format!("${{{name}}}"),
        Term::Dynamic(text) => text.to_string(),
        Term::Literal(_) | Term::Call(..) | Term::Opaque(..) => "${…}".to_owned(),
    }
}

/// A character, a wildcard or a hole.
#[derive(Clone, Debug)]
pub(super) enum Token {
    Char(char),
    /// `*`: any run of characters.
    Star,
    /// `?`: one character.
    One,
    Hole(Arc<Unknown>),
}

impl Token {
    /// Whether this token of a pattern certainly consumes that token of a value.
    fn takes(&self, value: &Self, fold: bool) -> bool {
        match (self, value) {
            (Self::Char(a), Self::Char(b)) => a == b || (fold && lower(*a) == lower(*b)),
            (Self::One, Self::Char(_)) => true,
            (Self::Hole(a), Self::Hole(b)) => a.term == b.term,
            _ => false,
        }
    }
}

/// How a pattern is compared with a value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    /// The pattern's holes may hold `*` and `?`, and they would be wildcards.
    pub wild: bool,
    /// Upper and lower case are the same.
    pub fold: bool,
}

/// Whether a pattern matches a value as a whole.
pub(super) fn matches(pattern: &[Token], value: &[Token], rules: Rules) -> Tri {
    let starry = pattern.iter().any(|token| matches!(token, Token::Star));
    if starry && pattern.len().saturating_mul(value.len()) > MOST_TOKEN_PAIRS {
        return Tri::Unknown;
    }
    let certain = if starry { must(pattern, value, rules.fold) } else { must_plainly(pattern, value, rules.fold) };
    if certain {
        return Tri::Yes;
    }
    let holes = |tokens: &[Token]| tokens.iter().any(|token| matches!(token, Token::Hole(_)));
    if !holes(pattern) && !holes(value) {
        return Tri::No;
    }
    if !rules.wild && !rules.fold && excluded(pattern, value) {
        return Tri::No;
    }
    if may_meet(pattern, value, rules) { Tri::Unknown } else { Tri::No }
}

/// Whether a pattern and a value, their holes filled and their wildcards taken for text, have a string in common.
pub(super) fn may_meet(pattern: &[Token], value: &[Token], rules: Rules) -> bool {
    shape(pattern, rules).overlaps(&shape(value, Rules { wild: false, ..rules }))
}

fn must_plainly(pattern: &[Token], value: &[Token], fold: bool) -> bool {
    pattern.len() == value.len() && pattern.iter().zip(value).all(|(token, value)| token.takes(value, fold))
}

fn must(pattern: &[Token], value: &[Token], fold: bool) -> bool {
    // Each star takes as little as it can; where that fails, the last one takes one more token.
    let (mut at, mut taken) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(next) = value.get(taken) {
        match pattern.get(at) {
            Some(Token::Star) => {
                star = Some((at + 1, taken));
                at += 1;
            }
            Some(token) if token.takes(next, fold) => {
                at += 1;
                taken += 1;
            }
            _ => match &mut star {
                Some((behind, start)) => {
                    *start += 1;
                    (at, taken) = (*behind, *start);
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|token| matches!(token, Token::Star))
}

/// A lone hole knows some strings that it is not.
fn excluded(pattern: &[Token], value: &[Token]) -> bool {
    let text = |tokens: &[Token]| -> Option<String> {
        let char = |token: &Token| if let Token::Char(c) = token { Some(*c) } else { None };
        tokens.iter().map(char).collect()
    };
    match (pattern, value) {
        ([Token::Hole(unknown)], other) | (other, [Token::Hole(unknown)]) => {
            text(other).is_some_and(|text| unknown.refine.excludes(&text))
        }
        _ => false,
    }
}

fn shape(tokens: &[Token], rules: Rules) -> Shape {
    let mut steps = Vec::with_capacity(tokens.len());
    for token in tokens {
        match token {
            Token::Char(c) => steps.push(Step::One(Class::Char(*c))),
            Token::Star => steps.push(Step::Many(Class::Any)),
            Token::One => steps.push(Step::One(Class::Any)),
            Token::Hole(unknown) if rules.wild => {
                steps.extend(unknown.refine.shape.as_steps().iter().map(|step| widened(*step)));
            }
            Token::Hole(unknown) => steps.extend_from_slice(unknown.refine.shape.as_steps()),
        }
    }
    if rules.fold {
        for step in &mut steps {
            if let Step::One(Class::Char(c)) | Step::Many(Class::Char(c)) = step {
                *c = lower(*c);
            }
        }
    }
    Shape::steps(steps)
}

/// A character that may be `*` stands for any run of characters when it is read as part of a pattern.
fn widened(step: Step) -> Step {
    match step {
        Step::One(Class::Any | Class::NoColon | Class::Name) | Step::Many(Class::NoColon | Class::Name) => {
            Step::Many(Class::Any)
        }
        other => other,
    }
}

/// The lower-case form, where it is one character.
fn lower(c: char) -> char {
    let mut forms = c.to_lowercase();
    match (forms.next(), forms.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

/// A string of a policy made ready for comparison: its variables expanded, its wildcards recognized.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub tokens: Vec<Token>,
    pub doubts: Vec<Doubt>,
}

impl Pattern {
    /// Judges a comparison made with this pattern.
    pub(super) fn judge(&self, compared: Tri, value: &Symbolic) -> Judged {
        Judged::new(compared, || {
            let doubts: Vec<Doubt> = self.doubts.iter().cloned().chain(value.doubts()).collect();
            if doubts.is_empty() {
                vec![Doubt::text("the text is too long to compare", Some(value.span))]
            } else {
                doubts
            }
        })
    }
}

/// The segments of an ARN: split at the first five colons. `None` when a hole before the last segment may hide a colon.
pub(super) fn segments(tokens: &[Token]) -> Option<Vec<&[Token]>> {
    let mut segments = Vec::with_capacity(6);
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        if segments.len() == 5 {
            break;
        }
        match token {
            Token::Char(':') => {
                segments.push(tokens.get(start..at)?);
                start = at + 1;
            }
            Token::Hole(unknown) if may_hold_colon(&unknown.refine.shape) => return None,
            _ => {}
        }
    }
    segments.push(tokens.get(start..)?);
    Some(segments)
}

fn may_hold_colon(shape: &Shape) -> bool {
    shape.as_steps().iter().any(|step| match step {
        Step::One(class) | Step::Many(class) => matches!(class, Class::Any | Class::Char(':')),
    })
}

/// The number of colons that are certainly there.
fn colons(tokens: &[Token]) -> usize {
    tokens.iter().filter(|token| matches!(token, Token::Char(':'))).count()
}

/// `ArnLike` and `ArnEquals`, which AWS treats alike: the six segments are globs of their own, case-sensitive. What a
/// pattern of fewer segments matches, AWS does not say.
pub(super) fn arn_like(pattern: &[Token], value: &[Token]) -> Tri {
    let rules = Rules { wild: true, fold: false };
    match (segments(pattern), segments(value)) {
        (Some(of_pattern), Some(of_value)) if of_pattern.len() == 6 && of_value.len() == 6 => {
            Tri::all(of_pattern.iter().zip(of_value).map(|(pattern, value)| matches(pattern, value, rules)))
        }
        // A hole may hide colons. Equal texts match all the same.
        _ if must_plainly(pattern, value, false) => Tri::Yes,
        _ => may_match_as_whole(pattern, value, rules),
    }
}

/// Whether an ARN pattern could match when its segments are not known: its `*` may reach over colons that they may not
/// reach over, and a short one may go on. Never a certain yes.
fn may_match_as_whole(pattern: &[Token], value: &[Token], rules: Rules) -> Tri {
    let mut whole = pattern.to_vec();
    if colons(pattern) < 5 {
        whole.push(Token::Star);
    }
    matches(&whole, value, rules).and(Tri::Unknown)
}

/// Whether a `Resource` pattern covers the resource of the request. The first five segments of an ARN are compared without
/// regard to case; a short ARN counts as padded with `*`. A pattern that is an ARN never covers what is none.
pub(super) fn covers(pattern: &[Token], value: &[Token]) -> Tri {
    if matches!(pattern, [Token::Star]) {
        return Tri::Yes;
    }
    if is_arn(value).is_no() {
        return matches(pattern, value, Rules { wild: true, fold: false });
    }
    covers_arn(pattern, value)
}

fn covers_arn(pattern: &[Token], value: &[Token]) -> Tri {
    const ANY: &[Token] = &[Token::Star];
    if let (Some(mut of_pattern), Some(of_value)) = (segments(pattern), segments(value))
        && of_value.len() == 6
    {
        of_pattern.resize(6, ANY);
        let pairs = of_pattern.iter().zip(of_value).enumerate();
        return Tri::all(
            pairs.map(|(at, (pattern, value))| matches(pattern, value, Rules { wild: true, fold: at < 5 })),
        );
    }
    may_match_as_whole(pattern, value, Rules { wild: true, fold: true })
}

/// Whether a text starts with `arn:`.
fn is_arn(tokens: &[Token]) -> Tri {
    let prefix = ['a', 'r', 'n', ':'];
    let head = tokens.iter().zip(prefix).take_while(|(token, c)| matches!(token, Token::Char(own) if own == c)).count();
    if head == prefix.len() {
        return Tri::Yes;
    }
    let arn = Shape::starting("arn:");
    let own = shape(tokens.get(..tokens.len().min(64)).unwrap_or(tokens), Rules { wild: true, fold: false });
    let own = if tokens.len() > 64 { own.then(&Shape::any()) } else { own };
    if own.overlaps(&arn) { Tri::Unknown } else { Tri::No }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::value::Why;

    fn span() -> Span {
        Span::new(FileId(0), 0, 0)
    }

    fn hole(name: &str, shape: Shape) -> Token {
        let unknown = Unknown::new(Why::Parameter(name.into()), Term::Dynamic(name.into()));
        Token::Hole(Arc::new(unknown.refined(Refine::string(shape))))
    }

    /// `*` and `?` are wildcards, `{A}` is an account, `{R}` a Region, `{any}` anything.
    fn tokens(text: &str) -> Vec<Token> {
        let mut rest = text;
        let mut tokens = Vec::new();
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            tokens.push(match c {
                '*' => Token::Star,
                '?' => Token::One,
                '{' => {
                    let (name, after) = rest.split_once('}').unwrap();
                    rest = after;
                    let shape = match name {
                        "A" => Shape::account(),
                        "R" => Shape::region(),
                        _ => Shape::any(),
                    };
                    hole(name, shape)
                }
                c => Token::Char(c),
            });
        }
        tokens
    }

    #[test]
    fn patterns_against_values() {
        let glob = Rules { wild: true, fold: false };
        let cases = [
            ("*", "", Tri::Yes),
            ("a*c", "abbc", Tri::Yes),
            ("a?c", "ac", Tri::No),
            ("{A}", "{A}", Tri::Yes),
            ("{A}", "111122223333", Tri::Unknown),
            ("{A}", "11112222333", Tri::No),
            ("prod-web", "{any}-ext", Tri::No),
            ("prod-ext", "{any}-ext", Tri::Unknown),
            ("*-ext", "{any}-ext", Tri::Yes),
            ("?", "{any}", Tri::Unknown),
            ("x{any}", "xabc", Tri::Unknown),
        ];
        for (pattern, value, expected) in cases {
            assert_eq!(matches(&tokens(pattern), &tokens(value), glob), expected, "{pattern} against {value}");
        }
        assert_eq!(matches(&tokens("SNS:Publish"), &tokens("sns:publish"), Rules { wild: true, fold: true }), Tri::Yes);
        assert_eq!(matches(&tokens("SNS:Publish"), &tokens("sns:publish"), glob), Tri::No);
    }

    #[test]
    fn arns_are_compared_segment_by_segment() {
        let arn = "arn:aws:cognito-idp:{R}:{A}:userpool/x:y";
        let cases = [
            ("arn:aws:cognito-idp:*:*:userpool/*", Tri::Yes),
            ("arn:aws:cognito-idp:{R}:{A}:userpool/*", Tri::Yes),
            ("arn:aws:cognito-idp:eu-west-1:*:*", Tri::Unknown),
            ("arn:aws:cognito-identity:*:*:*", Tri::No),
            ("arn:aws:cognito-idp:*", Tri::Unknown),
            ("*", Tri::Unknown),
            ("arn:aws:sns:*", Tri::No),
            ("arn:*:X", Tri::No),
            ("arn:aws:cognito-idp:*:userpool/x:y", Tri::No),
            ("{any}", Tri::Unknown),
            ("arn:{any}", Tri::Unknown),
            ("{any}:S3:*", Tri::No),
        ];
        for (pattern, expected) in cases {
            assert_eq!(arn_like(&tokens(pattern), &tokens(arn)), expected, "{pattern}");
        }
    }

    #[test]
    fn holes_that_hide_colons() {
        let same = tokens("{any}");
        assert_eq!(arn_like(&same, &same), Tri::Yes, "whatever it holds");
        // One hole stands for one segment or for several.
        assert_eq!(arn_like(&tokens("arn:aws:sns:*:*:x"), &tokens("arn:aws:{any}:x")), Tri::Unknown);
        assert_eq!(arn_like(&tokens("arn:aws:{any}:x"), &tokens("arn:aws:sns:us-east-1:1:x")), Tri::Unknown);
    }

    #[test]
    fn what_is_known_of_an_unknown() {
        let read = |refine: Refine| {
            let unknown = Unknown::new(Why::Parameter("P".into()), Term::Dynamic("P".into())).refined(refine);
            Symbolic::read(&Value::unknown(unknown, span()))
        };
        let against =
            |refine: Refine, text: &str| matches(&read(refine).unwrap().tokens(), &tokens(text), Rules::default());
        let digits = || Refine::string(Shape::some_of(Class::Digit));
        assert_eq!(against(digits(), "x"), Tri::No);
        assert_eq!(
            against(Refine { kind: None, ..digits() }, "x"),
            Tri::Unknown,
            "it may be a list, which no shape describes"
        );
        let not_x = Refine { none_of: ["x".into()].into(), ..Refine::string(Shape::any()) };
        assert_eq!(against(not_x.clone(), "x"), Tri::No);
        assert_eq!(against(not_x, "y"), Tri::Unknown);
        assert!(read(Refine { kind: Some(Kind::List), ..Refine::default() }).is_none());
    }

    #[test]
    fn resources_cover() {
        let cases = [
            ("*", "+{A}", Tri::Yes),
            ("arn:*:*:*:*:*", "+{A}", Tri::No),
            ("{any}", "+{A}", Tri::Unknown),
            ("arn:aws:sms-voice:*", "arn:aws:sms-voice:us-east-1:{A}:pool/p", Tri::Yes),
            ("arn:aws:SMS-voice:*:*:pool/p", "arn:aws:sms-voice:us-east-1:{A}:pool/p", Tri::Yes),
            ("arn:aws:sms-voice:*:*:pool/P", "arn:aws:sms-voice:us-east-1:{A}:pool/p", Tri::No),
            ("arn:aws:sms-voice:*:*:pool/p", "{any}", Tri::Unknown),
            ("arn:aws:sms-voice", "{any}", Tri::Unknown),
            ("arn:aws:sms-voice", "arn:aws:sms-voice:{any}", Tri::Unknown),
            ("arn:aws:sms-voice:*:*:x", "arn:aws:{any}:x", Tri::Unknown),
        ];
        for (pattern, value, expected) in cases {
            assert_eq!(covers(&tokens(pattern), &tokens(value)), expected, "{pattern} on {value}");
        }
    }

    #[test]
    fn a_wildcard_may_hide_in_a_name() {
        // A parameter without a colon in it may still be `*`, and then the pattern reaches further than the name.
        let name = [Token::Char('/'), hole("n", Shape::some_of(Class::Name))];
        assert_eq!(matches(&name, &tokens("/a/b"), Rules { wild: true, fold: false }), Tri::Unknown);
        assert_eq!(matches(&name, &tokens("/a/b"), Rules::default()), Tri::No);
    }

    #[test]
    fn secrets_and_long_texts_are_not_quoted() {
        let secret = Value::string("hunter2", span()).with_sensitive(true);
        assert!(!Symbolic::read(&secret).unwrap().show().contains("hunter2"));
        let long = Value::string("x".repeat(500), span());
        assert_eq!(Symbolic::read(&long).unwrap().show().chars().count(), MOST_QUOTED);
    }
}
