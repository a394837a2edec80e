-- What people add and prove about their own contacts.

-- Added by the person: a file that does not name it leaves it alone.
alter table contacts add column is_own boolean not null default false;

-- The code that was sent to a contact last, so that its owner can say it back. Its HMAC only.
create table contact_checks (
  contact_id uuid primary key references contacts (id),
  code_hash bytea not null,
  sent_at timestamptz(3) not null,
  tries int not null default 0
);

-- Tests that went out, so that they can be counted: they cost money and may ring anybody's phone.
create table contact_tests (
  id uuid primary key,
  contact_id uuid not null references contacts (id),
  person_id uuid not null references people (id),
  at timestamptz(3) not null
);
create index contact_tests_at on contact_tests (at);
