//! Reading manifests: what is right, and every problem of what is wrong with its place.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use highline_connector::read_app;

fn problems(files: &[(&str, &str)]) -> String {
    let problems = read_app(files).expect_err("these files must be refused");
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

const APP: &str = "\
app: demo
title: Demo
base_url: https://{subdomain}.example.com
auth: { basic: { username: '{token}' } }
values:
  - { name: subdomain, label: Subdomain, required: true }
";

#[test]
fn files_of_one_app_are_gathered_with_their_defaults() {
    let list = "\
category: Things
defaults: { headers: { Version: '1' } }
operations:
  - id: things.list
    kind: trigger
    title: List Things
    summary: All things.
    method: GET
    path: /things
    headers: { version: '2' }
    response: { data: things, list: true, fields: [{ name: id }] }
    paging: { offset: { limit: { name: limit, max: 50 }, offset: skip } }
    poll: { emit: new, key: [id] }
";
    let app = read_app(&[("demo/app.yaml", APP), ("demo/things.yaml", list)]).unwrap();
    let things = &app.operations[0];
    assert_eq!((things.category.as_str(), things.location.line()), ("Things", 4));
    assert_eq!(
        things.operation.headers.len(),
        1,
        "the operation's own header wins: {:?}",
        things.operation.headers
    );
}

#[test]
fn each_operation_tells_its_first_structural_problem() {
    let operations = "\
operations:
  - id: one
    kind: trigger
    titel: One
  - id: two
    kind: action
    title: Two
    summary: Two.
    method: FETCH
    path: /two
  - { id: three, kind: action, title: Three, summary: Three., method: GET, path: /3, paging: { offset: { ofset: skip } } }
";
    insta::assert_snapshot!(problems(&[("demo.yaml", &format!("{APP}{operations}"))]));
}

#[test]
fn an_operation_that_borrows_from_another_is_not_blamed_for_it() {
    let operations = "\
operations:
  - { id: one, kind: action, title: One, summary: One., method: GET, path: /one, fields: &fields [{ name: size }] }
  - { id: two, kind: action, titel: Two, summary: Two., method: GET, path: /two }
  - { id: three, kind: action, title: Three, summary: Three., method: GET, path: /three, fields: *fields }
";
    let told = problems(&[("demo.yaml", &format!("{APP}{operations}"))]);
    assert!(told.starts_with("demo.yaml:9:30: unknown field `titel`") && told.lines().count() == 1, "{told}");
}

#[test]
fn names_that_are_not_declared_are_all_told() {
    let operations = "\
rate_limit: { requests: 0, per: 10s, resource: [accountId] }
test: things.get
errors: { rules: [{ status: 422, contains: twice }, { status: 200, kind: duplicate }] }
operations:
  - id: things.list
    kind: trigger
    title: List
    summary: Lists.
    method: GET
    path: things/{thingId}
    fields:
      - { name: other, in: path }
      - { name: accountId, from: connection }
      - { name: count, type: integer, example: '3' }
      - { name: kinds, type: array, items: string, values: [open, 1] }
    response: { list: true, keep: [new] }
    poll: { emit: changed_record, key: [], window: { overlap: 1m, set: { sort: up } } }
  - id: things.list
    kind: action
    title: Again
    summary: Again.
    method: POST
    path: /things
    body: none
    fields: [{ name: size, items: string, fields: [{ name: inner, in: query }] }]
    paging: { page: { page: page } }
    poll: { emit: new, key: [id] }
";
    insta::assert_snapshot!(problems(&[("demo.yaml", &format!("{APP}{operations}"))]));
}

#[test]
fn wrong_yaml_is_located_and_never_hangs() {
    let bomb: String = (1..=9).fold("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        let alias = vec![format!("*a{}", n - 1); 9].join(", ");
        format!("{text}a{n}: &a{n} [{alias}]\n")
    });
    for (text, wanted) in [
        ("app: [\n", "demo.yaml:"),
        ("app: demo\napp: demo\n", "demo.yaml:2:1"),
        ("operations: []\n", "no file of this app holds `app:`"),
        (bomb.as_str(), "demo.yaml:"),
        (&"[".repeat(5_000), "demo.yaml:"),
        (&" ".repeat(3_000_000), "at most"),
    ] {
        let told = problems(&[("demo.yaml", text)]);
        assert!(told.contains(wanted), "{wanted:?} is not in {told:?}");
    }
}

#[test]
fn a_verification_names_what_is_there_and_can_be_compared() {
    let operations = "\
operations:
  - id: things.list
    kind: trigger
    title: List
    summary: All.
    method: GET
    path: /things
    fields: [{ name: owner }]
    response: { list: true, fields: [{ name: id }, { name: body }] }
    poll: { emit: new, key: [id] }
  - id: things.create
    kind: action
    title: Create
    summary: Makes one.
    method: POST
    path: /things
    fields: [{ name: body }, { name: owner, choices: { operation: things.list } }]
    response: { fields: [{ name: id }] }
    verify:
      use: things.list
      with: { owner: 'of {owner}', kind: '{body}', page: '{since}' }
      match: { owner: owner, text: body, body: made }
      created: made_at
  - id: things.delete
    kind: action
    title: Delete
    summary: Takes one away.
    method: DELETE
    path: /things
    verify: { use: things.gone, match: {} }
";
    let problems = problems(&[("demo/app.yaml", APP), ("demo/things.yaml", operations)]);
    for problem in [
        "verify.match: `owner` may be given by name",
        "verify.match: `text` is not a field of the operation",
        "verify: `made` is not in the output of `things.list`",
        "verify: `made_at` is not in the output of `things.list`",
        "verify.with: `of {owner}` has text around its braces",
        "verify.with: `kind` is not a field of `things.list`",
        "things.delete: `verify` is for actions that are not safe to repeat",
        "verify.use: there is no operation `things.gone`",
        "verify.match names nothing",
    ] {
        assert!(problems.contains(problem), "{problem} is not in:\n{problems}");
    }
}
