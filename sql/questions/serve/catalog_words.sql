-- Lookups that the catalog's own relations need: a type's number, the words of an index.
-- Use: run after catalog.sql, before catalog_relations.sql.

create macro memory.made.type_oid(type_name) as coalesce((
    select max(t.oid) from memory.made.duckdb_types as t where t.duckdb_name = type_name
), case when type_name like 'DECIMAL%[]' then 1231 when type_name like 'DECIMAL%' then 1700 when type_name like '%[]' then 2277
    when type_name like 'STRUCT%' or type_name like 'MAP%' or type_name like 'UNION%' then 114 when type_name like 'ENUM%' then 25 end);

create macro memory.made.key_columns(of_relation, of_numbers) as (
    select string_agg(memory.pg.quote_ident(c.name), ', ' order by list_position(of_numbers, c.number::smallint))
    from memory.made.columns as c where c.relation = of_relation and list_contains(of_numbers, c.number::smallint)
);
create macro memory.made.relation_name(of_oid) as (select max(r.name) from memory.made.relations as r where r.oid = of_oid);

create macro memory.made.index_words(of_index) as (
    select max('CREATE UNIQUE INDEX ' || k.name || ' ON main.' || memory.pg.quote_ident(memory.made.relation_name(k.relation))
        || ' USING btree (' || memory.made.key_columns(k.relation, k.numbers) || ')')
    from memory.made.keys as k where k.index_oid = of_index and k.kind <> 'f'
);
create macro memory.made.constraint_words(of_oid) as (
    select max(case k.kind
        when 'p' then 'PRIMARY KEY (' || memory.made.key_columns(k.relation, k.numbers) || ')'
        when 'u' then 'UNIQUE (' || memory.made.key_columns(k.relation, k.numbers) || ')'
        else 'FOREIGN KEY (' || memory.made.key_columns(k.relation, k.numbers) || ') REFERENCES '
            || memory.pg.quote_ident(memory.made.relation_name(k.other)) || '(' || memory.made.key_columns(k.other, k.other_numbers) || ')'
    end)
    from memory.made.keys as k where k.oid = of_oid
);
