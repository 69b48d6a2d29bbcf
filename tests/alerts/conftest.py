"""The sample city for the tests of this room."""

from tests.city import city

__all__ = ["city"]
