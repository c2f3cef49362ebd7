//! The one company: the agency that the locations belong to.

use serde_json::json;

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::Agency;
use crate::world::World;

pub const ROUTES: &[Route] =
    &[Agency.route("GET", "/companies/{companyId}", "companies.readonly", get_company)];

/// Of another company no token is let through.
fn get_company(world: &mut World, _: &Call) -> Outcome {
    Ok(Reply::ok(json!({
        "company": {
            "id": world.ready.company_id,
            "name": "Harbor Academies",
            "email": "head.office@example.com",
            "phone": "+15125550170",
            "website": "https://harbor-academies.example.com",
            "domain": "app.harbor-academies.example.com",
            "subdomain": "harbor-academies",
            "address": "1 Main St",
            "city": "Austin",
            "state": "TX",
            "postalCode": "73301",
            "country": "US",
            "timezone": "America/Chicago",
            "currency": "USD",
            "plan": 1,
            "customerType": "agency",
            "status": "active",
            "locationCount": world.locations.iter().count(),
            "isReselling": false,
            "isSandboxAccount": false,
            "premiumUpgraded": false,
            "disableEmailService": false,
        },
    })))
}
