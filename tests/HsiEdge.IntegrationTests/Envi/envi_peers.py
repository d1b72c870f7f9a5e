"""Reads with GDAL and Spectral Python what the product wrote, and writes with them what the product shall read.

usage: envi_peers.py FOLDER
FOLDER/ours/NAME.hdr+.img are read; their values are printed as one JSON line each. FOLDER/gdal and FOLDER/spectral are filled.
"""
import hashlib
import json
import os
import sys

import numpy as np
import spectral.io.envi as envi
from osgeo import gdal

gdal.UseExceptions()
TYPES = {1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 12: "u2", 13: "u4", 14: "i8", 15: "u8"}
# GDAL 3.6 has no 64-bit integers in its ENVI driver.
GDAL_TYPES = {1: gdal.GDT_Byte, 2: gdal.GDT_Int16, 3: gdal.GDT_Int32, 4: gdal.GDT_Float32, 5: gdal.GDT_Float64,
              12: gdal.GDT_UInt16, 13: gdal.GDT_UInt32}
LINES, SAMPLES, BANDS = 5, 7, 6
WAVELENGTHS = [1000.5, 1100.25, 1200.0, 1300.0, 1400.0, 1599.75]


def values(code):
    """The same formula as the test's: value i of the cube, pixel-major, band fastest."""
    index = np.arange(LINES * SAMPLES * BANDS, dtype=np.uint64)
    mixed = (index * np.uint64(2654435761)) % np.uint64(4294967291)
    if code in (4, 5):
        cube = (mixed.astype("f8") / 4294967291.0 - 0.25).astype(TYPES[code])
    else:
        cube = mixed.astype(TYPES[code])
    return cube.reshape(LINES, SAMPLES, BANDS)


def digest(cube):
    """Of little-endian values, pixel-major."""
    cube = np.ascontiguousarray(cube)
    return hashlib.sha256(cube.astype(cube.dtype.newbyteorder("<")).tobytes()).hexdigest()


def report(reader, path, cube, **facts):
    print(json.dumps({"reader": reader, "name": os.path.basename(path)[:-4], "shape": list(cube.shape),
                      "type": cube.dtype.newbyteorder("=").str.lstrip("<>=|"), "sha256": digest(cube), **facts}))


def read_with_gdal(path):
    data = gdal.Open(path[:-4] + ".img")
    if data.GetDriver().ShortName != "ENVI":
        raise SystemExit(f"{path}: GDAL took it for {data.GetDriver().ShortName}")
    cube = data.ReadAsArray()
    cube = cube[np.newaxis] if cube.ndim == 2 else cube
    metadata = data.GetMetadata()
    band = data.GetRasterBand(1)
    table = band.GetColorTable()
    report("gdal", path, cube.transpose(1, 2, 0),
           wavelength=[float(metadata[f"Band_{b + 1}"].split()[0]) for b in range(cube.shape[0]) if f"Band_{b + 1}" in metadata][:BANDS] if "wavelength_units" in metadata else None,
           names=band.GetCategoryNames(),
           colours=[list(table.GetColorEntry(i))[:3] for i in range(table.GetCount())] if table else None)


def read_with_spectral(path):
    image = envi.open(path, path[:-4] + ".img")
    memory = image.open_memmap(interleave="bip")
    report("spectral", path, np.array(memory), wavelength=image.bands.centers,
           names=image.metadata.get("class names"), colours=None)


def write_with_spectral(folder):
    for code, name in TYPES.items():
        for interleave in ("bsq", "bil", "bip"):
            for order in (0, 1):
                envi.save_image(f"{folder}/{code}_{interleave}_{order}.hdr", values(code), dtype=name, interleave=interleave, byteorder=order,
                                ext=".img", metadata={"wavelength": WAVELENGTHS, "wavelength units": "Nanometers", "fwhm": [9.5] * BANDS,
                                                      "description": "written by Spectral Python"})
    classes = (np.arange(LINES * SAMPLES) % 3).reshape(LINES, SAMPLES)
    envi.save_classification(f"{folder}/classes.hdr", classes, dtype=np.uint8, ext=".img",
                             class_names=["none", "wall", "lesion"], class_colors=[[0, 0, 0], [0, 255, 128], [255, 0, 1]])


def write_with_gdal(folder):
    memory = gdal.GetDriverByName("MEM")
    for code, kind in GDAL_TYPES.items():
        source = memory.Create("", SAMPLES, LINES, BANDS, kind)
        for b in range(BANDS):
            source.GetRasterBand(b + 1).WriteArray(values(code)[:, :, b])
            source.GetRasterBand(b + 1).SetDescription(f"layer {b}")
        for interleave in ("bsq", "bil", "bip"):
            for suffix in ("REPLACE", "ADD"):
                name = f"{folder}/{code}_{interleave}_{suffix}.img"
                gdal.Translate(name, source, format="ENVI", creationOptions=[f"INTERLEAVE={interleave.upper()}", f"SUFFIX={suffix}"])


def main():
    root = sys.argv[1]
    for name in sorted(os.listdir(f"{root}/ours")):
        if name.endswith(".hdr"):
            if "Int64" not in name:
                read_with_gdal(f"{root}/ours/{name}")
            read_with_spectral(f"{root}/ours/{name}")
    for folder in ("gdal", "spectral"):
        os.makedirs(f"{root}/{folder}")
    write_with_spectral(f"{root}/spectral")
    write_with_gdal(f"{root}/gdal")


main()
