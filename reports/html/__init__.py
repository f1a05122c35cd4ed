"""What ``index.html`` is made of: its data, the cells of its small tables, a card for each repository, its template."""
