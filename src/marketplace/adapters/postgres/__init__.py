"""PostgreSQL: everything the marketplace remembers."""
