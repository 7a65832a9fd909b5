"""Rockpool itself: a recurrent DynapSim layer behind a linear one, trained and evaluated on one core, float32.

The whole training loop is one jitted scan, which is the fastest way that Rockpool has: a loop over epochs in Python
takes longer. Needs `pip install rockpool jax`, and nothing else.

Protocol: one JSON object per line on stdin, one JSON object per line on stdout, in the same order. Arrays are base64 of
float32, row-major, weights [pre][post], rasters [batch][steps][channels].

    {"task": "training", "n": 2, "inputs": 60, "batch": 2, "steps": 500, "epochs": 50, "learningRate": 1e-6,
     "wIn": "..", "wRec": "..", "input": "..", "target": "..", "mismatch": 0.3}
        prepares `epochs` epochs of mean squared error and Adam. "mismatch", if given, is drawn anew in every epoch, on
        all that Rockpool lets deviate on a chip: the fraction that three standard deviations reach.
        -> {"ready": true, "loss": of the first epoch}
    {"task": "evaluate", "n": 2, "inputs": 60, "rasters": 1000, "steps": 500, "runs": 1, "wIn": "..", "wRec": "..",
     "events": base64 of uint32: places in [raster][step][channel], one for each spike}
        prepares `runs` evaluations of all rasters in one jitted batch, which is on the device before, as are its spikes
        after.
        -> {"ready": true, "counts": base64 of float32 [raster][neuron]: spikes in all steps}
    {"run": true}
        runs what was prepared, from the same start each time.
        -> {"seconds": s, "epochs": e} or {"seconds": s, "rasters": r}
    {"version": true}
        -> {"version": "rockpool 3.1.0, jax 0.10.2"}
    {"quit": true}, or the end of stdin, ends it.

A request that cannot be answered gives {"error": reason}. Without Rockpool: the same, and exit code 3.
The process keeps to one core: the CPU number in SPIKELINE_BENCH_CPU, else the last one it may use.
"""

import base64

from answering import begin, give_up, serve

answers = begin()
try:
    import jax
    import jax.numpy as jnp
    import numpy as np
    import rockpool
    from jax.example_libraries.optimizers import adam
    from rockpool.devices.dynapse import DynapSim, frozen_mismatch_prototype
    from rockpool.nn.combinators import Sequential
    from rockpool.nn.modules import LinearJax
    from rockpool.transform.mismatch import mismatch_generator
except ImportError as error:
    give_up(answers, f"Rockpool is not installed ({error}): pip install rockpool jax")


def array(text, *shape):
    return jnp.asarray(np.frombuffer(base64.b64decode(text), np.float32).reshape(shape))


def network(r):
    n, inputs = r["n"], r["inputs"]
    return Sequential(
        LinearJax((inputs, n), weight=array(r["wIn"], inputs, n), has_bias=False),
        DynapSim((n, n), has_rec=True, w_rec=array(r["wRec"], n, n), dt=1e-3, rng_key=jax.random.PRNGKey(0)),
    )


def prepare_training(r):
    raster = array(r["input"], r["batch"], r["steps"], r["inputs"])
    target = array(r["target"], r["batch"], r["steps"], r["n"])
    net = network(r)
    fraction = r.get("mismatch")
    redraw = None
    if fraction is not None:
        redraw = mismatch_generator(frozen_mismatch_prototype(net), percent_deviation=fraction, sigma_rule=3.0)
    start, update, parameters_of = adam(r["learningRate"], eps=1e-16)

    def loss_of(parameters, chip):
        module = net if chip is None else net.set_attributes(chip)
        spikes, _, _ = module.set_attributes(parameters).evolve(raster)
        return jnp.mean((spikes - target) ** 2)

    def epoch(state, number):
        chip = None if redraw is None else redraw(net, jax.random.fold_in(jax.random.PRNGKey(1), number))
        loss, gradient = jax.value_and_grad(loss_of)(parameters_of(state), chip)
        return update(number, gradient, state), loss

    numbers = jnp.arange(r["epochs"])
    training = jax.jit(lambda state: jax.lax.scan(epoch, state, numbers))
    first = start(net.parameters())
    _, losses = jax.block_until_ready(training(first))

    def run():
        jax.block_until_ready(training(first))
        return {"epochs": r["epochs"]}

    return {"ready": True, "loss": float(losses[0])}, run


def prepare_evaluate(r):
    given = np.zeros(r["rasters"] * r["steps"] * r["inputs"], np.float32)
    np.add.at(given, np.frombuffer(base64.b64decode(r["events"]), np.uint32), 1)
    rasters = jnp.asarray(given.reshape(r["rasters"], r["steps"], r["inputs"]))
    net = network(r)
    evaluate = jax.jit(lambda rasters: net.evolve(rasters)[0])
    counts = np.asarray(jnp.sum(evaluate(rasters), axis=1), np.float32)

    def run():
        for _ in range(r["runs"]):
            jax.block_until_ready(evaluate(rasters))
        return {"rasters": r["runs"] * r["rasters"]}

    return {"ready": True, "counts": base64.b64encode(counts.tobytes()).decode()}, run


if __name__ == "__main__":
    version = f"rockpool {rockpool.__version__}, jax {jax.__version__}"
    serve(answers, version, {"training": prepare_training, "evaluate": prepare_evaluate})
