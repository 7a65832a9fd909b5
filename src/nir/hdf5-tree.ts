/** What an HDF5 file holds, reduced to what NIR has. */
export type Hdf5Item = Hdf5Group | Hdf5Words | Hdf5Numbers | Hdf5Other;

/** A folder. */
export interface Hdf5Group {
  readonly kind: 'group';
  readonly items: ReadonlyMap<string, Hdf5Item>;
}

/** Text of any shape. */
export interface Hdf5Words {
  readonly kind: 'words';
  readonly shape: readonly number[];
  readonly values: readonly string[];
}

/** Numbers of any shape. */
export interface Hdf5Numbers {
  readonly kind: 'numbers';
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
  /** Whether the file holds whole numbers of 64 bits or less. */
  readonly whole: boolean;
}

/** Something else; it is named where somebody asks for it. */
export interface Hdf5Other {
  readonly kind: 'other';
  /** What it is. */
  readonly what: string;
}
