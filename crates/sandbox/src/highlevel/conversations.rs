//! Conversations and their messages.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
