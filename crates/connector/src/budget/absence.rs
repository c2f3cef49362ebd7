//! When those who cannot wait come back: each workflow's in a row, at about the pace of the budget.

use std::collections::HashMap;
use std::time::Duration;

use highline_model::Priority;
use highline_model::budget::Away;
use tokio::time::Instant;

/// Who is sent away although the budget is open has others before him; he does not come back at once.
const SHORTEST: Duration = Duration::from_millis(250);
/// A budget that is spent for longer is looked at again meanwhile.
const LONGEST: Duration = Duration::from_secs(3600);
/// They come back a little faster than the budget allows, so that nothing of it is left when some come late.
const AHEAD: f64 = 0.7;
/// Absences that have an end are forgotten when there are more of them than this.
const MANY: usize = 64;

/// Those who were sent away from one line.
#[derive(Debug, Default)]
pub(super) struct Absences {
    of: HashMap<(Priority, String), Row>,
}

/// Those of one workflow, from the first to come back on.
#[derive(Debug, Clone, Copy)]
struct Row {
    from: Instant,
    /// When the next would come back.
    next: Instant,
    /// Between two of them.
    step: Duration,
}

/// What there is to be shared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub now: Instant,
    /// When there is something to send again.
    pub free: Instant,
    pub window: Duration,
    /// Requests of this node in each window.
    pub requests: u32,
}

impl Absences {
    /// How long one more of `workflow` stays away.
    pub fn send_away(&mut self, priority: Priority, workflow: &str, room: Room) -> Duration {
        let free = room.free.clamp(room.now + SHORTEST, room.now + LONGEST);
        if priority == Priority::Interactive {
            return free - room.now;
        }
        if self.of.len() >= MANY {
            self.of.retain(|_, row| row.next > room.now);
        }
        let key = (priority, workflow.to_owned());
        let beside = self.of.iter().filter(|(other, row)| **other != key && row.next > room.now).count();
        let in_each = (room.requests / u32::try_from(1 + beside).unwrap_or(u32::MAX)).max(1);
        let row = self.of.entry(key).or_insert(Row { from: free, next: free, step: Duration::ZERO });
        if row.next <= room.now {
            row.from = free;
        }
        let back = row.next.max(free);
        row.step = (room.window / in_each).mul_f64(AHEAD);
        row.next = back + row.step;
        back - room.now
    }

    /// About how many are away.
    pub fn count(&self, now: Instant) -> Away {
        let live = || self.of.values().filter(|row| row.next > now);
        let left = |row: &Row| {
            let ahead = (row.next - row.from.max(now).min(row.next)).as_secs_f64();
            (ahead / row.step.as_secs_f64().max(0.001)).round() as u32
        };
        let for_ms = live().map(|row| (row.next - now).as_millis()).max().unwrap_or_default();
        Away { callers: live().map(left).sum(), for_ms: u32::try_from(for_ms).unwrap_or(u32::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_workflows_own_come_back_in_a_row_and_no_workflow_behind_another() {
        let now = Instant::now();
        let window = Duration::from_secs(10);
        let room = Room { now, free: now + Duration::from_secs(4), window, requests: 4 };
        let mut absences = Absences::default();
        let mut away = |workflow| absences.send_away(Priority::Event, workflow, room).as_millis();
        let flood: Vec<u128> = (0..10).map(|_| away("flood")).collect();
        assert_eq!(flood, [4_000, 5_750, 7_500, 9_250, 11_000, 12_750, 14_500, 16_250, 18_000, 19_750]);
        assert_eq!([away("other"), away("other"), away("other")], [4_000, 7_500, 11_000]);
        let person = absences.send_away(Priority::Interactive, "flood", room);
        assert_eq!(person, Duration::from_secs(4));
        assert_eq!(absences.count(now).callers, 13);
        assert_eq!(absences.count(now + Duration::from_secs(60)), Away::default());
    }

    #[test]
    fn nobody_comes_back_at_once_nor_stays_for_a_day() {
        let now = Instant::now();
        let window = Duration::from_secs(10);
        let mut absences = Absences::default();
        let mut away =
            |free| absences.send_away(Priority::Interactive, "", Room { now, free, window, requests: 1 });
        assert_eq!(away(now), SHORTEST);
        assert_eq!(away(now + Duration::from_secs(86_400)), LONGEST);
    }
}
