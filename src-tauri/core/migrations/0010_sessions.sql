-- Which session of a tool a charge is of, where a file tells it. The tables are made anew: what tells facets apart, and by what
-- sums are kept, are rules of theirs. References are not enforced while this runs.
CREATE TABLE facets_next (
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
    session         TEXT NOT NULL,
    UNIQUE (lane, category, billed_currency, list_currency, meter, unit, request_model, response_model, service_tier,
            context_window, project, api_key, description, session)
) STRICT;

INSERT INTO facets_next (id, lane, category, billed_currency, list_currency, meter, unit, request_model, response_model,
                         service_tier, context_window, project, api_key, description, session)
    SELECT id, lane, category, billed_currency, list_currency, meter, unit, request_model, response_model, service_tier,
           context_window, project, api_key, description, '' FROM facets;
DROP TABLE facets;
ALTER TABLE facets_next RENAME TO facets;

CREATE TABLE rollup_next (
    stream_id     INTEGER NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    dimension     TEXT NOT NULL CHECK (dimension IN ('day', 'hour', 'model', 'project', 'key', 'item', 'session')),
    period_start  INTEGER NOT NULL,
    member        TEXT NOT NULL, -- the model, project, key, item or session; '' where nobody says
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

-- Of nothing that is booked so far a session is known: its sums by session are those of its days.
INSERT INTO rollup_next
    SELECT stream_id, dimension, period_start, member, lane, category, currency, billed, listed, input_tokens, output_tokens,
           requests, unpriced, charges
    FROM rollup
    UNION ALL
    SELECT stream_id, 'session', period_start, '', lane, category, currency, billed, listed, input_tokens, output_tokens,
           requests, unpriced, charges
    FROM rollup WHERE dimension = 'day';
DROP TABLE rollup;
ALTER TABLE rollup_next RENAME TO rollup;
