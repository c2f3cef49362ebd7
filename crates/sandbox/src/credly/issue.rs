//! Issuing a badge, and replacing one by another.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::time::{self, Millis};
use crate::world::{Badge, BadgeTemplate, World};

use super::{badges, page, refused, view};

const REQUIRED: [&str; 5] =
    ["recipient_email", "badge_template_id", "issued_to_first_name", "issued_to_last_name", "issued_at"];

const LOCALES: [&str; 12] =
    ["en", "fr", "de", "ko", "ja", "zh-CN", "pt", "es-ES", "es-US", "es", "fr-CA", "pt-BR"];

pub fn issue_badge(world: &mut World, call: &Call) -> Outcome {
    let badge = read(world, call)?;
    refuse_duplicate(world, &badge, None)?;
    Ok(add(world, badge))
}

/// Revokes the named badge and issues the one of the body.
pub fn replace_badge(world: &mut World, call: &Call) -> Outcome {
    let old = badges::known(world, call)?;
    let badge = read(world, call)?;
    if world.badges[old].state == "revoked" {
        return Err(refused(422, "Validation failed: badge is already revoked"));
    }
    refuse_duplicate(world, &badge, Some(old))?;
    badges::revoke(world, old, "replaced");
    Ok(add(world, badge))
}

fn add(world: &mut World, badge: Badge) -> Reply {
    let shown = view::badge(world, &badge);
    world.badges.push(badge);
    Reply::created(page::one(shown))
}

fn read(world: &mut World, call: &Call) -> Result<Badge, Reply> {
    let Some(body) = call.json().and_then(Value::as_object) else {
        return Err(refused(400, "a JSON object is required"));
    };
    let blank =
        |name: &&&str| body.get(**name).and_then(Value::as_str).is_none_or(|text| text.trim().is_empty());
    let missing: Vec<String> =
        REQUIRED.iter().filter(blank).map(|name| format!("{name} can't be blank")).collect();
    if !missing.is_empty() {
        return Err(failed(&missing.join(", ")));
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let needed = |name: &str| text(name).expect("required fields were looked at above");
    let template = template(world, &needed("badge_template_id"))?.id.clone();
    let email = needed("recipient_email").trim().to_lowercase();
    if !email.contains('@') {
        return Err(failed("recipient_email is invalid"));
    }
    let now = world.clock.tick();
    Ok(Badge {
        id: world.dice.uuid(),
        template,
        email,
        first_name: needed("issued_to_first_name"),
        middle_name: text("issued_to_middle_name"),
        last_name: needed("issued_to_last_name"),
        earner: text("issuer_earner_id"),
        state: "pending",
        state_changed: now,
        revocation_reason: None,
        locale: locale(text("locale"))?,
        country: text("country_name"),
        region: text("state_or_province"),
        evidence: body.get("evidence").cloned().unwrap_or_else(|| json!([])),
        issued: moment(body, "issued_at")?.expect("required fields were looked at above"),
        expires: moment(body, "expires_at")?,
        created: now,
        updated: now,
    })
}

fn locale(given: Option<String>) -> Result<String, Reply> {
    match given {
        None => Ok("en".to_owned()),
        Some(given) if LOCALES.contains(&given.as_str()) => Ok(given),
        Some(_) => Err(failed("locale is not included in the list")),
    }
}

fn template<'a>(world: &'a World, id: &str) -> Result<&'a BadgeTemplate, Reply> {
    match world.templates.iter().find(|template| template.id == id) {
        None => Err(failed("badge_template must exist")),
        Some(template) if template.state != "active" => Err(failed("badge template is not active")),
        Some(template) => Ok(template),
    }
}

/// The same template and the same e-mail address or earner id, unless that badge was revoked or the template
/// allows it. `except` is the place of a badge about to be replaced.
fn refuse_duplicate(world: &World, badge: &Badge, except: Option<usize>) -> Result<(), Reply> {
    if template(world, &badge.template)?.allows_duplicates {
        return Ok(());
    }
    let same = |(n, other): &(usize, &Badge)| {
        Some(*n) != except
            && other.template == badge.template
            && other.state != "revoked"
            && (other.email == badge.email || (other.earner.is_some() && other.earner == badge.earner))
    };
    match world.badges.iter().enumerate().find(same) {
        None => Ok(()),
        Some((_, current)) => {
            let mut reply = failed("User already has this badge");
            reply.body["metadata"] = json!({ "current_badge_id": current.id });
            Err(reply)
        }
    }
}

/// `null` and `false` both mean none here, since no template has a default.
fn moment(body: &Map<String, Value>, name: &str) -> Result<Option<Millis>, Reply> {
    match body.get(name) {
        None | Some(Value::Null | Value::Bool(false)) => Ok(None),
        Some(value) => match value.as_str().and_then(time::parse_credly) {
            Some(at) => Ok(Some(at)),
            None => Err(failed(&format!("{name} is not a valid time"))),
        },
    }
}

fn failed(what: &str) -> Reply {
    refused(422, format!("Validation failed: {what}"))
}
