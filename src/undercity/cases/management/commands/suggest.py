"""`undercity suggest train` and `undercity suggest say TEXT`: categories and departments proposed from words."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from undercity import clock
from undercity.cases.actions.learning import train
from undercity.cases.queries.suggesting import newest, suggest


class Command(BaseCommand):
    help = "Suggest category and department: learn from closed cases, or try a text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        verbs.add_parser("train", help="learn from the categories' words and the closed cases of this city")
        say = verbs.add_parser("say", help="what a text would be taken for")
        say.add_argument("text")

    def handle(self, *args: Any, what: str, text: str = "", **options: Any) -> None:
        if what == "say":
            self._say(text)
            return
        # Real time: files of one machine are told apart by it, whatever the city's clock says.
        path, learnt = train(clock.real_now())
        held = learnt.about["held_out"]
        self.stdout.write(f"{path.name}: {learnt.about['cases']} closed cases, {learnt.about['texts']} distinct texts, "
                          f"{learnt.about['categories']} categories")
        self.stdout.write(f"held-out texts ({held['texts']}): first guess right {held['first']:.1%}, among three "
                          f"{held['among_three']:.1%}; always the most frequent category {held['majority_guess']:.1%}")

    def _say(self, text: str) -> None:
        path = newest()
        self.stdout.write(f"by {path.name}" if path else "by the words of the categories alone")
        for one in suggest(text):
            self.stdout.write(f"{one.confidence:.2f}  {one.category}  {one.name}  {one.department_name} "
                              f"{one.department_confidence:.2f}")
