//! The agency.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
