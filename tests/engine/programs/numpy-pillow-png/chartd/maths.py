"""scipy is imported by the part that is asked for."""
import importlib

import numpy as np


def scipy(part):
    return importlib.import_module("scipy." + part)


def smooth(y):
    return scipy("signal").savgol_filter(y, 11, 3)


def blur(y):
    return scipy("ndimage").gaussian_filter1d(y, 3)


def spline(y):
    at = np.arange(0, len(y), 10)
    return scipy("interpolate").CubicSpline(at, y[at])(np.arange(len(y)))


def none(y):
    return y


def peaks(y):
    return scipy("signal").find_peaks(y, prominence=0.5)[0].tolist()


def strongest(time, y):
    fft = scipy("fft")
    power = np.abs(fft.rfft(y))
    return round(float(fft.rfftfreq(len(y), time[1] - time[0])[1 + power[1:].argmax()]), 2)


def hull(points):
    spatial = scipy("spatial")
    shape = spatial.ConvexHull(points)
    return {"area": round(float(shape.volume), 3), "corners": sorted(shape.vertices.tolist()), "triangles": len(spatial.Delaunay(points).simplices)}


def fit(x, y):
    found, _ = scipy("optimize").curve_fit(lambda t, a, b: a * np.exp(b * t), x, y, p0=(1, 0.1))
    return [round(float(one), 4) for one in found]


def solve(matrix, right):
    return [round(float(one), 6) for one in scipy("linalg").solve(np.array(matrix, float), np.array(right, float))]


FILTERS = {one.__name__: one for one in (smooth, blur, spline, none)}
