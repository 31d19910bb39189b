"""Outbox, inbox, leases, schedule and the worker. Nothing accepted is lost, nothing counts twice."""
