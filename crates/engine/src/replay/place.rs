//! Where a step of a run is, beside another one.

use highline_workflow::Step;
use indexmap::IndexMap;

/// `each[3]`, or a step's own id, the last part of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub id: &'a str,
    pub turn: Option<usize>,
}

/// Where a step is when a run begins anew at another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Before,
    /// A loop that has the other step in it.
    Around,
    /// The other step itself, what is in it, and all that comes later.
    After,
}

/// `each[3].put` in its parts; none for what is no path.
pub(super) fn parts(path: &str) -> Option<Vec<Part<'_>>> {
    path.split('.')
        .map(|part| match part.split_once('[') {
            None => Some(Part { id: part, turn: None }),
            Some((id, turn)) => Some(Part { id, turn: Some(turn.strip_suffix(']')?.parse().ok()?) }),
        })
        .collect()
}

/// Where `path` is beside `target`. A step that the workflow does not have is after everything: it is of no use.
pub(super) fn place(order: &IndexMap<&str, &Step>, path: &[Part<'_>], target: &[Part<'_>]) -> Place {
    for (part, other) in path.iter().zip(target) {
        if part.id != other.id {
            let places = (order.get_index_of(part.id), order.get_index_of(other.id));
            let known = path.iter().all(|part| order.contains_key(part.id));
            return match places {
                (Some(part), Some(other)) if part < other && known => Place::Before,
                _ => Place::After,
            };
        }
        match (part.turn, other.turn) {
            (Some(turn), Some(other)) if turn < other => return Place::Before,
            (Some(turn), Some(other)) if turn == other => {}
            (None, Some(_)) => return Place::Around,
            _ => return Place::After,
        }
    }
    Place::After
}
