"""What a call costs beside its work: a few figures with their units, saved and loaded as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from helpers.language import message
from helpers.parallel.arguments import short
from helpers.parallel.errors import InputError

# What a call does not cost where the cluster runs already; what old files do not have.
_LOCAL = ("launch_s", "boot_s", "full_boot_s", "stop_s", "stop_worker_s")
_LATER = frozenset({"latency_s", "connect_s"})
# More CPUs than any simulated cluster has workers, so that none of them is ever full.
_SO_MANY = 10**9


@dataclass(frozen=True)
class CostModel:
    """What a way of running costs beside the task itself. All times are in seconds.

    Three figures depend on how many CPUs are busy. They stand twice, for one worker and (``full``)
    for one on each CPU; between these they grow in a line, beyond they stay.

    Attributes:
        how, start_method: which way of running was measured, and how its processes start.
        cpus: how many CPUs it could use there.
        start_s: from the call until the parent can send, the launching of workers left out.
        launch_s: for the parent to launch one worker after another.
        boot_s, full_boot_s: for a launched worker to get ready.
        message_s, full_message_s: for the parent to send one chunk and to take its results.
        worker_message_s: for a worker to take one chunk and to give its results back.
        item_s: for the parent to cut, pickle and put in its place one more item of a chunk.
        worker_item_s: for a worker to unpickle one more item and to pickle its result.
        byte_s: for one byte more of pickled data, on its way from one process to another.
        stop_s, stop_worker_s: to end it all, and each worker.
        crowding: how many times as long the same computing takes while all CPUs are busy.
        latency_s: for a chunk to travel to a worker and for its results to come back, while nobody
            is busy with it: chunks can be under way at the same time, so that it delays a call,
            and does not slow down what follows. 0 where one process writes to another's pipe.
        connect_s: to connect to a cluster that runs already, and to let go of it: see
            ``connected``. 0 for all ways but Dask.
    """

    how: str = "pool"
    start_method: str | None = None
    cpus: int = 1
    start_s: float = 0.0
    launch_s: float = 0.0
    boot_s: float = 0.0
    full_boot_s: float = 0.0
    message_s: float = 0.0
    full_message_s: float = 0.0
    worker_message_s: float = 0.0
    item_s: float = 0.0
    worker_item_s: float = 0.0
    byte_s: float = 0.0
    stop_s: float = 0.0
    stop_worker_s: float = 0.0
    crowding: float = 1.0
    latency_s: float = 0.0
    connect_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot be a cost.

        Raises:
            InputError: a time is negative or no finite number, or there is no CPU.
        """
        for name, value in vars(self).items():
            if not _allowed(name, value):
                raise InputError(message("costs.bad_figure", name=name, received=repr(value)))

    def fullness(self, n_workers: int) -> float:
        """Return how full ``n_workers`` make the machine: 0 for one, 1 for one on each CPU."""
        if self.cpus == 1:
            return float(n_workers > 1)
        return min(1.0, (n_workers - 1) / (self.cpus - 1))

    def connected(self) -> CostModel:
        """Return the model of calls to a cluster that runs already, here: ``run(client=...)``.

        Nothing is started and nothing ended; connecting is all that remains of it.
        """
        nothing = dict.fromkeys(_LOCAL, 0.0)
        return dataclasses.replace(self, **nothing, start_s=self.connect_s)  # type: ignore[arg-type]

    def spread_out(self) -> CostModel:
        """Return the model of calls to such a cluster where nobody waits for another's CPU.

        The scheduler and each worker have a CPU of their own, as one worker and the parent have
        here. It is what a large cluster looks like on paper: as no machine of the same kind has so
        many CPUs, ``simulate`` with a model of this machine alone says nothing about 10,000
        workers. Networks that are slower than this machine's own are not in it.
        """
        # A single worker may be what keeps the scheduler waiting.
        message_s = min(self.message_s, self.full_message_s)
        return dataclasses.replace(
            self.connected(),
            cpus=_SO_MANY,
            message_s=message_s,
            full_message_s=message_s,
            crowding=1.0,
        )

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write the model to ``file`` as JSON.

        Raises:
            OSError: where it cannot be written.
        """
        text = json.dumps(dataclasses.asdict(self), indent=2) + "\n"
        Path(file).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, file: str | os.PathLike[str]) -> CostModel:
        """Return the model that was saved to ``file``.

        Raises:
            OSError: where it cannot be read.
            InputError: where it holds no model.
        """
        return cls._parsed(Path(file).read_bytes(), str(file))

    @classmethod
    def recorded(cls, name: str) -> CostModel:
        """Return one of the models that come with the course: see ``recorded_models``.

        Raises:
            InputError: there is none of that name.
        """
        if name not in recorded_models():
            allowed = ", ".join(map(repr, recorded_models()))
            raise InputError(message("costs.unknown", received=repr(name), allowed=allowed))
        file = resources.files("helpers.parallel") / "models" / f"{name}.json"
        return cls._parsed(file.read_bytes(), name)

    @classmethod
    def _parsed(cls, text: bytes, where: str) -> CostModel:
        try:
            figures = json.loads(text)
            _check_fields(figures, {field.name for field in dataclasses.fields(cls)}, _LATER)
            return cls(**figures)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            what = f"{type(error).__name__}: {error}"
            raise InputError(message("costs.no_model", file=where, error=what)) from error


def check_model(model: object) -> None:
    """Raise an InputError where ``model`` is not a cost model."""
    if not isinstance(model, CostModel):
        raise InputError(message("costs.not_a_model", received=short(model)))


def recorded_models() -> tuple[str, ...]:
    """Return the names of the models that come with the course, each a kind of machine."""
    folder = resources.files("helpers.parallel") / "models"
    return tuple(sorted(file.name[:-5] for file in folder.iterdir() if file.name.endswith(".json")))


def _check_fields(figures: Any, names: set[str], later: frozenset[str]) -> None:
    """Refuse what lacks a figure, as it would be taken for nothing, or has one more.

    Models that were saved before there were the ``later`` figures are of ways where these are 0.
    """
    if not isinstance(figures, dict):
        raise TypeError(type(figures).__name__)
    if wrong := names.symmetric_difference(figures) - (later - set(figures)):
        raise KeyError(", ".join(sorted(wrong)))


def _allowed(name: str, value: Any) -> bool:
    if name in ("how", "start_method"):
        return isinstance(value, str) or (value is None and name == "start_method")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if name == "cpus":
        return isinstance(value, int) and value >= 1
    return (value > 0 if name == "crowding" else value >= 0) and value < math.inf


FREE = CostModel()
