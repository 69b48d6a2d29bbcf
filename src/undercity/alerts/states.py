"""The words of warnings: hazards, colours, where a warning stands, how it came, what its signature is worth."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class Hazard(TextChoices):
    """What is warned of 灾种."""

    RAIN = "rain", _("rainstorm")
    HEAT = "heat", _("heat")
    FLOOD = "flood", _("flood")
    WIND = "wind", _("gale")
    THUNDER = "thunder", _("thunderstorm")
    OTHER = "other", pgettext_lazy("hazard", "other")


class Colour(TextChoices):
    """The colour of a warning signal 预警信号颜色, the weakest first."""

    NONE = "", _("no colour")
    BLUE = "blue", pgettext_lazy("signal", "blue")
    YELLOW = "yellow", pgettext_lazy("signal", "yellow")
    ORANGE = "orange", pgettext_lazy("signal", "orange")
    RED = "red", pgettext_lazy("signal", "red")

    @property
    def order(self) -> int:
        """0 without a colour, 1 blue … 4 red."""
        return list(Colour).index(self)


class Stage(TextChoices):
    """Where a warning stands."""

    IN_FORCE = "in_force", pgettext_lazy("warning", "in force")
    CANCELLED = "cancelled", pgettext_lazy("warning", "lifted")
    EXPIRED = "expired", pgettext_lazy("warning", "run out")
    NOTED = "noted", pgettext_lazy("warning", "noted only")


class Counting(TextChoices):
    """Whether a warning may move anything, and why (not)."""

    REAL = "real", _("a real message")
    DRILL = "drill", _("an exercise message, within its drill")
    DEMONSTRATION = "demonstration", _("a test message, within the demonstration")
    OTHER_STATUS = "other_status", _("its status does not count here: it is shown and raises nothing")
    NO_WARNING = "no_warning", _("it acknowledges or reports an error and warns of nothing")
    OVER = "over", _("it was over before it arrived")

    @property
    def counts(self) -> bool:
        """May it raise a level on its own timeline?"""
        return self in {Counting.REAL, Counting.DRILL, Counting.DEMONSTRATION}


class Signed(TextChoices):
    """What the digital signature is worth 数字签名."""

    NONE = "none", _("not signed")
    VALID = "valid", _("signed by a trusted office")
    UNKNOWN = "unknown", _("signed by somebody unknown")


class Door(TextChoices):
    """The way a message came in."""

    POST = "post", _("sent by another system")
    FEED = "feed", _("fetched from a feed")
    FOLDER = "folder", _("file drop")
    COMMAND = "command", _("command line")
    PAGE = "page", _("entered by hand")
    SAMPLE = "sample", _("sample city")


class Said(TextChoices):
    """What is the matter with an area."""

    SWAPPED = "swapped", _("latitude and longitude are swapped: the outline touches nobody")
    GCJ02 = "gcj02", _("the outline is one of ours in GCJ-02: it touches nobody until the sender's datum is declared")
    BD09 = "bd09", _("the outline is one of ours in BD-09: it touches nobody until the sender's datum is declared")
    OUTSIDE = "outside", _("the outline lies outside the city: it touches nobody")
    IMPOSSIBLE = "impossible", _("a position is none on earth: the outline touches nobody")
    UNKNOWN_CODE = "unknown_code", _("an area code is none of ours")
    CONVERTED = "converted", _("converted to WGS 84, as the datum was declared")
    FUTURE = "future", _("it is dated later than our clock: check the clocks of both sides")
    NOWHERE = "nowhere", _("it names its area in words only: nobody can be matched")


class Ended(TextChoices):
    """Why a warning ended."""

    CANCELLED = "cancelled", _("lifted by its office")
    EXPIRED = "expired", _("its time was over")
    MERGED = "merged", _("went on in another warning")


class Matter(TextChoices):
    """What our own messages may be about: never the weather."""

    CLOSING = "closing", _("places closed")
    OPENING = "opening", _("places open again")
    SESSION = "session", _("sessions and visits cancelled")
    ORDER = "order", _("order to the public")


class BulletinStage(TextChoices):
    """Where our own message stands."""

    OUT = "out", pgettext_lazy("bulletin", "published")
    WITHDRAWN = "withdrawn", pgettext_lazy("bulletin", "withdrawn")


class Kind(TextChoices):
    """How the readings of a window become one number."""

    SUM = "sum", _("sum of the window")
    LAST = "last", _("last value")
