//! Moments as apps and people write them. Pure.

use chrono::{DateTime, TimeDelta, Utc};
pub use highline_catalog::moment;
use serde_json::Value;

use crate::manifest::Period;

/// A moment as people write it in a workflow: as apps do, as digits, or counted from now (`now`, `now-1d`, `now+2h`).
pub fn wanted(value: &Value, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let Value::String(text) = value else { return moment(value) };
    let text = text.trim();
    if let Some(shift) = text.strip_prefix("now") {
        return shifted(now, shift);
    }
    match text.parse::<i64>() {
        Ok(number) => moment(&Value::from(number)),
        Err(_) => moment(&Value::from(text)),
    }
}

fn shifted(now: DateTime<Utc>, shift: &str) -> Option<DateTime<Utc>> {
    let Some(sign) = shift.chars().next() else { return Some(now) };
    let period: Period = shift.get(1..)?.trim().parse().ok()?;
    let delta = TimeDelta::from_std(period.0).ok()?;
    match sign {
        '+' => now.checked_add_signed(delta),
        '-' => now.checked_sub_signed(delta),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn people_may_count_from_now() {
        let now: DateTime<Utc> = "2026-11-21T08:00:00Z".parse().unwrap();
        for (text, wanted_at) in [
            (json!("now"), "2026-11-21T08:00:00Z"),
            (json!("now-1d"), "2026-11-20T08:00:00Z"),
            (json!("now + 90m".replace(' ', "")), "2026-11-21T09:30:00Z"),
            (json!("2026-11-21T10:00:00+02:00"), "2026-11-21T08:00:00Z"),
            (json!("1795248000000"), "2026-11-21T08:00:00Z"),
            (json!(1_795_248_000_000_i64), "2026-11-21T08:00:00Z"),
        ] {
            assert_eq!(wanted(&text, now), Some(wanted_at.parse().unwrap()), "{text}");
        }
        for wrong in
            [json!("now*2d"), json!("nowadays"), json!("tomorrow"), json!(true), json!("now+999999999999d")]
        {
            assert_eq!(wanted(&wrong, now), None, "{wrong}");
        }
    }
}
