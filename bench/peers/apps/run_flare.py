"""The rounds by NVFLARE: a controller and an executor for each hospital, in its simulator."""

import os
from pathlib import Path

from flare_parts import TASK, Newton, Sums
from newton import HOSPITALS
from nvflare.job_config.api import FedJob

if __name__ == "__main__":
    job = FedJob("rounds")
    job.to(Newton(), "server")
    for number in range(1, HOSPITALS + 1):
        job.to(Sums(), f"site-{number}", tasks=[TASK])
    job.simulator_run(str(Path(os.environ["PEERS_FOLDER"]) / "nvflare"), threads=HOSPITALS)
