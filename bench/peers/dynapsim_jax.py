"""The JAX side of the benchmark: a recurrent DynapSim layer, trained and simulated on one core.

Written from the equations in `src/neuron` as a JAX user would write it, with every help that a JAX user has: see
"What makes it fast". float32. Needs `pip install jax` and nothing else.

Protocol: one JSON object per line on stdin, one JSON object per line on stdout, in the same order.

    {"task": "training", "n": 2, "inputs": 60, "batch": 2, "steps": 500, "epochs": 50, "seed": 0}
        prepares `epochs` epochs of `spikes @ w_in + spikes(t-1) @ w_rec -> neurons`, mean squared error, Adam.
        Input: one spike per bin with probability 0.05. Weights: normal times "weightScale" (1). Target: 1 in every bin
        where neuron % batch == trial, else 0. "learningRate" (6e-3), "dt" (1e-3 s) and "unroll" may be given.
        -> {"ready": true, "spiking": share of neuron-steps with a spike, "loss": first epoch, "lossAfter": last epoch}
    {"task": "forward", "n": 256, "steps": 1000, "seed": 0}
        prepares a simulation of one trial that returns the spikes of every step. Drive of a step: Poisson counts of
        mean 0.1, independent per neuron, times "drive" (1). w_rec: dense, normal / sqrt(n). About 4 % of the
        neuron-steps spike.
        -> {"ready": true, "spiking": share}
    {"run": true}
        runs what was prepared, from the same start each time.
        -> {"seconds": s, "epochs": e} or {"seconds": s, "neuronSteps": k}
    {"gradient": true, "n": 2, "batch": 2, "steps": 5, "input": [..], "wIn": [..], "wRec": [..], "target": [..]}
        one evaluation on given numbers, all flat and row-major: input [steps][batch][inputs], target
        [steps][batch][n], weights [pre][post]; "wRec" may be null. "params" (currents, layout constants, Iscale; one
        number or one per neuron) and "dt" may be given.
        -> {"loss": l, "wIn": [..], "wRec": [..] or null}
    {"quit": true}, or the end of stdin, ends it.

A request that cannot be answered gives {"error": reason}. Without JAX: the same, and exit code 3.
The process keeps to one core: the CPU number in SPIKELINE_BENCH_CPU, else the last one it may use.

What makes it fast (each measured against the obvious way; epochs/s on one EPYC core in brackets):
- the input is one matrix product for all steps; only the recurrence is inside `lax.scan`;
- the gradient is taken with respect to the drive; both weight gradients are then one matrix product each, in place of
  an outer product per step (1024 neurons: 2.2 to 3.7), and going back uses a transposed copy of w_rec (3.9 to 5.6);
- `jax.checkpoint` on the step: only the state and the recurrent input are stored (16 neurons: 160 to 290);
- four arrays of state: spikes and reset are worked out at the start of the next step;
- `unroll=2` up to 16 lanes (+15 %); above, unrolling makes XLA compute things twice and costs up to half.
Currents are in units of Io, so that float32 has room.
"""

import json
import os
import sys
import time


def pin():
    """Keeps this process on one CPU. Must happen before JAX starts its threads."""
    if hasattr(os, "sched_setaffinity"):
        cpu = os.environ.get("SPIKELINE_BENCH_CPU") or max(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {int(cpu)})
    one_thread = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {one_thread}".strip()
    os.environ["JAX_PLATFORMS"] = "cpu"


pin()
try:
    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax.ad_checkpoint import checkpoint_name
except ImportError:
    print(json.dumps({"error": "jax is not installed: pip install jax"}), flush=True)
    sys.exit(3)

# src/neuron/parameters.ts: amperes, farads, volts.
DEFAULTS = {
    "Idc": 5e-13, "If_nmda": 5e-13, "Igain_ahp": 2.8368794326241126e-11, "Igain_mem": 2.1276595744680848e-11,
    "Igain_syn": 8.687943262411346e-9, "Ipulse_ahp": 3.5e-7, "Ipulse": 3.4999999999999996e-8,
    "Iref": 1.0499999999999999e-9, "Ispkthr": 1e-7, "Itau_ahp": 2.8368794326241126e-11,
    "Itau_mem": 5.319148936170212e-12, "Itau_syn": 8.687943262411346e-11, "Iw_ahp": 5e-13,
    "C_ahp": 4e-11, "C_syn": 2.45e-11, "C_pulse_ahp": 5e-13, "C_pulse": 5e-13, "C_ref": 1.5e-12, "C_mem": 3e-12,
    "Io": 5e-13, "kappa_n": 0.75, "kappa_p": 0.66, "Ut": 0.025, "Vth": 0.7, "Iscale": 1e-8,
}  # fmt: skip


def coefficients(neurons, dt, given):
    """What a step needs, per neuron, worked out in float64: currents in units of Io, times in steps."""
    unknown = sorted(set(given) - set(DEFAULTS))
    if unknown:
        raise ValueError(f"no DynapSim parameter: {', '.join(unknown)}")
    p = {k: np.broadcast_to(np.asarray(given.get(k, v), np.float64), neurons) for k, v in DEFAULTS.items()}
    dark, kappa = p["Io"], (p["kappa_n"] + p["kappa_p"]) / 2
    if np.any(p["Ispkthr"] <= dark):
        raise ValueError("Ispkthr must be above Io: a neuron at rest would spike")
    tau_syn, tau_ahp, tau_mem = (np.maximum(p[k], dark) for k in ("Itau_syn", "Itau_ahp", "Itau_mem"))

    def time_constant(current, capacity):
        return capacity * p["Ut"] / (kappa * current)

    def pulse(current, capacity):
        return capacity * p["Vth"] / current

    def charge(width, tau):
        return 1 - np.exp(-width / tau)

    # The timer counts down by dt until nothing is left; as a whole number of steps it is exact in float32.
    left, refractory = pulse(p["Iref"], p["C_ref"]), np.zeros(neurons)
    while np.any(left > 0):
        refractory += left > 0
        left = np.maximum(left - dt, 0)
    values = {
        "dark": dark,
        "syn_decay": np.exp(-dt / time_constant(tau_syn, p["C_syn"])),
        "syn_charge": charge(pulse(p["Ipulse"], p["C_pulse"]), time_constant(tau_syn, p["C_syn"])),
        "syn_gain": p["Igain_syn"] / tau_syn * p["Iscale"] / dark,
        "ahp_decay": np.exp(-dt / time_constant(tau_ahp, p["C_ahp"])),
        "ahp_jump": charge(pulse(p["Ipulse_ahp"], p["C_pulse_ahp"]), time_constant(tau_ahp, p["C_ahp"]))
        * (p["Igain_ahp"] / tau_ahp * p["Iw_ahp"] / dark),
        "mem_gain": p["Igain_mem"] / dark,
        "mem_leak": tau_mem / dark,
        "mem_rate": dt * dark * kappa / (p["C_mem"] * p["Ut"]),
        "power": kappa / (kappa + 1),  # exp(kappa²/(kappa+1)·vmem/Ut) = (imem/Io)^power
        "dc": p["Idc"] / dark,
        "log_threshold": np.log(p["Ispkthr"] / dark),
        "refractory": refractory,
    }
    return {name: jnp.asarray(value, jnp.float32) for name, value in values.items()}


@jax.custom_jvp
def clip(x):
    """No current falls below Io."""
    return jnp.maximum(x, 1.0)


@clip.defjvp
def _(primals, tangents):
    (x,), (dx,) = primals, tangents
    return clip(x), dx * jnp.where(x > 1, 1.0, jnp.where(x == 1, 0.5, 0.0))


@jax.custom_jvp
def spike(imem, log_imem, log_threshold, dark):
    """Number of spikes; the surrogate gradient is 1 per ampere where imem > Io."""
    return jnp.maximum(0.0, jnp.ceil(log_imem - log_threshold))


@spike.defjvp
def _(primals, tangents):
    imem, _, _, dark = primals
    return spike(*primals), jnp.where(imem > 1, dark, 0.0) * tangents[0]


@jax.custom_jvp
def reset(imem, spikes):
    """imem + clip(spikes, 0, 1)·(Io - imem)."""
    return jnp.where(spikes > 0, 1.0, imem)


@reset.defjvp
def _(primals, tangents):
    (imem, spikes), (dimem, dspikes) = primals, tangents
    slope = jnp.where(spikes <= 1, 0.5, 0.0)
    return reset(imem, spikes), jnp.where(spikes > 0, 0.0, dimem) + dspikes * slope * (1 - imem)


@jax.custom_vjp
def recur(spikes, w, w_transposed):
    """spikes @ w. Its weight gradient is left out: `loss_and_gradient` takes it for all steps at once."""
    return spikes @ w


recur.defvjp(lambda s, w, w_t: (s @ w, w_t), lambda w_t, g: (g @ w_t, None, None))


def spikes_of(c, imem):
    log_imem = jnp.log(imem)
    return spike(imem, jax.lax.stop_gradient(log_imem), c["log_threshold"], c["dark"]), log_imem


def layer(c, drive, recurrence, unroll):
    """Runs the neurons over `drive` [steps, ..., n] from rest; returns the spikes, same shape."""

    def step(state, drive):
        # imem is the membrane of the step before, not yet reset.
        isyn, iahp, imem, timer = state
        spikes, log_imem = spikes_of(c, imem)
        timer = jnp.where(spikes > 0, c["refractory"], timer)
        if recurrence is not None:
            drive = drive + checkpoint_name(recurrence(spikes), "recurrent")
        isyn = c["syn_decay"] * isyn + c["syn_charge"] * clip(c["syn_gain"] * drive)
        iahp = clip(c["ahp_decay"] * iahp + c["ahp_jump"] * spikes)
        ileak = c["mem_leak"] + iahp
        iin = clip(jnp.where(timer == 0, isyn - ileak + c["dc"], 0.0))
        feedback = jnp.exp(c["power"] * log_imem)
        i = reset(imem, spikes)
        inward = ileak * (c["mem_gain"] * (iin - ileak) - i * ileak) / (c["mem_leak"] * (i + c["mem_gain"]))
        imem = clip(i + c["mem_rate"] * i * (inward + feedback))
        return (isyn, iahp, imem, jax.lax.stop_gradient(jnp.maximum(timer - 1, 0.0))), spikes

    ones = jnp.ones(drive.shape[1:], jnp.float32)
    keep = jax.checkpoint_policies.save_only_these_names("recurrent")
    step = jax.checkpoint(step, prevent_cse=False, policy=keep)
    state, spikes = jax.lax.scan(step, (ones, ones, ones, 0 * ones), drive, unroll=unroll)
    return jnp.concatenate([spikes[1:], spikes_of(c, state[2])[0][None]])


def loss_and_gradient(c, weights, inputs, target, unroll):
    """Mean squared error of the spikes, its gradient for (w_in, w_rec), and the spikes. w_rec may be None."""
    w_in, w_rec = weights
    recurrence = None
    if w_rec is not None:
        w_transposed = jax.lax.optimization_barrier(w_rec.T)

        def recurrence(spikes):
            return recur(spikes, w_rec, w_transposed)

    def loss(drive):
        spikes = layer(c, drive, recurrence, unroll)
        return jnp.mean((spikes - target) ** 2), spikes

    rows = inputs.reshape(-1, inputs.shape[-1])
    drive = (rows @ w_in).reshape(target.shape)
    (value, spikes), slope = jax.value_and_grad(loss, has_aux=True)(drive)
    n = target.shape[-1]
    g_in = rows.T @ slope.reshape(-1, n)
    g_rec = None if w_rec is None else spikes[:-1].reshape(-1, n).T @ slope[1:].reshape(-1, n)
    return value, (g_in, g_rec), spikes


def best_unroll(request, lanes):
    return int(request.get("unroll", 2 if lanes <= 16 else 1))


def prepare_training(r):
    n, inputs, batch, steps, epochs, seed = need(r, "n", "inputs", "batch", "steps", "epochs", "seed")
    random = np.random.default_rng(seed)
    scale, rate = r.get("weightScale", 1), r.get("learningRate", 6e-3)
    raster = jnp.asarray(random.random((steps, batch, inputs)) < 0.05, jnp.float32)
    w_in, w_rec = (jnp.asarray(scale * random.standard_normal((k, n)), jnp.float32) for k in (inputs, n))
    wanted = np.arange(n) % batch == np.arange(batch)[:, None]
    target = jnp.asarray(np.broadcast_to(wanted, (steps, batch, n)), jnp.float32)
    c, unroll = coefficients(n, r.get("dt", 1e-3), {}), best_unroll(r, batch * n)

    def epoch(carry, k):
        weights, mean, square = carry
        loss, gradient, _ = loss_and_gradient(c, weights, raster, target, unroll)
        mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
        square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradient)
        m_scale, v_scale = 1 / (1 - 0.9 ** (k + 1)), 1 / (1 - 0.999 ** (k + 1))
        weights = jax.tree.map(
            lambda w, m, v: w - rate * m * m_scale / (jnp.sqrt(v * v_scale) + 1e-16), weights, mean, square
        )
        return (weights, mean, square), loss

    train = jax.jit(lambda carry: jax.lax.scan(epoch, carry, jnp.arange(epochs, dtype=jnp.float32)))
    weights = (w_in, w_rec)
    zeros = jax.tree.map(jnp.zeros_like, weights)
    _, losses = jax.block_until_ready(train((weights, zeros, zeros)))
    spikes = jax.jit(loss_and_gradient, static_argnums=4)(c, weights, raster, target, unroll)[2]
    ready = {"ready": True, "spiking": float((spikes > 0).mean())}
    ready |= {"loss": float(losses[0]), "lossAfter": float(losses[-1])}
    return ready, lambda: train((weights, zeros, zeros)), {"epochs": epochs}


def prepare_forward(r):
    n, steps, seed = need(r, "n", "steps", "seed")
    random = np.random.default_rng(seed)
    drive = jnp.asarray(r.get("drive", 1) * random.poisson(0.1, (steps, n)), jnp.float32)
    w_rec = random.standard_normal((n, n), np.float32) / np.float32(np.sqrt(n))
    w_transposed = jnp.asarray(np.ascontiguousarray(w_rec.T))  # [post][pre]: the product reads it in order.
    c, unroll = coefficients(n, r.get("dt", 1e-3), {}), int(r.get("unroll", 1))
    simulate = jax.jit(lambda drive, w: layer(c, drive, lambda spikes: w @ spikes, unroll))
    spikes = jax.block_until_ready(simulate(drive, w_transposed))
    ready = {"ready": True, "spiking": float((spikes > 0).mean())}
    return ready, lambda: simulate(drive, w_transposed), {"neuronSteps": steps * n}


def gradient(r):
    n, batch, steps, flat, w_in, target = need(r, "n", "batch", "steps", "input", "wIn", "target")

    def array(values, *shape):
        return jnp.asarray(np.asarray(values, np.float32).reshape(shape))

    w_rec = None if r.get("wRec") is None else array(r["wRec"], n, n)
    weights = (array(w_in, -1, n), w_rec)
    c = coefficients(n, r.get("dt", 1e-3), r.get("params") or {})
    given = (c, weights, array(flat, steps, batch, -1), array(target, steps, batch, n))
    evaluate = jax.jit(loss_and_gradient, static_argnums=4)
    loss, (g_in, g_rec), _ = evaluate(*given, best_unroll(r, batch * n))
    g_rec = None if g_rec is None else g_rec.ravel().tolist()
    return {"loss": float(loss), "wIn": g_in.ravel().tolist(), "wRec": g_rec}


def need(request, *names):
    missing = [name for name in names if name not in request]
    if missing:
        raise ValueError(f"the request lacks {', '.join(missing)}")
    return [request[name] for name in names]


def main():
    # Answers alone go to stdout; whatever a library prints goes to stderr.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    prepare = {"training": prepare_training, "forward": prepare_forward}
    run, size = None, {}
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request.get("quit"):
                return
            if request.get("task") in prepare:
                run = None
                answer, run, size = prepare[request["task"]](request)
            elif request.get("gradient"):
                answer = gradient(request)
            elif request.get("run"):
                if run is None:
                    raise ValueError("nothing is prepared: send a task first")
                begin = time.perf_counter()
                jax.block_until_ready(run())
                answer = {"seconds": time.perf_counter() - begin, **size}
            else:
                raise ValueError("a request is a task (training, forward), run, gradient or quit")
        except Exception as error:  # Whatever goes wrong, the other side must hear of it.
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
