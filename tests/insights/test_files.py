"""What a file really is, told by its content: harmless tables and reports come in, nothing else does."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.files import Checked, FileRefusedError, checked
from tests.factories import CSV, PDF


def check(content, name="figures.csv", size=None):
    return checked(io.BytesIO(content), name, len(content) if size is None else size)


def test_a_table_is_taken_with_its_hash_and_what_it_holds():
    found = check(CSV.encode())

    assert found == Checked(
        "csv", "figures.csv", len(CSV), hashlib.sha256(CSV.encode()).hexdigest(), "2 rows, 3 columns"
    )


def test_a_report_is_taken():
    assert check(PDF, "report.pdf").type == "pdf"


def test_the_file_is_left_at_its_beginning():
    file = io.BytesIO(CSV.encode())

    checked(file, "x.csv", len(CSV))

    assert file.tell() == 0


@pytest.mark.parametrize(
    "content",
    [
        "a;b\n1;2\n", "a\tb\n1\t2\n", "\ufeffa,b\n1,2\n", 'a,b\n"1,5",2\n', "a,b\r\n1,2\r\n", "a,b\n-5,+3\n", "a,b\n-1.5,.5\n",
        "region,count\nŌtaki,S\n", "a,b\n1,2\n\n", "a,b\n–,..\n", 'a,b\n"two\nlines",1\n', "a,b\n-12%,1\n",
    ],
)  # fmt: skip
def test_honest_tables_are_taken(content):
    assert check(content.encode()).type == "csv"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "neither a CSV nor a PDF"),
        (b"PK\x03\x04\x14\x00\x06\x00", "neither a CSV nor a PDF"),
        (b"a,b\n1,\x002\n", "neither a CSV nor a PDF"),
        (b"a,b\n1,\x1b[31m2\n", "characters that no text has"),
        ("a,b\n1,2\n".encode("utf-16"), "neither a CSV nor a PDF"),
        ("a,b\nŌ,2\n".encode("cp1257", "replace") + b"\xff", "not text in UTF-8"),
        (b"a,b\n1,2,3\n", "Row 2 has 3 cells where the first has 2"),
        (b"a,b\n1\n", "cells where the first has 2"),
        (b"a,b\n", "at least one row"),
        (b"\n\n", "at least one row"),
        (b"a\n1\n", "Only one column"),
        (b"a,\n1,2\n", "has no name"),
        (b"a,A \n1,2\n", "same name"),
        (b'a,b\n"1,2\n', "not closed"),
        (b"a,b\n=1+1,2\n", "begins like a formula"),
        (b"a,b\n1,@SUM(A1)\n", "begins like a formula"),
        (b"a,b\n+cmd|' /C calc'!A0,2\n", "begins like a formula"),
        (b"a,b\n-2+3+cmd,2\n", "begins like a formula"),
        (b'=HYPERLINK("x"),b\n1,2\n', "begins like a formula"),
        (b"a,b\n  =1+1,2\n", "begins like a formula"),
        (b'a,b\n"\t=1+1",2\n', "begins like a formula"),
        (b"%PDF-1.7\n1 0 obj\n", "cut off"),
        (PDF + b"x" * 5000, "cut off"),
        (
            PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
            "runs or is attached",
        ),
        (PDF.replace(b"/Catalog", b"/Catalog /AA << /O << /S /Launch >> >>"), "runs or is attached"),
        (PDF.replace(b"/Catalog", b"/Catalog /EmbeddedFiles 2 0 R"), "runs or is attached"),
        (PDF.replace(b"/Root", b"/Encrypt 5 0 R /Root"), "locked with a password"),
        (b"<html><script>alert(1)</script></html>", "Only one column"),
    ],
)
def test_everything_else_is_refused_with_a_sentence_that_says_why(content, said):
    with pytest.raises(FileRefusedError, match=said):
        check(content)


@pytest.mark.parametrize(
    "hidden", [b"/J#61vaScript", b"/Java#53cript", b"/#4aS (x)", b"/JS\n(x)", b"/JS<6162>"]
)
def test_a_script_in_a_pdf_is_found_however_its_name_is_written(hidden):
    """A name in a PDF may write any letter as #xx, and a value may follow without a space."""
    with pytest.raises(FileRefusedError, match="runs or is attached"):
        check(PDF.replace(b"/Catalog", b"/Catalog /Names << " + hidden + b" >>"))


def test_a_file_that_is_too_large_is_refused_before_it_is_read(settings):
    settings.UPLOAD_LIMIT = 10

    class Unread(io.BytesIO):
        def read(self, *args):
            raise AssertionError("read")

    with pytest.raises(FileRefusedError, match="up to 10"):
        checked(Unread(b"x" * 11), "x.csv", 11)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"), ("C:\\Users\\me\\Figures 2025.CSV", "figures-2025.csv"),
        ("figures.exe", "figures.csv"), ("report.csv.html", "reportcsv.csv"), ("Ōtaki.csv", "otaki.csv"),
        ("\r\nSet-Cookie: x.csv", "set-cookie-x.csv"), (".csv", "csv.csv"), ("…", "insight.csv"), ("a" * 300, "a" * 80 + ".csv"),
    ],
)  # fmt: skip
def test_names_are_never_trusted(given_name, kept):
    assert check(CSV.encode(), given_name).name == kept


@given(st.binary(max_size=400))
def test_any_bytes_are_taken_or_refused_with_a_sentence(content):
    try:
        found = check(content)
    except FileRefusedError as error:
        assert str(error).endswith(".")
    else:
        assert found.type in ("csv", "pdf")


cell = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@given(st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=8))
def test_a_square_table_of_plain_words_is_taken(rows):
    text = "\n".join(",".join(row) for row in [["one", "two", "three"], *rows])

    assert check(text.encode()).holds == f"{len(rows)} rows, 3 columns"


@given(st.sampled_from("=@"), cell)
def test_no_formula_gets_through(sign, word):
    with pytest.raises(FileRefusedError):
        check(f"a,b\n1,{sign}{word}\n".encode())
