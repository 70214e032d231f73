-- When epoch or disabled_at last changed, by the clock of the database. A trigger sets it, so that no statement can forget to.
alter table accounts add column changed_at integer;
create index accounts_changed on accounts (changed_at) where changed_at is not null;

create trigger note_changed_account after update of epoch, disabled_at on accounts
  when old.epoch <> new.epoch or (old.disabled_at is null) <> (new.disabled_at is null)
begin
  update accounts set changed_at = cast(unixepoch('subsec') * 1000 as integer) where account_id = new.account_id;
end;
