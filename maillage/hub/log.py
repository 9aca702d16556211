"""The hub's own log: one JSON document a line on stderr. No body, no token, no value of anyone is logged."""

import logging

import structlog


def log_to_stderr(*, level: int = logging.INFO) -> None:
    """Send every logger of the process there."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Django tells every 4xx as a warning; here they are ordinary answers.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    # One waiting poll a hospital is the design, not a congestion.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
