//! Users.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
