"""What a file really is, told by its content; names and types that came with it are not trusted."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.text import slugify
from django.utils.translation import gettext as _

#: A text cell that begins so may be run as a formula by a spreadsheet.
_FORMULA = re.compile(r"^[=@\t\r]|^[+-](?!\.?\d)")
_NUMBER = re.compile(r"^[+-]?[\d\s  ,.]*%?$")
#: What a PDF can do besides being read.
_ACTIVE_PDF = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/RichMedia", b"/XFA")


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
    content = file.read(limit + 1)
    file.seek(0)
    if content.startswith(b"%PDF-"):
        kind, holds = "pdf", _pdf(content)
    else:
        kind, holds = "csv", _csv(content)
    stem = slugify(name.rpartition("/")[2].rpartition("\\")[2].rpartition(".")[0] or name)[:80] or "insight"
    return Checked(kind, f"{stem}.{kind}", len(content), hashlib.sha256(content).hexdigest(), holds)


def _pdf(content: bytes) -> str:
    if b"%%EOF" not in content[-2048:]:
        raise FileRefusedError(_("This PDF is cut off: its end is missing. Save it again, and choose the new file."))
    if any(mark in content for mark in _ACTIVE_PDF):
        raise FileRefusedError(
            _("This PDF holds something that runs or is attached (a script, a form, a file). Print it to a plain PDF.")
        )
    if b"/Encrypt" in content:
        raise FileRefusedError(_("This PDF is locked with a password. Save it without one."))
    return "PDF"


def _csv(content: bytes) -> str:
    if b"\x00" in content:
        raise FileRefusedError(
            _("This is neither a CSV nor a PDF. Save the table as CSV (UTF-8), or the report as PDF.")
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefusedError(
            _("This is not text in UTF-8. If it is a table, save it as “CSV UTF-8”; a report is taken as PDF.")
        ) from error
    if re.search(r"[\x01-\x08\x0b\x0c\x0e-\x1f]", text):
        raise FileRefusedError(_("This is neither a CSV nor a PDF: it holds characters that no text has."))
    rows = table(text)
    columns = len(rows[0])
    for number, row in enumerate(rows, start=1):
        if len(row) != columns:
            raise FileRefusedError(
                _("Row %(row)s has %(n)s cells where the first has %(columns)s. Each row needs the same number.")
                % {"row": number, "n": len(row), "columns": columns}
            )
        for name, cell in zip(rows[0], row, strict=True):
            if _FORMULA.match(cell) and not _NUMBER.match(cell):
                raise FileRefusedError(
                    _("Row %(row)s, column “%(name)s” begins like a formula, which a spreadsheet would run. "
                      "Put a letter or an apostrophe before it.") % {"row": number, "name": name[:40]}
                )
    return _("%(rows)s rows, %(columns)s columns") % {"rows": len(rows) - 1, "columns": columns}


def table(text: str) -> list[list[str]]:
    """The rows of a CSV, the header first. Raises FileRefusedError when it is not a table with a header and a row."""
    try:
        dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
        delimiter = dialect.delimiter
    except csv.Error:
        delimiter = ","
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True) if row]
    except csv.Error as error:
        raise FileRefusedError(_("This CSV cannot be read: a quoted cell is not closed, or a line is too long.")) from error
    if len(rows) < 2:
        raise FileRefusedError(_("A table needs a row of column names, and at least one row under it."))
    if len(rows[0]) < 2:
        raise FileRefusedError(_("Only one column was found. A table needs at least two, with a comma between them."))
    if any(not name.strip() for name in rows[0]):
        raise FileRefusedError(_("A column has no name. Give every column one in the first row."))
    if len({name.strip().casefold() for name in rows[0]}) < len(rows[0]):
        raise FileRefusedError(_("Two columns have the same name. Give each its own."))
    return rows
