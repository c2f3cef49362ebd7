//! Opportunities, pipelines and stages.

use crate::routes::Route;

pub const ROUTES: &[Route] = &[];
