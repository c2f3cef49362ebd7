//! The words that made-up records consist of.

pub const FIRST_NAMES: [&str; 32] = [
    "Ada", "Amir", "Ana", "Ben", "Carla", "Chen", "Clara", "David", "Elena", "Emil", "Farah", "Grace",
    "Hugo", "Ines", "Ivan", "Jada", "Jonas", "Julia", "Kofi", "Lena", "Liam", "Lucia", "Marco", "Maya",
    "Nadia", "Omar", "Priya", "Rosa", "Samuel", "Tara", "Victor", "Zoe",
];

pub const LAST_NAMES: [&str; 32] = [
    "Abbott", "Alvarez", "Baker", "Bauer", "Castillo", "Chandra", "Costa", "Diaz", "Eriksen", "Fischer",
    "Garcia", "Haddad", "Hoffman", "Ito", "Jensen", "Keller", "Kim", "Larsen", "Lopez", "Mensah", "Moreau",
    "Nguyen", "Novak", "Okafor", "Patel", "Quinn", "Rossi", "Sato", "Silva", "Torres", "Weber", "Young",
];

pub struct Place {
    pub city: &'static str,
    pub state: &'static str,
    pub postal_code: &'static str,
    pub timezone: &'static str,
}

pub const PLACES: [Place; 8] = [
    Place { city: "Austin", state: "TX", postal_code: "73301", timezone: "America/Chicago" },
    Place { city: "Denver", state: "CO", postal_code: "80202", timezone: "America/Denver" },
    Place { city: "Miami", state: "FL", postal_code: "33101", timezone: "America/New_York" },
    Place { city: "Portland", state: "OR", postal_code: "97201", timezone: "America/Los_Angeles" },
    Place { city: "Boston", state: "MA", postal_code: "02108", timezone: "America/New_York" },
    Place { city: "Phoenix", state: "AZ", postal_code: "85001", timezone: "America/Phoenix" },
    Place { city: "Chicago", state: "IL", postal_code: "60601", timezone: "America/Chicago" },
    Place { city: "Seattle", state: "WA", postal_code: "98101", timezone: "America/Los_Angeles" },
];

/// Area codes of real places; with exchange 555 and lines 0100 to 0199 they make numbers reserved for fiction.
pub const AREA_CODES: [&str; 40] = [
    "201", "202", "206", "212", "213", "214", "215", "303", "305", "310", "312", "313", "314", "315", "401",
    "402", "404", "405", "407", "408", "412", "414", "415", "503", "504", "505", "512", "513", "515", "602",
    "612", "614", "615", "617", "702", "713", "714", "716", "801", "808",
];

pub const STREETS: [&str; 6] = ["Oak St", "Main St", "Maple Ave", "Cedar Rd", "Lake Dr", "Hill Ln"];
pub const SOURCES: [&str; 5] = ["website form", "webinar", "referral", "public api", "event"];
pub const COMPANIES: [&str; 4] =
    ["Northwind Training", "Blue Harbor Labs", "Summit Learning", "Cobalt Systems"];
/// Each with its stages and how likely a stage is won, in percent.
pub const PIPELINES: [(&str, &[(&str, u8)]); 2] = [
    (
        "Sales",
        &[("New lead", 10), ("Contacted", 25), ("Proposal sent", 50), ("Negotiation", 75), ("Closed", 100)],
    ),
    ("Enrolment", &[("Applied", 20), ("Interview", 40), ("Accepted", 80), ("Enrolled", 100)]),
];
pub const CAMPAIGNS: [(&str, &str); 3] =
    [("Spring Newsletter", "published"), ("Course Reminder", "published"), ("Win Back", "draft")];
pub const WORKFLOWS: [(&str, &str); 3] = [
    ("Welcome Sequence", "published"),
    ("Certification Follow-up", "published"),
    ("Old Onboarding", "draft"),
];
/// First and last name.
pub const USERS: [(&str, &str); 3] = [("Front", "Desk"), ("Course", "Team"), ("Sales", "Team")];
/// The first is the location of the world.
pub const LOCATIONS: [&str; 3] = ["Harbor Academy", "Harbor Academy West", "Lakeside Training"];
/// Name and type.
pub const SNAPSHOTS: [(&str, &str); 3] =
    [("Training Center Starter", "own"), ("Course Funnel", "own"), ("Front Desk Basics", "imported")];

pub struct FieldWords {
    pub model: &'static str,
    pub key: &'static str,
    pub name: &'static str,
    pub data_type: &'static str,
    pub options: &'static [&'static str],
}

/// Seeded contacts have values in the first two.
pub const CUSTOM_FIELDS: [FieldWords; 8] = [
    field("contact", "course", "Course", "SINGLE_OPTIONS", &COURSES),
    field("contact", "score", "Score", "NUMERICAL", &[]),
    field("contact", "lead_score", "Lead score", "NUMERICAL", &[]),
    field("contact", "renewal_date", "Renewal date", "DATE", &[]),
    field("contact", "interests", "Interests", "MULTIPLE_OPTIONS", &COURSES),
    field("opportunity", "seats", "Seats", "NUMERICAL", &[]),
    field("opportunity", "decision_date", "Decision date", "DATE", &[]),
    field("opportunity", "purchase_order", "Purchase order", "TEXT", &[]),
];

const fn field(
    model: &'static str,
    key: &'static str,
    name: &'static str,
    data_type: &'static str,
    options: &'static [&'static str],
) -> FieldWords {
    FieldWords { model, key, name, data_type, options }
}

pub const COURSES: [&str; 4] = ["Safety Basics", "Data Literacy", "Team Leadership", "Cloud Foundations"];
pub const TAGS: [&str; 8] =
    ["lead", "customer", "vip", "newsletter", "webinar", "trial", "course-started", "course-finished"];
pub const APPOINTMENTS: [&str; 4] = ["confirmed", "showed", "noshow", "cancelled"];
pub const TASKS: [&str; 6] = [
    "Call back about the course",
    "Send the certificate",
    "Check the final exam",
    "Confirm the address",
    "Renew the licence",
    "Follow up on the invoice",
];
pub const NOTES: [&str; 5] = [
    "Prefers e-mail over phone.",
    "Asked for the evening course.",
    "Met at the spring event.",
    "Finished the trial lesson.",
    "Wants an invoice in the company's name.",
];
/// Name, state, whether one person may hold it twice.
pub const BADGES: [(&str, &str, bool); 5] = [
    ("Safety Basics", "active", false),
    ("Data Literacy", "active", false),
    ("Team Leadership", "active", false),
    ("Event Attendance", "active", true),
    ("Safety Basics 2019", "archived", false),
];
