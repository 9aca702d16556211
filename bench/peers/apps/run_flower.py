"""The rounds by Flower: a server app and a client app for each hospital.

As a program it runs them in the simulation engine; deployed, Flower imports the two apps by name.
"""

import os
import time

from flwr.app import ArrayRecord, Context, Message, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from newton import HOSPITALS, ROUNDS, Fit, add_up

PAUSE = 0.1
client = ClientApp()
server = ServerApp()


@client.query()
def answer(message: Message, context: Context) -> Message:
    """A hospital's sums."""
    (beta,) = message.content["beta"].to_numpy_ndarrays()
    sums = add_up(int(context.node_config["partition-id"]), beta)
    return Message(RecordDict({"sums": ArrayRecord([*sums])}), reply_to=message)


@server.main()
def fit(grid: Grid, context: Context) -> None:  # noqa: ARG001 - the framework's form
    """All rounds."""
    while len(nodes := list(grid.get_node_ids())) < HOSPITALS:
        time.sleep(PAUSE)
    found = Fit()
    for _round in range(ROUNDS):
        content = RecordDict({"beta": ArrayRecord([found.beta])})
        messages = [Message(content, dst_node_id=node, message_type="query") for node in nodes]
        replies = send_and_receive(grid, messages)
        found.step([tuple(reply.content["sums"].to_numpy_ndarrays()) for reply in replies])
    found.write()


def send_and_receive(grid: Grid, messages: list[Message]) -> list[Message]:
    """As the grid's own, which looks for replies each 3 s and has no option for it."""
    waiting, replies = set(grid.push_messages(messages)), []
    while waiting:
        time.sleep(PAUSE)
        found = list(grid.pull_messages(waiting))
        waiting -= {reply.metadata.reply_to_message_id for reply in found}
        replies += found
    return replies


if __name__ == "__main__":
    from flwr.simulation import run_simulation

    share = (os.cpu_count() or 1) / HOSPITALS
    means = {
        "init_args": {"object_store_memory": 200_000_000, "include_dashboard": False},
        "client_resources": {"num_cpus": share, "num_gpus": 0},
    }
    run_simulation(server, client, num_supernodes=HOSPITALS, backend_config=means)
