# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a run did otherwise than the suite does by itself."""

# Options of run.py that change no code.
UNCHANGED_CODE = ("--quick", "--inputs", "--peers")


def list_options(report: dict) -> list[str]:
    """Options that figures depend on, as they were given to run.py.

    Results with other ones are not to be taken for each other. Which cases there are,
    how often they were run, and the seed are none of these.
    """
    options = report["options"]
    found = ["--quick"] if options["quick"] else []
    found += [f"--without {name}" for name in options.get("without") or ()]
    if options.get("inputs") is not None:
        found.append(f"--inputs {options['inputs']}")
    if options.get("peers") is not None:
        found.append(" ".join(["--peers", *options["peers"]]))
    return found


def list_code_options(options: list[str]) -> list[str]:
    """Those of them that other code comes from."""
    return [text for text in options if text.split()[0] not in UNCHANGED_CODE]


def describe_options(options: list[str]) -> str:
    return " ".join(options) or "no option"
