"""`./dev bench NAME`: fixed seeds, ours and the floor on the same data, in one run."""

import argparse

from tests.bench import auth, editor, money

BENCHES = {"auth": auth.run, "editor": editor.run, "money": money.run}


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--tiny", action="store_true", help="a few seconds, to see that it runs")
    chosen = parser.parse_args()
    for line in BENCHES[chosen.name](tiny=chosen.tiny):
        print(line, flush=True)


if __name__ == "__main__":
    main()
