"""One folder per noun: views and forms, nothing that decides. A room never imports another room."""
