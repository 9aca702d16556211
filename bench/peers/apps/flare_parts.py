"""The two halves of the rounds for NVFLARE, which imports them by name in processes of its own."""

from newton import HOSPITALS, ROUNDS, Fit, add_up
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
            parts = []

            def take(client_task: ClientTask, fl_ctx: FLContext, parts: list = parts) -> None:  # noqa: ARG001
                data = from_shareable(client_task.result).data
                parts.append((data["information"], data["right"]))

            asked = DXO(DataKind.WEIGHTS, data={"beta": found.beta}).to_shareable()
            self.broadcast_and_wait(
                Task(TASK, data=asked, result_received_cb=take),
                fl_ctx,
                min_responses=HOSPITALS,
                wait_time_after_min_received=0,
                abort_signal=abort_signal,
            )
            found.step(parts)
        found.write()
