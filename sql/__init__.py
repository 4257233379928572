"""The SQL of the warehouse: one file, one relation."""
