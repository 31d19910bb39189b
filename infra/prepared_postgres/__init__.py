"""Django's PostgreSQL backend for the engine, whose connections are asked and converted less often."""
