"""Write `docs/recipes` anew from the list of calls: the files for tools, and the regions of the pages."""

from pathlib import Path

from tests.recipes import bruno, http_file, page, postman

FOLDER = Path(__file__).parents[2] / "docs" / "recipes"


def written() -> dict[Path, str]:
    """Return the text of each file that is generated, or has a part that is."""
    files = {FOLDER / path: text for path, text in (postman.files() | bruno.files() | http_file.files()).items()}
    return files | {file: page.fill(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.md"))}


if __name__ == "__main__":
    for file, text in written().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
