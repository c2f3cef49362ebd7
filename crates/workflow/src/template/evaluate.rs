//! The value of a template in a scope: typed, strict and bounded.

use std::borrow::Cow;
use std::cell::Cell;

use serde_json::Value;

use super::{Block, BlockKind, Call, Operand, Part, Path, Template};
use crate::mapping::{Argument, Arguments};
use crate::scope::Scope;
use crate::value;

/// The longest text that one template may give, in bytes.
pub(crate) const MAX_OUTPUT: usize = 1024 * 1024;
/// The most turns that all `each` blocks of one template may take together.
const MAX_TURNS: usize = 100_000;

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Trouble {
    /// There is nothing at this path.
    Missing(String),
    Other(String),
}

/// The value of a lone expression, or the template's text.
pub(crate) fn evaluate(template: &Template, scope: &Scope) -> Result<Value, Trouble> {
    let evaluation = Evaluation { scope, turns: Cell::new(0) };
    if let Some(operand) = template.lone() {
        return evaluation.operand(operand, &[]).map(Cow::into_owned);
    }
    let mut text = String::new();
    evaluation.parts(&template.parts, &[], &mut text)?;
    Ok(Value::String(text))
}

struct Evaluation<'a> {
    scope: &'a Scope,
    turns: Cell<usize>,
}

/// What an `each` or `with` block adds to the names.
struct Frame<'a> {
    this: &'a Value,
    names: Vec<(&'a str, Cow<'a, Value>)>,
    locals: Vec<(&'static str, Value)>,
}

impl<'a> Evaluation<'a> {
    fn parts(&self, parts: &'a [Part], frames: &[&Frame<'_>], out: &mut String) -> Result<(), Trouble> {
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Value(operand) => {
                    let found = self.operand(operand, frames)?;
                    let text = value::text(&found).ok_or_else(|| match operand {
                        Operand::Path(path) => Trouble::Missing(path.raw.clone()),
                        _ => Trouble::Other("null has no text".to_owned()),
                    })?;
                    out.push_str(&text);
                }
                Part::Block(block) => self.block(block, frames, out)?,
            }
            if out.len() > MAX_OUTPUT {
                return Err(Trouble::Other(format!("the text is longer than {MAX_OUTPUT} bytes")));
            }
        }
        Ok(())
    }

    fn block(&self, block: &'a Block, frames: &[&Frame<'_>], out: &mut String) -> Result<(), Trouble> {
        let subject = match self.operand(&block.subject, frames) {
            Ok(found) => Some(found),
            Err(Trouble::Missing(_)) => None,
            Err(other) => return Err(other),
        };
        let holds = subject.as_deref().is_some_and(value::is_truthy);
        match (&block.kind, subject) {
            (BlockKind::If { negated }, _) if holds != *negated => self.parts(&block.body, frames, out),
            (BlockKind::Each { names }, Some(subject)) if holds => {
                self.each(&EachBlock { block, names, subject: &subject }, frames, out)
            }
            (BlockKind::With { names }, Some(subject)) if holds => {
                let names = names.first().map(|name| (name.as_str(), Cow::Borrowed(&*subject)));
                let frame = Frame { this: &subject, names: names.into_iter().collect(), locals: Vec::new() };
                self.parts(&block.body, &inside(frames, &frame), out)
            }
            _ => self.parts(&block.otherwise, frames, out),
        }
    }

    fn each(&self, each: &EachBlock<'a, '_>, frames: &[&Frame<'_>], out: &mut String) -> Result<(), Trouble> {
        let turns: Vec<(Value, &Value)> = match each.subject {
            Value::Array(items) => {
                items.iter().enumerate().map(|(at, item)| (Value::from(at), item)).collect()
            }
            Value::Object(fields) => {
                fields.iter().map(|(key, item)| (Value::from(key.as_str()), item)).collect()
            }
            other => {
                return Err(Trouble::Other(format!(
                    "`each` goes through a list, not {}",
                    value::kind(other)
                )));
            }
        };
        for (at, (key, item)) in turns.iter().enumerate() {
            self.turns.set(self.turns.get() + 1);
            if self.turns.get() > MAX_TURNS {
                return Err(Trouble::Other(format!("`each` takes more than {MAX_TURNS} turns")));
            }
            let locals = vec![
                ("index", Value::from(at)),
                ("key", key.clone()),
                ("first", Value::Bool(at == 0)),
                ("last", Value::Bool(at + 1 == turns.len())),
            ];
            let values = [Cow::Borrowed(*item), Cow::Borrowed(key)];
            let names = each.names.iter().map(String::as_str).zip(values).collect();
            let frame = Frame { this: item, names, locals };
            self.parts(&each.block.body, &inside(frames, &frame), out)?;
        }
        Ok(())
    }

    fn operand<'s>(
        &'s self,
        operand: &'s Operand,
        frames: &'s [&Frame<'_>],
    ) -> Result<Cow<'s, Value>, Trouble> {
        match operand {
            Operand::Literal(value) => Ok(Cow::Borrowed(value)),
            Operand::Path(path) => {
                self.path(path, frames).map(Cow::Borrowed).ok_or_else(|| Trouble::Missing(path.raw.clone()))
            }
            Operand::Call(call) => self.call(call, frames).map(Cow::Owned),
        }
    }

    fn call<'s>(&'s self, call: &'s Call, frames: &'s [&Frame<'_>]) -> Result<Value, Trouble> {
        if let Some(decided) = self.logic(call, frames)? {
            return Ok(Value::Bool(decided));
        }
        let argument = |operand: &'s Operand| match self.operand(operand, frames) {
            Ok(value) => Ok(Argument::Value(value)),
            Err(Trouble::Missing(path)) if call.helper.takes_missing => Ok(Argument::Missing(path)),
            Err(trouble) => Err(trouble),
        };
        let mut arguments = Arguments { all: Vec::with_capacity(call.arguments.len()), named: Vec::new() };
        for operand in &call.arguments {
            arguments.all.push(argument(operand)?);
        }
        for (name, operand) in &call.named {
            arguments.named.push((name, argument(operand)?));
        }
        let result = (call.helper.run)(&arguments).map_err(|trouble| match trouble {
            Trouble::Other(message) => Trouble::Other(format!("{}: {message}", call.helper.name)),
            missing => missing,
        })?;
        match &result {
            Value::String(text) if text.len() > MAX_OUTPUT => {
                Err(Trouble::Other(format!("{}: text longer than {MAX_OUTPUT} bytes", call.helper.name)))
            }
            _ => Ok(result),
        }
    }

    /// `and` and `or` stop at the first argument that decides, so that `(and (has a "b") (eq a.b 1))` works.
    fn logic(&self, call: &Call, frames: &[&Frame<'_>]) -> Result<Option<bool>, Trouble> {
        let decisive = match call.helper.name {
            "and" => false,
            "or" => true,
            _ => return Ok(None),
        };
        for operand in &call.arguments {
            if value::is_truthy(&*self.operand(operand, frames)?) == decisive {
                return Ok(Some(decisive));
            }
        }
        Ok(Some(!decisive))
    }

    /// A name is looked up in the innermost block first, then outwards, then in the scope.
    fn path<'s>(&'s self, path: &'s Path, frames: &'s [&Frame<'_>]) -> Option<&'s Value> {
        if path.local {
            let frame = frames.iter().rev().nth(path.up)?;
            let (name, rest) = path.segments.split_first()?;
            let local = frame.locals.iter().find(|(local, _)| local == name)?;
            return walk(&local.1, rest);
        }
        let outer = &frames[..frames.len().saturating_sub(path.up)];
        let Some((name, rest)) = path.segments.split_first() else {
            return outer.last().map(|frame| frame.this);
        };
        if path.this {
            return outer.last().and_then(|frame| walk(frame.this, &path.segments));
        }
        if !path.root {
            for frame in outer.iter().rev() {
                if let Some((_, value)) = frame.names.iter().find(|(known, _)| known == name) {
                    return walk(value, rest);
                }
                if let Some(value) = step(frame.this, name) {
                    return walk(value, rest);
                }
            }
        }
        self.scope.find(&path.segments)
    }
}

struct EachBlock<'a, 'b> {
    block: &'a Block,
    names: &'b [String],
    subject: &'b Value,
}

fn inside<'f, 'x>(frames: &[&'f Frame<'x>], frame: &'f Frame<'x>) -> Vec<&'f Frame<'x>> {
    frames.iter().copied().chain([frame]).collect()
}

/// The value at the end of a path; a number goes into a list.
pub(crate) fn walk<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| step(value, name))
}

fn step<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(fields) => fields.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    }
}
