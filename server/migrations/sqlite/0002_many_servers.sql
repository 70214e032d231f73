-- When epoch or disabled_at last changed, by the clock of the database. A trigger sets it, so that no statement can forget to.
alter table accounts add column changed_at integer;
create index accounts_changed on accounts (changed_at) where changed_at is not null;

create trigger note_changed_account after update of epoch, disabled_at on accounts
  when old.epoch <> new.epoch or (old.disabled_at is null) <> (new.disabled_at is null)
begin
  update accounts set changed_at = cast(unixepoch('subsec') * 1000 as integer) where account_id = new.account_id;
end;

-- The key rings that several servers share. Each key is sealed under a secret that is not in the database.
create table keys (
  kind       text    not null,
  kid        text    not null,
  -- A key verifies at once, and signs from this moment until a newer one does.
  signs_from integer not null,
  sealed     blob    not null,
  primary key (kind, kid)
) strict;
