-- A key that opens a new session for its account without the password, kept by one browser. Its chain goes on with each use.
create table saved_logins (
  saved_id        blob    not null primary key,
  account_id      blob    not null references accounts on delete cascade,
  -- Not asked for: an account that was left behind when another one was added stays within reach for as long as a session that is not saved.
  parked          integer not null,
  storage         text    not null,
  ask_password    integer not null,
  -- The newest generation, the one for which it was handed out, whether it has come back itself, and when it was last handed out.
  generation      integer not null,
  parent          integer not null,
  confirmed       integer not null,
  handed_out_at   integer,
  -- When the newest generation was last written into the cookie by an answer that was about something else; and whether the generation
  -- after it was handed out so soon after that, that the older one may have come to the browser last.
  repeated_at     integer,
  raced           integer not null,
  -- The session it was left by, then the one it opened last: when that one is used, the newest generation has come back.
  session_id      blob    not null,
  created_at      integer not null,
  idle_expires_at integer not null,
  expires_at      integer not null,
  ended_at        integer,
  ended_why       text
) strict;
create index saved_logins_of_account on saved_logins (account_id);
create index saved_logins_of_session on saved_logins (session_id);

-- Whoever is disabled gets no key back by being enabled again.
create trigger end_saved_logins_of_disabled after update of disabled_at on accounts
  when old.disabled_at is null and new.disabled_at is not null
begin
  update saved_logins set ended_at = new.disabled_at, ended_why = 'unknown' where account_id = new.account_id and ended_at is null;
end;
