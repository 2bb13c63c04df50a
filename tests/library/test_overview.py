"""What a learner has uploaded, in words."""

import pytest

from clara.library.overview import describe_library
from tests.stores import Store

pytestmark = pytest.mark.anyio


class TestDescribeLibrary:
    def test_nothing(self) -> None:
        assert describe_library([], []) == "No files have been uploaded yet."

    async def test_a_line_a_file_by_folder(self, store: Store) -> None:
        folder = await store.folders.create("ana", "Biology")
        await store.add("ana", "Chlorophyll", name="leaves.txt", folder_id=folder.id)
        await store.add("ana", " ", name="blank.txt", folder_id=folder.id)
        await store.upload("ana", "Waiting", name="new.txt")
        files, folders = await store.files.list("ana"), await store.folders.list("ana")

        assert describe_library(files.items, folders.items).splitlines() == [
            "3 files have been uploaded:",
            "- new.txt (waiting to be read)",
            "- blank.txt (could not be read) in Biology",
            "- leaves.txt (text, 1 passage) in Biology",
        ]
