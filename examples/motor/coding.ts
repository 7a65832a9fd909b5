// How two speeds become spikes, and spikes a voltage. Each speed has 48 places, spread evenly over what it can be, whose channels fire
// the more the nearer it is to them; three channels more always fire, so that neurons are never without input.

import type { Decode, Encode } from 'spikeline';
import { populationDecode, rateEncode } from 'spikeline/operators';
import { always, channels, design, dt, perStep, places, reach, roles } from './network.ts';

const code = rateEncode({
  range: [-reach, reach],
  neurons: places,
  rate: perStep / dt,
  tuning: 'bumps',
  width: reach / 4,
});

/** The two speeds as a loop encodes them. */
export function encode(): Encode<Float64Array> {
  const rows = code.rows(2, dt);
  return (speeds) => {
    const counts = new Uint32Array(channels);
    rows.follow(speeds, 0, counts, 0);
    return counts.fill(perStep, channels - always);
  };
}

/** The voltage as a loop decodes it, from the spikes of the last 5 ms or so: error neurons push now, integrators hold. */
export const decode: Decode<Float64Array, Float64Array> = populationDecode({
  values: roles.map(({ kind, sign }) => sign * design[kind].volts),
  method: 'sum',
  tau: 5.4e-3,
});
