-- The generation that was shown when the newest one was handed out. Between the two are those that were handed out for it before, and
-- never came back.
alter table sessions add column parent bigint not null default 0;
update sessions set parent = generation - 1;
