"""Tables, the database that runs verbs, migrations, and the statements that read."""
