-- Prices that a person corrected, by date: they come before every list. A price is for `per` units of its meter.
CREATE TABLE price_corrections (
    provider  TEXT NOT NULL CHECK (provider <> ''),
    model     TEXT NOT NULL COLLATE NOCASE CHECK (model <> ''),
    tier      TEXT NOT NULL, -- '' is the standard one
    meter     TEXT NOT NULL CHECK (meter <> ''),
    from_date TEXT NOT NULL CHECK (length(from_date) = 10),
    price     TEXT NOT NULL,
    per       INTEGER NOT NULL CHECK (per > 0),
    currency  TEXT NOT NULL CHECK (currency <> ''),
    note      TEXT CHECK (note <> ''),
    PRIMARY KEY (provider, model, tier, meter, from_date)
) STRICT, WITHOUT ROWID;

-- Rates of exchange that were refreshed: one of `base` is `rate` of `quote`. What was published for a day stays.
CREATE TABLE exchange_rates (
    source  TEXT NOT NULL CHECK (source <> ''),
    base    TEXT NOT NULL CHECK (base <> ''),
    on_date TEXT NOT NULL CHECK (length(on_date) = 10),
    quote   TEXT NOT NULL CHECK (quote <> ''),
    rate    TEXT NOT NULL,
    PRIMARY KEY (source, base, on_date, quote)
) STRICT, WITHOUT ROWID;
