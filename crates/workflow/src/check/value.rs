//! Values with templates in them.

use highline_yaml::{Diagnostic, Node, NodeValue};
use serde_json::Value;

use super::Checker;
use super::locate::locate;
use super::reference::references;
use super::shape::Shape;
use crate::Expr;
use crate::document::Condition;
use crate::template::{Operand, Template, is_template};

/// A value that has been checked.
pub(super) struct Typed {
    pub(super) expr: Expr,
    /// What is known of it.
    pub(super) shape: Shape,
    /// Whether something in it is worked out for each run.
    pub(super) templated: bool,
}

impl Checker<'_> {
    /// Compiles a value and checks each template in it.
    pub(super) fn value(&mut self, node: &Node) -> Typed {
        match &node.value {
            NodeValue::String(text) if is_template(text) => self.template(node, text),
            NodeValue::Sequence(items) => {
                let items: Vec<Typed> = items.iter().map(|item| self.value(item)).collect();
                let shape = Shape::list(items.first().map_or(Shape::Any, |item| item.shape.clone()));
                let templated = items.iter().any(|item| item.templated);
                Typed {
                    expr: Expr::list(items.into_iter().map(|item| item.expr).collect()),
                    shape,
                    templated,
                }
            }
            NodeValue::Mapping(entries) => {
                for (name, entry) in entries.iter().filter(|(name, _)| is_template(name)) {
                    let message = format!("a key cannot be a template: `{name}`");
                    self.error("E0403", entry.key_span, message);
                }
                let fields: Vec<(String, Typed)> =
                    entries.iter().map(|(name, entry)| (name.clone(), self.value(&entry.value))).collect();
                let shape = Shape::fields(fields.iter().map(|(n, v)| (n.clone(), v.shape.clone())).collect());
                let templated = fields.iter().any(|(_, value)| value.templated);
                let fields = fields.into_iter().map(|(name, value)| (name, value.expr)).collect();
                Typed { expr: Expr::object(fields), shape, templated }
            }
            _ => {
                let value = node.to_json();
                Typed { shape: Shape::of_value(&value), expr: Expr::literal(value), templated: false }
            }
        }
    }

    fn template(&mut self, node: &Node, text: &str) -> Typed {
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(problems) => {
                for problem in problems {
                    let span = locate(self.source, node, problem.word.as_deref(), problem.offset);
                    let mut diagnostic = Diagnostic::error(problem.code, span, problem.message);
                    diagnostic.help = problem.help;
                    self.diagnostics.push(diagnostic);
                }
                return Typed { expr: Expr::literal(Value::Null), shape: Shape::Any, templated: true };
            }
        };
        let mut found = Vec::new();
        for (word, lost) in references(self, &template) {
            found.push(lost.at(locate(self.source, node, Some(word), 0)));
        }
        let wrong = !found.is_empty();
        self.diagnostics.extend(found);
        let shape = match template.lone() {
            _ if wrong => Shape::Any,
            Some(Operand::Path(path)) => self.resolve(path).unwrap_or(Shape::Any),
            Some(Operand::Literal(value)) => Shape::of_value(value),
            Some(Operand::Call(_)) => Shape::Any,
            None => Shape::Scalar("text"),
        };
        Typed { expr: Expr::compiled(template), shape, templated: true }
    }

    /// `where` and `if`: a template, or `true` or `false`. Text without a template would always hold.
    pub(super) fn condition(&mut self, condition: &Condition) -> Option<Expr> {
        let node = &condition.0;
        match node.as_str() {
            Some(text) if !is_template(text) && !matches!(text, "true" | "false") => {
                let message = "a condition must be a template; this text would always hold";
                let help = format!("write \"{{{{ {text} }}}}\"");
                self.diagnostics.push(Diagnostic::error("E0203", node.span, message).help(help));
                None
            }
            _ => Some(self.value(node).expr),
        }
    }

    /// `vars` and `maps` are constants.
    pub(super) fn no_templates(&mut self, node: &Node, name: &str) {
        match &node.value {
            NodeValue::String(text) if is_template(text) => {
                let message = format!("`{name}` holds constants; a template is not worked out here");
                let help = "work values out in a `set` step";
                self.diagnostics.push(Diagnostic::error("E0403", node.span, message).help(help));
            }
            NodeValue::Sequence(items) => items.iter().for_each(|item| self.no_templates(item, name)),
            NodeValue::Mapping(entries) => {
                entries.values().for_each(|entry| self.no_templates(&entry.value, name));
            }
            _ => {}
        }
    }
}
