use highline_model::{Clock, Role};
use highline_store::{
    AuditFilter, Guest, NewAudit, NewSession, NewToken, Origin, Page, SessionRecord, TokenMade, TokenRecord,
};
use highline_testing::{TestDatabase, on_both_databases};
use secrecy::SecretString;
use serde_json::json;

use crate::world::{World, at};

on_both_databases! {
    a_token_is_known_by_its_secret_alone,
    its_last_use_is_noted_once_a_minute,
    two_tokens_in_force_have_two_names,
    logins_that_are_over_are_forgotten,
    who_is_logged_in_is_listed_and_can_be_logged_out,
    the_audit_log_is_read_in_pages_and_bounded,
}

async fn made(world: &World, name: &str) -> (TokenRecord, SecretString) {
    let new = NewToken { name, role: Role::Viewer, expires_at: Some(at(3_600)), by: "test", now: at(0) };
    match world.store.make_token(new).await.unwrap() {
        TokenMade::Made(token, secret) => (token, secret),
        TokenMade::NameTaken => panic!("{name} is taken"),
    }
}

async fn a_token_is_known_by_its_secret_alone(database: TestDatabase) {
    let world = World::empty(database).await;
    assert!(!world.store.has_tokens(at(0)).await.unwrap());
    let (token, secret) = made(&world, "a\0b").await;
    assert!(world.store.has_tokens(at(0)).await.unwrap());
    let known = world.store.token(&secret, at(1)).await.unwrap().unwrap();
    assert_eq!(known, token);
    let guess = SecretString::from(token.id.to_string());
    assert_eq!(world.store.token(&guess, at(1)).await.unwrap(), None);
    assert_eq!(world.store.token(&secret, at(3_600)).await.unwrap(), None, "it is over");
    assert!(!world.store.has_tokens(at(3_600)).await.unwrap());
}

async fn its_last_use_is_noted_once_a_minute(database: TestDatabase) {
    let world = World::empty(database).await;
    let (_, secret) = made(&world, "a").await;
    let last = async || {
        let page = world.store.tokens(Page { after: None, limit: 10 }).await.unwrap();
        page.tokens[0].last_used_at
    };
    for (used, noted) in [(1, 1), (30, 1), (61, 61)] {
        world.store.token(&secret, at(used)).await.unwrap();
        assert_eq!(last().await, Some(at(noted)), "used at {used}");
    }
}

async fn two_tokens_in_force_have_two_names(database: TestDatabase) {
    let world = World::empty(database).await;
    let (first, _) = made(&world, "a").await;
    let again = NewToken { name: "a", role: Role::Admin, expires_at: None, by: "test", now: at(1) };
    assert!(matches!(world.store.make_token(again).await.unwrap(), TokenMade::NameTaken));
    let revoked = world.store.revoke_token(first.id, at(2)).await.unwrap().unwrap();
    assert_eq!(revoked.revoked_at, Some(at(2)));
    let twice = world.store.revoke_token(first.id, at(9)).await.unwrap().unwrap();
    assert_eq!(twice.revoked_at, Some(at(2)), "the first time counts");
    assert!(matches!(world.store.make_token(again).await.unwrap(), TokenMade::Made(..)));
    let (over, _) = made(&world, "b").await;
    let anew = NewToken { name: "b", role: Role::Viewer, expires_at: None, by: "test", now: at(3_600) };
    assert!(
        matches!(world.store.make_token(anew).await.unwrap(), TokenMade::Made(..)),
        "{} is over",
        over.id
    );
    world.store.revoke_token(over.id, at(3_601)).await.unwrap();
    let page = world.store.tokens(Page { after: None, limit: 1 }).await.unwrap();
    assert_eq!(page.tokens[0].name, "b");
    let page = world.store.tokens(Page { after: Some(over.id), limit: 1 }).await.unwrap();
    assert_eq!((page.tokens[0].role, page.next.is_some()), (Role::Admin, true));
    let rest = world.store.tokens(Page { after: page.next, limit: 1 }).await.unwrap();
    assert_eq!((rest.tokens[0].id, rest.next), (first.id, None));
}

async fn logins_that_are_over_are_forgotten(database: TestDatabase) {
    let world = World::empty(database).await;
    let new = NewSession { origin: Origin::Link, name: "login link", role: Role::Admin, now: at(0) };
    let (_, secret) = world.store.open_session(new).await.unwrap();
    let guest = Guest { role: Role::Admin, name: Some("Ann".to_owned()) };
    let (code, ends) = world.store.make_login_code(&guest, at(0)).await.unwrap();
    assert_eq!(ends, at(15 * 60));
    world.store.forget_logins(at(60)).await.unwrap();
    assert!(world.store.session(&secret, at(60)).await.unwrap().is_some());
    assert_eq!(world.store.use_login_code(&code, at(60)).await.unwrap(), Some(guest));
    world.store.forget_logins(at(8 * 86_400)).await.unwrap();
    assert_eq!(world.store.session(&secret, at(60)).await.unwrap(), None, "its row is gone");
}

async fn who_is_logged_in_is_listed_and_can_be_logged_out(database: TestDatabase) {
    let world = World::empty(database).await;
    let (token, _) = made(&world, "duty").await;
    let open = async |origin: Origin, name, now| {
        world.store.open_session(NewSession { origin, name, role: Role::Admin, now }).await.unwrap()
    };
    let (link, secret) = open(Origin::Link, "login link", at(0)).await;
    let (by_token, _) = open(Origin::Token(token.id), "duty", at(60)).await;
    let page = world.store.sessions(Page { after: None, limit: 1 }, at(60)).await.unwrap();
    assert_eq!((page.sessions, page.next), (vec![by_token.clone()], Some(by_token.id)));
    world.store.session(&secret, at(120)).await.unwrap().unwrap();
    let rest = world.store.sessions(Page { after: page.next, limit: 1 }, at(120)).await.unwrap();
    let used = SessionRecord { last_used_at: at(120), expires_at: at(7 * 86_400 + 120), ..link.clone() };
    assert_eq!((rest.sessions, rest.next), (vec![used], None));

    assert_eq!(world.store.end_session_of(link.id).await.unwrap().as_deref(), Some("login link"));
    assert_eq!(world.store.end_session_of(link.id).await.unwrap(), None);
    assert_eq!(world.store.session(&secret, at(120)).await.unwrap(), None);
    let over = world.store.sessions(Page { after: None, limit: 9 }, at(3_600)).await.unwrap();
    assert_eq!(over.sessions, [], "its token is over");
}

async fn the_audit_log_is_read_in_pages_and_bounded(database: TestDatabase) {
    let world = World::empty(database).await;
    let clock = Clock::manual(at(0));
    for number in 0..3 {
        let (target, details) = (format!("run {number}\0"), json!({ "n": number }));
        let new = NewAudit {
            by: "duty",
            action: "cancel_run",
            target: Some(&target),
            details: Some(&details),
            now: clock.now(),
        };
        world.store.audit(new).await.unwrap();
        clock.advance(chrono::Duration::seconds(1));
    }
    let page = world.store.audited(&AuditFilter::default(), Page { after: None, limit: 2 }).await.unwrap();
    assert_eq!((page.entries[0].at, page.entries[0].details.clone()), (at(2), Some(json!({ "n": 2 }))));
    assert_eq!(page.entries[0].target.as_deref(), Some("run 2␀"));
    let rest =
        world.store.audited(&AuditFilter::default(), Page { after: page.next, limit: 2 }).await.unwrap();
    assert_eq!((rest.entries.len(), rest.next), (1, None));
    for (filter, lines) in [
        (AuditFilter { by: Some("duty"), action: Some("cancel_run"), ..AuditFilter::default() }, 3),
        (AuditFilter { by: Some("nobody"), ..AuditFilter::default() }, 0),
        (AuditFilter { target: Some("run 1\0"), ..AuditFilter::default() }, 1),
        (AuditFilter { since: Some(at(1)), until: Some(at(2)), ..AuditFilter::default() }, 1),
    ] {
        let found = world.store.audited(&filter, Page { after: None, limit: 9 }).await.unwrap();
        assert_eq!(found.entries.len(), lines, "{filter:?}");
    }
    assert_eq!(world.store.delete_old_audit(at(2)).await.unwrap(), 2);
    let left = world.store.audited(&AuditFilter::default(), Page { after: None, limit: 9 }).await.unwrap();
    assert_eq!(left.entries.len(), 1);
}
