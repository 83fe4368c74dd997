"""The one judge of rows: what a table is taken for, put right, left out, doubted or refused."""
