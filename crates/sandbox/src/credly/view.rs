//! How templates and badges look in answers.

use serde_json::{Value, json};

use crate::time::{date, iso};
use crate::world::{Badge, BadgeTemplate, World};

pub fn template(world: &World, template: &BadgeTemplate) -> Value {
    json!({
        "id": template.id,
        "name": template.name,
        "description": format!("Earned by completing {}.", template.name),
        "state": template.state,
        "public": true,
        "allow_duplicate_badges": template.allows_duplicates,
        "badges_count": world.badges.iter().filter(|badge| badge.template == template.id).count(),
        "owner": { "id": world.ready.credly_organization_id, "name": "Sandbox Organization" },
        "reporting_tags": [],
        "skills": [],
        "created_at": iso(template.created),
        "updated_at": iso(template.created),
    })
}

pub fn badge(world: &World, badge: &Badge) -> Value {
    let template = world.templates.iter().find(|template| template.id == badge.template);
    json!({
        "id": badge.id,
        "state": badge.state,
        "state_updated_at": iso(badge.state_changed),
        "recipient_email": badge.email,
        "issued_to": format!("{} {}", badge.first_name, badge.last_name),
        "issued_to_first_name": badge.first_name,
        "issued_to_middle_name": badge.middle_name,
        "issued_to_last_name": badge.last_name,
        "issuer_earner_id": badge.earner,
        "locale": badge.locale,
        "country_name": badge.country,
        "state_or_province": badge.region,
        "public": false,
        "issued_at": iso(badge.issued),
        "issued_at_date": date(badge.issued),
        "expires_at": badge.expires.map(iso),
        "expires_at_date": badge.expires.map(date),
        "revocation_reason": badge.revocation_reason,
        "evidence": badge.evidence,
        "accept_badge_url": format!("{}/credly/earner/badges/{}", world.ready.base_url, badge.id),
        "badge_template": template.map(|template| json!({
            "id": template.id,
            "name": template.name,
            "state": template.state,
        })),
        "created_at": iso(badge.created),
        "updated_at": iso(badge.updated),
    })
}
