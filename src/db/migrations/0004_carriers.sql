-- Who carried a message by telephone, what the provider says became of it, and what it cost.

alter table attempts
  add column carrier text,
  -- Carriers that certainly did not take it before, with blanks between.
  add column passed_over text,
  add column delivery text check (delivery in ('delivered', 'undelivered', 'unknown')),
  add column delivery_reason text;
-- What carriers did lately is read every few seconds. Pages that no carrier is asked for are not in it.
create index attempts_carried on attempts (started_at) where carrier is not null;

-- Messages that are not pages, counted by the day: tests and notices have a budget, pages never do.
create table telephone_spend (
  day date not null,
  medium text not null,
  kind text not null check (kind in ('test', 'notice')),
  -- Empty where a test went to a number that is nobody's contact, or was asked for by nobody in person.
  person text not null,
  contact text not null,
  count int not null check (count > 0),
  primary key (day, medium, kind, person, contact)
);
