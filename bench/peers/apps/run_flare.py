"""The rounds by NVFLARE: a controller and an executor for each hospital, in its simulator."""

import os
from pathlib import Path

from flare_parts import TASK, Newton, Sums
from newton import HOSPITALS
from nvflare.job_config.api import FedJob

# Seconds that a client waits between its tasks: 2 unless told. Less finds no task yet, which costs it 0.5 s.
ASK_EACH = 0.1

if __name__ == "__main__":
    job = FedJob("rounds")
    job.to(Newton(), "server")
    job.to({"server": {"task_request_interval": ASK_EACH}}, "server")
    for number in range(1, HOSPITALS + 1):
        job.to(Sums(), f"site-{number}", tasks=[TASK])
    job.simulator_run(str(Path(os.environ["PEERS_FOLDER"]) / "nvflare"), threads=HOSPITALS)
