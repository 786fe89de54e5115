"""What audits found, in one SQLite file: kept account by account, so that a run that ends at any moment leaves whole accounts only."""
