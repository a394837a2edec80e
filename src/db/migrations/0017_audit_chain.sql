-- The audit is a chain: each entry holds the hash of the one before it. Entries are written unsealed in
-- the transaction of what they tell of, and sealed in order a moment later (decision 014).
alter table audit add column seq bigint;
alter table audit add column prev bytea;
alter table audit add column hash bytea;
create unique index audit_seq on audit (seq);
create index audit_unsealed on audit (at, id) where seq is null;
create index audit_object on audit (object_id, at);
create index audit_person on audit ((actor->>'id'), at);

-- What was written stays. The one change that is let through puts an entry into the chain.
create function keep_audit() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.seq is null and new.seq is not null
    and (to_jsonb(new) - array['seq', 'prev', 'hash']) = (to_jsonb(old) - array['seq', 'prev', 'hash']) then
    return new;
  end if;
  raise exception 'entries of the audit are kept as they were written';
end $$;
create trigger keep_audit before update or delete on audit for each row execute function keep_audit();
create trigger keep_audit_whole before truncate on audit for each statement execute function keep_audit();

-- The head of each day, signed: somebody who can write in here cannot write these.
create table audit_heads (
  day date primary key,
  seq bigint not null,
  hash bytea not null,
  sealed_at timestamptz(3) not null,
  signature bytea not null
);
create trigger keep_audit_heads before update or delete on audit_heads for each row execute function keep_audit();
create trigger keep_audit_heads_whole before truncate on audit_heads for each statement execute function keep_audit();

-- Private: it, its sources, its routes and its alerts are for its team, for those it pages, and for admins.
alter table services add column is_private boolean not null default false;

-- A route of a team is tried for what comes in for that team only, so that its lead may make it.
alter table routes add column team_id uuid references teams (id);

-- Whoever was paged for a group sees it, also where it is private.
create index pages_group on pages (group_id, person_id);
