//! The pages of a list: what changes in the request from one to the next. Pure.

use serde_json::Value;
use url::Url;

use crate::extract;
use crate::manifest::{Field, Operation, Paging, Place, SendAs};
use crate::request::Request;

/// A list of more pages than this is taken for endless.
pub const MAX_PAGES: u32 = 2_000;

/// Walks through the pages of one list.
pub struct Pager<'a> {
    operation: &'a Operation,
    paging: &'a Paging,
    /// The page size that is asked for, where it is known.
    size: Option<u64>,
    /// Items of the pages so far, for `total`.
    items: u64,
    /// Where the last page started, to notice an app that goes in circles.
    position: Option<Value>,
}

impl<'a> Pager<'a> {
    /// Prepares the first page. What the input gave is already in `request` and is not changed.
    pub fn first(operation: &'a Operation, request: &mut Request, input: &dyn Input) -> Option<Self> {
        let paging = operation.paging.as_ref()?;
        let mut pager = Self { operation, paging, size: None, items: 0, position: None };
        if let Some(limit) = paging.limit() {
            let given = input.sent(&limit.name);
            let size = given.cloned().or_else(|| limit.size());
            pager.size = size.as_ref().and_then(number);
            if let (None, Some(size)) = (given, size) {
                pager.set(request, &limit.name, size);
            }
        }
        let start = match paging {
            Paging::Offset(style) => Some((&style.offset, 0)),
            Paging::Page(style) => Some((&style.page, 1)),
            _ => None,
        };
        if let Some((name, from)) = start {
            let given = input.sent(name).and_then(number);
            let position = given.unwrap_or(from);
            if given.is_none() {
                pager.set(request, name, position.into());
            }
            pager.position = Some(position.into());
            if let Paging::Offset(_) = paging {
                pager.items = position;
            }
        }
        Some(pager)
    }

    /// Turns `request` into that of the next page; false when there is none. The error says why the app cannot be
    /// followed.
    pub fn next(&mut self, request: &mut Request, body: &Value, items: &[Value]) -> Result<bool, String> {
        let count = items.len() as u64;
        self.items += count;
        let Some(last) = items.last() else { return Ok(false) };
        let short = self.size.is_some_and(|size| count < size);
        match self.paging {
            Paging::SearchAfter(style) => {
                let Some(cursor) = extract::present(last, &style.from).cloned() else {
                    let lacking =
                        || format!("the last item of the page has no `{}` to go on from", style.from);
                    return if short { Ok(false) } else { Err(lacking()) };
                };
                if let Some(replaced) = &style.replaces {
                    request.unset(replaced);
                }
                self.advance(cursor.clone())?;
                self.set(request, &style.cursor, cursor);
            }
            Paging::Cursor(style) => {
                let cursor: Option<Vec<_>> =
                    style.cursor.iter().map(|(name, path)| Some((name, follow(body, path)?))).collect();
                let more = style.more.as_deref().is_none_or(|path| follow(body, path).is_some());
                let Some(cursor) = cursor.filter(|_| more) else { return Ok(false) };
                self.advance(cursor.iter().map(|(_, value)| (*value).clone()).collect())?;
                for (name, value) in cursor {
                    self.set(request, name, value.clone());
                }
            }
            Paging::Offset(style) => {
                let told = |path: &Option<String>| extract::at(body, path.as_deref()?);
                let over = match (told(&style.more), told(&style.total).and_then(number)) {
                    (Some(more), _) => !is_true(more),
                    (None, Some(total)) => self.items >= total,
                    (None, None) => short,
                };
                if over {
                    return Ok(false);
                }
                self.set(request, &style.offset, self.items.into());
            }
            Paging::Page(style) => {
                let page = self.position.as_ref().and_then(number).unwrap_or(1);
                let last = style.last.as_deref().and_then(|path| number(extract::at(body, path)?));
                if last.map_or(short, |last| page >= last) {
                    return Ok(false);
                }
                self.position = Some((page + 1).into());
                self.set(request, &style.page, (page + 1).into());
            }
            Paging::NextUrl(style) => {
                let Some(Value::String(next)) = follow(body, &style.path) else { return Ok(false) };
                self.advance(next.as_str().into())?;
                let next = next_url(&request.url, next)?;
                let given: Vec<String> = next.query_pairs().map(|(name, _)| name.into_owned()).collect();
                request.query.retain(|(name, _)| !given.contains(name));
                request.url = next;
            }
        }
        Ok(true)
    }

    fn advance(&mut self, position: Value) -> Result<(), String> {
        if self.position.as_ref() == Some(&position) {
            return Err("it names the page that was just read as the next one".into());
        }
        self.position = Some(position);
        Ok(())
    }

    fn set(&self, request: &mut Request, name: &str, value: Value) {
        let place = self.operation.page_place(name);
        // A declared field that is sent as text stays text, whatever the position is.
        let is_text = |field: &Field| field.kind.is_text() || field.send_as == Some(SendAs::Text);
        let text = self.operation.fields.iter().any(|field| field.wire_name() == name && is_text(field));
        let value =
            if text && place == Place::Body && value.is_number() { value.to_string().into() } else { value };
        request.set(place, name, value);
    }
}

/// What a workflow gave, by the names of the request.
pub trait Input {
    fn sent(&self, wire_name: &str) -> Option<&Value>;
}

/// A value that says that there is more: there, and not null, false or blank.
fn follow<'v>(body: &'v Value, path: &str) -> Option<&'v Value> {
    extract::at(body, path).filter(|value| is_true(value))
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The URL of the next page, if it is on the same host: anywhere else the credentials must not go.
fn next_url(current: &Url, next: &str) -> Result<Url, String> {
    let url = current.join(next).map_err(|error| format!("its next page is not a URL: {error}"))?;
    let same = url.scheme() == current.scheme()
        && url.host() == current.host()
        && url.port_or_known_default() == current.port_or_known_default();
    if !same {
        let host = url.host_str().unwrap_or_default();
        return Err(format!("its next page is on another host, `{host}`, which is not followed"));
    }
    Ok(url)
}
