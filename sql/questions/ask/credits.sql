-- One row a source: what to cite.
select source, citation from sources where list_contains($sources, source) order by source
