//! What a budget is counted for, and how much of it the manifest allows.

use highline_catalog::Connection;
use highline_model::budget::Allowance;
use url::Url;

use crate::exchange::base_url;
use crate::extract;
use crate::manifest::RateLimit;

/// Whose limit it is.
#[derive(Debug, Clone, Copy)]
pub struct Limited<'a> {
    pub app: &'a str,
    /// The app's base URL, with `{name}` where a value of the connection goes.
    pub base_url: &'a str,
    pub limit: &'a RateLimit,
}

/// The resource whose budget a connection spends: the app, its host, and the first value that names what the limit is
/// counted for. However a connection is called, and on whichever node, the same resource has the same name. Only a
/// connection that names nothing has a budget of its own.
pub fn resource(limited: Limited<'_>, connection: &Connection) -> String {
    let named = limited.limit.resource.iter().find_map(|name| {
        let value = connection.values.get(name).and_then(extract::text)?;
        (!value.is_empty()).then(|| format!("{name}={value}"))
    });
    let resource = named.unwrap_or_else(|| format!("connection={}", connection.name));
    let url = base_url(limited.base_url, connection).ok().and_then(|url| Url::parse(&url).ok());
    let host = url.as_ref().map(Url::authority).unwrap_or_default();
    format!("{} {host} {resource}", limited.app)
}

/// The limit in numbers.
pub fn allowance(limit: &RateLimit) -> Allowance {
    Allowance {
        requests: limit.requests,
        window_ms: u32::try_from(limit.per.0.as_millis()).unwrap_or(u32::MAX),
        daily: limit.daily,
    }
}
