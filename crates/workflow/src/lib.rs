#![doc = include_str!("../README.md")]
mod check;
mod codes;
mod document;
mod duration;
mod expr;
mod mapping;
mod outline;
mod schedule;
mod scope;
mod template;
pub mod types;
mod value;
mod view;

pub use check::{Checked, Environment, check, hash};
pub use codes::CODES;
pub use document::json_schema;
pub use duration::{InvalidDuration, format_duration, parse_duration};
pub use expr::{EvaluationError, Expr};
pub use mapping::{HELPERS, Helper, example_data};
pub use outline::{BranchOutline, StepOutline, TriggerOutline};
pub use schedule::InvalidSchedule;
pub use scope::Scope;
pub use template::TemplateProblem;
pub use types::*;
pub use value::is_truthy;
pub use view::DiagnosticView;
