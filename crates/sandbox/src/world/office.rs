//! What belongs to a location and is not a contact: its people, businesses and definitions of custom fields.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::time::Millis;

#[derive(Debug, Clone)]
pub struct Business {
    pub id: String,
    pub name: String,
    /// The other texts, by their names in HighLevel; an absent one is left out of answers.
    pub details: BTreeMap<&'static str, String>,
    pub created: Millis,
    pub updated: Millis,
}

#[derive(Debug, Clone)]
pub struct User {
    pub id: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: Option<String>,
    /// `account`, or `agency` for one of the company.
    pub kind: String,
    /// `admin` or `user`
    pub role: String,
    /// Ids of the locations that the user works in; an agency user has none.
    pub locations: Vec<String>,
    /// The switches that differ from HighLevel's defaults.
    pub permissions: Map<String, Value>,
    pub scopes: Vec<String>,
    pub language: String,
    pub photo: Option<String>,
    pub added: Millis,
}

impl User {
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// The definition of a custom field.
#[derive(Debug, Clone, Serialize)]
pub struct CustomField {
    pub id: String,
    /// `contact` or `opportunity`
    pub model: &'static str,
    /// Without the model before it: `lead_score`
    pub key: &'static str,
    pub name: &'static str,
    #[serde(skip)]
    pub data_type: &'static str,
    /// What a field with options offers; empty for the other types.
    #[serde(skip)]
    pub options: &'static [&'static str],
    #[serde(skip)]
    pub added: Millis,
}

impl CustomField {
    /// `contact.lead_score`
    pub fn full_key(&self) -> String {
        format!("{}.{}", self.model, self.key)
    }
}
