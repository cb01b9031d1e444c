"""Where it is started: the only place that knows everybody."""
