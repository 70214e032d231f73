-- A session that was forked for a duplicated tab names the first session of its family; null: it is the first itself.
alter table sessions add column family blob;
-- What the browser's own cookie hashes to: only that browser may fork. Null: no fork from here.
alter table sessions add column browser blob;
