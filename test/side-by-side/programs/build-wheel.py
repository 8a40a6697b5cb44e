"""build-wheel.py FOLDER WHEEL: packs an unpacked extension of Azure CLI, as `az extension add --source` takes it."""

import pathlib
import sys
import zipfile

folder, wheel = pathlib.Path(sys.argv[1]), sys.argv[2]
name, version = wheel.split("-")[:2]
about = f"{name}-{version}.dist-info"
with zipfile.ZipFile(wheel, "w") as archive:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = [str(path.relative_to(folder)) for path in files]
    for path, inner in zip(files, names):
        archive.write(path, inner)
    archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    listed = [*names, f"{about}/WHEEL", f"{about}/RECORD"]
    archive.writestr(f"{about}/RECORD", "".join(f"{inner},,\n" for inner in listed))
