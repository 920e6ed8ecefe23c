"""`./dev up` with the fake product in place of the real one: run_up.py FOLDER [STEP=WORDS ...]."""

import sys
from pathlib import Path

from rms.local import Refusal
from rms.local.up import Commands, Options, up

FAKE = (sys.executable, str(Path(__file__).with_name("fake_product.py")))
USUAL = {
    "bootstrap": "say bootstrap",
    "migrate": "say migrate",
    "web": "web {fd}",
    "worker": "live",
    "scheduler": "live",
    "demo": "say Sign in as priya@example.in",
}


def main(folder: str, *changes: str) -> int:
    steps = USUAL | dict(change.split("=", 1) for change in changes)
    port = int(steps.pop("port", "0"))
    commands = Commands(**{step: (*FAKE, *words.split()) for step, words in steps.items()})
    try:
        return up(Options(folder=Path(folder), port=port), commands)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
