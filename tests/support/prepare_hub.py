"""Run as a process: make a hub's database, register members, give tokens; prints the tokens as JSON."""

import json
import sys
from pathlib import Path

from maillage.base.ids import parse_site_id
from maillage.base.keys import PublicKey
from maillage.exchange.envelope import seal_permit
from maillage.exchange.permit import Permit
from maillage.hub.boot import Hub, boot
from maillage.warehouse.synthetic import SITES
from tests.support.messages import COMMITTEE_KEY, example_permit


def main(folder: str, keys: str, requesters: str) -> None:
    """`keys` is a JSON object from site to public key, `requesters` a JSON list of names."""
    hub = boot(Path(folder))
    now = hub.clock()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from maillage.governance.group import actions
    from maillage.hub.access import people

    for site, key in json.loads(keys).items():
        # Hospitals of the demo have a place on the map, others have none.
        place = (SITES[site].city, SITES[site].department) if site in SITES else ("", "")
        registration = actions.Registration(parse_site_id(site), site.upper(), PublicKey.parse(key), *place)
        actions.register(registration, by="operator:test", at=now)
    publish_permit(hub, example_permit())
    tokens = {name: people.create_token(name, by="operator:test", at=now) for name in json.loads(requesters)}
    print(json.dumps(tokens))


def publish_permit(hub: Hub, permit: Permit) -> None:
    """Sign a permit with the tests' committee key and publish it."""
    from maillage.governance.permits.actions import Publisher, publish

    signers = hub.settings.committee_signers
    publisher = Publisher(network=hub.settings.name, signers=signers, by="operator:test", at=hub.clock())
    publish(seal_permit(permit, key=COMMITTEE_KEY), publisher=publisher)


if __name__ == "__main__":
    main(*sys.argv[1:])
