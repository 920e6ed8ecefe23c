"""What is read: one module per noun; `find_` raises NotFound."""
