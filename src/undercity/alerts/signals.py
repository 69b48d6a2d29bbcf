"""What this room announces. Whoever must do something about it listens; the room knows nobody above it."""

from __future__ import annotations

from django.dispatch import Signal

# A warning came or changed. `warning`: the row of `ReceivedWarning`, as it stands now; `at`: when it was received;
# `first`: False for an update. `warning.counts` says whether it may raise a level; one that was over before it arrived
# is not announced, nor is what acknowledges. Sent inside the `write()` that stored it.
warning_received = Signal()

# A warning ended. `warning`: the row; `at`: when; `why`: a value of `states.Ended`. Sent inside the `write()`.
warning_ended = Signal()

# A rule over readings was reached at an instrument, once an episode. `rule`: `rules.book.GaugeRule`; `value`: the value
# of its window, in the quantity's unit; `at`: when it was measured; `body`: the id of the area it speaks of;
# `episode`: the row. Sent inside the `write()`.
rule_reached = Signal()

# The same rule is clearly not reached any more: `rule`, `value`, `at`, `body`, `episode`.
rule_eased = Signal()
