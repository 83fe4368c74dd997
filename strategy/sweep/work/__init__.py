"""A sweep as a piece of work: its folder, its estimate, its workers, its tables and queries."""
