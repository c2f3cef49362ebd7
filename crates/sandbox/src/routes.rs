//! Finding the handler of a request in a table of `(method, pattern, handler)`.

use url::form_urlencoded;

use crate::exchange::{Call, Outcome};
use crate::world::World;

pub type Handler = fn(&mut World, &Call) -> Outcome;

/// One line of a route table. The first line that fits wins, so a literal segment stands above a placeholder.
#[derive(Debug, Clone, Copy)]
pub struct Route<H = Handler> {
    pub method: &'static str,
    /// `/contacts/{contactId}/tasks`; a trailing slash counts.
    pub pattern: &'static str,
    pub handler: H,
    /// What a HighLevel token must be allowed; the other tables have none.
    pub access: Option<Access>,
}

/// What a HighLevel endpoint asks of a token.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    pub token: Token,
    pub scope: &'static str,
}

/// Whose token an endpoint takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    Location,
    Agency,
    /// An agency's, but no private integration's.
    AgencyApp,
    Either,
}

impl Token {
    /// A route for this kind of token with this scope.
    pub const fn route(
        self,
        method: &'static str,
        pattern: &'static str,
        scope: &'static str,
        handler: Handler,
    ) -> Route {
        Route { method, pattern, handler, access: Some(Access { token: self, scope }) }
    }
}

impl<H> Route<H> {
    /// A route that asks for no HighLevel token.
    pub const fn open(method: &'static str, pattern: &'static str, handler: H) -> Self
    where
        H: Copy,
    {
        Self { method, pattern, handler, access: None }
    }
}

/// What a path and method fit.
pub enum Found<H> {
    Route(Route<H>, Vec<(&'static str, String)>),
    /// The path exists, with other methods.
    OtherMethod,
    Nothing,
}

/// Looks through the tables in their order.
pub fn find<H: Copy>(tables: &[&[Route<H>]], method: &str, path: &str) -> Found<H> {
    let mut other_method = false;
    for route in tables.iter().copied().flatten() {
        let Some(params) = fits(route.pattern, path) else { continue };
        if route.method == method {
            return Found::Route(*route, params);
        }
        other_method = true;
    }
    if other_method { Found::OtherMethod } else { Found::Nothing }
}

fn fits(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    if pattern.matches('/').count() != path.matches('/').count() {
        return None;
    }
    let mut params = Vec::new();
    for (wanted, given) in pattern.split('/').zip(path.split('/')) {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(_) if given.is_empty() => return None,
            Some(name) => params.push((name, decode(given))),
            None if wanted != given => return None,
            None => {}
        }
    }
    Some(params)
}

/// Percent-decodes one path segment. A plus sign is itself in a path, unlike in a query.
fn decode(segment: &str) -> String {
    let pair = format!("={}", segment.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Route<u8>] = &[
        Route::open("GET", "/contacts/", 1),
        Route::open("POST", "/contacts/search", 2),
        Route::open("PUT", "/contacts/{contactId}", 3),
        Route::open("GET", "/contacts/{contactId}/tasks/{taskId}", 4),
    ];

    fn handler(method: &str, path: &str) -> Option<(u8, Vec<(&'static str, String)>)> {
        match find(&[TABLE], method, path) {
            Found::Route(route, params) => Some((route.handler, params)),
            _ => None,
        }
    }

    #[test]
    fn placeholders_are_captured_and_decoded() {
        let (handler, params) = handler("GET", "/contacts/a%20b/tasks/c+d").unwrap();
        assert_eq!(handler, 4);
        assert_eq!(params, [("contactId", "a b".to_owned()), ("taskId", "c+d".to_owned())]);
    }

    #[test]
    fn a_trailing_slash_is_part_of_the_path() {
        assert_eq!(handler("GET", "/contacts/").unwrap().0, 1);
        assert!(handler("GET", "/contacts").is_none());
    }

    #[test]
    fn a_known_path_with_another_method_is_told_apart() {
        assert!(matches!(find(&[TABLE], "PATCH", "/contacts/x"), Found::OtherMethod));
        assert!(matches!(find(&[TABLE], "GET", "/calendars/"), Found::Nothing));
    }
}
