-- Incidents that came from the history of a status page, each once.
create table imported_incidents (
  source text not null,
  external_id text not null,
  incident_id uuid not null references incidents (id),
  primary key (source, external_id)
);
