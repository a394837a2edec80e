-- Objectives of services, where their numbers come from, and how they stand.

create table metric_sources (
  id uuid primary key,
  slug text not null,
  name text not null,
  kind text not null,
  url text not null,
  username text,
  -- Sealed.
  password text,
  token text,
  tenant text,
  managed_by text,
  retired_at timestamptz(3)
);
create unique index metric_sources_slug on metric_sources (slug) where retired_at is null;

create table objectives (
  id uuid primary key,
  slug text not null,
  name text not null,
  service_id uuid not null references services (id),
  team_id uuid references teams (id),
  -- Null: its events are pushed.
  metrics_id uuid references metric_sources (id),
  -- In the words of the file.
  definition jsonb not null,
  managed_by text,
  retired_at timestamptz(3)
);
create unique index objectives_slug on objectives (slug) where retired_at is null;
create index objectives_service on objectives (service_id) where retired_at is null;

-- A target counts from when it was set: what was promised before is measured by what was promised then.
create table objective_targets (
  objective_id uuid not null references objectives (id),
  from_at timestamptz(3) not null,
  target text not null,
  primary key (objective_id, from_at)
);

-- Counts by the minute, an hour in a row. The sums are what the objective counts: events, or slices.
create table objective_hours (
  objective_id uuid not null references objectives (id),
  hour_at timestamptz(3) not null,
  good float8[] not null,
  total float8[] not null,
  sum_good float8 not null,
  sum_total float8 not null,
  -- Long windows add up sums: from the index alone, for the rows of one objective lie far apart.
  primary key (objective_id, hour_at) include (sum_good, sum_total)
);

create table objective_states (
  objective_id uuid primary key references objectives (id),
  -- {"version":1, "page": …, "ticket": …, "budget": …}
  state jsonb not null default '{}',
  evaluated_at timestamptz(3),
  -- By which definition the hours were counted; when it changes they are counted anew, or read anew.
  counted_as jsonb,
  -- The end of the newest minute in which something was counted.
  data_until timestamptz(3),
  wake_at timestamptz(3),
  -- Reading of metrics: up to where, when next, and what stood in the way.
  read_until timestamptz(3),
  read_wake_at timestamptz(3),
  read_failures int not null default 0,
  read_problem text
);
create index objective_states_wake on objective_states (wake_at);
create index objective_states_read on objective_states (read_wake_at);

-- A push that is repeated is counted once.
create table objective_pushes (
  objective_id uuid not null references objectives (id),
  key text not null,
  pushed_at timestamptz(3) not null,
  primary key (objective_id, key)
);
create index objective_pushes_at on objective_pushes (pushed_at);

-- Somebody looked at what a spent budget asks for, and says what follows.
create table objective_reviews (
  id uuid primary key,
  objective_id uuid not null references objectives (id),
  -- The change of state that it answers.
  budget_since timestamptz(3) not null,
  note text not null,
  by_id uuid,
  at timestamptz(3) not null
);
create index objective_reviews_of on objective_reviews (objective_id, budget_since);

-- A deploy that goes on although the budget is spent: signed, with a reason and an end.
create table gate_exceptions (
  id uuid primary key,
  service_id uuid not null references services (id),
  reason text not null,
  signed_by uuid,
  signed_at timestamptz(3) not null,
  until_at timestamptz(3) not null,
  ended_at timestamptz(3)
);
create index gate_exceptions_live on gate_exceptions (service_id, until_at);
