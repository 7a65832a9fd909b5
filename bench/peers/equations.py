"""The network as a JAX user writes it down: equation by equation, in amperes and seconds, differentiated by JAX.

The equations are those of `src/neuron/step.ts`. Parameters are arguments, one value per neuron, because training draws
them anew as it goes. JAX's own maximum and clip already have the derivatives that are wanted: 1 inside, 1/2 at a bound.
"""

import jax
import jax.numpy as jnp
import numpy as np


@jax.custom_jvp
def spike(imem, threshold, dark):
    """Number of spikes; the surrogate gradient is 1 per ampere where imem > Io."""
    return jnp.maximum(0.0, jnp.ceil(jnp.log(imem / threshold)))


@spike.defjvp
def _(primals, tangents):
    imem, _, dark = primals
    return spike(*primals), jnp.where(imem > dark, 1.0, 0.0) * tangents[0]


def coefficients(p, dt):
    """All that a step needs."""
    return {**{name: jnp.asarray(value, jnp.float32) for name, value in p.items()}, "dt": np.float32(dt)}


def layer(p, drive, w_rec):
    """Runs the neurons over `drive` [steps, ..., n] from rest; returns the spikes, same shape."""
    dt, dark, kappa = p["dt"], p["Io"], (p["kappa_n"] + p["kappa_p"]) / 2
    itau_syn, itau_ahp, itau_mem = (jnp.maximum(p[k], dark) for k in ("Itau_syn", "Itau_ahp", "Itau_mem"))

    def tau(current, capacity):
        return capacity * p["Ut"] / (kappa * current)

    def pulse(current, capacity):
        return capacity * p["Vth"] / current

    tau_syn, tau_ahp = tau(itau_syn, p["C_syn"]), tau(itau_ahp, p["C_ahp"])
    syn_charge = 1 - jnp.exp(-pulse(p["Ipulse"], p["C_pulse"]) / tau_syn)
    ahp_charge = 1 - jnp.exp(-pulse(p["Ipulse_ahp"], p["C_pulse_ahp"]) / tau_ahp)

    def step(state, drive):
        isyn, iahp, imem, vmem, spikes, timer = state
        if w_rec is not None:
            drive = drive + spikes @ w_rec
        isyn_inf = jnp.maximum(p["Igain_syn"] / itau_syn * drive * p["Iscale"], dark)
        isyn = jnp.exp(-dt / tau_syn) * isyn + syn_charge * isyn_inf
        jump = p["Igain_ahp"] / itau_ahp * p["Iw_ahp"] * spikes
        iahp = jnp.maximum(jnp.exp(-dt / tau_ahp) * iahp + ahp_charge * jump, dark)
        ileak = itau_mem + iahp
        iin = jnp.maximum(jnp.where(timer == 0, isyn - ileak + p["Idc"], 0.0), dark)
        feedback = dark * jnp.exp(kappa**2 / (kappa + 1) * vmem / p["Ut"]) / ileak * (imem + p["Igain_mem"])
        inward = p["Igain_mem"] / itau_mem * (iin - ileak)
        slope = imem / (tau(ileak, p["C_mem"]) * (imem + p["Igain_mem"]))
        imem = jnp.maximum(imem + dt * slope * (inward + feedback - imem * (1 + iahp / itau_mem)), dark)
        vmem = p["Ut"] / kappa * jnp.log(imem / dark)
        spikes = spike(imem, p["Ispkthr"], dark)
        imem = imem + jnp.clip(spikes, 0, 1) * (dark - imem)
        left = jnp.maximum(timer - dt, 0.0)
        timer = jax.lax.stop_gradient(jnp.where(spikes > 0, pulse(p["Iref"], p["C_ref"]), left))
        return (isyn, iahp, imem, vmem, spikes, timer), spikes

    zeros = jnp.zeros(drive.shape[1:], jnp.float32)
    rest = zeros + dark
    return jax.lax.scan(step, (rest, rest, rest, zeros, zeros, zeros), drive)[1]


def loss_and_gradient(p, weights, inputs, target):
    """Mean squared error of the spikes, its gradient for (w_in, w_rec), and the spikes. w_rec may be None."""

    def loss(weights):
        w_in, w_rec = weights
        spikes = layer(p, inputs @ w_in, w_rec)
        return jnp.mean((spikes - target) ** 2), spikes

    (value, spikes), gradient = jax.value_and_grad(loss, has_aux=True)(weights)
    return value, gradient, spikes


def simulator(p, w_rec):
    """Runs one trial of given drive."""
    simulate = jax.jit(layer)
    weights = jnp.asarray(w_rec)
    return lambda drive: simulate(p, drive, weights)
