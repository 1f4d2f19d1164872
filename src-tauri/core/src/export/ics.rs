//! The text of a calendar, as RFC 5545 has it.

use sha2::{Digest as _, Sha256};

use crate::store::ToldEvent;
use crate::time::{Date, Timestamp};

/// The longest line, in octets, without its end.
const LINE: usize = 75;

/// The calendar of these events. The name of the store makes their ids differ from those of any other store.
pub fn calendar(store: &str, events: &[&ToldEvent]) -> String {
    let mut text = Lines(String::new());
    text.line("BEGIN:VCALENDAR");
    text.line("VERSION:2.0");
    text.line("PRODID:-//Spendglass//Spendglass//EN");
    text.line("CALSCALE:GREGORIAN");
    text.line("X-WR-CALNAME:Spendglass");
    text.line("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    text.line("X-PUBLISHED-TTL:PT1H");
    for event in events {
        text.event(store, event);
    }
    text.line("END:VCALENDAR");
    text.0
}

struct Lines(String);

impl Lines {
    fn event(&mut self, store: &str, event: &ToldEvent) {
        let (note, changed) = (&event.note, stamp(event.changed_at));
        let summary = escaped(&note.summary);
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{}", uid(store, &event.key)));
        self.line(&format!("DTSTAMP:{changed}"));
        self.line(&format!("LAST-MODIFIED:{changed}"));
        self.line(&format!("SEQUENCE:{}", event.sequence));
        self.line(&format!("DTSTART;VALUE=DATE:{}", day(note.date)));
        self.line(&format!("DTEND;VALUE=DATE:{}", day(note.date.plus_days(1))));
        self.line(&format!("SUMMARY:{summary}"));
        self.line(&format!("DESCRIPTION:{}", escaped(&note.description)));
        self.line("TRANSP:TRANSPARENT");
        self.line("CLASS:PRIVATE");
        if event.withdrawn_at.is_some() {
            // Without an alarm: nothing is to be done any more.
            self.line("STATUS:CANCELLED");
        } else {
            self.line("STATUS:CONFIRMED");
            self.line("BEGIN:VALARM");
            self.line("ACTION:DISPLAY");
            self.line(&format!("DESCRIPTION:{summary}"));
            self.line(&format!("TRIGGER:{}", trigger(note.alarm_hours)));
            self.line("END:VALARM");
        }
        self.line("END:VEVENT");
    }

    /// A line, folded where it is too long, between characters.
    fn line(&mut self, line: &str) {
        let mut room = LINE;
        for c in line.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE - 1;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// The same for the same thing for ever; a hash, because the id of a lot may hold anything a provider thinks of.
fn uid(store: &str, key: &str) -> String {
    let hash = format!("{:x}", Sha256::digest(format!("{store}\n{key}")));
    format!("{}@spendglass", &hash[..32])
}

/// A text value. What moves the cursor or rings a bell has no place in it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn day(date: Date) -> String {
    date.to_string().replace('-', "")
}

fn stamp(at: Timestamp) -> String {
    at.to_string().replace(['-', ':'], "")
}

/// Hours from the start of the day as a duration.
fn trigger(hours: i32) -> String {
    let (sign, hours) = (if hours < 0 { "-" } else { "" }, hours.unsigned_abs());
    match (hours / 24, hours % 24) {
        (0, hours) => format!("{sign}PT{hours}H"),
        (days, 0) => format!("{sign}P{days}D"),
        (days, hours) => format!("{sign}P{days}DT{hours}H"),
    }
}
