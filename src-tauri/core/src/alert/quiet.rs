//! Hours in which nothing is delivered.

use crate::time::{Calendar, Timestamp};

/// Quiet hours, by the person's clock. They may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// When they begin, in minutes after midnight.
    pub from: u32,
    /// When they end.
    pub to: u32,
}

impl Quiet {
    /// When something is delivered that falls due at this time: then, or when the quiet hours are over. It is never dropped.
    pub fn due(self, at: Timestamp, calendar: Calendar) -> Timestamp {
        let minute = calendar.minute_of(at);
        let inside = if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        };
        if inside { calendar.next_minute(at, self.to) } else { at }
    }
}
