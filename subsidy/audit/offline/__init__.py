"""What leaves with a bundle: tree, notes and checks in plain Python, without the framework, a database or a clock."""
