-- quote_ident as PostgreSQL has it: quoted only where the name would not be read back as itself.
-- Use: run first; the words of keys and indexes are made with it.

create table memory.made.reserved as
select keyword_name as word from duckdb_keywords() where keyword_category <> 'unreserved';

create macro memory.pg.quote_ident(identifier) as case
    when regexp_full_match(identifier, '[a-z_][a-z0-9_$]*') and not exists (from memory.made.reserved as w where w.word = identifier) then identifier
    else '"' || replace(identifier, '"', '""') || '"' end;
