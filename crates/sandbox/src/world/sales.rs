//! Pipelines and the opportunities in them.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use crate::time::Millis;

#[derive(Debug, Clone)]
pub struct Pipeline {
    pub id: String,
    pub name: &'static str,
    pub stages: Vec<Stage>,
    pub created: Millis,
}

#[derive(Debug, Clone)]
pub struct Stage {
    pub id: String,
    pub name: &'static str,
    /// How likely an opportunity in it is to be won, in percent.
    pub win_probability: u8,
}

#[derive(Debug, Clone)]
pub struct Opportunity {
    pub id: String,
    pub name: String,
    pub pipeline: String,
    pub stage: String,
    pub status: String,
    pub value: Number,
    pub assigned_to: Option<String>,
    /// None only if an upsert named none.
    pub contact: Option<String>,
    pub source: Option<String>,
    pub lost_reason: Option<String>,
    /// Field id and value.
    pub custom_fields: BTreeMap<String, Value>,
    pub followers: Vec<String>,
    pub created: Millis,
    pub updated: Millis,
    pub status_changed: Millis,
    pub stage_changed: Millis,
}

impl Opportunity {
    /// An open one without a place in a pipeline yet.
    pub fn new(id: String, at: Millis) -> Self {
        Self {
            id,
            name: String::new(),
            pipeline: String::new(),
            stage: String::new(),
            status: "open".to_owned(),
            value: Number::from(0),
            assigned_to: None,
            contact: None,
            source: None,
            lost_reason: None,
            custom_fields: BTreeMap::new(),
            followers: Vec::new(),
            created: at,
            updated: at,
            status_changed: at,
            stage_changed: at,
        }
    }
}
