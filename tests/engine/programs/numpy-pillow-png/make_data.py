"""Writes the measurements that the service draws: done once, in the image's build."""
import numpy as np
from scipy.io import savemat

time = np.linspace(0, 8, 161)
wave = np.sin(2 * np.pi * time) + 0.5 * np.sin(2 * np.pi * 3 * time)
noise = ((np.arange(161) * 7919) % 101 - 50) / 250
np.savez_compressed("series.npz", time=time, wave=wave, noisy=wave + noise)
savemat("places.mat", {"points": np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 3.0], [0.0, 3.0], [2.0, 1.0], [1.0, 2.5]])})
