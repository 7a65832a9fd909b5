/** Reads zip files of NumPy arrays, which tell at their end what is in them. */
import { DataError } from '../../errors.ts';
import type { AerPacket } from '../../events/aer-packet.ts';
import { unknownName } from '../../options.ts';
import { problemText } from '../../problems.ts';
import type { Decoder, StreamHeader } from '../codec.ts';
import { type Counts, counts } from '../counts.ts';
import { packetRoom } from '../packet-room.ts';
import { soundDecoder } from '../sound.ts';
import { type NpyArray, npyHeader } from './array.ts';
import { emitEvents, type NumbersIn } from './emit.ts';
import { arrayReader, type NumpyReading, spaceOf } from './npy-decoder.ts';
import { byName, roleOf } from './roles.ts';
import { Unzip, type ZipEntry, zipEntries } from './zip.ts';

/** Bytes of a file at most. */
const largestFile = 2 ** 30;

/** What a file holds. */
interface Found {
  readonly header: StreamHeader;
  readonly packets: AerPacket[];
}

/** Starts to read. Nothing comes out before all bytes are in: the directory of a zip file stands at its end. */
export function npzDecoder(reading: NumpyReading, take: string | undefined): Decoder {
  const count = counts();
  let room = new Uint8Array(0);
  let held = 0;
  let header: StreamHeader | undefined;
  return soundDecoder({
    skipped: count.skipped,
    header: () => header,
    push(bytes) {
      if (held + bytes.length > largestFile) {
        throw new DataError(
          `this file has more than ${largestFile} bytes; save its arrays one by one`,
        );
      }
      if (held + bytes.length > room.length) {
        const grown = new Uint8Array(Math.max(held + bytes.length, Math.ceil(1.5 * held)));
        grown.set(room.subarray(0, held));
        room = grown;
      }
      room.set(bytes, held);
      held += bytes.length;
      return [];
    },
    end() {
      const found = readAll(room.subarray(0, held), reading, take, count);
      header = found.header;
      room = new Uint8Array(0);
      return found.packets;
    },
  });
}

function readAll(
  bytes: Uint8Array,
  reading: NumpyReading,
  take: string | undefined,
  count: Counts,
): Found {
  const arrays = new Map(
    zipEntries(bytes).flatMap((entry) =>
      entry.name.endsWith('.npy') ? [[entry.name.slice(0, -4), entry] as const] : [],
    ),
  );
  const zip = new Unzip(bytes);
  const names = [...arrays.keys()];
  const roles = names.map(roleOf);
  if (take === undefined && ['t', 'x', 'y'].every((role) => roles.includes(role as 't'))) {
    return events(zip, arrays, reading, count);
  }
  if (take !== undefined && !arrays.has(take)) {
    throw new DataError(problemText(unknownName(take, names, 'take')));
  }
  if (take === undefined && names.length !== 1) {
    throw new DataError(
      `this file has the arrays ${names.join(', ') || 'none'}: neither t, x, y and p nor a single one; tell which by take`,
    );
  }
  const name = take ?? names[0]!;
  const { array, data } = open(zip, arrays.get(name)!, name);
  const reader = arrayReader(array, reading, count);
  reader.all(data);
  count.add('otherArrays', names.length - 1);
  return { header: reader.header, packets: reader.packets() };
}

/** An entry as an array, all of whose numbers are there. */
function open(
  zip: Unzip,
  entry: ZipEntry,
  name: string,
): { readonly array: NpyArray; readonly data: Uint8Array } {
  const bytes = zip.unpack(entry);
  const array = npyHeader(bytes);
  if (array === undefined) throw new DataError(`array ${name} ends within its header`);
  const data = bytes.subarray(array.dataAt, array.dataAt + array.count * array.itemBytes);
  if (data.length < array.count * array.itemBytes) {
    throw new DataError(`array ${name} has ${data.length} bytes; its shape needs more`);
  }
  return { array, data };
}

/** Reads arrays of times, columns, rows and polarities. */
function events(
  zip: Unzip,
  arrays: ReadonlyMap<string, ZipEntry>,
  reading: NumpyReading,
  count: Counts,
): Found {
  const found = new Map<string, NumbersIn>();
  let total: number | undefined;
  for (const [name, entry] of arrays) {
    if (roleOf(name) === undefined) {
      count.add('otherArrays', 1);
      continue;
    }
    const { array, data } = open(zip, entry, name);
    const [field] = array.fields;
    if (array.isRecord || array.shape.length !== 1 || field === undefined) {
      throw new DataError(`array ${name} is no list of numbers`);
    }
    total ??= array.count;
    if (array.count !== total) {
      throw new DataError(`array ${name} has ${array.count} entries, another ${total}`);
    }
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const { read, readThousandth, micros } = field;
    found.set(name, { read, readThousandth, micros, offset: 0, stride: array.itemBytes, view });
  }
  const { t, x, y, p } = byName([...found]) as Record<'t' | 'x' | 'y', NumbersIn> & {
    p: NumbersIn | undefined;
  };
  const { space, size } = spaceOf(reading);
  const room = packetRoom(space);
  const micros = reading.micros ?? t.micros ?? 1;
  emitEvents({ t, x, y, p }, 0, total ?? 0, micros, space, room, count);
  const header = { format: reading.format, variant: 'events', ...size, space, fields: {} };
  return { header, packets: room.take() };
}
