//! Businesses, to which contacts belong.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
