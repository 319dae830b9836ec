"""Django's own engine for PostgreSQL, with one question less for every request and plans that are kept."""
