-- Incidents that have to do with each other are found from both ends.
create index incidents_parent on incidents ((state->>'parentId')) where state->>'parentId' is not null;
create index incidents_recurrence on incidents ((state->>'recurrenceOf')) where state->>'recurrenceOf' is not null;
create index incidents_merged on incidents ((state->>'mergedInto')) where state->>'mergedInto' is not null;
