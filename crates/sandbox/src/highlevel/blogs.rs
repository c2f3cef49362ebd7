//! Blog sites, authors, categories and posts.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
