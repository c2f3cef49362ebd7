//! Templates: handlebars text, parsed by the handlebars crate and evaluated here.
//!
//! The crate's own renderer turns every value into text, takes a missing helper argument for null, does unbounded work
//! in nested `each` blocks and overflows the stack on partials; a workflow needs none of that. So the crate's parser
//! defines the language, and `evaluate` gives it typed, strict and bounded values.

mod compile;
mod evaluate;
mod guard;
mod path;

use std::fmt;

use serde_json::Value;

pub(crate) use evaluate::{MAX_OUTPUT, Trouble, evaluate, walk};
pub(crate) use path::Path;

use crate::mapping::Helper;

/// A parsed template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    /// As it stands in the workflow.
    pub(crate) source: String,
    pub(crate) parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Text(String),
    Value(Operand),
    Block(Box<Block>),
}

/// Something with a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Path(Path),
    Literal(Value),
    Call(Call),
}

#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) helper: &'static Helper,
    pub(crate) arguments: Vec<Operand>,
    pub(crate) named: Vec<(String, Operand)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    pub(crate) kind: BlockKind,
    pub(crate) subject: Operand,
    pub(crate) body: Vec<Part>,
    pub(crate) otherwise: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BlockKind {
    If {
        negated: bool,
    },
    /// The names in `as |item index|`.
    Each {
        names: Vec<String>,
    },
    With {
        names: Vec<String>,
    },
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateProblem {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
    /// A byte offset in the template, as near as it is known.
    pub(crate) offset: usize,
    /// The wrong word in the template, where there is one.
    pub(crate) word: Option<String>,
}

impl Template {
    /// Parses `source`; gives everything that is wrong with it.
    pub(crate) fn parse(source: &str) -> Result<Self, Vec<TemplateProblem>> {
        compile::compile(source)
    }

    /// The template's one expression, where it is nothing else: its value keeps its type.
    pub(crate) fn lone(&self) -> Option<&Operand> {
        match self.parts.as_slice() {
            [Part::Value(operand)] => Some(operand),
            _ => None,
        }
    }
}

/// Whether text has a template in it at all.
pub(crate) fn is_template(text: &str) -> bool {
    text.contains("{{")
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.helper.name == other.helper.name
            && self.arguments == other.arguments
            && self.named == other.named
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.helper.name).field(&self.arguments).field(&self.named).finish()
    }
}
