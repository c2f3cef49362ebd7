//! The settings of a calendar, as create and update take them.

use serde_json::{Value, json};

use crate::highlevel::fields::{Field, Kind, needed, optional};
use crate::highlevel::records::{Record, record};

const LENGTHS: Kind = Kind::OneOf(&["mins", "hours"]);

const LOCATION: [Field; 2] = [
    needed(
        "kind",
        Kind::OneOf(&[
            "custom",
            "zoom_conference",
            "google_conference",
            "inbound_call",
            "outbound_call",
            "physical",
            "booker",
            "ms_teams_conference",
        ]),
    ),
    optional("location", Kind::Text),
];

const TEAM_MEMBER: [Field; 6] = [
    needed("userId", Kind::Text),
    optional("priority", Kind::NumberOf(&[0.0, 0.5, 1.0])),
    optional(
        "meetingLocationType",
        Kind::OneOf(&["custom", "zoom", "gmeet", "phone", "address", "teams", "booker"]),
    ),
    optional("meetingLocation", Kind::Text),
    optional("isPrimary", Kind::Boolean),
    optional("locationConfigurations", Kind::List(&LOCATION)),
];

const NOTIFICATION: [Field; 6] = [
    optional("type", Kind::OneOf(&["email"])),
    needed("shouldSendToContact", Kind::Boolean),
    needed("shouldSendToGuest", Kind::Boolean),
    needed("shouldSendToUser", Kind::Boolean),
    needed("shouldSendToSelectedUsers", Kind::Boolean),
    needed("selectedUsers", Kind::Text),
];

const HOURS: [Field; 4] = [
    needed("openHour", Kind::Between(0, 23)),
    needed("openMinute", Kind::Between(0, 60)),
    needed("closeHour", Kind::Between(0, 23)),
    needed("closeMinute", Kind::Between(0, 60)),
];

const OPEN_HOURS: [Field; 2] =
    [needed("daysOfTheWeek", Kind::Numbers(0, 6)), needed("hours", Kind::List(&HOURS))];

const AVAILABILITY: [Field; 3] =
    [needed("date", Kind::Time), needed("hours", Kind::List(&HOURS)), optional("deleted", Kind::Boolean)];

/// An existing one is named by its id.
const CHANGED_AVAILABILITY: [Field; 4] =
    [AVAILABILITY[0], AVAILABILITY[1], AVAILABILITY[2], optional("id", Kind::Text)];

const RECURRING: [Field; 4] = [
    optional("freq", Kind::OneOf(&["DAILY", "WEEKLY", "MONTHLY"])),
    optional("count", Kind::Between(0, 24)),
    optional("bookingOption", Kind::OneOf(&["skip", "continue", "book_next"])),
    optional("bookingOverlapDefaultStatus", Kind::OneOf(&["confirmed", "new"])),
];

const LOOK_BUSY: [Field; 2] =
    [needed("enabled", Kind::Boolean), needed("LookBusyPercentage", Kind::Between(0, 100))];

/// What both take, but for the name, which only create needs, and for the dates.
const SHARED: [Field; 49] = [
    optional("isActive", Kind::Boolean),
    optional("notifications", Kind::List(&NOTIFICATION)),
    optional("groupId", Kind::Text),
    optional("teamMembers", Kind::List(&TEAM_MEMBER)),
    optional(
        "eventType",
        Kind::OneOf(&["RoundRobin_OptimizeForAvailability", "RoundRobin_OptimizeForEqualDistribution"]),
    ),
    optional("description", Kind::Text),
    optional("slug", Kind::Text),
    optional("widgetSlug", Kind::Text),
    optional("widgetType", Kind::OneOf(&["default", "classic"])),
    optional("eventTitle", Kind::Text),
    optional("eventColor", Kind::Text),
    optional("meetingLocation", Kind::Text),
    optional("locationConfigurations", Kind::List(&LOCATION)),
    optional("slotDuration", Kind::Number),
    optional("slotDurationUnit", LENGTHS),
    optional("slotInterval", Kind::Number),
    optional("slotIntervalUnit", LENGTHS),
    optional("slotBuffer", Kind::Number),
    optional("preBuffer", Kind::Number),
    optional("preBufferUnit", LENGTHS),
    optional("appoinmentPerSlot", Kind::Number),
    optional("appoinmentPerDay", Kind::Number),
    optional("allowBookingAfter", Kind::Number),
    optional("allowBookingAfterUnit", Kind::OneOf(&["hours", "days", "weeks", "months"])),
    optional("allowBookingFor", Kind::Number),
    optional("allowBookingForUnit", Kind::OneOf(&["days", "weeks", "months"])),
    optional("openHours", Kind::List(&OPEN_HOURS)),
    optional("enableRecurring", Kind::Boolean),
    optional("recurring", Kind::Nested(&RECURRING)),
    optional("formId", Kind::Text),
    optional("stickyContact", Kind::Boolean),
    optional("isLivePaymentMode", Kind::Boolean),
    optional("autoConfirm", Kind::Boolean),
    optional("shouldSendAlertEmailsToAssignedMember", Kind::Boolean),
    optional("alertEmail", Kind::Text),
    optional("googleInvitationEmails", Kind::Boolean),
    optional("allowReschedule", Kind::Boolean),
    optional("allowCancellation", Kind::Boolean),
    optional("shouldAssignContactToTeamMember", Kind::Boolean),
    optional("shouldSkipAssigningContactForExisting", Kind::Boolean),
    optional("notes", Kind::Text),
    optional("pixelId", Kind::Text),
    optional("formSubmitType", Kind::OneOf(&["RedirectURL", "ThankYouMessage"])),
    optional("formSubmitRedirectURL", Kind::Text),
    optional("formSubmitThanksMessage", Kind::Text),
    optional("availabilityType", Kind::NumberOf(&[0.0, 1.0])),
    optional("guestType", Kind::OneOf(&["count_only", "collect_detail"])),
    optional("consentLabel", Kind::Text),
    optional("calendarCoverImage", Kind::Text),
];

const LOOKS_BUSY: Field = optional("lookBusyConfig", Kind::Nested(&LOOK_BUSY));

/// The kind of a calendar and the unit of its buffer are only taken at first.
pub fn create_fields() -> Vec<Field> {
    let mut fields = SHARED.to_vec();
    fields.extend([
        LOOKS_BUSY,
        needed("locationId", Kind::Text),
        needed("name", Kind::Text),
        optional("calendarType", Kind::OneOf(&TYPES)),
        optional("slotBufferUnit", LENGTHS),
        optional("availabilities", Kind::List(&AVAILABILITY)),
    ]);
    fields
}

pub fn update_fields() -> Vec<Field> {
    let mut fields = SHARED.to_vec();
    fields.extend([
        LOOKS_BUSY,
        optional("name", Kind::Text),
        optional("availabilities", Kind::List(&CHANGED_AVAILABILITY)),
    ]);
    fields
}

const TYPES: [&str; 6] =
    ["round_robin", "event", "class_booking", "collective", "service_booking", "personal"];

/// What a calendar has that nobody set.
pub fn defaults() -> Record {
    record(json!({
        "isActive": true,
        "eventType": "RoundRobin_OptimizeForAvailability",
        "widgetType": "classic",
        "eventTitle": "{{contact.name}}",
        "eventColor": "#039be5",
        "slotDuration": 30,
        "slotDurationUnit": "mins",
        "slotInterval": 30,
        "slotIntervalUnit": "mins",
        "appoinmentPerSlot": 1,
        "enableRecurring": false,
        "autoConfirm": true,
        "googleInvitationEmails": false,
        "allowReschedule": true,
        "allowCancellation": true,
        "formSubmitType": "ThankYouMessage",
    }))
}

/// Monday to Friday, nine to five.
pub fn office_hours() -> Value {
    json!([{
        "daysOfTheWeek": [1, 2, 3, 4, 5],
        "hours": [{ "openHour": 9, "openMinute": 0, "closeHour": 17, "closeMinute": 0 }],
    }])
}
