"""The parts list of the product in CycloneDX 1.6: what requirements.txt installs, with version and hashes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def sbom(requirements: str) -> str:
    """The same text for the same requirements: no date, no serial number."""
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "rms-billing", "name": "RMS Billing"}},
        "components": [*_components(requirements)],
    }
    return json.dumps(document, indent=2) + "\n"


def write(root: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(sbom((root / "requirements.txt").read_text()))


def _components(requirements: str) -> Iterator[dict]:
    for entry in re.split(r"\n(?=\S)", requirements):
        if found := PINNED.match(entry):
            yield _component(re.sub(r"[-_.]+", "-", found[1]).lower(), found[2], HASH.findall(entry))


def _component(name: str, version: str, hashes: list[str]) -> dict:
    """A release has several files, one for each platform: any of the hashes may be the installed one's."""
    address = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "hashes": [{"alg": "SHA-256", "content": content} for content in hashes],
    }
