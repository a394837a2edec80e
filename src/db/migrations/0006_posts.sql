-- What went out is kept up to date: messages to people, and posts in rooms of teams.

-- Followers of the log read it in this order.
create index timeline_follow on timeline (tx, seq);

-- Where a follower of the log stands, for all nodes together. A transaction that runs for long holds
-- the cursor back, wherever on the server it runs; what was read beyond it is noted in `ahead`.
create table followers (
  name text primary key,
  epoch int not null,
  tx xid8 not null,
  seq bigint not null,
  ahead jsonb not null default '[]'
);

-- One row a message over a channel that can show something else in its place, from the end of its
-- page on. The id is the attempt's.
create table revisions (
  id uuid primary key,
  page_id uuid not null,
  group_id uuid not null,
  -- How it stood when the message was last changed; null: as it was sent.
  shown text,
  tries int not null default 0,
  reason text,
  fence int not null default 0,
  -- Steps by one with everything that may have changed what there is to show.
  news int not null default 0,
  wake_at timestamptz(3),
  created_at timestamptz(3) not null
);
create index revisions_wake on revisions (wake_at) where wake_at is not null;
create index revisions_group on revisions (group_id);

-- Whether a message told of others too.
create index attempts_bundle on attempts (bundled_into) where bundled_into is not null;

-- Rooms, so that all nodes together post no faster than a vendor allows.
create table rooms (
  vendor text not null,
  name text not null,
  next_at timestamptz(3) not null,
  fence int not null default 0,
  primary key (vendor, name)
);

-- One post a group of alerts, or one for all that a storm brings.
create table posts (
  id uuid primary key,
  kind text not null check (kind in ('group', 'summary')),
  group_id uuid,
  vendor text not null,
  room text not null,
  -- The summary that tells of this group instead.
  bundled_into uuid references posts (id),
  -- What the vendor calls it; null: not posted yet.
  provider_id text,
  shown_hash text,
  -- How far the escalation was when the room was last told.
  reached int not null default 0,
  tries int not null default 0,
  reason text,
  news int not null default 0,
  wake_at timestamptz(3),
  posted_at timestamptz(3),
  created_at timestamptz(3) not null,
  check ((kind = 'group') = (group_id is not null))
);
create unique index posts_group on posts (group_id) where group_id is not null;
create index posts_wake on posts (vendor, room, wake_at) where wake_at is not null;
create index posts_bundle on posts (bundled_into) where bundled_into is not null;
create index posts_room on posts (vendor, room, created_at desc);
