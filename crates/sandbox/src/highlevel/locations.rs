//! Sub-accounts.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
