-- One row a macro of a database: its name, arguments, text and comment.
select function_name, function_type, parameters, macro_definition, comment
from duckdb_functions()
where not internal
