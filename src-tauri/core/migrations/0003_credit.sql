-- What a person says of lots that a provider reports, and of rises of a balance.

CREATE TABLE lot_overrides (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    grant_id   TEXT NOT NULL CHECK (grant_id <> ''), -- the provider's; what is said outlives an answer that lacks the lot
    rule       TEXT CHECK (rule <> ''), -- NULL: the provider's own
    note       TEXT CHECK (note <> ''),
    left_out   INTEGER NOT NULL DEFAULT 0 CHECK (left_out IN (0, 1)),
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, grant_id)
) STRICT, WITHOUT ROWID;

-- A rise that was a purchase or a gift became an entry; with that entry the answer goes too, and the rise is offered again.
CREATE TABLE offer_answers (
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('credits', 'purchased', 'granted')),
    currency    TEXT NOT NULL CHECK (currency <> ''),
    seen_at     INTEGER NOT NULL, -- the reading that showed the rise
    entry_id    INTEGER REFERENCES entries (id) ON DELETE CASCADE, -- NULL: it was neither
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, kind, currency, seen_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX offer_answers_of_entry ON offer_answers (entry_id);
