-- On-call: who asked whom to cover, who is away, calendars, hand-offs, and what people are told
-- beside pages.

-- Something a person is told and need not answer. One row a person; sent at least once.
create table notices (
  id uuid primary key,
  person_id uuid not null references people (id),
  -- What it says, as a code and its values; the sentence is made when it goes out.
  kind text not null,
  params jsonb not null,
  urgency text not null check (urgency in ('high', 'low')),
  path text,
  -- The same thing is told once, whoever notices it and however often.
  once_key text not null unique,
  status text not null check (status in ('waiting', 'claimed', 'sent', 'failed')),
  reason text,
  tries int not null,
  tried_contacts jsonb not null,
  fence int not null,
  wake_at timestamptz(3),
  created_at timestamptz(3) not null,
  finished_at timestamptz(3),
  drill_id uuid
);
create index notices_wake on notices (wake_at) where wake_at is not null;
create index notices_person on notices (person_id, created_at desc);

create table cover_requests (
  id uuid primary key,
  schedule_id uuid not null references schedules (id),
  team_id uuid,
  person_id uuid not null references people (id),
  from_at timestamptz(3) not null,
  to_at timestamptz(3) not null,
  reason text not null,
  -- A swap: what the one who takes it gives in return.
  in_return jsonb,
  status text not null check (status in ('open', 'covered', 'withdrawn', 'expired')),
  -- Parts that nobody has taken yet.
  parts jsonb not null,
  asked jsonb not null,
  declined jsonb not null,
  taken jsonb not null,
  reminded_at timestamptz(3),
  wake_at timestamptz(3),
  created_at timestamptz(3) not null,
  ended_at timestamptz(3)
);
create index cover_requests_open on cover_requests (schedule_id) where status = 'open';
create index cover_requests_wake on cover_requests (wake_at) where wake_at is not null;

-- Public holidays of a place. Only dates: which hours they free is the rule's business.
create table calendars (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  -- [{"date":"2026-12-25","name":"Christmas Day"}]
  holidays jsonb not null,
  updated_at timestamptz(3) not null
);
alter table people add column calendar_id uuid references calendars (id);
create trigger step_version after insert or update or delete on calendars
  for each statement execute function step_directory_version();

-- Vacations that are read from somebody's calendar, again and again. The address is a secret: sealed.
create table calendar_feeds (
  id uuid primary key,
  person_id uuid not null references people (id),
  url text not null,
  wake_at timestamptz(3),
  read_at timestamptz(3),
  problem text,
  created_at timestamptz(3) not null
);

create table absences (
  id uuid primary key,
  person_id uuid not null references people (id),
  from_at timestamptz(3) not null,
  to_at timestamptz(3) not null,
  note text not null,
  feed_id uuid references calendar_feeds (id) on delete cascade,
  created_at timestamptz(3) not null,
  check (from_at < to_at)
);
create index absences_person on absences (person_id, to_at);

-- Secret addresses under which a calendar can be subscribed to. Hashed; gone when revoked.
create table calendar_links (
  id uuid primary key,
  token_hash bytea not null unique,
  person_id uuid not null references people (id),
  -- Null: all shifts of the person; else the shifts of one schedule.
  schedule_id uuid references schedules (id),
  created_at timestamptz(3) not null,
  used_at timestamptz(3),
  revoked_at timestamptz(3)
);

-- One for each change of who is on call that is more than a few hours apart from the last.
create table handoffs (
  id uuid primary key,
  schedule_id uuid not null references schedules (id),
  team_id uuid,
  at timestamptz(3) not null,
  outgoing jsonb not null,
  incoming jsonb not null,
  status text not null check (status in ('open', 'accepted', 'overdue')),
  due_at timestamptz(3) not null,
  note text not null,
  -- What the outgoing person wants watched.
  watch text not null,
  accepted_by uuid references people (id),
  accepted_at timestamptz(3),
  -- Overrides that keep the outgoing people on call until somebody accepts.
  kept jsonb not null,
  wake_at timestamptz(3),
  unique (schedule_id, at)
);
create index handoffs_wake on handoffs (wake_at) where wake_at is not null;

-- A survey is answered once by each person and nobody can tell which answer is whose: who has
-- answered and what was answered stand apart, and answers carry no time.
create table survey_rounds (
  id uuid primary key,
  team_id uuid references teams (id),
  quarter text not null,
  opened_at timestamptz(3) not null,
  closes_at timestamptz(3) not null,
  unique (team_id, quarter)
);
create table survey_takers (
  round_id uuid not null references survey_rounds (id),
  person_id uuid not null references people (id),
  primary key (round_id, person_id)
);
create table survey_answers (
  round_id uuid not null references survey_rounds (id),
  answers jsonb not null
);

alter table contacts add column tested_at timestamptz(3);
