-- A start looks for questions to backends that ended and are still charged: there are hardly any, among all that were ever asked.
CREATE INDEX consult_charged ON consult (outbox) WHERE charged_on <> '';
