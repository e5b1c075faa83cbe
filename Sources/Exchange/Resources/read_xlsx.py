"""Writes one sheet of an .xlsx workbook as CSV, for Concord. Needs openpyxl (Debian: python3-openpyxl).

usage: read_xlsx.py WORKBOOK OUTPUT SHEET UNPACKED_BYTES_MAX CELLS_MAX ROWS_MAX SECONDS_MAX MEMORY_BYTES_MAX

An empty SHEET takes the first one. Each line of OUTPUT is a row: its number in the sheet, the positions of its formulas
(space between), then its cells, typed: dates as yyyy-mm-dd, times in UTC, numbers with a point, true and false.
A refusal is one line on standard output, a word and its details with tabs between, and exit status 3.
"""
import csv
import datetime
import resource
import sys
import zipfile


def refuse(*parts):
    print("\t".join(str(part).replace("\t", " ").replace("\n", " ") for part in parts)[:4000])
    sys.exit(3)


def text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time(0):
            return value.date().isoformat()
        return value.isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def check(path, unpacked_max):
    with open(path, "rb") as file:
        if file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            refuse("old")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if not any(entry.filename == "xl/workbook.xml" for entry in entries):
                refuse("notWorkbook")
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > unpacked_max or len(entries) > 10_000:
                refuse("unpacks", unpacked)
    except zipfile.BadZipFile:
        refuse("notWorkbook")


def main():
    path, output, sheet = sys.argv[1:4]
    unpacked_max, cells_max, rows_max, seconds_max, memory_max = map(int, sys.argv[4:9])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds_max, seconds_max))
    resource.setrlimit(resource.RLIMIT_AS, (memory_max, memory_max))
    check(path, unpacked_max)
    try:
        import openpyxl
    except ImportError:
        refuse("missing")
    try:
        # Once with what formulas gave, once with the formulas themselves.
        values = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        formulas = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
        names = [each.title for each in values.worksheets]
        name = sheet or (names[0] if names else "")
        if name not in names:
            refuse("noSheet", *names)
        with open(output, "w", encoding="utf-8", newline="") as file:
            write(values[name], formulas[name], csv.writer(file), cells_max, rows_max)
    except MemoryError:
        refuse("memory")
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, SyntaxError, OSError, zipfile.BadZipFile) as error:
        refuse("damaged", type(error).__name__, error)


def write(values, formulas, out, cells_max, rows_max):
    # What a sheet says of its own size may be wrong, or a trap.
    values.reset_dimensions()
    formulas.reset_dimensions()
    cells = rows = 0
    for number, (row, source) in enumerate(zip(values.iter_rows(), formulas.iter_rows()), start=1):
        cells += len(row)
        if cells > cells_max:
            refuse("cells")
        line, found = [], []
        for position, cell in enumerate(row):
            value = cell.value
            if position < len(source) and source[position].data_type == "f":
                found.append(str(position))
                if value is None:
                    refuse("formula", number, position + 1)
            line.append(text(value))
        while line and line[-1] == "":
            line.pop()
        if line:
            rows += 1
            if rows > rows_max + 1:
                refuse("rows")
            out.writerow([number, " ".join(found)] + line)


main()
