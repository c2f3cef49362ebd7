//! Whether what a template refers to can be there.

use highline_yaml::{Diagnostic, Span, nearest};

use super::Checker;
use super::shape::Shape;
use crate::template::{Block, BlockKind, Call, Operand, Part, Path, Template};

/// A reference that leads nowhere.
pub(super) struct Lost {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

fn lost(code: &'static str, message: String) -> Lost {
    Lost { code, message, help: None }
}

impl Lost {
    fn meant(mut self, word: Option<String>) -> Self {
        self.help = word.map(|word| format!("did you mean `{word}`?")).or(self.help);
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn at(self, span: Span) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.code, span, self.message);
        diagnostic.help = self.help;
        diagnostic
    }
}

/// Every reference of a template that leads nowhere, with the path as it was typed.
pub(super) fn references<'t>(checker: &Checker<'_>, template: &'t Template) -> Vec<(&'t str, Lost)> {
    let mut walk = Walk { checker, found: Vec::new() };
    walk.parts(&template.parts, 0);
    walk.found
}

struct Walk<'c, 'a, 't> {
    checker: &'c Checker<'a>,
    found: Vec<(&'t str, Lost)>,
}

impl<'t> Walk<'_, '_, 't> {
    fn parts(&mut self, parts: &'t [Part], depth: usize) {
        for part in parts {
            match part {
                Part::Text(_) => {}
                Part::Value(operand) => self.operand(operand, depth),
                Part::Block(block) => self.block(block, depth),
            }
        }
    }

    fn block(&mut self, block: &'t Block, depth: usize) {
        self.operand(&block.subject, depth);
        let inner = match block.kind {
            BlockKind::If { .. } => depth,
            BlockKind::Each { .. } | BlockKind::With { .. } => depth + 1,
        };
        self.parts(&block.body, inner);
        self.parts(&block.otherwise, depth);
    }

    fn operand(&mut self, operand: &'t Operand, depth: usize) {
        match operand {
            Operand::Literal(_) => {}
            Operand::Path(path) => {
                // Inside `each` and `with` a name may be a field of the item, of which little is known.
                let free = depth > 0 && path.head().is_none_or(|head| !self.checker.names.knows(head));
                if free && !path.root {
                    return;
                }
                if let Err(lost) = self.checker.resolve(path) {
                    self.found.push((&path.raw, lost));
                }
            }
            Operand::Call(call) => self.call(call, depth),
        }
    }

    fn call(&mut self, call: &'t Call, depth: usize) {
        for operand in call.arguments.iter().chain(call.named.iter().map(|(_, operand)| operand)) {
            self.operand(operand, depth);
        }
        if let ("lookup", [Operand::Path(table), Operand::Literal(serde_json::Value::String(key))]) =
            (call.helper.name, call.arguments.as_slice())
            && let Ok(Shape::Fields(fields)) = self.checker.resolve(table)
            && !fields.iter().any(|(name, _)| name == key)
        {
            let near = nearest(key, fields.iter().map(|(name, _)| name.as_str())).map(str::to_owned);
            self.found.push((key, lost("E0412", format!("`{}` has no key `{key}`", table.raw)).meant(near)));
        }
    }
}

impl Checker<'_> {
    /// What is at a path, or why nothing can be there.
    pub(super) fn resolve(&self, path: &Path) -> Result<Shape, Lost> {
        let Some((head, rest)) = path.segments.split_first() else {
            return Err(lost(
                "E0406",
                format!("`{}` means something only inside `each` or `with`", path.raw),
            ));
        };
        if path.local || path.up > 0 || path.this {
            return Err(lost(
                "E0406",
                format!("`{}` means something only inside `each` or `with`", path.raw),
            ));
        }
        if head == "steps" && self.names.in_steps() {
            return match rest.split_first() {
                None => Ok(Shape::Any),
                Some((id, rest)) => descend(&format!("steps.{id}"), self.step_shape(id)?, rest, "E0410"),
            };
        }
        let Some(shape) = self.names.root(head) else { return Err(self.unknown_name(head)) };
        let code = match head.as_str() {
            "vars" | "maps" | "run" => "E0412",
            "trigger" => "E0411",
            _ => "E0410",
        };
        descend(head, shape.clone(), rest, code)
    }

    fn unknown_name(&self, head: &str) -> Lost {
        let unknown = lost("E0406", format!("unknown name `{head}`"));
        if head == "steps" {
            return lost("E0406", "there are no steps here yet".to_owned());
        }
        if head == "trigger" {
            return lost(
                "E0406",
                "there is no trigger here yet: its input can use `vars`, `maps` and `now`".to_owned(),
            );
        }
        if self.names.declared(head).is_some() {
            return unknown.meant(Some(format!("steps.{head}")));
        }
        for root in ["trigger", "vars", "maps", "run"] {
            if let Some(Shape::Fields(fields)) = self.names.root(root)
                && fields.iter().any(|(name, _)| name == head)
            {
                return unknown.meant(Some(format!("{root}.{head}")));
            }
        }
        let near = nearest(head, self.names.roots()).map(str::to_owned);
        let all: Vec<&str> = self.names.roots().collect();
        unknown.help(format!("the names here are {}", all.join(", "))).meant(near)
    }

    fn step_shape(&self, id: &str) -> Result<Shape, Lost> {
        if let Some(shape) = self.names.step(id) {
            return Ok(shape.clone());
        }
        match self.names.declared(id) {
            Some(declared) if declared.in_loop && self.names.left(id) => {
                let message = format!("step `{id}` is inside a loop and cannot be seen from here");
                Err(lost("E0409", message).help("the loop's own output has `results`, one for each turn"))
            }
            Some(declared) => {
                Err(lost("E0408", format!("step `{id}` comes later, in line {}", declared.span.line)))
            }
            None => {
                let near = nearest(id, self.names.steps()).map(str::to_owned);
                let all: Vec<&str> = self.names.steps().collect();
                let unknown = lost("E0407", format!("unknown step `{id}`"));
                let unknown = match all.as_slice() {
                    [] => unknown.help("no step before this one has an `id`"),
                    all => unknown.help(format!("the steps before this one are {}", all.join(", "))),
                };
                Err(unknown.meant(near.map(|near| format!("steps.{near}"))))
            }
        }
    }
}

/// Follows `path` from `shape`, which is at `base`.
fn descend(base: &str, shape: Shape, path: &[String], code: &'static str) -> Result<Shape, Lost> {
    let Some((name, rest)) = path.split_first() else { return Ok(shape) };
    let here = format!("{base}.{name}");
    match shape {
        Shape::Any => Ok(Shape::Any),
        Shape::List(item) if name.parse::<usize>().is_ok() => descend(&here, Shape::clone(&item), rest, code),
        Shape::List(_) => {
            let help = format!(
                "take one item, `{base}.0.{name}` or `(first {base})`, or go through it with `for_each`"
            );
            Err(lost(code, format!("`{base}` is a list and has no field `{name}`")).help(help))
        }
        Shape::Scalar(kind) => Err(lost(code, format!("`{base}` is {kind} and has no field `{name}`"))),
        Shape::Headers if name.chars().any(char::is_uppercase) => {
            let message = format!("`{here}` is never there: names of headers are in lower case here");
            Err(lost(code, message).meant(Some(format!("{base}.{}", name.to_lowercase()))))
        }
        Shape::Headers => Ok(Shape::Any),
        Shape::Fields(fields) => match fields.iter().find(|(known, _)| known == name) {
            Some((_, shape)) => descend(&here, shape.clone(), rest, code),
            None => {
                let near = nearest(name, fields.iter().map(|(known, _)| known.as_str())).map(str::to_owned);
                let unknown = lost(code, format!("`{base}` has no field `{name}`"));
                let unknown = match fields.as_slice() {
                    [] => unknown.help(format!("`{base}` has no output")),
                    some => unknown.help(format!("its fields are {}", listed(some))),
                };
                Err(unknown.meant(near))
            }
        },
    }
}

/// The names of some fields, cut where there are too many to read.
fn listed(fields: &[(String, Shape)]) -> String {
    const SHOWN: usize = 15;
    let names: Vec<&str> = fields.iter().take(SHOWN).map(|(name, _)| name.as_str()).collect();
    match fields.len().saturating_sub(SHOWN) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
