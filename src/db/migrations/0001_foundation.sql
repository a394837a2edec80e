-- Everything the pager needs. Times are timestamptz(3) in UTC; ids are UUIDv7 made by the program;
-- slugs are stable names in configuration; nothing is deleted at once (retired_at).

-- One organisation per instance: one row.
create table organisation (
  id int primary key check (id = 1),
  name text not null default 'My organisation',
  -- [{"kind":"person|schedule|team","id":"…"}]: paged when a ladder is exhausted. Empty: all admins.
  fallback jsonb not null default '[]',
  -- Set by a restore: nothing is sent until a person resumes.
  paused_at timestamptz(3),
  paused_because text,
  -- Steps with every restore; cursors of an older epoch are void.
  epoch int not null default 1,
  setup_done_at timestamptz(3),
  created_at timestamptz(3) not null default clock_timestamp()
);
insert into organisation (id) values (1);

-- Steps with every change to what decisions read, so that each node knows when to read it again.
create table directory_version (
  id int primary key check (id = 1),
  version bigint not null
);
insert into directory_version values (1, 1);
create function step_directory_version() returns trigger language plpgsql as $$
begin
  update directory_version set version = version + 1 where id = 1;
  return null;
end $$;

create table teams (
  id uuid primary key,
  slug text not null,
  name text not null,
  lead_id uuid,
  managed_by text,
  retired_at timestamptz(3)
);
create unique index teams_slug on teams (slug) where retired_at is null;

create table people (
  id uuid primary key,
  slug text not null,
  name text not null,
  email text,
  timezone text not null default 'UTC',
  locale text not null default 'en',
  role text not null default 'responder' check (role in ('admin', 'responder', 'stakeholder')),
  -- {"high":[{"afterMs":0,"contact":"hook"}],"low":[…]}; null: humane defaults
  rules jsonb,
  managed_by text,
  retired_at timestamptz(3)
);
create unique index people_slug on people (slug) where retired_at is null;
create unique index people_email on people (lower(email)) where retired_at is null and email is not null;
alter table teams add foreign key (lead_id) references people (id);

create table team_members (
  team_id uuid not null references teams (id),
  person_id uuid not null references people (id),
  primary key (team_id, person_id)
);

create table contacts (
  id uuid primary key,
  person_id uuid not null references people (id),
  slug text not null,
  kind text not null,
  -- Values of the channel's contact fields. Secrets are sealed.
  fields jsonb not null,
  position int not null default 0,
  verified_at timestamptz(3),
  last_test_at timestamptz(3),
  disabled_reason text,
  retired_at timestamptz(3)
);
create unique index contacts_slug on contacts (person_id, slug) where retired_at is null;

create table schedules (
  id uuid primary key,
  slug text not null,
  name text not null,
  team_id uuid references teams (id),
  timezone text not null,
  -- Rotations, overrides and shadows, as `oncall/schedule.ts` has them.
  definition jsonb not null,
  managed_by text,
  retired_at timestamptz(3)
);
create unique index schedules_slug on schedules (slug) where retired_at is null;

create table ladders (
  id uuid primary key,
  slug text not null,
  name text not null,
  team_id uuid references teams (id),
  -- [{"targets":[{"kind":"schedule","id":"…"}],"waitMs":300000}]
  steps jsonb not null,
  repeat int not null default 0,
  acknowledgement_timeout_ms bigint,
  managed_by text,
  retired_at timestamptz(3)
);
create unique index ladders_slug on ladders (slug) where retired_at is null;

create table services (
  id uuid primary key,
  slug text not null,
  name text not null,
  team_id uuid references teams (id),
  tier int,
  escalation_id uuid references ladders (id),
  urgency text not null default 'high' check (urgency in ('high', 'low', 'bySeverity')),
  group_by jsonb,
  pause_ms bigint not null default 0,
  repository text,
  channel text,
  runbook_url text,
  depends_on jsonb not null default '[]',
  managed_by text,
  retired_at timestamptz(3)
);
create unique index services_slug on services (slug) where retired_at is null;

create table sources (
  id uuid primary key,
  slug text not null,
  name text not null,
  kind text not null,
  service_id uuid references services (id),
  team_id uuid references teams (id),
  -- SHA-256 of the key. Two live keys, so that one can be rotated.
  key_hash bytea not null,
  key_hint text not null,
  next_key_hash bytea,
  ignore_labels jsonb not null default '[]',
  managed_by text,
  retired_at timestamptz(3)
);
create unique index sources_slug on sources (slug) where retired_at is null;
create unique index sources_key on sources (key_hash) where retired_at is null;

create table routes (
  id uuid primary key,
  slug text not null,
  position int not null,
  -- CEL over labels, severity, title, source and service
  condition text not null,
  service_id uuid references services (id),
  urgency text check (urgency in ('high', 'low')),
  escalation_id uuid references ladders (id),
  group_by jsonb,
  pause_ms bigint,
  managed_by text,
  retired_at timestamptz(3)
);
create unique index routes_slug on routes (slug) where retired_at is null;

create table silences (
  id uuid primary key,
  matchers jsonb not null,
  team_id uuid references teams (id),
  owner_id uuid references people (id),
  reason text not null,
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  ended_at timestamptz(3)
);
create index silences_open on silences (ends_at) where ended_at is null;

create table maintenances (
  id uuid primary key,
  service_ids jsonb not null,
  team_id uuid references teams (id),
  owner_id uuid references people (id),
  reason text not null,
  starts_at timestamptz(3) not null,
  ends_at timestamptz(3) not null,
  ended_at timestamptz(3)
);

-- What sends: SMTP, ntfy … one row a kind. Secrets are sealed.
create table channels (
  kind text primary key,
  settings jsonb not null,
  managed_by text,
  updated_at timestamptz(3) not null default clock_timestamp()
);

do $$
declare name text;
begin
  foreach name in array array['organisation','teams','people','team_members','contacts','schedules',
    'ladders','services','sources','routes','silences','maintenances','channels'] loop
    execute format('create trigger step_version after insert or update or delete on %I
      for each statement execute function step_directory_version()', name);
  end loop;
end $$;

-- Access -----------------------------------------------------------------------------------

create table accounts (
  person_id uuid primary key references people (id),
  password_hash text,
  created_at timestamptz(3) not null default clock_timestamp(),
  disabled_at timestamptz(3)
);

create table sessions (
  id uuid primary key,
  token_hash bytea not null unique,
  person_id uuid not null references people (id),
  created_at timestamptz(3) not null,
  last_seen_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  user_agent text,
  ended_at timestamptz(3)
);

create table api_tokens (
  id uuid primary key,
  token_hash bytea not null unique,
  hint text not null,
  name text not null,
  person_id uuid references people (id),
  role text not null check (role in ('admin', 'responder', 'stakeholder')),
  scopes jsonb not null default '[]',
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  ended_at timestamptz(3)
);

-- One-time links: first set-up and invitations. Hashed, single use.
create table invitations (
  id uuid primary key,
  token_hash bytea not null unique,
  kind text not null check (kind in ('setup', 'invitation', 'reset')),
  person_id uuid references people (id),
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  used_at timestamptz(3)
);

create table audit (
  id uuid primary key,
  at timestamptz(3) not null,
  actor jsonb not null,
  action text not null,
  object_kind text,
  object_id text,
  request_id text,
  detail jsonb not null default '{}'
);
create index audit_at on audit (at);

create table idempotency_keys (
  key text not null,
  actor text not null,
  request_hash bytea not null,
  status int not null,
  body jsonb,
  created_at timestamptz(3) not null,
  primary key (actor, key)
);

-- Signals and alerts -------------------------------------------------------------------------

-- Raw requests as they came, with the answer they got: the source's "last requests".
create table requests (
  id uuid not null,
  source_id uuid not null,
  received_at timestamptz(3) not null,
  path text not null,
  body text not null,
  status int not null,
  verdict jsonb not null,
  replay_of uuid,
  primary key (id, received_at)
) partition by range (received_at);
create index requests_source on requests (source_id, received_at desc);

create table signals (
  id uuid not null,
  request_id uuid not null,
  source_id uuid not null,
  alert_id uuid,
  received_at timestamptz(3) not null,
  occurred_at timestamptz(3),
  action text not null,
  dedup_key text not null,
  verdict text not null,
  primary key (id, received_at)
) partition by range (received_at);
create index signals_request on signals (request_id);

-- Deploys and other changes: shown beside alerts, never page.
create table changes (
  id uuid primary key,
  source_id uuid not null,
  service_id uuid,
  team_id uuid,
  happened_at timestamptz(3) not null,
  recorded_at timestamptz(3) not null,
  summary text not null,
  links jsonb not null,
  labels jsonb not null
);
create index changes_service on changes (service_id, happened_at desc);

create sequence alerts_number;
create table alerts (
  id uuid primary key,
  number bigint not null,
  source_id uuid not null,
  dedup_key text not null,
  current boolean not null,
  status text not null check (status in ('firing', 'resolved')),
  severity text not null,
  title text not null,
  labels jsonb not null,
  annotations jsonb not null,
  links jsonb not null,
  signal_group_key text,
  started_at timestamptz(3) not null,
  resolved_at timestamptz(3),
  updated_at timestamptz(3) not null,
  ends_at timestamptz(3),
  last_trigger jsonb,
  last_resolve jsonb,
  last_acknowledge jsonb,
  acknowledged_by_wire boolean not null,
  signal_count int not null,
  flips jsonb not null,
  service_id uuid,
  team_id uuid,
  visibility text not null,
  urgency text not null,
  group_id uuid,
  share text not null,
  suppression jsonb,
  wake_at timestamptz(3),
  drill_id uuid,
  quarantine text
) with (fillfactor = 80);
create unique index alerts_current on alerts (source_id, dedup_key) where current;
create unique index alerts_by_number on alerts (number);
-- By source, so that one that floods us does not keep the others waiting.
create index alerts_wake on alerts (source_id, wake_at) where wake_at is not null and quarantine is null;
create index alerts_group on alerts (group_id);
create index alerts_open on alerts (started_at desc) where status = 'firing';

create table groups (
  id uuid primary key,
  key text not null,
  status text not null check (status in ('firing', 'acknowledged', 'resolved')),
  title text not null,
  severity text not null,
  urgency text not null,
  service_id uuid,
  team_id uuid,
  visibility text not null,
  open_count int not null,
  active_count int not null,
  alert_count int not null,
  climb_id uuid,
  acknowledged_by uuid,
  acknowledged_at timestamptz(3),
  opened_at timestamptz(3) not null,
  resolved_at timestamptz(3),
  drill_id uuid
) with (fillfactor = 80);
create unique index groups_open on groups (key) where status <> 'resolved';

-- Paging ---------------------------------------------------------------------------------------

create table climbs (
  id uuid primary key,
  subject_kind text not null,
  subject_id uuid not null,
  service_id uuid,
  team_id uuid,
  visibility text not null,
  urgency text not null,
  -- The ladder as it was when the climb began.
  ladder jsonb not null,
  state jsonb not null,
  version int not null,
  wake_at timestamptz(3),
  started_at timestamptz(3) not null,
  ended_at timestamptz(3),
  drill_id uuid,
  quarantine text
) with (fillfactor = 80);
create index climbs_wake on climbs (wake_at) where wake_at is not null and quarantine is null;
create unique index climbs_live on climbs (subject_id) where ended_at is null;

create table pages (
  id uuid primary key,
  climb_id uuid not null,
  group_id uuid not null,
  person_id uuid not null,
  service_id uuid,
  team_id uuid,
  visibility text not null,
  effect_key text not null,
  step int not null,
  round int not null,
  is_fallback boolean not null,
  via text not null,
  urgency text not null,
  status text not null check (status in ('open', 'acknowledged', 'resolved', 'superseded', 'declined')),
  closed_because text,
  opened_at timestamptz(3) not null,
  closed_at timestamptz(3),
  drill_id uuid
) with (fillfactor = 80);
create unique index pages_effect on pages (effect_key);
create index pages_climb on pages (climb_id);
create index pages_person on pages (person_id, opened_at desc);

create table attempts (
  id uuid primary key,
  page_id uuid not null,
  climb_id uuid not null,
  person_id uuid not null,
  service_id uuid,
  contact_id uuid not null,
  channel text not null,
  slot int not null,
  severity text not null,
  try_number int not null,
  urgency text not null,
  status text not null check (status in ('waiting', 'claimed', 'sent', 'failed', 'unknown', 'cancelled')),
  reason text,
  bundled_into uuid,
  due_at timestamptz(3) not null,
  wake_at timestamptz(3),
  fence int not null,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  provider_id text,
  drill_id uuid
) with (fillfactor = 80);
-- Urgent ones first, then by age: the order in which they are claimed, also out of a backlog.
create index attempts_wake on attempts (urgency, wake_at) where wake_at is not null;
create index attempts_page on attempts (page_id);
create index attempts_contact on attempts (contact_id, started_at desc)
  where started_at is not null and bundled_into is null;
create unique index attempts_slot on attempts (page_id, slot, try_number);

-- The one log ------------------------------------------------------------------------------------

create sequence timeline_seq;
create table timeline (
  seq bigint not null default nextval('timeline_seq'),
  tx xid8 not null default pg_current_xact_id(),
  epoch int not null default 1,
  subject_kind text not null,
  subject_id uuid not null,
  happened_at timestamptz(3) not null,
  recorded_at timestamptz(3) not null,
  actor jsonb not null,
  kind text not null,
  rule text,
  inputs jsonb not null,
  result jsonb not null,
  undo text,
  group_id uuid,
  service_id uuid,
  team_id uuid,
  visibility text not null,
  drill_id uuid,
  primary key (seq, recorded_at)
) partition by range (recorded_at);
create index timeline_group on timeline (group_id, seq);
create index timeline_subject on timeline (subject_id, seq);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the record is append-only';
end $$;
create trigger append_only before update or delete on timeline
  for each row execute function refuse_change();

-- Makes the monthly partitions up to three months ahead. Safe to repeat.
create function ensure_partitions(from_month date) returns void language plpgsql as $$
declare
  parent text;
  month date;
begin
  foreach parent in array array['requests', 'signals', 'timeline'] loop
    for step in 0..3 loop
      month := (date_trunc('month', from_month) + make_interval(months => step))::date;
      execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
        parent || '_' || to_char(month, 'YYYY_MM'), parent,
        month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC');
    end loop;
    execute format('create table if not exists %I partition of %I default', parent || '_other', parent);
  end loop;
end $$;
select ensure_partitions((clock_timestamp() at time zone 'UTC')::date);
