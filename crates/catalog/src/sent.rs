//! What is told of each request for whoever counts.

use std::time::Duration;

/// For what a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errand<'a> {
    /// The name of the connection.
    pub connection: &'a str,
    /// The id of the operation.
    pub operation: &'a str,
}

/// A request that has left, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent<'a> {
    pub errand: Errand<'a>,
    /// Of the answer; none where no whole answer came.
    pub status: Option<u16>,
    pub took: Duration,
}
