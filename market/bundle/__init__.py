"""The bundled data: small Parquet files, where they come from, and the script that builds them."""
