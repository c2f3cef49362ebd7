#![doc = include_str!("../README.md")]

mod codes;
mod diagnostic;
mod nearest;
mod node;
mod parse;
mod render;
mod scalar;
mod source;

pub use codes::{CODES, Code};
pub use diagnostic::{Diagnostic, Severity, has_errors};
pub use nearest::nearest;
pub use node::{Entry, Node, NodeValue};
pub use parse::{MAX_DEPTH, Parsed, parse, read};
pub use render::{Format, render};
pub use source::{MAX_BYTES, Source, Span};
