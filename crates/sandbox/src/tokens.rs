//! The bearer tokens that HighLevel knows: of private integrations, and of the app by OAuth.

use std::collections::{BTreeSet, HashMap};

use crate::time::{self, Millis};

/// What a token opens.
#[derive(Debug, Clone)]
pub struct Grant {
    pub owner: Owner,
    pub issuer: Issuer,
    /// All of them if there is none.
    pub scopes: Option<BTreeSet<String>>,
    pub expires: Option<Millis>,
}

/// Whose data a token opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    Location(String),
    Agency(String),
}

/// How a token came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issuer {
    /// Made by hand in the settings of a location or agency.
    PrivateIntegration,
    /// Given to the app by OAuth.
    App,
}

impl Owner {
    /// The id of the location or company.
    pub fn id(&self) -> &str {
        match self {
            Self::Location(id) | Self::Agency(id) => id,
        }
    }
}

impl Grant {
    /// A private integration with every scope, which never expires.
    pub fn integration(owner: Owner) -> Self {
        Self { owner, issuer: Issuer::PrivateIntegration, scopes: None, expires: None }
    }

    pub fn has(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.contains(scope))
    }

    /// Who shares a rate limit: the vendor counts per app and location or company.
    pub fn budget(&self) -> String {
        format!("{:?} {}", self.issuer, self.owner.id())
    }
}

/// All tokens, also expired ones.
#[derive(Debug, Default)]
pub struct Tokens {
    grants: HashMap<String, Grant>,
}

impl Tokens {
    pub fn add(&mut self, token: String, grant: Grant) {
        self.grants.insert(token, grant);
    }

    /// What a token opens, unless it is unknown or has expired.
    pub fn valid(&self, token: &str) -> Option<&Grant> {
        let grant = self.grants.get(token)?;
        grant.expires.is_none_or(|expires| time::now() < expires).then_some(grant)
    }

    /// Ends all tokens that the app has for somebody.
    pub fn remove_app(&mut self, owner: &Owner) {
        self.grants.retain(|_, grant| grant.issuer != Issuer::App || grant.owner != *owner);
    }

    /// Ends a token; says whether there was one.
    pub fn remove(&mut self, token: &str) -> bool {
        self.grants.remove(token).is_some()
    }
}
