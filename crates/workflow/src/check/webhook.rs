//! The address at which a workflow takes events in.

use highline_yaml::Diagnostic;

use super::Checker;
use super::shape::Shape;
use crate::document::{Located, MethodWord, Size, WebhookDocument};
use crate::size::format_size;
use crate::webhook::{is_guessable, wrong_path};
use crate::{HookMethod, HookPath, HookSecret, WebhookTrigger};

const HEADER: &str = "x-webhook-secret";
const DEFAULT_BODY: usize = 256 * 1024;
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// What is told of a request, apart from its query, headers and body. Not its path: that may be all there is of a secret.
const TEXTS: [&str; 2] = ["method", "received_at"];

/// What `trigger` holds when nothing more is known of the body.
pub(super) fn plain() -> (WebhookTrigger, Shape) {
    let webhook = WebhookTrigger {
        path: None,
        methods: vec![HookMethod::Post],
        secret: None,
        max_body: DEFAULT_BODY,
        sample: None,
    };
    (webhook, shape(Shape::Any))
}

fn shape(body: Shape) -> Shape {
    let texts = TEXTS.map(|name| (name.to_owned(), Shape::Scalar("text")));
    let rest = [("query", Shape::Any), ("headers", Shape::Headers), ("body", body)];
    let rest = rest.map(|(name, shape)| (name.to_owned(), shape));
    Shape::fields(texts.into_iter().chain(rest).collect())
}

impl Checker<'_> {
    pub(super) fn webhook(&mut self, given: &WebhookDocument) -> (WebhookTrigger, Shape) {
        let (plain, any) = plain();
        let methods = given.methods.as_ref().map_or(plain.methods, |given| {
            let mut methods: Vec<HookMethod> = given.0.iter().map(|word| method(*word)).collect();
            let mut seen = Vec::new();
            methods.retain(|method| {
                !seen.contains(method) && {
                    seen.push(*method);
                    true
                }
            });
            methods
        });
        let sample = given.sample.as_ref().map(|sample| {
            self.no_templates(&sample.0, "sample");
            sample.0.to_json()
        });
        let shape = sample.as_ref().map_or(any, |sample| shape(Shape::of_value(sample)));
        let webhook = WebhookTrigger {
            path: given.path.as_ref().and_then(|path| self.hook_path(path, given.keys.has("secret"))),
            methods,
            secret: self.hook_secret(given),
            max_body: self.max_body(given.max_body.as_ref()),
            sample,
        };
        (webhook, shape)
    }

    fn hook_path(&mut self, path: &Located<String>, has_secret: bool) -> Option<HookPath> {
        if let Some(wrong) = wrong_path(&path.value) {
            let help =
                "parts of letters, digits, `-`, `_`, `.` and `~`, with `/` between them: `acme/new-lead`";
            self.diagnostics.push(Diagnostic::error("E0217", path.span, wrong).help(help));
            return None;
        }
        if !has_secret && is_guessable(&path.value) {
            let message = format!("whoever guesses `{}` could start runs", path.value);
            let help = "add `secret: env:NAME`; or leave `path` out, and Highline makes one that nobody guesses; or \
                        put a part of 20 or more random letters and digits into it";
            self.diagnostics.push(Diagnostic::error("E0218", path.span, message).help(help));
        }
        Some(HookPath { text: path.value.clone(), span: path.span })
    }

    fn hook_secret(&mut self, given: &WebhookDocument) -> Option<HookSecret> {
        let header = given.header.as_ref().map_or(HEADER.to_owned(), |header| header.value.to_lowercase());
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if let Some(given) = &given.header
            && !(given.value.chars().all(fits) && (1..=100).contains(&given.value.len()))
        {
            let message = format!("`{}` is no name of a header", given.value);
            let help = "write `header: X-Webhook-Secret`";
            self.diagnostics.push(Diagnostic::error("E0204", given.span, message).help(help));
        }
        let Some(secret) = &given.secret else {
            if let Some(span) = given.keys.get("header").filter(|_| !given.keys.has("secret")) {
                let message = "`header` says where the secret comes in, and there is no `secret`";
                self.diagnostics.push(Diagnostic::warning("W0605", span, message));
            }
            return None;
        };
        match secret.value.parse() {
            Ok(place) => Some(HookSecret { place, header }),
            Err(error) => {
                let help = "a text is kept with all its revisions, and many can read it: put the secret into the \
                            environment and write `secret: env:NAME`";
                self.diagnostics.push(Diagnostic::error("E0219", secret.span, format!("{error}")).help(help));
                None
            }
        }
    }

    fn max_body(&mut self, given: Option<&Located<Size>>) -> usize {
        let Some(given) = given else { return DEFAULT_BODY };
        let bytes = given.value.0;
        if !(1..=LARGEST_BODY).contains(&bytes) {
            let message =
                format!("`max_body` must be 1B to {}, not {}", format_size(LARGEST_BODY), format_size(bytes));
            self.error("E0213", given.span, message);
        }
        bytes
    }
}

fn method(word: MethodWord) -> HookMethod {
    match word {
        MethodWord::Get => HookMethod::Get,
        MethodWord::Post => HookMethod::Post,
    }
}
