//! From handlebars' syntax tree to our own, which holds only what a workflow may do.

use handlebars::template::{BlockParam, HelperTemplate, Parameter, Template as Parsed, TemplateElement};
use handlebars::{Path as ParsedPath, TemplateError, TemplateErrorReason};
use highline_yaml::nearest;

use super::{Block, BlockKind, Call, Operand, Part, Path, Template, TemplateProblem, guard};
use crate::mapping::{self, Helper};

const BLOCKS: [&str; 4] = ["if", "unless", "each", "with"];

pub(super) fn compile(source: &str) -> Result<Template, Vec<TemplateProblem>> {
    guard::guard(source).map_err(|problem| vec![problem])?;
    let parsed = Parsed::compile(source).map_err(|error| vec![syntax(source, &error)])?;
    let mut compiler = Compiler { source, offset: 0, problems: Vec::new() };
    let parts = compiler.parts(&parsed);
    if compiler.problems.is_empty() {
        return Ok(Template { source: source.to_owned(), parts });
    }
    Err(compiler.problems)
}

struct Compiler<'a> {
    source: &'a str,
    /// Where the element at hand begins.
    offset: usize,
    problems: Vec<TemplateProblem>,
}

impl Compiler<'_> {
    fn parts(&mut self, template: &Parsed) -> Vec<Part> {
        let mut parts = Vec::new();
        for (at, element) in template.elements.iter().enumerate() {
            if let Some(mapping) = template.mapping.get(at) {
                self.offset = offset(self.source, mapping.0, mapping.1);
            }
            match element {
                TemplateElement::RawString(text) => parts.push(Part::Text(text.clone())),
                TemplateElement::Expression(call) | TemplateElement::HtmlExpression(call) => {
                    parts.extend(self.expression(call).map(Part::Value));
                }
                TemplateElement::HelperBlock(block) => {
                    parts.extend(self.block(block).map(|block| Part::Block(Box::new(block))));
                }
                TemplateElement::Comment(_) => {}
                _ => self.problem(
                    "E0403",
                    "partials and decorators (`{{> }}`, `{{* }}`) are not allowed",
                    None,
                ),
            }
        }
        parts
    }

    /// A path, or a helper with its arguments.
    fn expression(&mut self, call: &HelperTemplate) -> Option<Operand> {
        let name = match &call.name {
            Parameter::Name(name) => name.clone(),
            Parameter::Path(path) => raw(path).to_owned(),
            Parameter::Literal(value) => return Some(Operand::Literal(value.clone())),
            Parameter::Subexpression(inner) => return self.element(inner.as_element()),
            _ => return None,
        };
        if call.params.is_empty() && call.hash.is_empty() {
            return self.lone_name(name.trim());
        }
        let Some(helper) = self.helper(&name) else {
            call.params.iter().for_each(|parameter| drop(self.operand(parameter)));
            return None;
        };
        let arguments: Vec<Operand> = call.params.iter().filter_map(|p| self.operand(p)).collect();
        let mut named = Vec::new();
        for (key, parameter) in &call.hash {
            if let Some(operand) = self.operand(parameter) {
                named.push((key.clone(), operand));
            }
        }
        named.sort_by(|a, b| a.0.cmp(&b.0));
        self.arity(helper, call.params.len(), &named);
        Some(Operand::Call(Call { helper, arguments, named }))
    }

    fn lone_name(&mut self, name: &str) -> Option<Operand> {
        match mapping::find(name) {
            Some(helper) if *helper.arity.start() > 0 => {
                let message = format!("helper `{name}` has no arguments");
                self.problem(
                    "E0405",
                    message,
                    Some((name, format!("write `{{{{ {} }}}}`", helper.signature))),
                );
                None
            }
            _ => Some(Operand::Path(Path::parse(name))),
        }
    }

    fn helper(&mut self, name: &str) -> Option<&'static Helper> {
        let name = name.trim();
        let found = mapping::find(name);
        if found.is_none() {
            let message = match BLOCKS.contains(&name) {
                true => format!("`{name}` is a block: `{{{{#{name} …}}}} … {{{{/{name}}}}}`"),
                false => format!("unknown helper `{name}`"),
            };
            let near = nearest(name, mapping::names());
            let help = near.map(|near| format!("did you mean `{near}`?"));
            self.problems.push(TemplateProblem {
                code: "E0404",
                message,
                help,
                offset: self.offset,
                word: Some(name.to_owned()),
            });
        }
        found
    }

    fn arity(&mut self, helper: &'static Helper, given: usize, named: &[(String, Operand)]) {
        let help = format!("write `{}`", helper.signature);
        if !helper.arity.contains(&given) {
            let (least, most) = (*helper.arity.start(), *helper.arity.end());
            let wanted = match (least, most) {
                (least, most) if least == most => format!("{least}"),
                (least, usize::MAX) => format!("at least {least}"),
                (least, most) => format!("{least} to {most}"),
            };
            let plural = if wanted == "1" { "" } else { "s" };
            let message = format!("helper `{}` takes {wanted} argument{plural}, not {given}", helper.name);
            self.problem("E0405", message, Some((helper.name, help.clone())));
        }
        for (key, _) in named {
            if !helper.named.contains(&key.as_str()) {
                let message = format!("helper `{}` has no option `{key}`", helper.name);
                self.problem("E0405", message, Some((key, help.clone())));
            }
        }
    }

    fn operand(&mut self, parameter: &Parameter) -> Option<Operand> {
        match parameter {
            Parameter::Name(name) => Some(Operand::Path(Path::parse(name))),
            Parameter::Path(path) => Some(Operand::Path(Path::parse(raw(path)))),
            Parameter::Literal(value) => Some(Operand::Literal(value.clone())),
            Parameter::Subexpression(inner) => self.element(inner.as_element()),
            _ => None,
        }
    }

    fn element(&mut self, element: &TemplateElement) -> Option<Operand> {
        match element {
            TemplateElement::Expression(call) => self.expression(call),
            _ => None,
        }
    }

    fn block(&mut self, block: &HelperTemplate) -> Option<Block> {
        let name = block.name.as_name().unwrap_or_default().to_owned();
        let names = names(block.block_param.as_ref());
        let kind = match name.as_str() {
            "if" | "unless" => BlockKind::If { negated: name == "unless" },
            "each" => BlockKind::Each { names },
            "with" => BlockKind::With { names },
            _ => {
                let help = "blocks are `if`, `unless`, `each` and `with`".to_owned();
                self.problem("E0404", format!("unknown block `{name}`"), Some((&name, help)));
                return None;
            }
        };
        let subject = match (block.params.as_slice(), block.hash.is_empty()) {
            ([parameter], true) => self.operand(parameter),
            _ => {
                let message = format!("block `{name}` takes one value, not {}", block.params.len());
                self.problem("E0405", message, Some((&name, format!("write `{{{{#{name} value}}}}`"))));
                None
            }
        };
        let body = block.template.as_ref().map(|template| self.parts(template)).unwrap_or_default();
        let otherwise = block.inverse.as_ref().map(|template| self.parts(template)).unwrap_or_default();
        Some(Block { kind, subject: subject?, body, otherwise })
    }

    /// `about` is the wrong word and what to do about it.
    fn problem(&mut self, code: &'static str, message: impl Into<String>, about: Option<(&str, String)>) {
        let (word, help) = about.map_or((None, None), |(word, help)| (Some(word.to_owned()), Some(help)));
        let problem = TemplateProblem { code, message: message.into(), help, offset: self.offset, word };
        self.problems.push(problem);
    }
}

fn names(parameter: Option<&BlockParam>) -> Vec<String> {
    let name = |parameter: &Parameter| parameter.as_name().unwrap_or_default().to_owned();
    match parameter {
        Some(BlockParam::Single(one)) => vec![name(one)],
        Some(BlockParam::Pair((one, two))) => vec![name(one), name(two)],
        _ => Vec::new(),
    }
}

fn raw(path: &ParsedPath) -> &str {
    match path {
        ParsedPath::Relative((_, raw)) | ParsedPath::Local((_, _, raw)) => raw,
    }
}

fn syntax(source: &str, error: &TemplateError) -> TemplateProblem {
    let at = error.pos().map_or(0, |(line, column)| offset(source, line, column));
    let (message, help) = match error.reason() {
        TemplateErrorReason::MismatchingClosedHelper(open, close) => {
            (format!("`{{{{#{open}}}}}` is closed by `{{{{/{close}}}}}`"), None)
        }
        _ => explain(source, at),
    };
    TemplateProblem { code: "E0401", message, help, offset: at, word: None }
}

/// The parser's own words speak of its grammar's rules; most mistakes are one of a few.
fn explain(source: &str, at: usize) -> (String, Option<String>) {
    let open = source[..at].rfind("{{").or_else(|| source.find("{{")).unwrap_or(0);
    let expression = &source[open..];
    let Some(end) = expression.find("}}") else {
        return ("`{{` has no `}}`".to_owned(), Some("close the expression with `}}`".to_owned()));
    };
    let inner = expression[..end].trim_start_matches(['{', '~', '#', ' ']);
    if inner.trim().is_empty() {
        return ("an expression is empty".to_owned(), None);
    }
    let (opened, closed) = (inner.matches('(').count(), inner.matches(')').count());
    if opened != closed {
        return (format!("{opened} `(` but {closed} `)`"), None);
    }
    if inner.contains(['|', '+', '*', '=', '<', '>', '?', '&']) {
        let help = "use helpers: `{{ default a \"b\" }}`, `{{ add a b }}`, `{{ eq a b }}`".to_owned();
        return ("this is not a handlebars expression".to_owned(), Some(help));
    }
    if source.matches("{{#").count() > source.matches("{{/").count() {
        let help = "close it with `{{/if}}`, `{{/each}}`, …".to_owned();
        return ("a block is not closed".to_owned(), Some(help));
    }
    ("this is not a handlebars expression".to_owned(), None)
}

/// The byte offset of a line and a column, both from 1.
fn offset(source: &str, line: usize, column: usize) -> usize {
    let start: usize = source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = &source[start.min(source.len())..];
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}
