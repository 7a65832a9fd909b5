"""The JAX side of the benchmark: a recurrent DynapSim layer, trained and simulated on one core.

Two styles: `equations.py` is what anyone writes down, with `jax.jit` and a `lax.scan` over the epochs; `tuned.py` has
every help that a JAX user has. float32. Needs `pip install jax` and nothing else.

Protocol: one JSON object per line on stdin, one JSON object per line on stdout, in the same order. Every task may have
"style" ("equations" or "tuned") and "dt" (1e-3 s).

    {"task": "training", "n": 2, "inputs": 60, "batch": 2, "steps": 500, "epochs": 50, "seed": 0}
        prepares `epochs` epochs of `spikes @ w_in + spikes(t-1) @ w_rec -> neurons`, mean squared error, Adam.
        Input: one spike per bin with probability 0.05. Weights: normal times "weightScale" (1). Target: 1 in every bin
        where neuron % batch == trial, else 0. "learningRate" (6e-3) may be given.
        -> {"ready": true, "spiking": share of neuron-steps with a spike, "loss": first epoch, "lossAfter": last epoch}
    {"task": "forward", "n": 256, "steps": 500, "runs": 10, "seed": 0}
        prepares `runs` simulations of one trial that return the spikes of every step. Drive of a step: Poisson counts
        of mean 0.1, independent per neuron, times "drive" (1). w_rec: dense, normal / sqrt(n). About 4 % of the
        neuron-steps spike.
        -> {"ready": true, "spiking": share}
    {"run": true}
        runs what was prepared, from the same start each time.
        -> {"seconds": s, "epochs": e} or {"seconds": s, "neuronSteps": k}
    {"gradient": true, "n": 2, "batch": 2, "steps": 5, "input": [..], "wIn": [..], "wRec": [..], "target": [..]}
        one evaluation on given numbers, all flat and row-major: input [steps][batch][inputs], target
        [steps][batch][n], weights [pre][post]; "wRec" may be null. "params" (currents, layout constants, Iscale; one
        number or one per neuron) may be given.
        -> {"loss": l, "wIn": [..], "wRec": [..] or null}
    {"version": true}
        -> {"version": version of JAX}
    {"quit": true}, or the end of stdin, ends it.

A request that cannot be answered gives {"error": reason}. Without JAX: the same, and exit code 3.
The process keeps to one core: the CPU number in SPIKELINE_BENCH_CPU, else the last one it may use.
"""

from types import SimpleNamespace

from answering import begin, give_up, serve

answers = begin()
try:
    import equations
    import jax
    import jax.numpy as jnp
    import numpy as np
    import tuned
except ImportError:
    give_up(answers, "jax is not installed: pip install jax")

# src/neurons/dynap-sim/parameters.ts: amperes, farads, volts.
DEFAULTS = {
    "Idc": 5e-13, "If_nmda": 5e-13, "Igain_ahp": 2.8368794326241126e-11, "Igain_mem": 2.1276595744680848e-11,
    "Igain_syn": 8.687943262411346e-9, "Ipulse_ahp": 3.5e-7, "Ipulse": 3.4999999999999996e-8,
    "Iref": 1.0499999999999999e-9, "Ispkthr": 1e-7, "Itau_ahp": 2.8368794326241126e-11,
    "Itau_mem": 5.319148936170212e-12, "Itau_syn": 8.687943262411346e-11, "Iw_ahp": 5e-13,
    "C_ahp": 4e-11, "C_syn": 2.45e-11, "C_pulse_ahp": 5e-13, "C_pulse": 5e-13, "C_ref": 1.5e-12, "C_mem": 3e-12,
    "Io": 5e-13, "kappa_n": 0.75, "kappa_p": 0.66, "Ut": 0.025, "Vth": 0.7, "Iscale": 1e-8,
}  # fmt: skip


STYLES = {"equations": equations, "tuned": tuned}


def parameters(neurons, given):
    """All parameters, one value per neuron."""
    unknown = sorted(set(given) - set(DEFAULTS))
    if unknown:
        raise ValueError(f"no DynapSim parameter: {', '.join(unknown)}")
    return {k: np.broadcast_to(np.asarray(given.get(k, v), np.float64), neurons) for k, v in DEFAULTS.items()}


def take(request, *needed, **optional):
    """The fields of a request; tells at once what is missing and what is unknown."""
    missing = [name for name in needed if name not in request]
    unknown = sorted(set(request) - {*needed, *optional, "task", "gradient"})
    style = request.get("style", "equations")
    problems = [f"{name} is missing" for name in missing] + [f"{name} is unknown" for name in unknown]
    problems += [] if style in STYLES else [f"style is {style!r}; there are {', '.join(STYLES)}"]
    if problems:
        raise ValueError("; ".join(problems))
    return SimpleNamespace(**{**optional, **request})


def prepare_training(request):
    r = take(
        request, "n", "inputs", "batch", "steps", "epochs", "seed",
        weightScale=1, learningRate=6e-3, dt=1e-3, style="equations",
    )  # fmt: skip
    random = np.random.default_rng(r.seed)
    raster = jnp.asarray(random.random((r.steps, r.batch, r.inputs)) < 0.05, jnp.float32)
    shapes = ((r.inputs, r.n), (r.n, r.n))
    weights = tuple(jnp.asarray(r.weightScale * random.standard_normal(shape), jnp.float32) for shape in shapes)
    wanted = np.arange(r.n) % r.batch == np.arange(r.batch)[:, None]
    target = jnp.asarray(np.broadcast_to(wanted, (r.steps, r.batch, r.n)), jnp.float32)
    style = STYLES[r.style]
    c = style.coefficients(parameters(r.n, {}), r.dt)

    def epoch(c, carry, k):
        weights, mean, square = carry
        loss, gradient, _ = style.loss_and_gradient(c, weights, raster, target)
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradient)
        rate = r.learningRate / (1 - 0.9 ** (k + 1))
        scale = 1 / (1 - 0.999 ** (k + 1))
        weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v * scale) + 1e-16), weights, mean, square)
        return (weights, mean, square), loss

    numbers = jnp.arange(r.epochs, dtype=jnp.float32)
    if r.style == "tuned":
        scanned = jax.jit(lambda carry: jax.lax.scan(lambda carry, k: epoch(c, carry, k), carry, numbers))
    else:
        # Parameters are drawn anew in training, so they are arguments.
        training = jax.jit(lambda c, carry: jax.lax.scan(lambda carry, k: epoch(c, carry, k), carry, numbers))
        scanned = lambda carry: training(c, carry)  # noqa: E731
    zeros = jax.tree.map(jnp.zeros_like, weights)
    start = (weights, zeros, zeros)
    _, losses = jax.block_until_ready(scanned(start))
    spikes = jax.jit(style.loss_and_gradient)(c, weights, raster, target)[2]
    spiking = jnp.mean(spikes > 0)
    ready = {"spiking": float(spiking), "loss": float(losses[0]), "lossAfter": float(losses[-1])}

    def run():
        jax.block_until_ready(scanned(start))
        return {"epochs": r.epochs}

    return {"ready": True, **ready}, run


def prepare_forward(request):
    r = take(request, "n", "steps", "seed", runs=1, drive=1, dt=1e-3, style="equations")
    random = np.random.default_rng(r.seed)
    drive = jnp.asarray(r.drive * random.poisson(0.1, (r.steps, r.n)), jnp.float32)
    w_rec = random.standard_normal((r.n, r.n), np.float32) / np.float32(np.sqrt(r.n))
    style = STYLES[r.style]
    simulate = style.simulator(style.coefficients(parameters(r.n, {}), r.dt), w_rec)
    spikes = jax.block_until_ready(simulate(drive))
    ready = {"ready": True, "spiking": float((spikes > 0).mean())}

    def run():
        for _ in range(r.runs):
            jax.block_until_ready(simulate(drive))
        return {"neuronSteps": r.runs * r.steps * r.n}

    return ready, run


def gradient(request):
    r = take(
        request, "n", "batch", "steps", "input", "wIn", "target",
        wRec=None, params={}, dt=1e-3, style="equations",
    )  # fmt: skip

    def array(values, *shape):
        return jnp.asarray(np.asarray(values, np.float32).reshape(shape))

    weights = (array(r.wIn, -1, r.n), None if r.wRec is None else array(r.wRec, r.n, r.n))
    given = (array(r.input, r.steps, r.batch, -1), array(r.target, r.steps, r.batch, r.n))
    style = STYLES[r.style]
    c = style.coefficients(parameters(r.n, r.params or {}), r.dt)
    loss, (g_in, g_rec), _ = jax.jit(style.loss_and_gradient)(c, weights, *given)
    g_rec = None if g_rec is None else g_rec.ravel().tolist()
    return {"loss": float(loss), "wIn": g_in.ravel().tolist(), "wRec": g_rec}


if __name__ == "__main__":
    tasks = {"training": prepare_training, "forward": prepare_forward}
    serve(answers, jax.__version__, tasks, gradient=gradient)
