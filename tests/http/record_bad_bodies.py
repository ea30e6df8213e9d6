"""Write what the code answers today into the table of bad bodies: python -m tests.http.record_bad_bodies

Look at the difference before you commit it: each line that changes is a change of the contract.
"""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
from tests.conftest import running
from tests.http.bad_body_rows import Answer, Row, read_rows, table_files

from tokenquote.settings import Settings

_ROW = re.compile(r"^(?=- id: )", re.MULTILINE)
_ANSWER = re.compile(r"^  answer: .*\n", re.MULTILINE)
_LAST_LINE = re.compile(r"(?:^  .*\n)+", re.MULTILINE)


def main() -> None:
    """Ask every row; rows that are answered like good ones are named, and lose their answer."""
    with running(Settings()) as url, httpx2.Client(base_url=url, timeout=120) as http:
        for file in table_files():
            _record(file, http)


def _record(file: Path, http: httpx2.Client) -> None:
    head, *texts = _ROW.split(file.read_text())
    rows = zip(texts, read_rows(file), strict=True)
    file.write_text(head + "".join(_with_answer(text, _asked(row, http)) for text, row in rows))


def _asked(row: Row, http: httpx2.Client) -> Answer | None:
    headers = {"content-type": "application/json"}
    answered = http.request(row.method, row.path, content=row.content, headers=headers)
    if answered.status_code >= 400:
        return Answer.from_problem(answered.json())
    print(f"{row.path}: {row.id}: {answered.status_code}, no bad body")
    return None


def _with_answer(text: str, answer: Answer | None) -> str:
    """The row's text with its last member replaced; comments of the next section follow it."""
    text = _ANSWER.sub("", text)
    if answer is None:
        return text
    pointers = ", ".join(f'"{pointer}"' for pointer in answer.pointers)
    line = f"  answer: {{status: {answer.status}, type: {answer.type}, pointers: [{pointers}]}}\n"
    members = _LAST_LINE.search(text)
    end = members.end() if members else len(text)
    return text[:end] + line + text[end:]


if __name__ == "__main__":
    main()
