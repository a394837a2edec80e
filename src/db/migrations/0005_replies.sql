-- What comes back from people and from providers.

-- What became of a message after the provider had accepted it, by the provider's own word.
alter table attempts add column if not exists delivery text;
alter table attempts add column if not exists delivery_reason text;
create index if not exists attempts_provider on attempts (provider_id) where provider_id is not null;

-- Words of providers about their messages. They wait here until the attempt is known by the
-- provider's id, because a callback may come before the answer to our own request was written down.
create table early_deliveries (
  provider_id text not null,
  outcome text not null check (outcome in ('delivered', 'undelivered', 'unknown')),
  reason text,
  at timestamptz(3) not null,
  primary key (provider_id, outcome)
);
create index early_deliveries_at on early_deliveries (at);

-- One row an address that answers us, so that all nodes count together: wrong codes, and how often
-- it was answered. The address is kept as a hash: strangers write too.
create table reply_senders (
  address_hash bytea primary key,
  wrong_count int not null default 0,
  wrong_since timestamptz(3),
  ignored_until timestamptz(3),
  helped_at timestamptz(3),
  answer_count int not null default 0,
  answers_since timestamptz(3),
  seen_at timestamptz(3) not null
);
create index reply_senders_seen on reply_senders (seen_at);

-- Answers that were taken, by the provider's own id of each: the same one counts once.
create table replies_taken (
  key_hash bytea primary key,
  until timestamptz(3) not null
);
create index replies_taken_until on replies_taken (until);

-- Vendors that are asked instead of calling us: one node at a time asks each.
create table listeners (
  vendor text primary key,
  holder uuid not null,
  until timestamptz(3) not null,
  cursor text,
  failures int not null default 0,
  wake_at timestamptz(3) not null
);
