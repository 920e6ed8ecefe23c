"""What is done: one module per noun; verbs that lock, decide, write and post mail."""
