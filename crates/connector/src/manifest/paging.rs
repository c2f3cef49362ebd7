//! How the next page of a list is asked for.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::Place;
use super::app::Paths;

/// How the next page of a list is asked for. Every other parameter is sent again with every page; an empty page ends
/// the list. A workflow that gives one of these parameters itself sets the page size, or where the reading starts.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// The next page comes after the last item of this one.
    SearchAfter(SearchAfter),
    /// The answer names where the next page starts.
    Cursor(Cursor),
    /// The next page starts so many items later.
    Offset(Offset),
    /// Pages are numbered from 1.
    Page(Page),
    /// The answer holds the URL of the next page.
    NextUrl(NextUrl),
}

/// The next page comes after the last item of this one.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchAfter {
    /// The page size.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// The parameter that takes the cursor.
    pub cursor: String,
    /// The dotted path of the cursor in an item.
    pub from: String,
    /// A parameter that is left out as soon as the cursor is sent, such as `page`.
    #[serde(default)]
    pub replaces: Option<String>,
}

/// The answer names where the next page starts.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The page size.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// Parameters and the dotted paths in the answer that they are taken from. The list ends when one is missing,
    /// null or blank.
    pub cursor: Paths,
    /// The dotted path of something that is true, or there at all, while more pages follow.
    #[serde(default)]
    pub more: Option<String>,
}

/// The next page starts so many items later.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offset {
    /// The page size. A page that has fewer items than this is the last.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// The parameter that takes the number of items to skip.
    pub offset: String,
    /// The dotted path of the number of all items.
    #[serde(default)]
    pub total: Option<String>,
    /// The dotted path of something that is true while more pages follow.
    #[serde(default)]
    pub more: Option<String>,
}

/// Pages are numbered from 1.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The page size. Without `last`, a page that has fewer items than this is the last.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// The parameter that takes the number of the page.
    pub page: String,
    /// The dotted path of the number of the last page.
    #[serde(default)]
    pub last: Option<String>,
}

/// The answer holds the URL of the next page. It is followed on the app's own host only.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NextUrl {
    /// The page size.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// The dotted path of the URL; the list ends when it is missing or null.
    pub path: String,
}

/// The page size.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The parameter that takes it. Highline sends `max`, or else `default`.
    pub name: String,
    /// Where the request carries it. Left out: where the field of this name goes, else the query for GET, HEAD and
    /// DELETE, else the body. The other page parameters of the operation go the same way.
    #[serde(default, rename = "in")]
    pub place: Option<Place>,
    /// The size of a page when none is asked for.
    #[serde(default)]
    pub default: Option<u32>,
    /// The largest page that the app gives.
    #[serde(default)]
    pub max: Option<u32>,
}

impl Limit {
    /// The page size that is asked for when the workflow does not say.
    pub fn size(&self) -> Option<Value> {
        self.max.or(self.default).map(Value::from)
    }
}

impl Paging {
    /// The page size parameter.
    pub fn limit(&self) -> Option<&Limit> {
        match self {
            Self::SearchAfter(SearchAfter { limit, .. })
            | Self::Cursor(Cursor { limit, .. })
            | Self::Offset(Offset { limit, .. })
            | Self::Page(Page { limit, .. })
            | Self::NextUrl(NextUrl { limit, .. }) => limit.as_ref(),
        }
    }

    /// The parameters that say where a page starts.
    pub fn positions(&self) -> Vec<&str> {
        match self {
            Self::SearchAfter(style) => vec![&style.cursor],
            Self::Cursor(style) => style.cursor.keys().map(String::as_str).collect(),
            Self::Offset(style) => vec![&style.offset],
            Self::Page(style) => vec![&style.page],
            Self::NextUrl(_) => vec![],
        }
    }
}
