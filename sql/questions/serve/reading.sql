-- Readers of written days and times that PostgreSQL has and DuckDB lacks: tools that draw charts bound their time by them.
-- Use: run once for a release, when a query first names one of them.

create temp macro to_date(written, pattern) as
    if(upper(pattern) = 'YYYY-MM-DD', written::date, error('to_date reads YYYY-MM-DD alone, not ' || pattern));
create temp macro to_timestamp(seconds) as system.main.to_timestamp(seconds), (written, pattern) as
    if(regexp_full_match(upper(pattern), 'YYYY-MM-DD([ T]HH24:MI:SS(\.[UM]S)?)?'), written::timestamptz,
        error('to_timestamp reads YYYY-MM-DD HH24:MI:SS.US alone, not ' || pattern));
