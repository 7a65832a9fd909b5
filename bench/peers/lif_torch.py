"""The PyTorch side of the benchmark of LIF networks, trained on one core by the library that the first argument names.

`spikes @ w1 -> LIF -> @ w2 -> LIF`, cross-entropy of the softmax over the rates that leave, Adam. Every library has its
own neuron in the mode that is fastest on a CPU, with the same equations: v = v - v/tau + x, a spike above 1, then v = 0,
through which no gradient passes; the spike passes on 1/(1 + 10·|v - 1|)², spikingjelly five times that, which Adam does not
see, and norse 1/(1 + |v - 1|)², as it does not heed its steepness. Matrices are multiplied once for all steps. float32.

Protocol: one JSON object per line on stdin, one JSON object per line on stdout, in the same order.

    {"task": "lif", "inputs": 64, "hidden": 128, "outputs": 10, "batch": 32, "steps": 100, "epochs": 5, "tau": 20,
     "temperature": 0.1, "learningRate": 1e-3, "w1": "..", "w2": "..", "input": "..", "labels": [..]}
        prepares `epochs` steps of training on one batch. Numbers are float32 in base64, row-major: w1 [inputs][hidden],
        w2 [hidden][outputs], input [batch][steps][inputs].
        -> {"ready": true, "loss": the first loss, "hidden", "outputs": shares of neuron-steps with a spike}
    {"run": true}
        trains on from where it is.
        -> {"seconds": s, "loss": the last loss}
    {"version": true}
        -> {"version": versions of the library and of PyTorch}

A request that cannot be answered gives {"error": reason}. Without the library: the same, and exit code 3.
The process keeps to one core: the CPU number in SPIKELINE_BENCH_CPU, else the last one it may use.
"""

import base64
import importlib
import importlib.metadata
import sys
from types import SimpleNamespace

from answering import begin, give_up, serve

answers = begin()
library = sys.argv[1]
try:
    import numpy as np
    import torch

    package = importlib.import_module(library)
except ImportError as error:
    give_up(answers, f"{library} is not installed: {error}")
torch.set_num_threads(1)

STEEPNESS = 10.0


def snntorch_neurons(tau):
    """Resets at the start of the next step, which is the same."""
    from snntorch import Leaky, surrogate

    neuron = Leaky(
        beta=1 - 1 / tau, threshold=1.0, reset_mechanism="zero", spike_grad=surrogate.fast_sigmoid(slope=STEEPNESS)
    )

    def run(x):
        mem = torch.zeros_like(x[0])
        spikes = []
        for row in x:
            spike, mem = neuron(row, mem)
            spikes.append(spike)
        return torch.stack(spikes)

    return run


def norse_neurons(tau):
    """Takes tau·x, and has no way to leave the reset out of the gradient but a reset of its own."""
    from norse.torch.functional.lif_box import LIFBoxFeedForwardState, LIFBoxParameters, lif_box_feed_forward_step

    def reset(spike, v, value, _threshold):
        kept = spike.detach()
        return (1 - kept) * v + kept * value

    p = LIFBoxParameters(tau_mem_inv=torch.tensor(1e3 / tau), alpha=STEEPNESS, reset_method=reset)

    def run(x):
        state = LIFBoxFeedForwardState(v=torch.zeros_like(x[0]))
        spikes = []
        for row in tau * x:
            spike, state = lif_box_feed_forward_step(row, state, p, dt=1e-3)
            spikes.append(spike)
        return torch.stack(spikes)

    return run


def spikingjelly_neurons(tau):
    """All steps in one operation, whose way back is written by hand."""
    from spikingjelly.activation_based import neuron, surrogate

    node = neuron.LIFNode(
        tau=float(tau), decay_input=False, detach_reset=True, surrogate_function=surrogate.SoftSign(STEEPNESS),
        step_mode="m",
    )  # fmt: skip

    def run(x):
        node.reset()
        return node(x)

    return run


neurons = {"snntorch": snntorch_neurons, "norse": norse_neurons, "spikingjelly": spikingjelly_neurons}[library]


def numbers(text, *shape):
    return torch.from_numpy(np.frombuffer(base64.b64decode(text), np.float32).reshape(shape).copy())


def prepare(request):
    r = SimpleNamespace(**request)
    w1 = numbers(r.w1, r.inputs, r.hidden).requires_grad_()
    w2 = numbers(r.w2, r.hidden, r.outputs).requires_grad_()
    entering = numbers(r.input, r.batch, r.steps, r.inputs).transpose(0, 1).contiguous()
    labels = torch.tensor(r.labels)
    first, second = neurons(r.tau), neurons(r.tau)
    adam = torch.optim.Adam([w1, w2], lr=r.learningRate, eps=1e-16, fused=True)

    def forward():
        hidden = first(entering @ w1)
        return hidden, second(hidden @ w2)

    def step():
        adam.zero_grad()
        _, leaving = forward()
        loss = torch.nn.functional.cross_entropy(leaving.mean(0) / r.temperature, labels)
        loss.backward()
        adam.step()
        return loss

    def run():
        for _ in range(r.epochs):
            loss = step()
        return {"loss": float(loss)}

    with torch.no_grad():
        hidden, leaving = forward()
        loss = torch.nn.functional.cross_entropy(leaving.mean(0) / r.temperature, labels)
    ready = {"loss": float(loss), "hidden": float(hidden.mean()), "outputs": float(leaving.mean())}
    return {"ready": True, **ready}, run


if __name__ == "__main__":
    version = f"{library} {importlib.metadata.version(library)} (torch {torch.__version__})"
    serve(answers, version, {"lif": prepare})
