"""The page on this computer: its data folder, accounts, files, questions, checks and history, and the HTTP server in front of them."""
