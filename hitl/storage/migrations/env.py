"""How Alembic runs migrations here: inside the transaction of a connection the caller opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
