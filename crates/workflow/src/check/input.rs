//! The input of an operation against its fields.

use highline_catalog::{Definition, Field, FieldType};
use highline_yaml::{Diagnostic, Node, NodeValue, Span, nearest};
use serde_json::{Map, Value};

use super::Checker;
use super::shape::Shape;
use super::value::Typed;
use crate::Expr;
use crate::document::Table;
use crate::duration::parse_duration;

/// An operation as a workflow uses it.
pub(super) struct Use<'u> {
    pub(super) definition: &'u Definition,
    pub(super) connection: Option<&'u str>,
    pub(super) with: Option<&'u Table>,
    /// Where the operation is named.
    pub(super) span: Span,
}

impl Checker<'_> {
    pub(super) fn input(&mut self, used: &Use<'_>) -> Expr {
        let mut fields = Vec::new();
        let entries = used.with.and_then(|with| with.0.as_mapping());
        for (name, entry) in entries.into_iter().flatten() {
            let value = self.value(&entry.value);
            match used.definition.field(name) {
                Some(field) => fields.push((name.clone(), self.fitted(field, &entry.value, value))),
                None => self.unknown_field(used.definition, name, entry.key_span),
            }
        }
        self.missing_fields(used, &fields);
        self.groups(used, &fields);
        Expr::object(fields)
    }

    /// The input of an operation that is not known: its templates are checked all the same.
    pub(super) fn free_input(&mut self, with: Option<&Table>) -> Expr {
        with.map_or_else(|| Expr::literal(Value::Object(Map::new())), |with| self.value(&with.0).expr)
    }

    fn unknown_field(&mut self, definition: &Definition, name: &str, span: Span) {
        let message = format!("`{}` has no input field `{name}`", definition.id);
        let diagnostic = Diagnostic::error("E0303", span, message);
        let names = definition.input.iter().map(|field| field.name.as_str());
        let diagnostic = match nearest(name, names.clone()) {
            Some(near) => diagnostic.meant(Some(near)),
            None if definition.input.is_empty() => diagnostic.help("it takes no input"),
            None if definition.input.len() <= 15 => {
                diagnostic.help(format!("its fields are {}", names.collect::<Vec<_>>().join(", ")))
            }
            None => diagnostic.help(format!("`highline catalog show {}` lists its fields", definition.id)),
        };
        self.diagnostics.push(diagnostic);
    }

    fn missing_fields(&mut self, used: &Use<'_>, given: &[(String, Expr)]) {
        for field in used.definition.input.iter().filter(|field| field.required) {
            let there = given.iter().find(|(name, _)| *name == field.name);
            if there.is_some_and(|(_, expr)| field.nullable || expr.as_literal() != Some(&Value::Null)) {
                continue;
            }
            if field.from_connection && !self.connection_lacks(used.connection, &field.name) {
                continue;
            }
            let message = format!("`{}` needs the field `{}`", used.definition.id, field.name);
            let mut diagnostic = Diagnostic::error("E0304", used.span, message);
            diagnostic.help = Some(match (&field.example, field.from_connection) {
                (_, true) => format!("give it in `with`, or add `{}` to the connection", field.name),
                (Some(example), _) => format!("add `{}: {example}` to `with`", field.name),
                (None, _) => format!("add `{}` ({}) to `with`", field.name, field.kind),
            });
            self.diagnostics.push(diagnostic);
        }
    }

    /// Fields of which one must be given, or only one may be. What a template gives, or whether, is not known yet.
    fn groups(&mut self, used: &Use<'_>, given: &[(String, Expr)]) {
        for requirement in &used.definition.require {
            let there: Vec<&Expr> = given
                .iter()
                .filter(|(name, expr)| {
                    requirement.fields().contains(name) && expr.as_literal() != Some(&Value::Null)
                })
                .map(|(_, expr)| expr)
                .collect();
            let sure = there.iter().filter(|expr| expr.as_literal().is_some()).count();
            let may_hold = (sure..=there.len()).any(|count| requirement.holds(count));
            if !may_hold {
                let message = format!("`{}`: {}", used.definition.id, requirement.told());
                self.diagnostics.push(Diagnostic::error("E0306", used.span, message));
            }
        }
    }

    /// Whether it is certain that the connection does not give the field.
    fn connection_lacks(&self, connection: Option<&str>, field: &str) -> bool {
        let known = self.environment.connections.zip(connection).and_then(|(all, name)| all.get(name));
        known.is_some_and(|connection| !connection.values.contains_key(field))
    }

    /// The value for a field, in the field's type where that is known now.
    fn fitted(&mut self, field: &Field, node: &Node, value: Typed) -> Expr {
        if value.templated {
            self.templated(field, node, &value);
            return value.expr;
        }
        let literal = as_typed(field, node);
        if literal.is_null() {
            return Expr::literal(literal);
        }
        match field.convert(&literal) {
            Ok(converted) => {
                if let (FieldType::Duration, Some(text)) = (field.kind, converted.as_str())
                    && let Err(error) = parse_duration(text)
                {
                    self.error("E0209", node.span, format!("field `{}`: {error}", field.name));
                }
                self.nested(field, node);
                Expr::literal(converted)
            }
            Err(message) => {
                let mut diagnostic = Diagnostic::error("E0305", node.span, message);
                if let Some(text) = node.text() {
                    let allowed = field.values.iter().filter_map(Value::as_str);
                    diagnostic = diagnostic.meant(nearest(text, allowed));
                    if field.kind == FieldType::Array {
                        diagnostic = diagnostic.help(format!("write a list: `[{text}]`"));
                    }
                }
                self.diagnostics.push(diagnostic);
                Expr::literal(literal)
            }
        }
    }

    /// What can be said of a template's value before there is one.
    fn templated(&mut self, field: &Field, node: &Node, value: &Typed) {
        let fits = match (&value.shape, field.kind) {
            (Shape::Any, _) | (_, FieldType::Any) => true,
            (Shape::List(_), kind) => kind == FieldType::Array,
            (Shape::Fields(_) | Shape::Headers, kind) => kind == FieldType::Object || field.by_name.is_some(),
            (Shape::Scalar(_), kind) => !matches!(kind, FieldType::Object | FieldType::Array),
        };
        if fits {
            return self.nested(field, node);
        }
        let message =
            format!("field `{}` must be {}, and this is {}", field.name, field.kind, value.shape.kind());
        let diagnostic = Diagnostic::error("E0305", node.span, message);
        self.diagnostics.push(match (&value.shape, field.kind.is_text()) {
            (Shape::List(_), true) => {
                diagnostic.help("join the list: `{{ join list \", \" }}`, or take `{{ first list }}`")
            }
            (Shape::Fields(_), true) => diagnostic.help("take one of its fields, or `{{ json value }}`"),
            _ => diagnostic,
        });
    }

    /// Fields inside an object or a list of objects that the operation does not describe. The app may know them.
    fn nested(&mut self, field: &Field, node: &Node) {
        // Names in place of ids are the app's: they are looked up when the step runs.
        if field.by_name.is_none() || node.as_mapping().is_none() {
            self.described(field, node);
        }
    }

    fn described(&mut self, field: &Field, node: &Node) {
        if field.fields.is_empty() {
            return;
        }
        for item in node.as_sequence().unwrap_or_default() {
            self.described(field, item);
        }
        for (name, entry) in node.as_mapping().into_iter().flatten() {
            match field.fields.iter().find(|inner| inner.name == *name) {
                Some(inner) => self.nested(inner, &entry.value),
                None => {
                    let message = format!("field `{}` does not describe `{name}`", field.name);
                    let near = nearest(name, field.fields.iter().map(|inner| inner.name.as_str()));
                    self.diagnostics.push(Diagnostic::warning("W0603", entry.key_span, message).meant(near));
                }
            }
        }
    }
}

/// A literal as the field wants it: for text, what was typed, so that `01234` and `1.10` keep their digits.
fn as_typed(field: &Field, node: &Node) -> Value {
    match (&node.value, &node.typed) {
        (NodeValue::Integer(_) | NodeValue::Float(_) | NodeValue::Bool(_), Some(typed))
            if field.kind.is_text() =>
        {
            Value::String(typed.clone())
        }
        _ => node.to_json(),
    }
}
