//! Snapshots of the agency.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
