"""Every port inside this process: for tests, for demos, and for whoever embeds the core."""
