"""Who may come in where people sign in: passwords, sessions, and the list that an admin keeps."""
