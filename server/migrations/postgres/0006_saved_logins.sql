-- A key that opens a new session for its account without the password, kept by one browser. Its chain goes on with each use.
create table saved_logins (
  saved_id        uuid    not null primary key,
  account_id      uuid    not null references accounts on delete cascade,
  -- Not asked for: an account that was left behind when another one was added stays within reach for as long as a session that is not saved.
  parked          boolean not null,
  storage         text    not null,
  ask_password    boolean not null,
  -- The newest generation, the one for which it was handed out, whether it has come back itself, and when it was last handed out.
  generation      bigint  not null,
  parent          bigint  not null,
  confirmed       boolean not null,
  handed_out_at   bigint,
  -- When the newest generation was last written into the cookie by an answer that was about something else; and whether the generation
  -- after it was handed out so soon after that, that the older one may have come to the browser last.
  repeated_at     bigint,
  raced           boolean not null,
  -- The session it was left by, then the one it opened last: when that one is used, the newest generation has come back.
  session_id      uuid    not null,
  created_at      bigint  not null,
  idle_expires_at bigint  not null,
  expires_at      bigint  not null,
  ended_at        bigint,
  ended_why       text
);
create index saved_logins_of_account on saved_logins (account_id);
create index saved_logins_of_session on saved_logins (session_id);

-- Whoever is disabled gets no key back by being enabled again.
create function end_saved_logins_of_disabled() returns trigger language plpgsql as $$
begin
  update saved_logins set ended_at = new.disabled_at, ended_why = 'unknown' where account_id = new.account_id and ended_at is null;
  return null;
end $$;
create trigger end_saved_logins_of_disabled after update of disabled_at on accounts for each row
  when (old.disabled_at is null and new.disabled_at is not null)
  execute function end_saved_logins_of_disabled();
