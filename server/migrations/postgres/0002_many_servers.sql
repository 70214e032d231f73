-- Servers keep in memory what ended a moment ago, so that an access token costs no query. What any of them ends, or anybody ends by
-- hand, is told to all of them by triggers: no statement can forget to, and nothing is told that was not committed.

-- When epoch or disabled_at last changed, by the clock of the database.
alter table accounts add column changed_at bigint;
create index accounts_changed on accounts (changed_at) where changed_at is not null;

create function tell_changed_account() returns trigger language plpgsql as $$
begin
  new.changed_at := cast(extract(epoch from clock_timestamp()) * 1000 as bigint);
  perform pg_notify('nightlatch', format('account %s %s %s %s',
    new.account_id, new.epoch, case when new.disabled_at is null then 'open' else 'disabled' end, new.changed_at));
  return new;
end $$;

create trigger tell_changed_account before update of epoch, disabled_at on accounts for each row
  when (old.epoch <> new.epoch or (old.disabled_at is null) <> (new.disabled_at is null))
  execute function tell_changed_account();

create function tell_ended_session() returns trigger language plpgsql as $$
begin
  perform pg_notify('nightlatch', format('session %s %s', new.session_id, new.ended_at));
  return null;
end $$;

-- A limit that has passed is seen by everybody without being told.
create trigger tell_ended_session after update of ended_at on sessions for each row
  when (old.ended_at is null and new.ended_at is not null and coalesce(new.ended_why, '') not in ('idle', 'age'))
  execute function tell_ended_session();

-- The key rings that several servers share. Each key is sealed under a secret that is not in the database.
create table keys (
  kind       text   not null,
  kid        text   not null,
  -- A key verifies at once, and signs from this moment until a newer one does.
  signs_from bigint not null,
  sealed     bytea  not null,
  primary key (kind, kid)
);
