"""The door to the rows: connections, transactions, the schema brought up to date."""
