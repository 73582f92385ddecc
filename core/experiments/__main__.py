"""`python -m core.experiments KIND ...`: arguments in, one experiment done, exit code out."""

from __future__ import annotations

import shlex
from argparse import Namespace
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.commands import Parser, run
from core.experiments.reports.display import ExperimentDisplay, print_found
from core.experiments.requests.command_line import parser_of, request_of
from core.experiments.requests.help_texts import SUMMARY
from core.experiments.requests.plan import KINDS, Request, TuneRequest, request_from_json
from core.experiments.runs.store import read_record, read_state
from core.language.sentence import Sentence, print_sentence


def main(arguments: list[str]) -> int:
    """Do what the arguments say; the exit code."""
    kind, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if kind == "classify":
        from core.experiments.kinds.classify import classify

        return classify(rest)
    if kind == "hair":
        from core.experiments.kinds.hair import hair

        return hair(rest)
    if kind not in KINDS:
        return _about(kind)
    parser = parser_of(kind)
    options = parser.parse_args(rest)
    usual = Path("experiments") / f"{kind.replace('_', '-')}-{datetime.now():%Y%m%d-%H%M%S}"
    out = options.resume or options.output_dir or usual
    with ExperimentDisplay() as display:
        if options.resume is None:
            from core.experiments.runs.run import run_experiment

            request = request_of(parser, kind, options, arguments)
            result = run_experiment(request, out, display.watchers())
        else:
            from core.experiments.runs.run import resume_experiment

            result = resume_experiment(out, display.watchers(), request=_longer(parser, kind, options))
    print_found(result)
    print_sentence("Wrote {path} with its table and pictures.", path=out / "report.md")
    if read_state(out).status == "stopped":
        command = shlex.join(["python", "-m", "core.experiments", kind, "--resume", str(out)])
        print_sentence("Go on with: {command}", command=command)
    return 0


def _longer(parser: Parser, kind: str, options: Namespace) -> Request | None:
    """The request of the experiment that is gone on with, where it is to be a longer search."""
    record = read_record(options.resume)
    request, record_kind = request_from_json(record), str(record["kind"])
    if record_kind != kind:
        parser.error(
            Sentence(
                "{folder} holds an experiment of the kind {record_kind}, not {kind}",
                folder=options.resume,
                record_kind=record_kind,
                kind=kind,
            )
        )
    if not isinstance(request, TuneRequest):
        return None
    trials = request.trials if options.trials is None else options.trials
    minutes = request.timeout_minutes if options.timeout_minutes is None else options.timeout_minutes
    return replace(request, trials=trials, timeout_minutes=minutes)


def _about(kind: str) -> int:
    parser = Parser(SUMMARY, "  python -m core.experiments compare --help")
    parser.prog = "python -m core.experiments"
    if kind in ("-h", "--help"):
        parser.print_help()
        return 0
    parser.error(
        f"there is no experiment {kind!r}; known are {', '.join(KINDS)}"
        if kind
        else f"name one of {', '.join(KINDS)}"
    )


if __name__ == "__main__":
    run(main)
