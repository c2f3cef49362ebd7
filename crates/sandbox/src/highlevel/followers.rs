//! Users who follow a contact, and contacts put into a business.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
