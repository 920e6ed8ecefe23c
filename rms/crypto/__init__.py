"""Keys and what is made from them: password hashes, session tokens, links in mails."""
