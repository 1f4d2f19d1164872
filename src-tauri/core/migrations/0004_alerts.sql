-- What was raised, what each channel did with it, budgets, and what is assigned to clients and tags.

-- One row a rule, subject, step and episode: raising the same twice changes nothing.
CREATE TABLE alerts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never given to a second alert: a notification may still name it
    rule       TEXT NOT NULL CHECK (rule IN ('expiry', 'low_balance', 'budget', 'budget_forecast', 'allowance',
                   'allowance_reset', 'spike', 'renewal', 'key_failing', 'price_change')),
    subject    TEXT NOT NULL CHECK (subject <> ''), -- stable: a lot, an account's balance, a window; never an instant
    step       TEXT NOT NULL CHECK (step <> ''),    -- '14d', '80%', or a word for a rule without steps
    episode    INTEGER NOT NULL CHECK (episode >= 1), -- raised anew after the figure had recovered, or in a new window
    level      TEXT NOT NULL CHECK (level IN ('info', 'warning', 'urgent')),
    title      TEXT NOT NULL CHECK (title <> ''),
    body       TEXT NOT NULL,
    account_id INTEGER, -- no reference: an account may be removed, and what was raised of it stays to be read
    raised_at  INTEGER NOT NULL,
    due_at     INTEGER NOT NULL, -- later than it was raised in quiet hours, or when it is snoozed
    until      INTEGER,          -- when its window, lot or term ends, as far as that was known when it was raised
    noted      INTEGER NOT NULL CHECK (noted IN (0, 1)),   -- known already when the program was started: never delivered
    latest     INTEGER NOT NULL CHECK (latest IN (0, 1)),  -- of its rule, subject and step
    rearmed    INTEGER NOT NULL DEFAULT 0 CHECK (rearmed IN (0, 1)), -- the next time begins a new episode
    snoozed    INTEGER NOT NULL DEFAULT 0 CHECK (snoozed IN (0, 1)),
    round      INTEGER NOT NULL DEFAULT 1 CHECK (round >= 1), -- it is delivered once each round; a snooze begins one
    ended      TEXT CHECK (ended IN ('passed', 'settled')), -- its time went by (it is still delivered); or nothing is left to say
    seen_at    INTEGER,
    used_at    INTEGER, -- the person used the credit or lets it lapse: nothing more is said of this subject
    UNIQUE (rule, subject, step, episode)
) STRICT;

CREATE INDEX alerts_latest ON alerts (rule, subject, step) WHERE latest = 1;
CREATE INDEX alerts_open ON alerts (due_at) WHERE noted = 0 AND seen_at IS NULL;

-- Written before a channel is called and after: an attempt without a receipt is made again.
CREATE TABLE deliveries (
    alert_id     INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    channel      TEXT NOT NULL CHECK (channel IN ('desktop', 'webhook')),
    round        INTEGER NOT NULL CHECK (round >= 1),
    attempts     INTEGER NOT NULL CHECK (attempts >= 1),
    attempted_at INTEGER NOT NULL,
    delivered_at INTEGER,
    receipt      TEXT,
    problem      TEXT, -- of the last attempt, in words
    PRIMARY KEY (alert_id, channel, round),
    CHECK ((delivered_at IS NULL) = (receipt IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE budgets (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- alerts name it
    scope      TEXT NOT NULL CHECK (scope IN ('all', 'provider', 'account', 'project', 'key', 'client', 'tag')),
    member     TEXT NOT NULL, -- which provider, project, key, client or tag; '' where the scope says all or an account
    account_id INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
    span       TEXT NOT NULL CHECK (span IN ('day', 'week', 'month')),
    amount     TEXT NOT NULL,
    currency   TEXT NOT NULL CHECK (currency <> ''),
    made_at    INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    CHECK ((scope = 'account') = (account_id IS NOT NULL)),
    CHECK ((scope IN ('all', 'account')) = (member = ''))
) STRICT;

CREATE UNIQUE INDEX budgets_once ON budgets (scope, member, coalesce(account_id, 0), span, currency);

CREATE TABLE assignments (
    kind       TEXT NOT NULL CHECK (kind IN ('client', 'tag')),
    name       TEXT NOT NULL CHECK (name <> ''),
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    part       TEXT NOT NULL CHECK (part IN ('account', 'project', 'key')),
    member     TEXT NOT NULL, -- the provider's id of the project or key, or its name; '' for the whole account
    PRIMARY KEY (kind, name, account_id, part, member),
    CHECK ((part = 'account') = (member = ''))
) STRICT, WITHOUT ROWID;
