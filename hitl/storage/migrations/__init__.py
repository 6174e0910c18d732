"""Migrations, oldest first; each says which code can still work with the tables it leaves."""
