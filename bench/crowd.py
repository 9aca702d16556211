"""Many people at one portal: some read, some write a cohort and wait for its counts after each change."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx2

PAGES = ("/", "/questions", "/cohortes", "/reseau", "/demander", "/compte")
EXAMPLE = "diabete-type-2-metformine"
READING_SECONDS = (4.0, 12.0)
"""Between two pages, at random."""
WRITING_SECONDS = (2.0, 5.0)
"""Between the counts of one change and the next change."""
PATIENCE_SECONDS = 60.0
ARRIVAL_SECONDS = 15.0
"""Over how long they come in; nothing is measured before."""
_FOLLOW = re.compile(r'hx-get="(/cohortes/[^"]+/suivi/[^"]+)"')
_COHORT = re.compile(r"/cohortes/(cohort-[\w-]+)")
_STEP = re.compile(r'data-step="(\d+)"')


@dataclass
class Seen:
    """What the crowd met: milliseconds of each page, of each edit and from edit to last count, and errors."""

    pages: list[float] = field(default_factory=list)
    edits: list[float] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter[str])


@dataclass
class Person:
    """Somebody with a browser of their own."""

    http: httpx2.AsyncClient
    seen: Seen
    chance: random.Random
    since: float
    until: float

    @property
    def stays(self) -> bool:
        """Whether they have not left."""
        return time.monotonic() < self.until

    def note(self, times: list[float], started: float) -> None:
        """Keep how long something took, once everybody is here."""
        if time.monotonic() > self.since:
            times.append((time.perf_counter() - started) * 1000)

    async def get(self, address: str) -> str:
        """A page or a fragment; what is not a success is an error of the crowd."""
        return await self._keep(await self.http.get(address))

    async def post(self, address: str, **fields: str) -> str:
        """A form, as htmx sends it."""
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken") or "", "HX-Request": "true"}
        return await self._keep(await self.http.post(address, data=fields, headers=headers))

    async def edit(self, page: str, *, step: str, age: int) -> str:
        """Change the least age; the draft's step afterwards. A change of nothing is an error of the crowd."""
        form = {"edit": "set-age", "path": "entry", "least": str(age), "seen": step}
        found = _STEP.search(await self.post(f"{page}/modifier", **form))
        if found is None or found[1] == step:
            self.seen.errors["an edit changed nothing"] += 1
        return found[1] if found else step

    async def rest(self, seconds: tuple[float, float]) -> None:
        """Read, or think."""
        await asyncio.sleep(self.chance.uniform(*seconds))

    async def _keep(self, response: httpx2.Response) -> str:
        if response.status_code >= 400:
            self.seen.errors[f"{response.status_code} {response.request.url.path.split('/')[1]}"] += 1
        return response.text


async def read(person: Person) -> None:
    """Go from page to page."""
    while person.stays:
        await person.rest(READING_SECONDS)
        started = time.perf_counter()
        await person.get(person.chance.choice(PAGES))
        person.note(person.seen.pages, started)


async def write(person: Person) -> None:
    """Change the least age of an example's cohort again and again; wait for all hospitals each time."""
    opened = await person.http.post(
        f"/cohortes/exemples/{EXAMPLE}", headers={"X-CSRFToken": person.http.cookies.get("csrftoken") or ""}
    )
    found, shown = _COHORT.search(str(opened.url)), _STEP.search(opened.text)
    if found is None or shown is None:
        person.seen.errors[f"no cohort at {opened.url.path}"] += 1
        return
    page, step = f"/cohortes/{found[1]}", shown[1]
    for age in person.chance.sample(range(18, 90), k=60):
        if not person.stays:
            return
        await person.rest(WRITING_SECONDS)
        started = time.perf_counter()
        step = await person.edit(page, step=step, age=age)
        person.note(person.seen.edits, started)
        await _wait_for_counts(person, page)
        person.note(person.seen.counts, started)


async def _wait_for_counts(person: Person, page: str) -> None:
    panel = await person.post(f"{page}/compter")
    while (follow := _FOLLOW.search(panel)) is not None:
        panel = await person.get(follow[1].replace("&amp;", "&"))
    if 'class="count"' not in panel:
        person.seen.errors["a change was not counted"] += 1


def gather(url: str, *, readers: Sequence[str], writers: Sequence[str], seconds: float) -> Seen:
    """Let them all in, by a link each, and come back when the last has left."""
    return asyncio.run(_gather(url, readers=readers, writers=writers, seconds=seconds))


async def _gather(url: str, *, readers: Sequence[str], writers: Sequence[str], seconds: float) -> Seen:
    seen, since = Seen(), time.monotonic() + ARRIVAL_SECONDS
    parts = [*((link, read) for link in readers), *((link, write) for link in writers)]
    async with asyncio.TaskGroup() as group:
        for number, (link, part) in enumerate(parts):
            chance = random.Random(number)  # noqa: S311
            group.create_task(_visit(url, link, part, seen=seen, chance=chance, since=since, seconds=seconds))
    return seen


async def _visit(
    url: str,
    link: str,
    part: Callable[[Person], Awaitable[None]],
    *,
    seen: Seen,
    chance: random.Random,
    since: float,
    seconds: float,
) -> None:
    async with httpx2.AsyncClient(base_url=url, follow_redirects=True, timeout=PATIENCE_SECONDS) as http:
        person = Person(http, seen, chance, since, since + seconds)
        # Not all at the same instant: nobody's day begins so.
        await person.rest((0.0, ARRIVAL_SECONDS))
        try:
            await person.get(f"/entrer/{link}")
            await part(person)
        except httpx2.HTTPError as error:
            seen.errors[type(error).__name__] += 1
