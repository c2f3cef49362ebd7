//! Which connection an operation uses, and whether it may.

use highline_catalog::{Connection, Definition};
use highline_yaml::{Diagnostic, Span, nearest};

use super::Checker;
use crate::document::Located;

impl<'a> Checker<'a> {
    /// The name of the connection: the given one, else the trigger's where the app is the same, else the only one of
    /// the app.
    pub(super) fn connection(
        &mut self,
        definition: &Definition,
        given: Option<&Located<String>>,
        at: Span,
    ) -> Option<String> {
        let span = given.map_or(at, |given| given.span);
        let inherited =
            self.trigger.as_ref().filter(|(app, _)| *app == definition.app).map(|(_, name)| name.clone());
        let Some(connections) = self.environment.connections else {
            return given.map(|given| given.value.clone()).or(inherited);
        };
        let found = match given.map(|given| given.value.clone()).or(inherited) {
            Some(name) => match connections.get(&name) {
                Some(found) => Some(found.clone()),
                None => {
                    self.unknown_connection(definition, &name, span);
                    return None;
                }
            },
            None => self.only_connection(definition, span),
        }?;
        if found.app != definition.app {
            let message = format!(
                "connection `{}` is for app `{}`, but `{}` belongs to `{}`",
                found.name, found.app, definition.id, definition.app
            );
            self.error("E0502", span, message);
            return None;
        }
        self.scopes(definition, &found, span);
        Some(found.name.clone())
    }

    fn unknown_connection(&mut self, definition: &Definition, name: &str, span: Span) {
        let Some(connections) = self.environment.connections else { return };
        let names: Vec<&str> = connections.of_app(&definition.app).map(|found| found.name.as_str()).collect();
        let diagnostic = Diagnostic::error("E0501", span, format!("unknown connection `{name}`"));
        let near = nearest(name, names.iter().copied());
        let diagnostic = match (near, names.as_slice()) {
            (Some(near), _) => diagnostic.meant(Some(near)),
            (None, []) => diagnostic.help(format!("there is no connection for app `{}` yet", definition.app)),
            (None, names) => {
                diagnostic.help(format!("the connections for `{}` are {}", definition.app, names.join(", ")))
            }
        };
        self.diagnostics.push(diagnostic);
    }

    fn only_connection(&mut self, definition: &Definition, span: Span) -> Option<std::sync::Arc<Connection>> {
        let all: Vec<_> = self.environment.connections?.of_app(&definition.app).collect();
        match all.as_slice() {
            [only] => return Some((*only).clone()),
            [] if !definition.needs_connection => {}
            [] => {
                let message = format!("there is no connection for app `{}`", definition.app);
                let help = "add one to connections.yaml";
                self.diagnostics.push(Diagnostic::error("E0504", span, message).help(help));
            }
            several => {
                let names: Vec<&str> = several.iter().map(|found| found.name.as_str()).collect();
                let message = format!("app `{}` has several connections; name one", definition.app);
                let help = format!("add `connection:` with one of {}", names.join(", "));
                self.diagnostics.push(Diagnostic::error("E0503", span, message).help(help));
            }
        }
        None
    }

    fn scopes(&mut self, definition: &Definition, connection: &Connection, span: Span) {
        let Some(scopes) = &connection.scopes else { return };
        for missing in definition.scopes.iter().filter(|scope| !scopes.contains(scope)) {
            let message = format!("connection `{}` lacks the scope `{missing}`", connection.name);
            let diagnostic = Diagnostic::error("E0505", span, message)
                .help(format!("`{}` needs it; connect again with this scope", definition.id));
            self.diagnostics.push(diagnostic);
        }
    }
}
