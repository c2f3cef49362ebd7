//! Lists in pages: all of them, with every parameter on every page. The server is made of the manifest alone.

use std::collections::BTreeMap;

use super::*;

const PAGES: usize = 3;

/// What a request asks, but for what may differ from page to page.
fn asked(subject: &Subject, request: &Request) -> BTreeMap<String, String> {
    let paging = subject.paging().expect("only paged lists are asked");
    let mut changing = paging.positions();
    if let Paging::SearchAfter(style) = paging {
        changing.extend(style.replaces.as_deref());
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let in_body =
        body.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.to_string()));
    let in_query = request.url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
    let path = ("path".to_owned(), request.url.path().to_owned());
    in_body
        .chain(in_query)
        .chain([path])
        .filter(|(name, _)| !changing.contains(&name.as_str()) && name != "page")
        .collect()
}

/// Sets what is at a dotted path, making objects where there are none.
fn set(value: &mut Value, path: &str, new: Value) {
    let place = path.split('.').fold(value, |value, name| {
        if let (true, Ok(index)) = (value.is_array(), name.parse::<usize>()) {
            return &mut value[index];
        }
        if !value.is_object() {
            *value = json!({});
        }
        &mut value[name]
    });
    *place = new;
}

/// Page `n` of the list, as the paging of the manifest wants it told.
fn page(subject: &Subject, n: usize, size: usize, url: &str) -> Value {
    let operation = &subject.manifest.operation;
    let keys = operation.poll.as_ref().map_or(vec!["id".to_owned()], |poll| poll.key.clone());
    let mut reply = subject.reply();
    let sample =
        subject.data_of(&mut reply).and_then(|list| list.get(0).cloned()).expect("a sample with an item");
    let count = if n + 1 < PAGES { size } else { size.div_ceil(2) };
    let items = (0..count).map(|i| {
        let mut item = sample.clone();
        for key in &keys {
            set(&mut item, key, format!("{n}-{i}").into());
        }
        if let Some(Paging::SearchAfter(style)) = subject.paging() {
            set(&mut item, &style.from, json!([n, i]));
        }
        item
    });
    *subject.data_of(&mut reply).expect("the list is where it was") = items.collect();
    let last = n + 1 == PAGES;
    match subject.paging().expect("only paged lists are asked") {
        Paging::SearchAfter(_) => {}
        Paging::Cursor(style) => {
            for path in style.cursor.values() {
                set(&mut reply, path, if last { Value::Null } else { format!("after-{n}").into() });
            }
            if let Some(path) = &style.more {
                set(&mut reply, path, if last { Value::Null } else { "more".into() });
            }
        }
        Paging::Offset(style) => {
            if let Some(path) = &style.total {
                set(&mut reply, path, (size * (PAGES - 1) + size.div_ceil(2)).into());
            }
            if let Some(path) = &style.more {
                set(&mut reply, path, (!last).into());
            }
        }
        Paging::Page(style) => {
            if let Some(path) = &style.last {
                set(&mut reply, path, PAGES.into());
            }
        }
        Paging::NextUrl(style) => {
            let next = if last { Value::Null } else { format!("{url}?page={}", n + 2).into() };
            set(&mut reply, &style.path, next);
        }
    }
    reply
}

#[tokio::test]
async fn all_pages_are_read_with_every_parameter_on_each() {
    let mut paged = 0;
    for subject in subjects().into_iter().filter(|subject| subject.paging().is_some()) {
        paged += 1;
        let mut input = subject.input();
        for name in subject.paging().into_iter().flat_map(Paging::positions) {
            input.remove(name);
        }
        let limit = subject.paging().and_then(Paging::limit);
        let given = limit.and_then(|limit| input.get(&limit.name)?.as_u64());
        let size = given.or(limit.and_then(|limit| limit.max.or(limit.default)).map(u64::from)).unwrap_or(5)
            as usize;
        let list_url = std::sync::Mutex::new(String::new());
        let pages: Vec<Value> = (0..PAGES).map(|n| page(&subject, n, size, "URL")).collect();
        let empty = subject.empty_page();
        let server = subject
            .server(move |n, request| {
                let mut url = list_url.lock().unwrap();
                if n == 0 {
                    *url = request.url.path().to_owned();
                }
                let text = pages.get(n).unwrap_or(&empty).to_string().replace("URL?", &format!("{url}?"));
                ResponseTemplate::new(200).set_body_string(text)
            })
            .await;
        let output = subject.call(&server.uri(), &input).await;
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", subject.id()));
        let items = output.data.as_array().map(Vec::len);
        assert_eq!(items, Some(size * (PAGES - 1) + size.div_ceil(2)), "{}", subject.id());
        let requests = subject.sent(&server).await;
        assert!(requests.len() >= PAGES, "{}", subject.id());
        for request in &requests {
            assert_eq!(asked(&subject, request), asked(&subject, &requests[0]), "{}", subject.id());
        }
    }
    assert!(paged >= 4, "only {paged} paged lists were found");
}
