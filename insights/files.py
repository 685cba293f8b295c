"""What a file really is, told by its content; names and types that came with it are not trusted."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.text import slugify
from django.utils.translation import gettext as _

#: A piece of text that begins so may be run as a formula by a spreadsheet; a number with its sign is only a number.
_STARTS = frozenset("=@+-\t\r＝＠＋－")
_NUMBER = re.compile(r"[+-]?[\d\s\u202f\u00a0,.]+(?:[eE][+-]?\d+)?\s*%?")
_PARTS = re.compile(r"[,;\t\r\n]")
#: More rows are unit records and not an insight; more columns are not a table for people.
MOST_ROWS, MOST_COLUMNS = 500_000, 1_000
#: What a PDF can do besides being read.
_ACTIVE_PDF = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|AA|SubmitForm|ImportData|GoToR)(?![A-Za-z])"
)
_OBJECT_STREAM = re.compile(rb"/ObjStm\b[^>]{0,400}>>\s*stream\r?\n")
_ESCAPED_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")


class FileRefusedError(Exception):
    """The file cannot be taken; the message says why, and what to do, in a sentence for people."""


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: its type ("csv" or "pdf"), a safe name, size in bytes, SHA-256, and what it holds."""

    type: str
    name: str
    size: int
    sha256: str
    holds: str


def checked(file: BinaryIO, name: str, size: int) -> Checked:
    """Tell what `file` is and whether it may be kept; leaves it at its beginning.

    `name` is only made into a safe one. Raises FileRefusedError when it is empty, too large, neither a CSV nor a
    PDF, or holds what could be run.
    """
    limit = settings.UPLOAD_LIMIT
    if size == 0:
        raise FileRefusedError(_("The file is empty. Choose the file again."))
    if size > limit:
        raise FileRefusedError(
            _("The file is %(size)s; up to %(limit)s can be taken.")
            % {"size": filesizeformat(size), "limit": filesizeformat(limit)}
        )
    file.seek(0)
    if file.read(5) == b"%PDF-":
        kind, holds = "pdf", _pdf(file)
    else:
        kind, holds = "csv", _csv(file)
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    stem = slugify(name.rpartition("/")[2].rpartition("\\")[2].rpartition(".")[0] or name)[:80] or "insight"
    return Checked(kind, f"{stem}.{kind}", size, sha256, holds)


def _pdf(file: BinaryIO) -> str:
    file.seek(0)
    content = file.read()
    if b"%%EOF" not in content[-2048:]:
        raise FileRefusedError(
            _("This PDF is cut off: its end is missing. Save it again, and choose the new file.")
        )
    # Names may be written with escapes, and most of a newer PDF's objects lie in compressed streams.
    if any(
        _ACTIVE_PDF.search(_ESCAPED_NAME.sub(lambda found: bytes([int(found[1], 16)]), part))
        for part in (content, *_object_streams(content))
    ):
        raise FileRefusedError(
            _(
                "This PDF holds something that runs or is attached (a script, a form, a file). Print it to a plain PDF."
            )
        )
    if b"/Encrypt" in content:
        raise FileRefusedError(_("This PDF is locked with a password. Save it without one."))
    return "PDF"


def _object_streams(content: bytes) -> Iterator[bytes]:
    """The first 10 MB of each compressed object stream, which hold names and not pictures or fonts."""
    for found in _OBJECT_STREAM.finditer(content):
        try:
            yield zlib.decompressobj().decompress(content[found.end() :], 10_000_000)
        except zlib.error:
            continue


def _csv(file: BinaryIO) -> str:
    """Read the table once, row by row: a large one must not fill the memory of a web process."""
    file.seek(0)
    head = file.read(65_536)
    if b"\x00" in head:
        raise FileRefusedError(
            _("This is neither a CSV nor a PDF. Save the table as CSV (UTF-8), or the report as PDF.")
        )
    delimiter = delimiter_of(head.decode("utf-8-sig", errors="replace"))
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    rows = 0
    header: list[str] = []
    try:
        for row in csv.reader(text, delimiter=delimiter, strict=True):
            if not row:
                continue
            if not header:
                header = _header(row)
                _no_formula(row, 1, row)
                continue
            rows += 1
            if rows > MOST_ROWS:
                raise FileRefusedError(_("More than 500,000 rows are unit records, and not an insight."))
            if len(row) != len(header):
                raise FileRefusedError(
                    _(
                        "Row %(row)s has %(n)s cells where the first has %(columns)s. Each row needs the same number."
                    )
                    % {"row": rows + 1, "n": len(row), "columns": len(header)}
                )
            _no_formula(row, rows + 1, header)
    except UnicodeDecodeError as error:
        raise FileRefusedError(
            _(
                "This is not text in UTF-8. If it is a table, save it as “CSV UTF-8”; a report is taken as PDF."
            )
        ) from error
    except csv.Error as error:
        raise FileRefusedError(
            _("This CSV cannot be read: a quoted cell is not closed, or a line is too long.")
        ) from error
    finally:
        text.detach()  # The file stays open: it is kept next.
    if not rows:
        raise FileRefusedError(_("A table needs a row of column names, and at least one row under it."))
    return _("%(rows)s rows, %(columns)s columns") % {"rows": rows, "columns": len(header)}


def delimiter_of(text: str) -> str:
    """What parts the cells of a CSV: the one of comma, semicolon and tab that its first line holds most of."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _header(names: list[str]) -> list[str]:
    if len(names) < 2:
        raise FileRefusedError(
            _("Only one column was found. A table needs at least two, with a comma between them.")
        )
    if len(names) > MOST_COLUMNS:
        raise FileRefusedError(
            _("More than 1,000 columns are more than anybody reads. Make the table long, not wide.")
        )
    if any(not name.strip() for name in names):
        raise FileRefusedError(_("A column has no name. Give every column one in the first row."))
    if len({name.strip().casefold() for name in names}) < len(names):
        raise FileRefusedError(_("Two columns have the same name. Give each its own."))
    return names


def _no_formula(row: list[str], number: int, header: list[str]) -> None:
    """Refuse a cell that a spreadsheet would run, also when it splits cells at another sign than we do."""
    for name, cell in zip(header, row, strict=True):
        for piece in (cell, *_PARTS.split(cell)):
            start = piece.lstrip(" \"'")[:1] if piece is not cell else piece.lstrip(' "')[:1]
            if start in _STARTS and start and not _NUMBER.fullmatch(piece.strip(" \"'")):
                raise FileRefusedError(
                    _(
                        "Row %(row)s, column “%(name)s” begins like a formula, which a spreadsheet would run. "
                        "Put a letter or an apostrophe before it."
                    )
                    % {"row": number, "name": name[:40]}
                )
        if any(ord(one) < 32 and one not in "\t\r\n" for one in cell) if not cell.isprintable() else False:
            raise FileRefusedError(
                _("This is neither a CSV nor a PDF: it holds characters that no text has.")
            )
