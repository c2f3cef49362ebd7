//! Calendars, their groups, events, notifications and resources.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
