"""How the invented people and bodies of the sample city are reached. All numbers are invented 虚构."""

from __future__ import annotations

from datetime import datetime, time

from undercity.city.sample_files import read
from undercity.notices.models import Address, Preference
from undercity.notices.states import Channel
from undercity.org.models import Body, Person


def give_addresses(at: datetime) -> int:
    """Numbers for almost everybody, e-mail for some, two groups, two who sleep; how many addresses."""
    sample = read("reach.toml")
    places = {row["username"]: place for place, row in enumerate(read("accounts.toml")["account"], 1)}
    people = dict(Person.objects.filter(username__in=places).values_list("username", "pk"))
    rows = [Address(person_id=people[name], channel=Channel.SMS, rank=0, made_at=at, confirmed_at=at,
                    address=sample["number"].format(place=place))
            for name, place in places.items() if name not in sample["silent"]]
    rows += [Address(person_id=people[name], channel=Channel.EMAIL, rank=1, made_at=at,
                     address=f"{name}@{sample['host']}") for name in sample["mail"]]
    bodies = dict(Body.objects.filter(key__in=[one["body"] for one in sample["group"]]).values_list("key", "pk"))
    rows += [Address(body_id=bodies[one["body"]], channel=Channel(one["channel"]), rank=0, made_at=at,
                     address=one["address"]) for one in sample["group"]]
    Address.objects.bulk_create(rows)
    Preference.objects.bulk_create(Preference(person_id=people[name], quiet_from=time(22), quiet_until=time(7))
                                   for name in sample["quiet"])
    return len(rows)
