//! Definitions of custom fields.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
