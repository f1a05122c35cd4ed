"""What is shown of a run: each view makes a page for people and a document for programs."""
