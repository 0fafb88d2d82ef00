"""How colours look to people of every colour vision, and how far apart two of them are."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb

# What each vision makes of linear red, green and blue. Source: Machado, Oliveira and Fernandes
# (2009), table 1, severity 1.0: https://doi.org/10.1109/TVCG.2009.113
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_WHITE = _XYZ.sum(axis=1)


def least_distance(one, other) -> tuple[float, str]:
    """Return how far apart two colours are for who tells them apart worst, and that vision.

    The distance is that in CIELAB (1976): about 2 is the least that is noticed side by side.
    """
    distances = {name: _distance(one, other, matrix) for name, matrix in VISIONS.items()}
    worst = min(distances, key=distances.__getitem__)
    return distances[worst], worst


def _distance(one, other, matrix: np.ndarray) -> float:
    return float(np.linalg.norm(_lab(matrix @ _linear(one)) - _lab(matrix @ _linear(other))))


def _linear(colour) -> np.ndarray:
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(linear: np.ndarray) -> np.ndarray:
    share = _XYZ @ np.clip(linear, 0, 1) / _WHITE
    x, y, z = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
