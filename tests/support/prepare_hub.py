"""Run as a process: make a hub's database, register members, give tokens; prints the tokens as JSON."""

import json
import sys
from pathlib import Path

from maillage.base.ids import parse_site_id
from maillage.base.keys import PublicKey
from maillage.hub.boot import boot


def main(folder: str, keys: str, requesters: str) -> None:
    """`keys` is a JSON object from site to public key, `requesters` a JSON list of names."""
    now = boot(Path(folder)).clock()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from maillage.governance.group import actions
    from maillage.hub.access import people

    for site, key in json.loads(keys).items():
        registration = actions.Registration(parse_site_id(site), site.upper(), PublicKey.parse(key))
        actions.register(registration, by="operator:test", at=now)
    tokens = {name: people.create_token(name, by="operator:test", at=now) for name in json.loads(requesters)}
    print(json.dumps(tokens))


if __name__ == "__main__":
    main(*sys.argv[1:])
