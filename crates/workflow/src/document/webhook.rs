//! The webhook of the format.

use highline_yaml::Node;
use schemars::JsonSchema;

use super::{FromNode, Located, Reader, Templated, choice, object};
use crate::size::parse_size;

object! {
    WebhookDocument: "`webhook`" {
        /// What stands behind `/hooks/`; Highline makes one that nobody guesses when left out.
        #[schemars(regex(pattern = "^[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*$"), length(max = 200))]
        path: Located<String> = "path",
        /// How it may be asked; `[POST]` when left out.
        methods: MethodsDocument = "methods",
        /// Where the secret is that a request must bring: `env:NAME` or `file:PATH`.
        #[schemars(regex(pattern = "^(env|file):.+$"))]
        secret: Located<String> = "secret",
        /// The header that the secret comes in; `X-Webhook-Secret` when left out.
        header: Located<String> = "header",
        /// The largest body that is taken; 256KiB when left out.
        max_body: Located<Size> = "max_body",
        /// A body as it comes, for dry runs and for checking templates.
        sample: Templated = "sample",
    }
}

choice! {
    MethodWord: "a method" {
        Get = "GET",
        Post = "POST",
    }
}

#[derive(Debug, Clone, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct MethodsDocument(#[schemars(length(min = 1))] pub(crate) Vec<MethodWord>);

impl FromNode for MethodsDocument {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let methods = reader.list(node, "`methods`")?;
        if node.as_sequence().is_some_and(<[Node]>::is_empty) {
            reader.error("E0204", node.span, "`methods` names none; it can have `GET` and `POST`");
        }
        Some(Self(methods))
    }
}

/// `256KiB`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size(pub(crate) usize);

impl FromNode for Size {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Some(text) = node.text().filter(|_| !node.is_null()) else {
            reader.wrong_type(node, "`max_body`", "a size such as `256KiB`");
            return None;
        };
        match parse_size(text) {
            Ok(bytes) => Some(Self(bytes)),
            Err(error) => {
                reader.error("E0216", node.span, error.to_string());
                None
            }
        }
    }
}
