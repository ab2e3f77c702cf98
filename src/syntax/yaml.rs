//! YAML text to tree: YAML 1.1 scalars, as CloudFormation reads them, over the events of granit-parser.
//!
//! Kept as written: tags, comments, repeated keys, anchors and aliases (never expanded here).

mod scalar;

use super::SyntaxError;
use super::tree::{Builder, Comment, DEEPEST, MOST_NODES, NodeId, NodeKind, Tag, Tree};
use crate::source::{FileId, Span};
use granit_parser::{ErrorKind, Event, Options, Parser, Placement, ScalarStyle};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads a YAML stream. A document with an error is kept as far as it was read and marked as cut; reading goes on with
/// the next document.
pub fn parse(file: FileId, text: &str) -> Tree {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut text = Cow::Borrowed(text.get(start..).unwrap_or_default());
    let mut source = Source { file, start, padding: Vec::new() };
    loop {
        let mut reader = Reader { source: &source, text: &text, anchors: BTreeMap::new(), builder: Builder::new(file) };
        let Err(UnderIndented(at)) = reader.stream() else { return reader.builder.finish() };
        text.to_mut().insert_str(at, &" ".repeat(PADDING));
        source.padding.push(at - source.padding.len() * PADDING);
    }
}

/// CloudFormation's parser lets a quoted scalar continue at or left of its parent's column, YAML 1.2 parsers do not. Blanks
/// that lead a continuation line are folded away, so that padding there cannot change the value: the line at this offset
/// needs some, and the text is read again.
struct UnderIndented(usize);

/// Blanks inserted before such a line.
const PADDING: usize = 64;
/// So many lines are mended; a file with more has another problem.
const MOST_PADDED_LINES: usize = 64;

/// The library's limits are made for hostile input and refuse real templates: 97 comment lines behind a key, a quoted
/// key of 1,100 characters. What we read is bounded by the size of the file already.
fn options() -> Options {
    granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_comments: true,
        max_buffered_comment_events: usize::MAX,
        simple_key_max_lookahead: 1 << 16,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    }
}

/// Maps the parser's offsets back to the file.
struct Source {
    file: FileId,
    start: usize,
    /// Where [`PADDING`] blanks were inserted, in the text behind `start`, in rising order.
    padding: Vec<usize>,
}

impl Source {
    fn offset(&self, at: usize) -> usize {
        for (before, place) in self.padding.iter().enumerate().rev() {
            let at = at.saturating_sub(before * PADDING);
            if at > *place {
                return self.start + at.saturating_sub(PADDING).max(*place);
            }
        }
        self.start + at
    }

    fn span(&self, span: granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or_default();
        Span::new(self.file, self.offset(range.start), self.offset(range.end))
    }
}

struct Reader<'a> {
    source: &'a Source,
    text: &'a str,
    anchors: BTreeMap<usize, NodeId>,
    builder: Builder,
}

impl<'a> Reader<'a> {
    fn stream(&mut self) -> Result<(), UnderIndented> {
        let mut parser = Parser::new_from_str_with_options(self.text, options());
        while let Some(next) = parser.next_event() {
            match next {
                Ok((_, span)) if self.builder.is_full() => {
                    let span = self.source.span(span);
                    self.builder.break_off();
                    let message = format!("more than {MOST_NODES} values; the rest is not read");
                    self.builder.error(SyntaxError { span, message });
                    break;
                }
                Ok((event, span)) => self.event(event, span),
                Err(error) => {
                    self.fail(&error)?;
                    if !matches!(parser.proceed_next_document(), Ok(true)) {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    fn fail(&mut self, error: &granit_parser::ScanError) -> Result<(), UnderIndented> {
        let at = error.marker().byte_offset().unwrap_or_default();
        let mendable = matches!(error.kind(), ErrorKind::InvalidQuotedScalarIndent);
        if mendable && self.source.padding.len() < MOST_PADDED_LINES && self.text.is_char_boundary(at) {
            return Err(UnderIndented(at));
        }
        let at = self.source.offset(at);
        self.builder.break_off();
        let span = Span::new(self.source.file, at, at);
        self.builder.error(SyntaxError { span, message: error.info() });
        Ok(())
    }

    fn event(&mut self, event: Event<'a>, place: granit_parser::Span) {
        let span = self.source.span(place);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = scalar_kind(&text, style, span.is_empty(), tag.as_deref());
                let span = if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    self.trimmed(place)
                } else {
                    span
                };
                let tag = self.tag(tag.as_deref(), place);
                let id = self.builder.leaf(span, tag, kind);
                self.anchor(anchor, id);
            }
            Event::SequenceStart(_, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), place);
                let id = self.builder.begin(span, tag, NodeKind::Sequence(Vec::new()));
                self.anchor(anchor, id);
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = self.tag(tag.as_deref(), place);
                let id = self.builder.begin(span, tag, NodeKind::Mapping(Vec::new()));
                self.anchor(anchor, id);
            }
            // A block collection ends with an empty span at the next token.
            Event::SequenceEnd | Event::MappingEnd => self.builder.end((!span.is_empty()).then_some(span.end)),
            Event::Alias(anchor) => {
                let kind = NodeKind::Alias(self.anchors.get(&anchor).copied());
                self.builder.leaf(span, None, kind);
            }
            Event::UnresolvedAlias(name) => {
                self.builder.leaf(span, None, NodeKind::Alias(None));
                self.builder.error(SyntaxError { span, message: format!("no anchor `&{name}` before this alias") });
            }
            Event::Comment(_, placement) => {
                self.builder.comment(Comment { span, trailing: matches!(placement, Placement::Right) });
            }
            _ => {}
        }
    }

    fn anchor(&mut self, anchor: usize, id: NodeId) {
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
    }

    fn tag(&self, tag: Option<&granit_parser::Tag>, place: granit_parser::Span) -> Option<Tag> {
        let span = self.source.span(place.tag_span().unwrap_or(place));
        tag.map(|tag| Tag { name: tag.original().into(), span })
    }

    /// The span of a block scalar without the blank lines behind it.
    fn trimmed(&self, place: granit_parser::Span) -> Span {
        let range = place.byte_range().unwrap_or_default();
        let length = self.text.get(range.clone()).map_or(range.len(), |raw| raw.trim_end().len());
        Span::new(self.source.file, self.source.offset(range.start), self.source.offset(range.start + length))
    }
}

fn scalar_kind(text: &str, style: ScalarStyle, empty: bool, tag: Option<&granit_parser::Tag>) -> NodeKind {
    let text_of = |text: &str| NodeKind::String(Arc::from(text));
    match tag {
        // Nothing at all after a key, or after a tag.
        _ if empty && style == ScalarStyle::Plain => NodeKind::Null,
        Some(tag) if tag.is_yaml_core_schema_tag("str") => text_of(text),
        // `!!int "3"` says what the text means; `!Ref 0123` takes a name, not a number.
        Some(tag) if tag.is_yaml_core_schema() => scalar::resolve_plain(text),
        Some(_) => text_of(text),
        None if style == ScalarStyle::Plain => scalar::resolve_plain(text),
        None => text_of(text),
    }
}
