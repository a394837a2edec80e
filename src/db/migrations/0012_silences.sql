-- A silence may recur: {"days":["mon"],"from":"22:00","to":"06:00","zone":"Europe/Lisbon"}; null: it does not.
alter table silences add column recurs jsonb;
