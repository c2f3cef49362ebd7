//! How a user looks in answers and in the event of its making.

use serde_json::{Value, json};

use crate::world::{User, World};

use super::permissions;

/// A user as every answer shows it.
pub fn record(user: &User, deleted: bool) -> Value {
    let mut shown = json!({
        "id": user.id,
        "name": user.name(),
        "firstName": user.first_name,
        "lastName": user.last_name,
        "email": user.email,
        "phone": user.phone.as_deref().unwrap_or_default(),
        "extension": "",
        "permissions": permissions::all(&user.permissions),
        "scopes": user.scopes,
        "roles": {
            "type": user.kind,
            "role": user.role,
            "locationIds": user.locations,
            "restrictSubAccount": false,
        },
        "deleted": deleted,
        "lcPhone": {},
        "platformLanguage": user.language,
    });
    if let Some(photo) = &user.photo {
        shown["profilePhoto"] = json!(photo);
    }
    shown
}

/// A user of a location is told to that location, one of the agency with the locations it may enter.
pub fn event(world: &World, user: &User) -> Value {
    let mut told = json!({
        "id": user.id,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "email": user.email,
        "phone": user.phone,
        "extension": "",
        "role": user.role,
        "permissions": permissions::all(&user.permissions),
    });
    if user.kind == "agency" {
        told["companyId"] = json!(world.ready.company_id);
        told["locations"] = json!(user.locations);
    } else {
        told["locationId"] = json!(user.locations.first());
    }
    told
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::exchange::Call;
    use crate::seed;

    /// What is told when a user of this type is made.
    fn told(kind: &str) -> (Value, String) {
        let mut world = seed::world(1, 0, "http://sandbox");
        let location = world.ready.location_id.clone();
        let body = json!({
            "companyId": world.ready.company_id,
            "firstName": "Night",
            "lastName": "Desk",
            "email": "night@example.com",
            "password": "correct horse 9",
            "type": kind,
            "role": "user",
            "locationIds": [location],
        });
        super::super::create_user(&mut world, &Call { body: Some(Ok(body)), ..Default::default() }).unwrap();
        let happening = world.outbox.pop().unwrap();
        assert_eq!(happening.kind, "UserCreate");
        (happening.payload, location)
    }

    #[test]
    fn a_new_user_is_told_to_its_location_or_its_company() {
        let (of_location, location) = told("account");
        assert_eq!((&of_location["locationId"], of_location.get("companyId")), (&json!(location), None));
        let (of_agency, location) = told("agency");
        assert_eq!((&of_agency["locations"], of_agency.get("locationId")), (&json!([location]), None));
        assert!(of_agency["companyId"].is_string());
    }
}
