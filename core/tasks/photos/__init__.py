"""The job types of photo projects; `core/tasks/definitions.toml` makes task types of them."""
