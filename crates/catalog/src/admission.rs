//! The right to send a request, got before anybody is told that it is sent.

use std::any::Any;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// What an action needs before its first request may leave, such as a share of a rate budget. Who drops it without a call
/// gives it up.
#[derive(Default)]
pub struct Admission(Mutex<Option<Box<dyn Any + Send>>>);

impl Admission {
    /// Nothing is needed.
    pub fn free() -> Self {
        Self::default()
    }

    pub fn with(right: impl Any + Send) -> Self {
        Self(Mutex::new(Some(Box::new(right))))
    }

    /// Takes the right out, once; none when it is taken, was never needed, or is of another kind.
    pub fn take<T: Any>(&self) -> Option<T> {
        let mut right = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match right.take()?.downcast() {
            Ok(right) => Some(*right),
            Err(other) => {
                *right = Some(other);
                None
            }
        }
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_is_taken_once_and_only_by_who_knows_its_kind() {
        let admission = Admission::with(7_u32);
        assert_eq!(admission.take::<u64>(), None);
        assert_eq!(admission.take::<u32>(), Some(7));
        assert_eq!(admission.take::<u32>(), None);
        assert_eq!(Admission::free().take::<u32>(), None);
    }
}
