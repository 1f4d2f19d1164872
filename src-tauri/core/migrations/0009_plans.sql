-- What a person says of plans: a price, a limit, a credit, or a whole plan of their own. They come before the catalogue.
CREATE TABLE plan_corrections (
    id      INTEGER PRIMARY KEY,
    plan    TEXT NOT NULL CHECK (plan <> ''),
    kind    TEXT NOT NULL CHECK (kind IN ('price', 'limit', 'credit', 'plan')),
    part    TEXT NOT NULL, -- which price, limit or credit of the plan; '' for a whole plan
    value   TEXT NOT NULL CHECK (value <> ''), -- as the published schema writes it
    note    TEXT CHECK (note <> ''),
    made_on TEXT NOT NULL CHECK (length(made_on) = 10),
    UNIQUE (plan, kind, part)
) STRICT;
