"""How a peer answers: on one core, one JSON object per line on stdout for one on stdin, and nothing else there."""

import json
import os
import sys
import time


def pin():
    """Keeps this process on one CPU. Must happen before a library starts its threads."""
    if hasattr(os, "sched_setaffinity"):
        cpu = os.environ.get("SPIKELINE_BENCH_CPU") or max(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {int(cpu)})
    os.environ["OMP_NUM_THREADS"] = "1"
    one_thread = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {one_thread}".strip()
    os.environ["JAX_PLATFORMS"] = "cpu"


def begin():
    """Pins the process; gives where answers go. Whatever a library prints, on the way in too, goes to stderr."""
    pin()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return answers


def give_up(answers, reason):
    """Tells why nothing can be answered, and ends."""
    answers.write(json.dumps({"error": reason}) + "\n")
    sys.exit(3)


def serve(answers, version, tasks, **others):
    """Answers until {"quit": true} or the end of stdin.

    `tasks` prepare, by name: each is given a request and gives its answer, and what {"run": true} is to do, which gives
    what is told beside its seconds. `others` answer a request that has their name.
    """
    run = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request.get("quit"):
                return
            other = next((name for name in others if request.get(name)), None)
            if request.get("version"):
                answer = {"version": version}
            elif request.get("task") in tasks:
                run = None
                answer, run = tasks[request["task"]](request)
            elif other is not None:
                answer = others[other](request)
            elif request.get("run"):
                if run is None:
                    raise ValueError("nothing is prepared: send a task first")
                start = time.perf_counter()
                told = run()
                answer = {"seconds": time.perf_counter() - start, **told}
            else:
                names = ", ".join(["run", *others, "version"])
                raise ValueError(f"a request is a task ({', '.join(tasks)}), {names} or quit")
        except Exception as error:  # Whatever goes wrong, the other side must hear of it.
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
