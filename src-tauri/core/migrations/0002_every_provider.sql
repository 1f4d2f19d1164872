-- Accounts without a key (files and entries), by a tool's own login, and with details beside the key; lots of credit, plans,
-- names of projects and keys, entries by hand. References are not enforced while this runs: tables are made anew under their
-- old names, and SQLite would take their rows' children for orphans.

CREATE TABLE accounts_next (
    id              INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never given to a second account
    provider        TEXT NOT NULL CHECK (provider <> ''),
    label           TEXT CHECK (label <> ''),
    base_url        TEXT CHECK (base_url <> ''), -- NULL: the provider's own address
    key_kind        TEXT NOT NULL CHECK (key_kind <> ''),
    key_hint        TEXT CHECK (length(key_hint) <= 4),
    key_fingerprint TEXT UNIQUE CHECK (length(key_fingerprint) = 64),
    key_place       TEXT NOT NULL CHECK (key_place IN ('keychain', 'variable', 'login', 'none')),
    keychain_entry  TEXT UNIQUE CHECK (keychain_entry <> ''),
    key_variable    TEXT CHECK (key_variable <> ''),
    details         TEXT NOT NULL DEFAULT '{}', -- JSON object of texts, none of them secret
    added_at        INTEGER NOT NULL,
    CHECK ((key_place = 'keychain') = (keychain_entry IS NOT NULL)),
    CHECK ((key_place = 'variable') = (key_variable IS NOT NULL)),
    CHECK (key_place IN ('login', 'none') OR key_fingerprint IS NOT NULL)
) STRICT;

INSERT INTO accounts_next (id, provider, label, base_url, key_kind, key_hint, key_fingerprint, key_place, keychain_entry,
                           key_variable, added_at)
    SELECT id, provider, label, base_url, key_kind, key_hint, key_fingerprint,
           CASE WHEN keychain_entry IS NULL THEN 'variable' ELSE 'keychain' END, keychain_entry, key_variable, added_at
    FROM accounts;

-- Numbers of accounts that were removed are not given out again either.
DELETE FROM sqlite_sequence WHERE name = 'accounts_next';
INSERT INTO sqlite_sequence (name, seq) SELECT 'accounts_next', seq FROM sqlite_sequence WHERE name = 'accounts';
DROP TABLE accounts;
ALTER TABLE accounts_next RENAME TO accounts;

CREATE TABLE quotas_next (
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name        TEXT NOT NULL CHECK (name <> ''),
    span        TEXT NOT NULL CHECK (span <> ''), -- minute, hour, 5 hours, day, week, month, year, lifetime
    unit        TEXT NOT NULL CHECK (unit <> ''),
    model       TEXT NOT NULL, -- '' for all
    project     TEXT NOT NULL, -- '' for the whole account
    observed_at INTEGER NOT NULL,
    used        TEXT,
    allowed     TEXT,
    resets_at   INTEGER,
    PRIMARY KEY (account_id, name, span, unit, model, project, observed_at)
) STRICT, WITHOUT ROWID;

INSERT INTO quotas_next SELECT account_id, name, span, unit, '', '', observed_at, used, allowed, resets_at FROM quotas;
DROP TABLE quotas;
ALTER TABLE quotas_next RENAME TO quotas;

-- Lots of credit, as providers tell them. What an older answer told stays where a newer one is silent.
CREATE TABLE credit_grants (
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    id          TEXT NOT NULL CHECK (id <> ''),
    kind        TEXT NOT NULL CHECK (kind IN ('credits', 'purchased', 'granted')),
    currency    TEXT NOT NULL CHECK (currency <> ''),
    amount      TEXT,
    remaining   TEXT,
    acquired_at INTEGER,
    expires_at  INTEGER,
    observed_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscriptions (
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    plan        TEXT NOT NULL CHECK (plan <> ''),
    status      TEXT,
    price       TEXT,
    currency    TEXT CHECK (currency <> ''),
    span        TEXT,
    renews_at   INTEGER,
    observed_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, plan),
    CHECK ((price IS NULL) = (currency IS NULL))
) STRICT, WITHOUT ROWID;

-- What projects and keys are called.
CREATE TABLE names (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    of         TEXT NOT NULL CHECK (of IN ('project', 'key')),
    id         TEXT NOT NULL CHECK (id <> ''),
    name       TEXT NOT NULL CHECK (name <> ''),
    PRIMARY KEY (account_id, of, id)
) STRICT, WITHOUT ROWID;

-- What a person entered: a purchase, a balance, an allowance, a subscription, a day's cost. The content is JSON of its kind.
CREATE TABLE entries (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('purchase', 'balance', 'allowance', 'subscription', 'cost')),
    content    TEXT NOT NULL,
    entered_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX entries_of_account ON entries (account_id, kind);

-- The files that were imported, for the screen.
CREATE TABLE imports (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    stream      TEXT NOT NULL,
    file_name   TEXT NOT NULL,
    format      TEXT NOT NULL,
    lines       INTEGER NOT NULL,
    first_day   INTEGER,
    last_day    INTEGER,
    imported_at INTEGER NOT NULL
) STRICT;
