import { gunzipSync } from 'node:zlib';
import { pipelineOfNir, readNir } from 'spikeline/nir';
import { describe, expect, it } from 'vitest';

/**
 * A file as h5py 3 writes it, packed: Input, Linear, Output, where the weight is an array of numpy booleans, [[1, 0], [0, 1],
 * [1, 1]], and so is `trained` in the metadata of the Linear. HDF5 has them as whole numbers with the names FALSE and TRUE.
 */
const packed = [
  'H4sIALVkC2sC/+v0cHHj5ZLiYubgYICB/1CwXAHCN4CKs07wferv4RLExFDBJISsEAa4mBgYGRjYgHKMDOxlqUXF',
  'mfl5m6Ga2fhBoix5+Smp+xmhYvoMpIJClVIRsBMYGRgZWRgYmIBizCIMjJKMjAwCQDYIQ0znYGAFuoaZiQPoGmZG',
  'BqjvBGAGHWAY8qA0pFOWmOiABHxJZUGqExM0LgRAQqypKempxX7MKGKg+CmOYoFaIUvACS8aecrJiQ4BieEXHcHa',
  '5gvgYaECDAsmRkZoeDPgookJKwVoWDnALFow+MPib+HvAGKSJg/Iy4yJd6HpDcpPqmBH4SdPkIKaq0G8E5KP8heQ',
  'ljsSWFFyQnFGYkFqDhvUOEMyQuF33PUUcnJHwjDMHfHf1QvgYSECDAtGIIDKwWhmHgZGAQ4GaFntAAkTLkiYFEDD',
  'BF5L7Ri6YVGsMDuNtKRZAfU9myBIiK08NTM9o6RFEiooDBLkyE0tSUxJLEnUhhXaknicsP+5zzVImIPSGQciHtyd',
  '/X0YkRIfPG5g+UDPAKUEg8WHn2eQe1FiQQYzWpwmQWkWNPFkWJsCh3o2NPFEKM2Ops8zr6C0BMkdMH0+mXmpiUUM',
  'DJxo4v6lJRANUCDBzzAKRsEoGAWjYBSMglEwCkbBKBgFo2AUjDjAgTQewATtf8P4bGh8VjQ+MxqfBaoGxmdHGjcg',
  'Z1ysQgGidziNi3GGf2tHHzWGjaHAR4nR+YoMjBFMiLCGhZWbo0+wK0NIUKgrUAx58KxDARGBYDB5UIaF2UH3dtLG',
  'xYSloR5DGrKVl4EaR86Qrc6xn8zkJM2+YZg0TyV6uVMyZDtPAVGkgMEQHrJdZrrNmvipz5KixMy81JR1sJFYJ2o4',
  '4esMPz2MpElqSbBMATX+GDYPyegQ2c27mWEUDGHAhtQu4IAkSGDpgizKiVTzMQIA/gksracgAAA=',
].join('');

describe('booleans of numpy', () => {
  const bytes = new Uint8Array(gunzipSync(Buffer.from(packed, 'base64')));

  it('are read as 0 and 1, in arrays and alone', async () => {
    const graph = await readNir(bytes);
    const linear = graph.nodes['b'];
    expect(linear).toMatchObject({ type: 'Linear', metadata: { trained: 1 } });
    const weight = linear?.type === 'Linear' ? linear.weight : undefined;
    expect(weight?.shape).toEqual([3, 2]);
    expect(Array.from(weight?.values ?? [])).toEqual([1, 0, 0, 1, 1, 1]);
    expect(pipelineOfNir(graph).problems.map(({ code }) => code)).not.toContain('wrong-type');
  });
});
