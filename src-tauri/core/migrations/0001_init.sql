-- The store of Spendglass. Money and quantities are decimal TEXT and are added in Rust only; times are Unix seconds in UTC.
-- No key is ever in here: an account names its entry in the keychain, or an environment variable.

CREATE TABLE accounts (
    id              INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never given to a second account
    provider        TEXT NOT NULL CHECK (provider <> ''),
    label           TEXT CHECK (label <> ''),
    base_url        TEXT CHECK (base_url <> ''), -- NULL: the provider's own address
    key_kind        TEXT NOT NULL CHECK (key_kind <> ''),
    key_hint        TEXT CHECK (length(key_hint) <= 4),
    key_fingerprint TEXT NOT NULL UNIQUE CHECK (length(key_fingerprint) = 64),
    keychain_entry  TEXT UNIQUE CHECK (keychain_entry <> ''),
    key_variable    TEXT CHECK (key_variable <> ''),
    added_at        INTEGER NOT NULL,
    CHECK ((keychain_entry IS NULL) <> (key_variable IS NULL))
) STRICT;

CREATE TABLE streams (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name          TEXT NOT NULL CHECK (name <> ''),
    covered_from  INTEGER, -- whole UTC days are booked from here
    covered_until INTEGER, -- up to here, exclusive; the sync goes on from here
    synced_at     INTEGER, -- last time it was read to its end
    attempted_at  INTEGER,
    state         TEXT NOT NULL DEFAULT 'new',
    message       TEXT,
    retry_at      INTEGER,
    UNIQUE (account_id, name),
    CHECK ((covered_from IS NULL) = (covered_until IS NULL) AND covered_from < covered_until)
) STRICT;

-- What a charge is of, apart from when and how much: charges repeat it, so it is kept once.
CREATE TABLE facets (
    id              INTEGER PRIMARY KEY,
    lane            TEXT NOT NULL CHECK (lane IN ('billed', 'estimated', 'logged', 'entered')),
    category        TEXT NOT NULL CHECK (category IN ('usage', 'purchase', 'tax', 'credit', 'adjustment')),
    billed_currency TEXT NOT NULL, -- '' stands for "none" in this table, so that the index below can tell rows apart
    list_currency   TEXT NOT NULL,
    meter           TEXT NOT NULL,
    unit            TEXT NOT NULL,
    request_model   TEXT NOT NULL,
    response_model  TEXT NOT NULL,
    service_tier    TEXT NOT NULL,
    context_window  TEXT NOT NULL,
    project         TEXT NOT NULL,
    api_key         TEXT NOT NULL,
    description     TEXT NOT NULL,
    UNIQUE (lane, category, billed_currency, list_currency, meter, unit, request_model, response_model, service_tier,
            context_window, project, api_key, description)
) STRICT;

-- The unit prices behind list costs, as JSON, each kept once.
CREATE TABLE price_bases (
    id    INTEGER PRIMARY KEY,
    basis TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE charges (
    stream_id         INTEGER NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    period_start      INTEGER NOT NULL,
    ordinal           INTEGER NOT NULL, -- place in the provider's answer
    period_end        INTEGER NOT NULL,
    facet_id          INTEGER NOT NULL REFERENCES facets (id),
    billed            TEXT,
    listed            TEXT,
    price_basis_id    INTEGER REFERENCES price_bases (id),
    quantity          TEXT,
    input_tokens      INTEGER CHECK (input_tokens >= 0),
    output_tokens     INTEGER CHECK (output_tokens >= 0),
    cache_read        INTEGER CHECK (cache_read >= 0),
    cache_creation    INTEGER CHECK (cache_creation >= 0),
    cache_creation_1h INTEGER CHECK (cache_creation_1h >= 0),
    reasoning         INTEGER CHECK (reasoning >= 0),
    modalities        TEXT,
    requests          INTEGER CHECK (requests >= 0),
    PRIMARY KEY (stream_id, period_start, ordinal),
    CHECK (period_start < period_end),
    CHECK ((listed IS NULL) = (price_basis_id IS NULL)),
    CHECK ((input_tokens IS NULL) = (output_tokens IS NULL))
) STRICT, WITHOUT ROWID;

-- Sums of charges by day (and, for the whole stream, by hour), one set of rows for each dimension, written in Rust in the
-- same transaction as the charges.
CREATE TABLE rollup (
    stream_id     INTEGER NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    dimension     TEXT NOT NULL CHECK (dimension IN ('day', 'hour', 'model', 'project', 'key', 'item')),
    period_start  INTEGER NOT NULL,
    member        TEXT NOT NULL, -- the model, project, key or item; '' where the provider does not say
    lane          TEXT NOT NULL,
    category      TEXT NOT NULL,
    currency      TEXT NOT NULL, -- '' for charges without money
    billed        TEXT,
    listed        TEXT,
    input_tokens  INTEGER,
    output_tokens INTEGER,
    requests      INTEGER,
    unpriced      INTEGER NOT NULL,
    charges       INTEGER NOT NULL,
    PRIMARY KEY (stream_id, dimension, period_start, member, lane, category, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE balances (
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('credits', 'purchased', 'granted')),
    currency    TEXT NOT NULL CHECK (currency <> ''),
    observed_at INTEGER NOT NULL,
    amount      TEXT NOT NULL,
    acquired    TEXT,
    used        TEXT,
    PRIMARY KEY (account_id, kind, currency, observed_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE quotas (
    account_id  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name        TEXT NOT NULL CHECK (name <> ''),
    span        TEXT NOT NULL CHECK (span IN ('day', 'week', 'month', 'lifetime')),
    unit        TEXT NOT NULL CHECK (unit <> ''),
    observed_at INTEGER NOT NULL,
    used        TEXT,
    allowed     TEXT,
    resets_at   INTEGER,
    PRIMARY KEY (account_id, name, span, unit, observed_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    name  TEXT PRIMARY KEY CHECK (name <> ''),
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
