"""Makes a document of an HTML page, for Concord: PDF by WeasyPrint, DOCX by pandoc (Debian: weasyprint, pandoc).

usage: render_document.py pdf|docx PAGE OUTPUT OUTPUT_BYTES_MAX SECONDS_MAX MEMORY_BYTES_MAX

Nothing is fetched: the page may show what stands in it (data:) and files in its own folder. Any other address is
refused. A refusal is one line on standard output, a word and its details with tabs between, and exit status 3.
"""
import gc
import html.parser
import os
import resource
import subprocess
import sys
import urllib.parse


def refuse(*parts):
    print("\t".join(str(part).replace("\t", " ").replace("\n", " ") for part in parts)[:4000])
    sys.exit(3)


def is_own(address, folder):
    """Whether it is data or a file that lies in the folder of the page."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "data":
        return True
    path = urllib.parse.unquote(parts.path)
    if parts.scheme == "":
        path = os.path.join(folder, path)
    elif parts.scheme != "file":
        return False
    return not parts.netloc and os.path.dirname(path) == folder and os.path.isfile(path) and not os.path.islink(path)


class Addresses(html.parser.HTMLParser):
    """Refuses a page that would make pandoc fetch anything; links that a reader may follow are not fetched."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def handle_starttag(self, tag, attributes):
        if tag in ("iframe", "object", "embed", "script", "base", "video", "audio", "source"):
            refuse("address", f"<{tag}>")
        for name, value in attributes:
            fetches = name in ("src", "srcset", "poster", "data-src", "background") or (
                name.endswith("href") and tag not in ("a", "area"))
            if fetches and not is_own((value or "").strip(), self.folder):
                refuse("address", value)


def pdf(page, output, folder):
    # One document and the end: looking for circles of objects would take a fifth of the time and find next to none.
    gc.disable()
    try:
        import weasyprint
    except ImportError:
        refuse("missing")
    refused = []

    def fetch(address, *_, **__):
        if not is_own(address, folder):
            refused.append(address)
            raise ValueError("not fetched")
        return weasyprint.default_url_fetcher(address)

    document = weasyprint.HTML(filename=page, base_url=folder + "/", encoding="utf-8", url_fetcher=fetch)
    document.write_pdf(output)
    if refused:
        refuse("address", refused[0])


def as_png(folder):
    """Drawings become images beside them, which every word processor shows (Debian: librsvg2-bin)."""
    for name in sorted(os.listdir(folder)):
        if name.endswith(".svg"):
            drawing = os.path.join(folder, name)
            try:
                done = subprocess.run(
                    ["/usr/bin/rsvg-convert", "--zoom=2", f"--output={drawing[:-4]}.png", drawing],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            except FileNotFoundError:
                refuse("missing", "librsvg2-bin")
            if done.returncode != 0:
                refuse("failed", f"{name} is no drawing")


def docx(page, output, folder):
    as_png(folder)
    with open(page, encoding="utf-8") as file:
        checked = Addresses(folder)
        checked.feed(file.read())
        checked.close()
    os.chdir(folder)
    # The Haskell runtime reserves more addresses than any limit allows, so its own limit holds here.
    memory = resource.getrlimit(resource.RLIMIT_AS)[0]
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    sys.stdout.flush()
    os.execv("/usr/bin/pandoc", [
        "pandoc", "+RTS", f"-M{memory}", "-RTS", "--quiet", "--from=html", "--to=docx", f"--output={output}", page])


def main():
    kind, page, output = sys.argv[1:4]
    output_max, seconds_max, memory_max = map(int, sys.argv[4:7])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds_max, seconds_max))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_max, output_max))
    # Only the soft limit, so that it can be lifted where another one takes its place.
    resource.setrlimit(resource.RLIMIT_AS, (memory_max, resource.RLIM_INFINITY))
    folder = os.path.dirname(os.path.abspath(page))
    try:
        {"pdf": pdf, "docx": docx}[kind](page, output, folder)
    except MemoryError:
        refuse("memory")
    except OSError as error:
        if isinstance(error, FileNotFoundError) and kind == "docx":
            refuse("missing")
        refuse("large" if error.errno == 27 else "failed", error)


main()
