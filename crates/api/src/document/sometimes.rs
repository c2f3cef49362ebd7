//! Fields of answers that are left out where they say nothing; all others are always there. A test reads the sources for it.

/// By the name of the schema, which is that of its type.
const SOMETIMES: &[(&str, &[&str])] = &[
    ("AttemptView", &["cached", "ended_at", "failure", "retry_at", "status"]),
    ("ByName", &["input", "into", "key"]),
    ("CallView", &["failure", "output"]),
    ("Choices", &["also", "input", "list", "within"]),
    ("Definition", &["notes", "require", "unsafe_when", "verify"]),
    ("Failure", &["details", "status", "trace_id"]),
    (
        "Field",
        &[
            "by_name",
            "choices",
            "default",
            "description",
            "example",
            "fields",
            "from_connection",
            "items",
            "nullable",
            "values",
        ],
    ),
    ("Heard", &["error", "first_byte_ms"]),
    ("HeardAnswer", &["cut_from"]),
    ("HookAnswer", &["dropped", "duplicate", "filtered"]),
    ("PollDefinition", &["changed", "created"]),
    ("Preview", &["body", "cut_from"]),
    ("Refusal", &["details"]),
    ("RerunAnswer", &["duplicate"]),
    ("RunEvent", &["cached", "failure", "from", "output", "retry_at", "revision", "status", "wire"]),
    ("Sampled", &["value"]),
    ("Start", &["duplicate"]),
    ("StepDetail", &["connection", "operation", "request"]),
    ("StepView", &["branch", "failure", "finished_at", "input", "output", "turns", "verified", "wake_at"]),
    ("Verify", &["created", "with"]),
    ("Wire", &["exchanges", "left_out", "not_kept"]),
];

pub fn fields_of(schema: &str) -> &'static [&'static str] {
    SOMETIMES.iter().find(|(name, _)| *name == schema).map_or(&[], |(_, fields)| fields)
}

#[cfg(test)]
mod tests;
