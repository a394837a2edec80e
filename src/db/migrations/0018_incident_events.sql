-- What happened to an incident, in order, as it was decided upon: enough to decide it all again.
create table incident_events (
  incident_id uuid not null references incidents (id),
  -- The version of the incident that it led to. The first one opens it, with its whole state.
  version int not null,
  at timestamptz(3) not null,
  by_person uuid,
  event jsonb not null,
  -- What was known of the recovery at that moment.
  recovery jsonb,
  primary key (incident_id, version)
);
