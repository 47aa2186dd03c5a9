-- What conditions ask about the customer's message before this one.

ALTER TABLE conversation ADD COLUMN last_rule TEXT NOT NULL DEFAULT ''; -- that took the customer's newest message; '': none did
