-- Accounts on their way out: nothing of them is shown, and until they are removed for good they can come back whole.
CREATE TABLE removals (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL
) STRICT;
