"""The two halves of the rounds for NVFLARE, which imports them by name in processes of its own."""

import threading

from newton import HOSPITALS, ROUNDS, Fit, Floats, add_up
from nvflare.apis.controller_spec import ClientTask, Task
from nvflare.apis.dxo import DXO, DataKind, from_shareable
from nvflare.apis.executor import Executor
from nvflare.apis.fl_context import FLContext
from nvflare.apis.impl.controller import Controller
from nvflare.apis.shareable import Shareable
from nvflare.apis.signal import Signal

TASK = "sums"


class Sums(Executor):
    """A hospital's half."""

    def execute(
        self,
        task_name: str,  # noqa: ARG002 - the framework's form
        shareable: Shareable,
        fl_ctx: FLContext,
        abort_signal: Signal,  # noqa: ARG002
    ) -> Shareable:
        """The sums at the coefficients that came."""
        number = int(fl_ctx.get_identity_name().rsplit("-", 1)[1]) - 1
        information, right = add_up(number, from_shareable(shareable).data["beta"])
        found = {"information": information, "right": right}
        return DXO(DataKind.WEIGHTS, data=found).to_shareable()


class Newton(Controller):
    """The server's half."""

    def start_controller(self, fl_ctx: FLContext) -> None:
        """Nothing to begin with."""

    def stop_controller(self, fl_ctx: FLContext) -> None:
        """Nothing to end."""

    def process_result_of_unknown_task(self, *_arguments: object) -> None:
        """There is none."""

    def control_flow(self, abort_signal: Signal, fl_ctx: FLContext) -> None:
        """All rounds."""
        found = Fit()
        for _round in range(ROUNDS):
            found.step(self._ask(found.beta, fl_ctx, abort_signal))
        found.write()

    def _ask(self, beta: Floats, fl_ctx: FLContext, abort_signal: Signal) -> list[tuple[Floats, Floats]]:
        """Every hospital's sums.

        Its own `broadcast_and_wait` looks each 0.2 s, whatever `task_check_period` says: the communicator
        gets it under a name that it does not read (`apis/impl/controller.py`).
        """
        parts, complete = [], threading.Event()

        def take(client_task: ClientTask, fl_ctx: FLContext) -> None:  # noqa: ARG001 - the framework's form
            data = from_shareable(client_task.result).data
            parts.append((data["information"], data["right"]))
            if len(parts) == HOSPITALS:
                complete.set()

        asked = DXO(DataKind.WEIGHTS, data={"beta": beta}).to_shareable()
        task = Task(TASK, data=asked, result_received_cb=take)
        self.broadcast(task, fl_ctx, min_responses=HOSPITALS, wait_time_after_min_received=0)
        while not complete.wait(1) and not abort_signal.triggered:
            pass
        return parts
