"""What became of the calls: rows, tables, campaigns, reports."""
