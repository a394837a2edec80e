-- What is owed: opened and settled from the claims of each concept, never typed in. Rows stay: a
-- promise that was missed is a fact on the record.

create table obligations (
  id uuid primary key,
  -- One for each time that a rule asks something of a subject: made by the concept that claims it.
  key text not null,
  subject_kind text not null,
  subject_id uuid not null,
  rule text not null,
  owner_kind text not null check (owner_kind in ('person', 'team', 'role')),
  -- An id, or the name of a role: whoever holds it owes it.
  owner_id text not null,
  -- Told once it is overdue.
  supervisor uuid,
  started_at timestamptz(3) not null,
  due timestamptz(3) not null,
  proof_at timestamptz(3),
  proof_ref text,
  outcome text not null check (outcome in ('open', 'met', 'late', 'missed', 'waived')),
  opened_at timestamptz(3) not null,
  settled_at timestamptz(3),
  -- Null in a waived row: its rule asks for it no more.
  waived_by uuid,
  waived_reason text,
  -- Of a missed row: when its rule stopped asking for it, so that nobody owes it any longer.
  dropped_at timestamptz(3),
  -- A reminder goes out in the transaction that writes its instant here, and so once.
  reminded_two_thirds_at timestamptz(3),
  reminded_due_at timestamptz(3),
  reminded_overdue_at timestamptz(3),
  wake_at timestamptz(3),
  team_id uuid,
  visibility text not null check (visibility in ('everyone', 'team')),
  drill_id uuid,
  quarantine text,
  check ((outcome = 'open') = (settled_at is null)),
  check ((outcome in ('met', 'late')) = (proof_at is not null)),
  check ((proof_at is null) = (proof_ref is null)),
  check ((outcome = 'waived') = (waived_reason is not null))
) with (fillfactor = 80);

-- Two nodes that open the same at once: one of them fails, looks again and finds it.
create unique index obligations_key on obligations (key);
create index obligations_wake on obligations (wake_at) where wake_at is not null and quarantine is null;
create index obligations_subject on obligations (subject_kind, subject_id, due);
-- The home page: what is owed by me and by my teams.
create index obligations_owner on obligations (owner_kind, owner_id, due)
  where outcome in ('open', 'missed') and dropped_at is null;
-- Reports go by what was due in a period, and leave drills out.
create index obligations_due on obligations (due) where drill_id is null;
