-- The number of a correction is never given again: "restore 2" means the same one for ever.
CREATE TABLE numbered_corrections (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    plan    TEXT NOT NULL CHECK (plan <> ''),
    kind    TEXT NOT NULL CHECK (kind IN ('price', 'limit', 'credit', 'plan')),
    part    TEXT NOT NULL, -- which price, limit or credit of the plan; '' for a whole plan
    value   TEXT NOT NULL CHECK (value <> ''), -- as the published schema writes it
    note    TEXT CHECK (note <> ''),
    made_on TEXT NOT NULL CHECK (length(made_on) = 10),
    UNIQUE (plan, kind, part)
) STRICT;
INSERT INTO numbered_corrections SELECT id, plan, kind, part, value, note, made_on FROM plan_corrections;
DROP TABLE plan_corrections;
ALTER TABLE numbered_corrections RENAME TO plan_corrections;
