"""What a run leaves behind: tables, the report page and the tear sheet."""

from reports.output import run_folder, write_run

__all__ = ["run_folder", "write_run"]
