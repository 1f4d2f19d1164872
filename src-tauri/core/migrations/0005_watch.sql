-- The loop that reads, raises and delivers: when each account is read next, and how the loop stands.

CREATE TABLE schedule (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    planned_at INTEGER NOT NULL, -- a plan made in what is now the future was made by a clock that was wrong
    due_at     INTEGER NOT NULL,
    not_before INTEGER NOT NULL, -- the provider's wish or floor, which nothing shortens
    every      INTEGER NOT NULL CHECK (every > 0), -- seconds between readings at present
    failures   INTEGER NOT NULL CHECK (failures >= 0), -- readings in a row that reached nobody
    mark       TEXT NOT NULL -- of the figures after the last reading, to tell whether they moved
) STRICT;

CREATE TABLE watch (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    ticked_at INTEGER NOT NULL -- when alerts were last evaluated on figures that were up to date
) STRICT;
