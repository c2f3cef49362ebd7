//! What belongs to a location and is not a contact: its people, businesses and definitions of custom fields.

use serde::Serialize;

use crate::time::Millis;

#[derive(Debug, Clone, Serialize)]
pub struct Business {
    pub id: String,
    pub name: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub struct User {
    pub id: String,
    pub name: &'static str,
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
