"""HTTP manners shared by all rooms; knows no noun."""
