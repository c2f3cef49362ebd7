//! Associations between kinds of records, and relations between two records.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
