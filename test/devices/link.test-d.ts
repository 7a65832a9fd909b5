import {
  type DeviceErrorCode,
  type HardwareEvents,
  type Link,
  type LinkListener,
  type VirtualLink,
  virtualBoard,
} from 'spikeline';
import { describe, expectTypeOf, it } from 'vitest';

describe('a link', () => {
  it('is the same behind a virtual and a real board', () => {
    expectTypeOf<VirtualLink>().toExtend<Link>();
    expectTypeOf(virtualBoard().open()).resolves.toEqualTypeOf<VirtualLink>();
    expectTypeOf<Link>().not.toHaveProperty('poke');
  });

  it('fails with one of a closed set of codes', () => {
    expectTypeOf<DeviceErrorCode>().toEqualTypeOf<
      | 'not-found'
      | 'busy'
      | 'disconnected'
      | 'timed-out'
      | 'overflow'
      | 'protocol'
      | 'refused'
      | 'unsupported'
    >();
  });

  it('carries 32-bit times and words', () => {
    expectTypeOf<HardwareEvents['timestamps']>().toEqualTypeOf<Uint32Array>();
    // @ts-expect-error -- unwrapped times do not fit
    const events: HardwareEvents = { timestamps: new Float64Array(1), words: new Uint32Array(1) };
    // @ts-expect-error -- a listener must take events
    const listener: LinkListener = { closed: () => {} };
    expectTypeOf({ events, listener }).toBeObject();
  });
});
