"""How alike items are: indexes in memory, arrays in and answers out. Imported when first needed."""
