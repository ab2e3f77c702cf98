//! Partly known strings, and what may be said of them.
//!
//! A [`Text`] is literal pieces and holes. Two texts are compared by structure: the same pieces and the same holes are
//! equal whatever the holes hold; a literal that no filling of the holes can produce is different; everything else is
//! not known. A hole's [`Shape`] says what its text certainly looks like, so that the Region in an ARN cannot swallow a
//! colon.

use super::{Tri, Unknown};
use crate::source::Span;
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock};

/// A string with at least one hole.
#[derive(Clone, Debug)]
pub struct Text {
    parts: Arc<[Part]>,
}

/// A piece of a [`Text`].
#[derive(Clone, Debug)]
pub enum Part {
    /// Known characters and where they are written. When the span is as long as the text, the source spells these
    /// characters byte by byte, so that a place inside them is a place in the source.
    Literal(Arc<str>, Span),
    /// Characters that are not known.
    Hole(Arc<Unknown>, Span),
}

impl Text {
    /// Joins parts; `Err` with the whole string when no hole is among them. Empty literals vanish.
    pub fn join(parts: impl IntoIterator<Item = Part>) -> Result<Self, String> {
        let parts: Vec<Part> =
            parts.into_iter().filter(|part| !matches!(part, Part::Literal(text, _) if text.is_empty())).collect();
        if parts.iter().any(|part| matches!(part, Part::Hole(..))) {
            return Ok(Self { parts: parts.into() });
        }
        Err(parts.iter().map(|part| if let Part::Literal(text, _) = part { text.as_ref() } else { "" }).collect())
    }

    /// The parts in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The literal pieces, neighbours joined, with `Err(unknown)` for a hole.
    fn pieces(&self) -> VecDeque<Piece<'_>> {
        let mut pieces: VecDeque<Piece<'_>> = VecDeque::with_capacity(self.parts.len());
        for part in self.parts.iter() {
            match part {
                Part::Hole(unknown, _) => pieces.push_back(Piece::Hole(unknown)),
                Part::Literal(text, _) => match pieces.back_mut() {
                    Some(Piece::Literal(before)) => before.push_str(text),
                    _ => pieces.push_back(Piece::Literal(text.to_string())),
                },
            }
        }
        pieces
    }

    /// Whether two texts are the same string.
    pub fn same(&self, other: &Self) -> Tri {
        same_pieces(self.pieces(), other.pieces())
    }

    /// Whether this text is the given string.
    pub fn same_str(&self, other: &str) -> Tri {
        same_pieces(self.pieces(), [Piece::Literal(other.to_owned())].into())
    }

    /// Whether this text is what an unknown string turns out to be.
    pub fn same_hole(&self, other: &Unknown) -> Tri {
        same_pieces(self.pieces(), [Piece::Hole(other)].into())
    }

    /// What the text certainly looks like.
    pub fn shape(&self) -> Shape {
        Shape::of_pieces(self.parts.iter().map(|part| match part {
            Part::Literal(text, _) => Ok(text.as_ref()),
            Part::Hole(unknown, _) => Err(&unknown.refine.shape),
        }))
    }
}

enum Piece<'a> {
    Literal(String),
    Hole(&'a Unknown),
}

/// Drops what both sides share at their ends; what is left decides.
fn same_pieces(mut left: VecDeque<Piece<'_>>, mut right: VecDeque<Piece<'_>>) -> Tri {
    strip_common(&mut left, &mut right, true);
    strip_common(&mut left, &mut right, false);
    let (left, right) = (left.make_contiguous(), right.make_contiguous());
    if left.is_empty() && right.is_empty() {
        return Tri::Yes;
    }
    // A lone hole knows some strings that it is not.
    if let ([Piece::Hole(unknown)], [Piece::Literal(text)]) | ([Piece::Literal(text)], [Piece::Hole(unknown)]) =
        (&*left, &*right)
        && unknown.refine.excludes(text)
    {
        return Tri::No;
    }
    let shape = |pieces: &[Piece<'_>]| {
        Shape::of_pieces(pieces.iter().map(|piece| match piece {
            Piece::Literal(text) => Ok(text.as_str()),
            Piece::Hole(unknown) => Err(&unknown.refine.shape),
        }))
    };
    if shape(left).overlaps(&shape(right)) { Tri::Unknown } else { Tri::No }
}

fn strip_common(left: &mut VecDeque<Piece<'_>>, right: &mut VecDeque<Piece<'_>>, front: bool) {
    fn end<'p, 'a>(pieces: &'p mut VecDeque<Piece<'a>>, front: bool) -> Option<&'p mut Piece<'a>> {
        if front { pieces.front_mut() } else { pieces.back_mut() }
    }
    fn drop_end(pieces: &mut VecDeque<Piece<'_>>, front: bool) {
        if front {
            pieces.pop_front()
        } else {
            pieces.pop_back()
        };
    }
    loop {
        let (Some(a), Some(b)) = (end(left, front), end(right, front)) else { return };
        match (a, b) {
            (Piece::Hole(a), Piece::Hole(b)) if a.term == b.term => {
                drop_end(left, front);
                drop_end(right, front);
            }
            (Piece::Literal(a), Piece::Literal(b)) => {
                let shared = if front { common_prefix(a, b) } else { common_suffix(a, b) };
                if shared == 0 {
                    return;
                }
                for text in [&mut *a, &mut *b] {
                    if front {
                        text.drain(..shared);
                    } else {
                        text.truncate(text.len() - shared);
                    }
                }
                let (a_empty, b_empty) = (a.is_empty(), b.is_empty());
                if a_empty {
                    drop_end(left, front);
                }
                if b_empty {
                    drop_end(right, front);
                }
            }
            _ => return,
        }
    }
}

fn common_prefix(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

fn common_suffix(a: &str, b: &str) -> usize {
    a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

/// A set of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Just this one.
    Char(char),
    /// `0`-`9`.
    Digit,
    /// Lower-case letters, digits and `-`: Regions and partitions.
    Region,
    /// Anything but `:`; a part of an ARN.
    NoColon,
    /// Anything but `:` and `/`; a name.
    Name,
    /// Any character.
    Any,
}

impl Class {
    fn holds(self, c: char) -> bool {
        match self {
            Self::Char(own) => own == c,
            Self::Digit => c.is_ascii_digit(),
            Self::Region => c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
            Self::NoColon => c != ':',
            Self::Name => c != ':' && c != '/',
            Self::Any => true,
        }
    }

    /// True when some character lies in both. All classes but single characters have the digits in common.
    fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Char(c), class) | (class, Self::Char(c)) => class.holds(c),
            _ => true,
        }
    }
}

/// One step of a [`Shape`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Exactly one character of the class.
    One(Class),
    /// Any number of characters of the class, also none.
    Many(Class),
}

/// What a string certainly looks like: a sequence of steps, as in a glob.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    steps: Arc<[Step]>,
}

/// A shape made of texts has so many steps, and one that stands for the rest.
const MOST_STEPS: usize = 1 << 12;

/// Above this many pairs of steps, two shapes count as overlapping without a look; keeps the comparison of huge texts
/// bounded.
const MOST_STEP_PAIRS: usize = 1 << 22;

impl Default for Shape {
    fn default() -> Self {
        Self::any()
    }
}

impl Shape {
    /// Nothing is known.
    pub fn any() -> Self {
        static ANY: LazyLock<Shape> = LazyLock::new(|| Shape::steps([Step::Many(Class::Any)]));
        ANY.clone()
    }

    /// Any string but the empty one.
    pub fn non_empty() -> Self {
        Self::steps([Step::One(Class::Any), Step::Many(Class::Any)])
    }

    /// Exactly this string.
    pub fn literal(text: &str) -> Self {
        Self::of_pieces([Ok(text)])
    }

    /// Strings and shapes, one behind the other. Of a long text the front says enough: behind [`MOST_STEPS`] anything may
    /// follow.
    fn of_pieces<'p>(pieces: impl IntoIterator<Item = Result<&'p str, &'p Self>>) -> Self {
        let mut steps = Vec::new();
        for piece in pieces {
            let room = MOST_STEPS.saturating_sub(steps.len());
            match piece {
                Ok(text) => steps.extend(text.chars().take(room + 1).map(|c| Step::One(Class::Char(c)))),
                Err(shape) => steps.extend(shape.steps.iter().take(room + 1)),
            }
            if steps.len() > MOST_STEPS {
                steps.truncate(MOST_STEPS);
                steps.push(Step::Many(Class::Any));
                break;
            }
        }
        Self::steps(steps)
    }

    /// At least one character of a class, and nothing else.
    pub fn some_of(class: Class) -> Self {
        Self::steps([Step::One(class), Step::Many(class)])
    }

    /// Exactly `count` characters of a class.
    pub fn exactly(count: usize, class: Class) -> Self {
        Self::steps(std::iter::repeat_n(Step::One(class), count))
    }

    /// From steps.
    pub fn steps(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect() }
    }

    /// A glob: `*` stands for any run of characters, `?` for one.
    pub fn glob(pattern: &str) -> Self {
        Self::steps(pattern.chars().map(|c| match c {
            '*' => Step::Many(Class::Any),
            '?' => Step::One(Class::Any),
            c => Step::One(Class::Char(c)),
        }))
    }

    /// This shape followed by another.
    #[must_use]
    pub fn then(&self, other: &Self) -> Self {
        Self::of_pieces([Err(self), Err(other)])
    }

    /// An AWS account id: twelve digits.
    pub fn account() -> Self {
        Self::exactly(12, Class::Digit)
    }

    /// A Region or a partition name.
    pub fn region() -> Self {
        Self::some_of(Class::Region)
    }

    /// A string that starts with `prefix`.
    pub fn starting(prefix: &str) -> Self {
        Self::literal(prefix).then(&Self::any())
    }

    /// The shape's steps.
    pub fn as_steps(&self) -> &[Step] {
        &self.steps
    }

    /// True when the empty string may have this shape.
    pub fn allows_empty(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Many(_)))
    }

    /// True when this very string may have this shape.
    pub fn allows(&self, text: &str) -> bool {
        matches!(*self.steps, [Step::Many(Class::Any)]) || self.overlaps(&Self::literal(text))
    }

    /// The literal text that every string of this shape starts with.
    pub fn literal_prefix(&self) -> String {
        let chars = self.steps.iter().map_while(|step| match step {
            Step::One(Class::Char(c)) => Some(*c),
            _ => None,
        });
        chars.collect()
    }

    /// True when some string has both shapes.
    pub fn overlaps(&self, other: &Self) -> bool {
        if self.steps.len().saturating_mul(other.steps.len()) > MOST_STEP_PAIRS {
            return true;
        }
        match without_ends(&self.steps, &other.steps) {
            None => false,
            Some(([Step::Many(Class::Any)], _) | (_, [Step::Many(Class::Any)])) => true,
            Some((a, b)) => steps_overlap(a, b),
        }
    }
}

/// Two sequences of steps without what stands for one character at the front of both, and at the end of both; `None` when two
/// such characters certainly differ.
fn without_ends<'s>(mut a: &'s [Step], mut b: &'s [Step]) -> Option<(&'s [Step], &'s [Step])> {
    while let ([Step::One(x), rest_a @ ..], [Step::One(y), rest_b @ ..]) = (a, b) {
        if !x.meets(*y) {
            return None;
        }
        (a, b) = (rest_a, rest_b);
    }
    while let ([rest_a @ .., Step::One(x)], [rest_b @ .., Step::One(y)]) = (a, b) {
        if !x.meets(*y) {
            return None;
        }
        (a, b) = (rest_a, rest_b);
    }
    Some((a, b))
}

fn steps_overlap(a: &[Step], b: &[Step]) -> bool {
    // reached[j]: the first i steps of `a` and the first j steps of `b` can produce a common string.
    let mut reached = vec![false; b.len() + 1];
    let mut before = reached.clone();
    for i in 0..=a.len() {
        std::mem::swap(&mut before, &mut reached);
        let step_a = i.checked_sub(1).and_then(|i| a.get(i));
        for j in 0..=b.len() {
            let at = |row: &[bool], j: usize| row.get(j).copied().unwrap_or(false);
            let step_b = j.checked_sub(1).and_then(|j| b.get(j));
            let both_empty = i == 0 && j == 0;
            // A `Many` may stand for nothing, and it stays where it is while the other side takes a character.
            let skip_a = matches!(step_a, Some(Step::Many(_))) && at(&before, j);
            let skip_b = matches!(step_b, Some(Step::Many(_))) && j > 0 && at(&reached, j - 1);
            let take = match (step_a, step_b) {
                (Some(Step::One(x)), Some(Step::One(y))) => x.meets(*y) && at(&before, j - 1),
                (Some(Step::Many(x)), Some(Step::One(y))) => x.meets(*y) && at(&reached, j - 1),
                (Some(Step::One(x)), Some(Step::Many(y))) => x.meets(*y) && at(&before, j),
                _ => false,
            };
            if let Some(slot) = reached.get_mut(j) {
                *slot = both_empty || skip_a || skip_b || take;
            }
        }
    }
    reached.last().copied().unwrap_or(false)
}
