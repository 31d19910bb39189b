"""Reads of accounts; `policy` answers who may do what."""

from marketplace.accounts.queries.people import get_person, get_person_by_email, list_people

__all__ = ["get_person", "get_person_by_email", "list_people"]
