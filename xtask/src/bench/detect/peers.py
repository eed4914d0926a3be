"""Finds steps with a tool from the package index, in series that come as lines of JSON.

In: the tool's name and a file. Out: for each series a line `[[[records, [indices]], ...], seconds]`, a
list of steps wherever it differs from the one before it. A series is read from its start each time.
"""

import json
import math
import sys
import time

import numpy
import ruptures
from asv.step_detect import detect_steps
from otava.analysis import compute_change_points


def otava(values):
    """Its defaults, those of its command line: windows of 50, p at most 0.001."""
    return [int(step.index) for step in compute_change_points(values)[0]]


def asv(values):
    """It chooses its penalty itself."""
    return [step[0] for step in detect_steps(values)][1:]


def optimal(values):
    """PELT in C; its linear kernel is the cost l2."""
    return segments(ruptures.KernelCPD(kernel="linear", min_size=5), values)


def binary(values):
    return segments(ruptures.Binseg(model="l2", min_size=5, jump=1), values)


def segments(algorithm, values):
    """Logarithms in units of their scatter, which their differences tell; penalty 3 ln n."""
    logs = numpy.log(values)
    scatter = numpy.std(numpy.diff(logs)) / math.sqrt(2)
    found = algorithm.fit(logs / (scatter or 1.0)).predict(pen=3 * math.log(len(values)))
    return [int(step) for step in found[:-1]]


TOOLS = {"Otava": otava, "asv": asv, "PELT": optimal, "BinSeg": binary}


def main(name, path):
    find = TOOLS[name]
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            series = json.loads(line)
            values = series["values"]
            started = time.perf_counter()
            reports = []
            for records in range(series["first_read"], len(values) + 1):
                found = sorted(find(values[:records]))
                if found != (reports[-1][1] if reports else []):
                    reports.append([records, found])
            print(json.dumps([reports, time.perf_counter() - started]))


main(*sys.argv[1:])
