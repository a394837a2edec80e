-- Incidents with a clock of a breach: it runs on after the all-clear, however long ago that was.
create index incidents_breach on incidents (id) where jsonb_typeof(state->'breach') = 'object';
