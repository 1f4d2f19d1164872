-- What the calendar of expiries, resets and renewals has told so far, so that a change raises the sequence of an event, and
-- what is no longer so is withdrawn. An event that is withdrawn keeps its number: its sequence must never start again.
CREATE TABLE calendar_events (
    key          TEXT NOT NULL PRIMARY KEY CHECK (key <> ''),
    on_date      TEXT NOT NULL CHECK (length(on_date) = 10),
    summary      TEXT NOT NULL,
    description  TEXT NOT NULL,
    alarm_hours  INTEGER NOT NULL,
    sequence     INTEGER NOT NULL CHECK (sequence >= 0),
    changed_at   INTEGER NOT NULL,
    withdrawn_at INTEGER
) STRICT, WITHOUT ROWID;
