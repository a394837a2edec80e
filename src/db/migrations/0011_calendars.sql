-- Calendars are configuration as everything else: a file may keep them, and what is taken away is kept for a while.
alter table calendars add column weekend jsonb not null default '["sat","sun"]';
alter table calendars add column managed_by text;
alter table calendars add column retired_at timestamptz(3);
alter table calendars drop constraint calendars_slug_key;
create unique index calendars_slug on calendars (slug) where retired_at is null;
