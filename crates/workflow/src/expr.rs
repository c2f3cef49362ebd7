//! A JSON value with templates anywhere in it.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::scope::Scope;
use crate::template::{self, Template, TemplateProblem, evaluate};

/// A value to work out: compiled once, evaluated for each run. Cloning is cheap.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr(Arc<Form>);

#[derive(Debug, PartialEq)]
enum Form {
    Literal(Value),
    Template(Template),
    List(Vec<Expr>),
    Object(Vec<(String, Expr)>),
}

/// Why a value could not be worked out. The message names the expression, the path in it, and the field it is for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message} in `{expression}`", if .field.is_empty() { String::new() } else { format!("field `{}`: ", .field) })]
pub struct EvaluationError {
    /// Where the expression stands, as in `contact.email`; empty where it stands alone.
    pub field: String,
    /// The expression as it was written, cut when it is long.
    pub expression: String,
    /// ``missing value `steps.contact.emial` ``
    pub message: String,
    /// The path that has no value, where that is the reason.
    pub missing: Option<String>,
}

impl Expr {
    /// A value without templates: `{{` in it is plain text.
    pub fn literal(value: Value) -> Self {
        Self(Arc::new(Form::Literal(value)))
    }

    /// A text with templates.
    pub fn template(text: &str) -> Result<Self, Vec<TemplateProblem>> {
        if !template::is_template(text) {
            return Ok(Self::literal(Value::String(text.to_owned())));
        }
        Template::parse(text).map(Self::compiled)
    }

    /// A value whose texts may hold templates. For values that do not come from a file; `check` gives positions.
    pub fn parse(value: &Value) -> Result<Self, Vec<TemplateProblem>> {
        match value {
            Value::String(text) => Self::template(text),
            Value::Array(items) => Ok(Self::list(items.iter().map(Self::parse).collect::<Result<_, _>>()?)),
            Value::Object(fields) => {
                let fields = fields.iter();
                let fields =
                    fields.map(|(name, value)| Self::parse(value).map(|value| (name.clone(), value)));
                Ok(Self::object(fields.collect::<Result<_, _>>()?))
            }
            other => Ok(Self::literal(other.clone())),
        }
    }

    pub(crate) fn compiled(template: Template) -> Self {
        Self(Arc::new(Form::Template(template)))
    }

    /// A list; one without templates is a literal.
    pub(crate) fn list(items: Vec<Self>) -> Self {
        match items.iter().map(|item| item.as_literal().cloned()).collect::<Option<Vec<_>>>() {
            Some(values) => Self::literal(Value::Array(values)),
            None => Self(Arc::new(Form::List(items))),
        }
    }

    /// An object; one without templates is a literal.
    pub(crate) fn object(fields: Vec<(String, Self)>) -> Self {
        let literal = fields.iter().map(|(name, value)| Some((name.clone(), value.as_literal()?.clone())));
        match literal.collect::<Option<Map<_, _>>>() {
            Some(values) => Self::literal(Value::Object(values)),
            None => Self(Arc::new(Form::Object(fields))),
        }
    }

    /// The value, where there is nothing to work out.
    pub fn as_literal(&self) -> Option<&Value> {
        match &*self.0 {
            Form::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// The value as it was written, templates and all.
    pub fn source(&self) -> Value {
        match &*self.0 {
            Form::Literal(value) => value.clone(),
            Form::Template(template) => Value::String(template.source.to_string()),
            Form::List(items) => items.iter().map(Self::source).collect(),
            Form::Object(fields) => {
                Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.source())).collect())
            }
        }
    }

    /// The value in `scope`. A text that is one lone expression gives that expression's value with its type; text
    /// with anything around an expression gives text. A missing value is an error.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, EvaluationError> {
        match &*self.0 {
            Form::Literal(value) => Ok(value.clone()),
            Form::Template(template) => {
                evaluate(template, scope).map_err(|trouble| EvaluationError::new(template, trouble))
            }
            Form::List(items) => {
                let items = items.iter().enumerate();
                items.map(|(at, item)| item.evaluate(scope).map_err(|e| e.within(&at.to_string()))).collect()
            }
            Form::Object(fields) => {
                let fields = fields.iter();
                fields
                    .map(|(name, value)| {
                        Ok((name.clone(), value.evaluate(scope).map_err(|e| e.within(name))?))
                    })
                    .collect::<Result<Map<_, _>, _>>()
                    .map(Value::Object)
            }
        }
    }
}

impl EvaluationError {
    fn new(template: &Template, trouble: template::Trouble) -> Self {
        let (message, missing) = match trouble {
            template::Trouble::Missing(path) => (format!("missing value `{path}`"), Some(path)),
            template::Trouble::Other(message) => (message, None),
        };
        let source = template.source.trim();
        let expression = match source.char_indices().nth(120) {
            Some((end, _)) => format!("{}…", &source[..end]),
            None => source.to_owned(),
        };
        Self { field: String::new(), expression, message, missing }
    }

    fn within(mut self, name: &str) -> Self {
        self.field = match self.field.as_str() {
            "" => name.to_owned(),
            inner => format!("{name}.{inner}"),
        };
        self
    }
}
