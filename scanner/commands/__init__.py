"""What commands mean: following them through the repository's own files, and judging each of them. Pure."""
