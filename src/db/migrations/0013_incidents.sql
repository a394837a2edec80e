-- Incidents: one row each, with all that is decided about it in its state.

create table policies (
  id uuid primary key,
  name text not null,
  version int not null,
  definition jsonb not null,
  made_by uuid references people (id),
  made_at timestamptz(3) not null,
  unique (version)
);

-- Who sits where: {"kind":"person|schedule|team","id":"…"}. Read when a level asks for a seat.
create table policy_seats (
  seat text primary key check (seat in ('commander', 'vp', 'cto', 'manager', 'teamLead')),
  target jsonb not null
);

create sequence incidents_number;
create table incidents (
  id uuid primary key,
  number bigint not null unique default nextval('incidents_number'),
  title text not null,
  kind text not null check (kind in ('normal', 'drill', 'backfilled')),
  status text not null,
  level int,
  team_id uuid,
  visibility text not null,
  service_ids jsonb not null,
  policy_id uuid not null references policies (id),
  state jsonb not null,
  version int not null,
  wake_at timestamptz(3),
  opened_at timestamptz(3) not null,
  declared_at timestamptz(3),
  all_clear_at timestamptz(3),
  quarantine text,
  drill_id uuid
) with (fillfactor = 80);
create index incidents_wake on incidents (wake_at) where wake_at is not null and quarantine is null;
create index incidents_live on incidents (opened_at desc) where status not in ('resolved', 'closed', 'canceled', 'merged');

-- Which groups of alerts belong to it; a group belongs to one incident at a time.
create table incident_groups (
  -- Made in the same transaction as the group, in any order.
  group_id uuid primary key references groups (id) deferrable initially deferred,
  incident_id uuid not null references incidents (id),
  at timestamptz(3) not null
);
create index incident_groups_incident on incident_groups (incident_id);

-- What audiences were told, word for word.
create table messages (
  id uuid primary key,
  incident_id uuid not null references incidents (id),
  audience text not null check (audience in ('engineering', 'internal', 'executives', 'customers')),
  kind text not null check (kind in ('initial', 'update', 'resolved')),
  fields jsonb not null,
  subject text not null,
  body text not null,
  severity text not null,
  status text not null,
  promised_at timestamptz(3),
  published_at timestamptz(3) not null,
  published_by uuid references people (id),
  drill_id uuid
);
create index messages_incident on messages (incident_id, published_at);
