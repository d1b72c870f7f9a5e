"""Reads an export with other people's programs: GDAL and Spectral Python (ENVI), Python's csv and json. Prints what they read as JSON.

usage: export_peers.py ENVI_RESULT_FOLDER CSV_FOLDER JSONL_FILE
"""
import csv
import hashlib
import json
import os
import sys

import numpy as np
import spectral.io.envi as envi
from osgeo import gdal

gdal.UseExceptions()
folder, tables, lines = sys.argv[1:]


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def with_gdal(name):
    data = gdal.Open(os.path.join(folder, name + ".img"))
    array = data.ReadAsArray()
    return {"shape": list(array.shape), "sha256": digest(np.moveaxis(array, 0, -1) if array.ndim == 3 else array),
            "classes": data.GetRasterBand(1).GetCategoryNames()}


def with_spectral(name):
    image = envi.open(os.path.join(folder, name + ".hdr"))
    array = np.array(image.open_memmap())
    return {"shape": list(array.shape), "sha256": digest(array), "bands": image.metadata.get("band names"), "classes": image.metadata.get("class names")}


def rows(name):
    with open(os.path.join(tables, name), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


with open(lines, encoding="utf-8") as file:
    results = [json.loads(line) for line in file]

print(json.dumps({
    "gdal": {name: with_gdal(name) for name in ("classes", "probability", "raw")},
    "spectral": {name: with_spectral(name) for name in ("classes", "probability", "raw")},
    "overlay": gdal.Open(os.path.join(folder, "overlay.png")).GetDriver().ShortName,
    "csv": {name: rows(name + ".csv") for name in ("results", "findings", "classes", "pulses")},
    "jsonl": results,
}))
