//! What a user may do: a switch for each area, on or off unless a request says otherwise.

use serde_json::{Map, Value, json};

use super::super::fields::{Field, Kind, optional};

/// Name and default.
const PERMISSIONS: [(&str, bool); 38] = [
    ("campaignsEnabled", true),
    ("campaignsReadOnly", false),
    ("contactsEnabled", true),
    ("workflowsEnabled", true),
    ("workflowsReadOnly", false),
    ("triggersEnabled", true),
    ("funnelsEnabled", true),
    ("websitesEnabled", false),
    ("opportunitiesEnabled", true),
    ("dashboardStatsEnabled", true),
    ("bulkRequestsEnabled", true),
    ("appointmentsEnabled", true),
    ("reviewsEnabled", true),
    ("onlineListingsEnabled", true),
    ("phoneCallEnabled", true),
    ("conversationsEnabled", true),
    ("assignedDataOnly", false),
    ("adwordsReportingEnabled", false),
    ("membershipEnabled", false),
    ("facebookAdsReportingEnabled", false),
    ("attributionsReportingEnabled", false),
    ("settingsEnabled", true),
    ("tagsEnabled", true),
    ("leadValueEnabled", true),
    ("marketingEnabled", true),
    ("agentReportingEnabled", true),
    ("botService", false),
    ("socialPlanner", true),
    ("bloggingEnabled", true),
    ("invoiceEnabled", true),
    ("affiliateManagerEnabled", true),
    ("contentAiEnabled", true),
    ("refundsEnabled", true),
    ("recordPaymentEnabled", true),
    ("cancelSubscriptionEnabled", true),
    ("paymentsEnabled", true),
    ("communitiesEnabled", true),
    ("exportPaymentsEnabled", true),
];

/// The switches as fields of a body.
pub const FIELDS: [Field; PERMISSIONS.len()] = fields();

const fn fields() -> [Field; PERMISSIONS.len()] {
    let mut fields = [optional("", Kind::Boolean); PERMISSIONS.len()];
    let mut n = 0;
    while n < fields.len() {
        fields[n] = optional(PERMISSIONS[n].0, Kind::Boolean);
        n += 1;
    }
    fields
}

/// All switches, where `set` differs from the defaults.
pub fn all(set: &Map<String, Value>) -> Value {
    let value = |(name, default): (&str, bool)| set.get(name).cloned().unwrap_or(json!(default));
    PERMISSIONS.into_iter().map(|one| (one.0.to_owned(), value(one))).collect::<Map<_, _>>().into()
}
