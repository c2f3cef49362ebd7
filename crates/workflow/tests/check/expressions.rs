//! What templates give, and what they say when they cannot.

use highline_workflow::{Expr, Scope};
use serde_json::{Value, json};

fn scope() -> Scope {
    let names = json!({
        "now": "2026-11-21T08:00:00Z",
        "trigger": { "id": "t1", "name": "Ada <King>", "count": 3, "tags": ["vip", "new"], "phone": null, "due": "2026-11-21" },
        "vars": { "limit": "2" },
        "steps": { "skipped": null, "failed": { "error": { "kind": "not_found", "status": 404 } }, "contact": { "email": "a@example.com" } },
    });
    Scope::new(names.as_object().cloned().unwrap())
}

fn value(template: &str) -> Value {
    let expr = Expr::template(template).unwrap_or_else(|problems| panic!("{template}: {problems:?}"));
    expr.evaluate(&scope()).unwrap_or_else(|error| panic!("{template}: {error}"))
}

fn error(template: &str) -> String {
    match Expr::template(template) {
        Ok(expr) => expr.evaluate(&scope()).expect_err(template).to_string(),
        Err(problems) => problems[0].to_string(),
    }
}

#[test]
fn a_lone_expression_keeps_its_type_and_anything_else_is_text() {
    assert_eq!(value("{{ trigger.count }}"), 3);
    assert_eq!(value("{{{ trigger.tags }}}"), json!(["vip", "new"]));
    assert_eq!(value("{{ trigger.tags.0 }}"), "vip");
    assert_eq!(value("{{ trigger.tags.[1] }}"), "new");
    assert_eq!(value("{{ trigger.phone }}"), Value::Null);
    assert_eq!(value("n{{ trigger.count }}"), "n3");
    assert_eq!(value("{{ trigger.count }} "), "3 ");
    assert_eq!(value("{{ trigger.tags }}!"), "[\"vip\",\"new\"]!");
    assert_eq!(value("no template }}"), "no template }}");
}

#[test]
fn text_is_not_escaped() {
    assert_eq!(value("Dear {{ trigger.name }}"), "Dear Ada <King>");
}

#[test]
fn a_missing_value_is_an_error_that_names_its_path() {
    assert_eq!(
        error("{{ steps.contact.emial }}"),
        "missing value `steps.contact.emial` in `{{ steps.contact.emial }}`"
    );
    assert_eq!(
        error("Hi {{ trigger.nobody }}"),
        "missing value `trigger.nobody` in `Hi {{ trigger.nobody }}`"
    );
    assert_eq!(
        error("{{ upper trigger.nobody }}"),
        "missing value `trigger.nobody` in `{{ upper trigger.nobody }}`"
    );
    assert_eq!(
        error("{{ not steps.skipped.id }}"),
        "missing value `steps.skipped.id` in `{{ not steps.skipped.id }}`"
    );
    assert_eq!(
        error("Call {{ trigger.phone }}"),
        "missing value `trigger.phone` in `Call {{ trigger.phone }}`"
    );
    let nested = Expr::parse(&json!({ "a": { "b": ["x", "{{ trigger.nobody }}"] } })).unwrap();
    let told = nested.evaluate(&scope()).unwrap_err();
    assert_eq!(told.to_string(), "field `a.b.1`: missing value `trigger.nobody` in `{{ trigger.nobody }}`");
    assert_eq!(told.missing.as_deref(), Some("trigger.nobody"));
}

#[test]
fn guards_take_missing_values() {
    assert_eq!(value("{{ not (isEmpty steps.skipped.email) }}"), false);
    assert_eq!(value("{{ not (isEmpty steps.contact.email) }}"), true);
    assert_eq!(value("{{ default trigger.nobody \"x\" }}"), "x");
    assert_eq!(value("{{ default (upper steps.skipped.name) \"x\" }}"), "x");
    assert_eq!(value("{{ default (lookup vars \"none\") 5 }}"), 5);
    assert_eq!(value("{{ coalesce steps.skipped.a trigger.phone trigger.id }}"), "t1");
    assert_eq!(value("{{ coalesce steps.skipped.a trigger.phone }}"), Value::Null);
    assert_eq!(value("{{#if trigger.nobody}}a{{else}}b{{/if}}"), "b");
    assert_eq!(value("{{ has steps.skipped \"id\" }}"), false);
    assert_eq!(value("{{ and (has steps.skipped \"id\") (eq steps.skipped.id 1) }}"), false);
    assert_eq!(value("{{ default steps.contact.error.kind \"none\" }}"), "none");
    assert_eq!(value("{{ steps.failed.error.status }}"), 404);
}

#[test]
fn helpers_are_typed() {
    assert_eq!(
        error("{{ upper trigger.tags }}"),
        "upper: argument 1 must be text, not a list ([\"vip\",\"new\"]) in `{{ upper trigger.tags }}`"
    );
    assert_eq!(
        error("{{ gt trigger.name 3 }}"),
        "gt: text and a number cannot be compared in `{{ gt trigger.name 3 }}`"
    );
    assert_eq!(
        error("{{ trim trigger.phone }}"),
        "trim: argument 1 must be text, not null in `{{ trim trigger.phone }}`"
    );
    assert_eq!(error("{{ divide 1 0 }}"), "divide: division by zero in `{{ divide 1 0 }}`");
    assert_eq!(value("{{ gt trigger.count vars.limit }}"), true);
    assert_eq!(value("{{ eq trigger.count \"3\" }}"), false);
    assert_eq!(value("{{ eq trigger.count 3.0 }}"), true);
    assert_eq!(value("{{ add 0.1 0.2 }}"), 0.1 + 0.2);
    assert_eq!(value("{{ multiply 9007199254740993 1 }}"), 9_007_199_254_740_993_i64);
}

#[test]
fn blocks_see_their_item_first_and_then_outwards() {
    assert_eq!(
        value("{{#each trigger.tags}}{{@index}}:{{this}}{{#unless @last}},{{/unless}}{{/each}}"),
        "0:vip,1:new"
    );
    assert_eq!(
        value("{{#each trigger.tags as |tag at|}}{{at}}{{tag}}{{trigger.id}}{{@root.vars.limit}}{{/each}}"),
        "0vipt121newt12"
    );
    assert_eq!(value("{{#with steps.failed}}{{error.status}}{{../trigger.id}}{{/with}}"), "404t1");
    assert_eq!(
        value("{{#each steps.failed.error}}{{@key}}={{this}};{{/each}}"),
        "kind=not_found;status=404;"
    );
    assert_eq!(value("{{#each steps.skipped}}x{{else}}none{{/each}}"), "none");
    assert_eq!(value("{{#if (gt trigger.count 5)}}a{{else if (gt trigger.count 2)}}b{{else}}c{{/if}}"), "b");
}

#[test]
fn work_is_bounded() {
    let many: Vec<u32> = (0..2000).collect();
    let scope = Scope::new(json!({ "many": many, "long": "x".repeat(60_000) }).as_object().cloned().unwrap());
    let told = |template: &str| Expr::template(template).unwrap().evaluate(&scope).unwrap_err().message;
    assert_eq!(
        told("{{#each many}}{{#each ../many}}{{/each}}{{/each}}x"),
        "`each` takes more than 100000 turns"
    );
    assert_eq!(told("{{#each many}}{{long}}{{/each}}"), "the text is longer than 1048576 bytes");
    assert_eq!(told("{{ replace long \"x\" long }}"), "replace: text longer than 1048576 bytes");
}

#[test]
fn the_deepest_template_that_is_allowed_fits_on_the_stack_of_a_worker() {
    let condition = format!("{}eq trigger.count 3{}", "not (".repeat(16), ")".repeat(16));
    let chain =
        format!("{{{{#if ({})}}}}a{}{{{{else}}}}b{{{{/if}}}}", "eq 1 2", "{{else if false}}c".repeat(60));
    let blocks =
        format!("{}{chain}{{{{ {condition} }}}}{}", "{{#with trigger}}".repeat(31), "{{/with}}".repeat(31));
    let worker = std::thread::Builder::new().stack_size(1024 * 1024);
    let given = worker.spawn(move || value(&blocks)).unwrap().join().unwrap();
    assert_eq!(given, "btrue");
}

#[test]
fn dates_know_zones_and_refuse_what_is_none() {
    assert_eq!(value("{{ parseDate \"2026-03-29 02:30\" zone=\"Europe/Berlin\" }}"), "2026-03-29T01:30:00Z");
    assert_eq!(value("{{ parseDate \"2026-10-25 02:30\" zone=\"Europe/Berlin\" }}"), "2026-10-25T00:30:00Z");
    assert_eq!(value("{{ parseDate \"2026-11-20 09:05:00 -0500\" }}"), "2026-11-20T14:05:00Z");
    assert_eq!(value("{{ parseDate \"2026-11-20T14:05:00.123+0000\" }}"), "2026-11-20T14:05:00.123Z");
    assert_eq!(value("{{ addTime trigger.due \"-36h\" }}"), "2026-11-19T12:00:00Z");
    assert_eq!(
        error("{{ formatDate now \"%Q\" }}"),
        "formatDate: `%Q` is not a date format: use %Y %m %d %H %M %S … in `{{ formatDate now \"%Q\" }}`"
    );
    assert!(error("{{ formatDate trigger.name \"%Y\" }}").contains("is not an ISO 8601 date"));
    assert!(error("{{ formatDate now \"%Y\" zone=\"Mars\" }}").contains("unknown time zone `Mars`"));
}

#[test]
fn phones_need_a_country_or_a_plus() {
    assert_eq!(value("{{ phone \"+49 30 123456\" }}"), "+4930123456");
    assert_eq!(value("{{ phone \"030 123456\" \"de\" }}"), "+4930123456");
    assert!(error("{{ phone \"030 123456\" }}").contains("name its country"));
    assert!(error("{{ phone \"12\" \"US\" }}").contains("`12` is not a phone number"));
    assert!(error("{{ phone \"12\" \"Germany\" }}").contains("unknown country"));
}
