"""What places announce. Whoever must do something about it listens; places know nobody above them."""

from __future__ import annotations

from django.dispatch import Signal

# A problem found at a place that somebody must mend: a reading out of range, a check that failed. `place`: Place;
# `category`: a subclass of the scheme of cases in force; `text`: what is wrong, in words; `source`: "sensor",
# "checklist" or "visit"; `by`: the Actor; `at`: when it was found; `key`: the same key again is the same problem;
# `photos`: pictures of it, where there are any (`ledger.pictures.Picture`).
# Sent inside the `write()` of whoever found it. Receivers answer with the number of the case they made of it.
problem_found = Signal()

# A place is not open although its hours say so: `place`: Place; `reason`: a code of `seasons.states.Why`; `until`: a
# moment or None (until further notice); `at`: from when on. A decision may be undone later: nothing is sent then.
# Sent inside the `write()` of whoever decided it; sessions and bookings in the place end with it.
place_closed = Signal()
