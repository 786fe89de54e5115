"""Saves the results of all audits in one SQLite file, account by account, so that interruptions leave only complete accounts."""
