import h5wasm from 'h5wasm';

/** What a made-up HDF5 file holds: groups in groups, and data in them. */
export interface Contents {
  readonly [name: string]: Contents | Data;
}

/** Data of a made-up file, with the options of `create_dataset`. */
type Data = { readonly data: unknown } & Record<string, unknown>;

function fill(group: InstanceType<typeof h5wasm.Group>, contents: Contents): void {
  for (const [name, item] of Object.entries(contents)) {
    if ('data' in item) group.create_dataset({ name, ...item } as never);
    else fill(group.create_group(name), item);
  }
}

/** Makes an HDF5 file of anything, by the library alone. */
export async function hdf5File(
  contents: Contents,
  options: { libver?: 'latest' | ['earliest', 'latest']; track_order?: boolean } = {},
): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File('/made-up', 'w', options);
  fill(file, contents);
  file.close();
  const bytes = FS.readFile('/made-up');
  FS.unlink('/made-up');
  return bytes;
}

/** Names of the files in the library's memory. */
export async function filesInMemory(): Promise<string[]> {
  const { FS } = await h5wasm.ready;
  return FS.readdir('/');
}

const text = (data: string): Data => ({ data });
const one = (value: number): Data => ({ data: Float32Array.of(value), shape: [1] });

/** A file as the first versions of NIR wrote it: nothing packed, no v_reset, no w_in. */
export const oldLayout: { readonly version: Data; readonly node: Contents } = {
  version: text('0.1.1'),
  node: {
    type: text('NIRGraph'),
    edges: { data: ['a', 'b', 'b', 'c', 'c', 'd'], shape: [3, 2] },
    nodes: {
      a: { type: text('Input'), shape: { data: BigInt64Array.of(1n), shape: [1] } },
      b: { type: text('Linear'), weight: { data: Float32Array.of(2), shape: [1, 1] } },
      c: {
        type: text('CubaLIF'),
        tau_syn: one(0.01),
        tau_mem: one(0.02),
        r: one(1),
        v_leak: one(0),
        v_threshold: one(1),
      },
      d: { type: text('Output'), shape: { data: BigInt64Array.of(1n), shape: [1] } },
    },
  },
};
