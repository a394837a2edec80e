-- A transaction id is not carried over by a backup; where the row lands, it bears the restore's own.
alter table followers alter column tx set default pg_current_xact_id();

-- What a person thinks of what paged them: noise, or useful. One verdict a group, the last one stands.
create table group_verdicts (
  group_id uuid primary key references groups (id),
  verdict text not null check (verdict in ('noise', 'useful')),
  by_person uuid references people (id),
  at timestamptz(3) not null
);

-- Lists that people come back to, for everybody: a name and what stands in the address.
create table views (
  id uuid primary key,
  name text not null unique,
  query text not null,
  owner_id uuid references people (id),
  made_at timestamptz(3) not null
);
