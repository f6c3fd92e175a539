//! Expressions of code in a small form of our own, every part with its bytes.
//!
//! The only file that names `hcl_edit`, which reads whatever is no plain literal. It never sees an object literal: those
//! are cut by hand, when somebody asks for their entries.

use std::ops::Range;
use std::rc::Rc;

use hcl_edit::expr::{BinaryOperator, Expression, ForExpr, TraversalOperator, UnaryOperator};
use hcl_edit::template::Element;
use hcl_edit::{Span as _, parser};

use super::cut;
use crate::load::json::Json;
use crate::source::{SourceId, Span};

/// A file of code, or of data that code reads.
#[derive(Debug)]
pub struct File {
    /// The input.
    pub source: SourceId,
    /// All its text; what is not UTF-8 is none.
    pub text: String,
    /// How it is written.
    pub syntax: Syntax,
    /// Whether users write it themselves: it belongs to no module that was downloaded.
    pub is_own: bool,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// The language of `.tf` files.
    Native,
    /// JSON whose strings are templates: `.tf.json` files.
    Json,
    /// JSON whose strings are just that.
    Data,
}

/// A part of a file.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The file.
    pub file: Rc<File>,
    /// Its bytes.
    pub range: Range<usize>,
}

impl Slice {
    /// What stands there.
    pub fn text(&self) -> &str {
        &self.file.text[self.range.clone()]
    }

    /// Another part of the same file.
    pub fn part(&self, range: Range<usize>) -> Slice {
        Slice { file: Rc::clone(&self.file), range }
    }

    /// Whether the other lies in this one, edges included.
    pub fn contains(&self, inner: &Slice) -> bool {
        self.file.source == inner.file.source
            && self.range.start <= inner.range.start
            && inner.range.end <= self.range.end
    }

    /// The place in the input.
    pub fn span(&self) -> Span {
        let offset = |at: usize| u32::try_from(at).expect("inputs are smaller than 4 GiB");
        Span { source: self.file.source, start: offset(self.range.start), end: offset(self.range.end) }
    }

    /// The same without the quotes round it: what a person would underline.
    pub fn without_quotes(&self) -> Slice {
        match self.text().as_bytes() {
            [b'"', .., b'"'] if self.range.len() > 2 => self.part(self.range.start + 1..self.range.end - 1),
            _ => self.clone(),
        }
    }
}

/// An expression in its place.
#[derive(Debug)]
pub struct Node {
    /// Where it stands.
    pub at: Slice,
    /// What it is.
    pub expr: Expr,
}

/// What an expression is.
#[derive(Debug)]
pub enum Expr {
    /// A string without templates, a number, a truth.
    Text(String),
    /// `null`.
    Null,
    /// Parts that make one text.
    Template(Vec<Rc<Node>>),
    /// `[a, b]`.
    List(Vec<Rc<Node>>),
    /// An object literal; its entries are cut on demand.
    Object,
    /// A name that stands for something.
    Name(String),
    /// `a.b` and `a[b]`.
    Get(Rc<Node>, Rc<Node>),
    /// `f(a, b)`; true if the last argument is a list of arguments.
    Call(String, Vec<Rc<Node>>, bool),
    /// `a ? b : c`.
    If([Rc<Node>; 3]),
    /// `a == b`, or `a != b` if false.
    Equal([Rc<Node>; 2], bool),
    /// `!a`.
    Not(Rc<Node>),
    /// `a && b`, or `a || b` if false.
    Both([Rc<Node>; 2], bool),
    /// `[for …]` and `{for …}`.
    For(For),
    /// Anything else, and what cannot be read.
    Other,
}

/// A `for` expression.
#[derive(Debug)]
pub struct For {
    /// The names for the key and the value of each element.
    pub names: (Option<String>, String),
    /// What it goes through.
    pub over: Rc<Node>,
    /// The key of each result, if they make a map.
    pub key: Option<Rc<Node>>,
    /// Each result.
    pub value: Rc<Node>,
    /// Which elements count.
    pub when: Option<Rc<Node>>,
    /// Whether each key has a list of results.
    pub is_grouped: bool,
}

/// Longer expressions are not read.
const TOO_LONG: usize = 1 << 24;

/// Reads an expression.
pub fn read(at: &Slice) -> Rc<Node> {
    let expr = match at.file.syntax {
        Syntax::Native => return native(at),
        Syntax::Json | Syntax::Data => json(at),
    };
    Rc::new(Node { at: at.clone(), expr })
}

/// A text that code holds as a literal.
pub fn literal(at: &Slice, text: String) -> Rc<Node> {
    Rc::new(Node { at: at.clone(), expr: Expr::Text(text) })
}

fn native(at: &Slice) -> Rc<Node> {
    let text = at.text();
    if let Some(expr) = plain(at) {
        return Rc::new(Node { at: at.clone(), expr });
    }
    let masked = if text.len() > TOO_LONG { String::new() } else { cut::masked(&at.file.text, at.range.clone()) };
    match parser::parse_expr(&masked) {
        Ok(expression) => Reader { at: at.clone() }.node(&expression),
        Err(_) => Rc::new(Node { at: at.clone(), expr: Expr::Other }),
    }
}

/// What most expressions are: literals that need no parser.
fn plain(at: &Slice) -> Option<Expr> {
    let text = at.text();
    let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match text.as_bytes() {
        [b'"', inner @ .., b'"'] if memchr::memchr3(b'\\', b'"', b'{', inner).is_none() => {
            Some(Expr::Text(text[1..text.len() - 1].to_owned()))
        }
        [b'{', ..] if cut::opens_object(&at.file.text, at.range.start) => {
            (cut::close(&at.file.text, at.range.start, at.range.end) == Some(at.range.end)).then_some(Expr::Object)
        }
        b"null" => Some(Expr::Null),
        b"true" | b"false" => Some(Expr::Text(text.to_owned())),
        [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit) => Some(Expr::Text(text.to_owned())),
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] if is_name(text) => Some(Expr::Name(text.to_owned())),
        _ => None,
    }
}

/// Takes a parsed expression over; its spans count from where the slice starts.
struct Reader {
    at: Slice,
}

impl Reader {
    fn slice(&self, span: Option<Range<usize>>) -> Slice {
        let span = span.filter(|span| span.end <= self.at.range.len());
        span.map_or(self.at.clone(), |span| {
            self.at.part(self.at.range.start + span.start..self.at.range.start + span.end)
        })
    }

    fn node(&self, expression: &Expression) -> Rc<Node> {
        if let Expression::Parenthesis(inner) = expression {
            return self.node(inner.inner());
        }
        let at = self.slice(expression.span());
        let two = |one, other| [self.node(one), self.node(other)];
        let expr = match expression {
            Expression::Null(_) => Expr::Null,
            Expression::Bool(flag) => Expr::Text(flag.value().to_string()),
            Expression::Number(number) => Expr::Text(number.value().to_string()),
            Expression::String(text) => Expr::Text(text.value().clone()),
            Expression::Array(_) | Expression::Object(_) if at.text().starts_with('{') => Expr::Object,
            Expression::Array(list) => Expr::List(list.iter().map(|element| self.node(element)).collect()),
            Expression::StringTemplate(template) => return self.template(&at, template.iter()),
            Expression::HeredocTemplate(heredoc) => {
                let mut heredoc = heredoc.clone();
                heredoc.dedent();
                return self.template(&at, heredoc.template.iter());
            }
            Expression::Variable(name) => Expr::Name(name.as_str().to_owned()),
            Expression::Conditional(choice) => {
                let parts = [&choice.cond_expr, &choice.true_expr, &choice.false_expr];
                Expr::If(parts.map(|part| self.node(part)))
            }
            Expression::FuncCall(call) if call.name.namespace.is_empty() => {
                let arguments = call.args.iter().map(|argument| self.node(argument)).collect();
                Expr::Call(call.name.name.as_str().to_owned(), arguments, call.args.expand_final())
            }
            Expression::Traversal(traversal) => {
                return self.steps(&at, self.node(&traversal.expr), &traversal.operators);
            }
            Expression::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Not => {
                Expr::Not(self.node(&operation.expr))
            }
            Expression::BinaryOp(operation) => {
                let sides = two(&operation.lhs_expr, &operation.rhs_expr);
                match operation.operator.value() {
                    BinaryOperator::Eq => Expr::Equal(sides, true),
                    BinaryOperator::NotEq => Expr::Equal(sides, false),
                    BinaryOperator::And => Expr::Both(sides, true),
                    BinaryOperator::Or => Expr::Both(sides, false),
                    _ => Expr::Other,
                }
            }
            Expression::ForExpr(all) => Expr::For(self.for_all(all)),
            _ => Expr::Other,
        };
        Rc::new(Node { at, expr })
    }

    fn for_all(&self, all: &ForExpr) -> For {
        let intro = &all.intro;
        For {
            names: (intro.key_var.as_ref().map(|name| name.as_str().to_owned()), intro.value_var.as_str().to_owned()),
            over: self.node(&intro.collection_expr),
            key: all.key_expr.as_ref().map(|key| self.node(key)),
            value: self.node(&all.value_expr),
            when: all.cond.as_ref().map(|cond| self.node(&cond.expr)),
            is_grouped: all.grouping,
        }
    }

    fn steps(&self, at: &Slice, from: Rc<Node>, steps: &[hcl_edit::Decorated<TraversalOperator>]) -> Rc<Node> {
        steps.iter().fold(from, |from, step| {
            let key = match step.value() {
                TraversalOperator::GetAttr(name) => literal(&self.slice(name.span()), name.as_str().to_owned()),
                TraversalOperator::Index(index) => self.node(index),
                TraversalOperator::LegacyIndex(index) => literal(at, index.value().to_string()),
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                    return Rc::new(Node { at: at.clone(), expr: Expr::Other });
                }
            };
            Rc::new(Node { at: at.clone(), expr: Expr::Get(from, key) })
        })
    }

    /// A template is the text of all its parts; one that is nothing but an expression is that expression.
    fn template<'e>(&self, at: &Slice, elements: impl Iterator<Item = &'e Element>) -> Rc<Node> {
        let part = |element: &Element| match element {
            Element::Literal(text) => literal(&self.slice(text.span()), text.value().clone()),
            Element::Interpolation(part) => self.node(&part.expr),
            Element::Directive(_) => Rc::new(Node { at: at.clone(), expr: Expr::Other }),
        };
        let mut parts: Vec<Rc<Node>> = elements.map(part).collect();
        match parts.len() {
            0 => literal(at, String::new()),
            1 if matches!(parts[0].expr, Expr::Text(_)) => {
                let Expr::Text(text) = &parts[0].expr else { unreachable!("the guard saw a text") };
                literal(at, text.clone())
            }
            1 => parts.remove(0),
            _ => Rc::new(Node { at: at.clone(), expr: Expr::Template(parts) }),
        }
    }
}

/// A value of a JSON file.
fn json(at: &Slice) -> Expr {
    let Some(value) = json_value(at) else { return Expr::Other };
    if let Some(elements) = value.elements() {
        return Expr::List(elements.into_iter().map(|element| read(&json_slice(at, element))).collect());
    }
    match value.text() {
        Some(text) if at.file.syntax == Syntax::Json && (text.contains("${") || text.contains("%{")) => {
            template_of(at, &text)
        }
        Some(text) => Expr::Text(text.into_owned()),
        None if value.is_null() => Expr::Null,
        None => Expr::Object,
    }
}

/// A string of a JSON file that is a template. Of what is in it only the whole string has a place.
fn template_of(at: &Slice, text: &str) -> Expr {
    let Ok(template) = parser::parse_template(text) else { return Expr::Other };
    let detached = Slice { range: at.range.start..at.range.start, ..at.clone() };
    let node = Reader { at: detached }.template(at, template.iter());
    match Rc::try_unwrap(node) {
        Ok(node) => node.expr,
        Err(_) => Expr::Other,
    }
}

/// The JSON value that a slice is.
pub fn json_value(at: &Slice) -> Option<Json<'_>> {
    Json::parse(at.text())
}

/// The place of a JSON value that lies in a slice.
pub fn json_slice(within: &Slice, value: Json) -> Slice {
    let start = value.raw().as_ptr() as usize - within.file.text.as_ptr() as usize;
    within.part(start..start + value.raw().len())
}
