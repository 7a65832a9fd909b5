import { dynapSim, kernel, pipeline, referenceEngine, startPipeline } from 'spikeline';
import { describe, expect, it } from 'vitest';

describe('weights that float32 cannot hold', () => {
  const net = pipeline(
    dynapSim({
      neurons: 2,
      recurrent: [
        [1, 1e39],
        [0, 1],
      ],
    }),
  );

  it('are refused by the kernel, and taken by the reference', () => {
    expect(() => startPipeline(net, kernel())).toThrow(/recurrent\[1\] is 1e\+39; float32 ends/);
    expect(() => startPipeline(net, referenceEngine)).not.toThrow();
  });
});
