import { kernel } from 'spikeline';
import { kernelFeatures } from 'spikeline/neurons';
import { expect, it } from 'vitest';
import { describeKernel } from './suite.ts';

/** Tests the kernel as machine code of some instructions; in a process of its own, as what there is is found out once. */
export function describeNative(instructions: 'avx2' | 'avx512'): void {
  process.env['SPIKELINE_NATIVE'] = instructions;
  const { native } = kernelFeatures();
  if (native === undefined) {
    it.skip(`the kernel of ${instructions}: this processor lacks them, or there was no compiler`);
    return;
  }
  it('is what computes, unless somebody wants the numbers of all machines', () => {
    expect([native, kernel().name]).toEqual([instructions, `kernel, ${instructions}`]);
    expect(kernel({ native: false }).name).toMatch(/^kernel(, relaxed)?$/);
  });
  describeKernel(`the kernel of ${instructions}`, (threads) =>
    kernel(threads === undefined ? {} : { threads }),
  );
}
