-- The key that the session's tokens are bound to, by its thumbprint (RFC 9449 §6.1). Null: to none.
alter table sessions add column jkt blob;
