"""The worker's own main: reads jobs from a pipe, answers on another, ends when the agent's end closes.

Run as `python -m maillage.node.worker.process`. The reader is a thread of its own, so that an order to stop,
or the agent's death, is seen while the engine computes.
"""

import gc
import os
import signal
import sys
import threading
from queue import Queue
from typing import BinaryIO

from maillage.node.log import Log
from maillage.node.worker.bench import WorkBench
from maillage.node.worker.messages import TO_WORKER, Bench, Forget, Order, Stop, to_line

LAST_WORDS_SECONDS = 3.0


def main() -> None:
    """Serve until the pipe closes."""
    # The agent alone ends its worker: a signal sent to the whole group must not look like a crash.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # A library that prints must not speak on the agent's pipe.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    orders = sys.stdin.buffer
    log = Log({"process": "worker"})
    bench = WorkBench(Bench.model_validate_json(orders.readline()), log=log)
    jobs: Queue[Order | Forget | None] = Queue()
    threading.Thread(target=_read_orders, args=(orders, jobs, bench), daemon=True).start()
    _serve(answers, jobs=jobs, bench=bench)
    # All is given back; the engine's library would only complain about its own objects on the way out.
    os._exit(0)


def _serve(answers: BinaryIO, *, jobs: "Queue[Order | Forget | None]", bench: WorkBench) -> None:
    answers.write(to_line(bench.warm_up()))
    answers.flush()
    # What is loaded stays: the garbage collector need not walk it again during every job.
    gc.freeze()
    while (order := jobs.get()) is not None:
        if isinstance(order, Forget):
            bench.forget(order.job_id)
            continue
        answers.write(to_line(bench.serve(order)))
        answers.flush()
    bench.close()


def _read_orders(orders: BinaryIO, jobs: "Queue[Order | Forget | None]", bench: WorkBench) -> None:
    for line in orders:
        order = TO_WORKER.validate_json(line)
        if isinstance(order, Stop):
            bench.stop(order.job_id)
            continue
        if not isinstance(order, Forget):
            bench.expect(order.job_id)
        jobs.put(order)
    # The agent has closed the pipe or is dead. What runs is of no use to anybody any more; a computation
    # that does not heed the interruption is not waited for.
    jobs.put(None)
    bench.stop_all()
    threading.Event().wait(LAST_WORDS_SECONDS)
    os._exit(0)


if __name__ == "__main__":
    main()
