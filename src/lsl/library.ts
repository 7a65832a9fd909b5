/** The user's own liblsl, called through koffi. (The C interface of liblsl 1.13 and later, `lsl_c.h`.) */
import { DeviceError, MissingLibraryError } from '../errors.ts';
import type { LslApi, LslCorrection, LslDescription, LslInlet, LslOutlet } from './api.ts';

type Koffi = typeof import('koffi').default;
type Call = ReturnType<ReturnType<Koffi['load']>['func']>;
type Handle = object;

/** Names under which systems find the library. */
const names: Readonly<Record<string, readonly string[]>> = {
  linux: ['liblsl.so', 'liblsl.so.2', 'liblsl.so.1'],
  darwin: ['liblsl.dylib', 'liblsl.2.dylib', '/opt/homebrew/lib/liblsl.dylib'],
  win32: ['lsl.dll', 'liblsl64.dll', 'liblsl.dll'],
};

/** Functions of the library that are called. */
const declarations = {
  lsl_local_clock: 'double lsl_local_clock()',
  lsl_resolve_bypred:
    'int lsl_resolve_bypred(_Out_ void **buffer, uint32_t room, const char *predicate, int minimum, double timeout)',
  lsl_create_inlet: 'void *lsl_create_inlet(void *info, int seconds, int chunk, int recover)',
  lsl_open_stream: 'void lsl_open_stream(void *inlet, double timeout, _Out_ int *error)',
  lsl_pull_chunk_d:
    'unsigned long lsl_pull_chunk_d(void *inlet, double *values, double *times, unsigned long room, unsigned long places, double timeout, int *error)',
  lsl_pull_sample_str:
    'double lsl_pull_sample_str(void *inlet, _Out_ void **texts, int room, double timeout, int *error)',
  lsl_destroy_string: 'void lsl_destroy_string(void *text)',
  lsl_time_correction_ex:
    'double lsl_time_correction_ex(void *inlet, _Out_ double *remote, _Out_ double *uncertainty, double timeout, _Out_ int *error)',
  lsl_was_clock_reset: 'uint32_t lsl_was_clock_reset(void *inlet)',
  lsl_destroy_inlet: 'void lsl_destroy_inlet(void *inlet)',
  lsl_create_streaminfo:
    'void *lsl_create_streaminfo(const char *name, const char *type, int channels, double rate, int format, const char *source)',
  lsl_destroy_streaminfo: 'void lsl_destroy_streaminfo(void *info)',
  lsl_get_name: 'const char *lsl_get_name(void *info)',
  lsl_get_type: 'const char *lsl_get_type(void *info)',
  lsl_get_channel_count: 'int lsl_get_channel_count(void *info)',
  lsl_get_nominal_srate: 'double lsl_get_nominal_srate(void *info)',
  lsl_get_channel_format: 'int lsl_get_channel_format(void *info)',
  lsl_get_source_id: 'const char *lsl_get_source_id(void *info)',
  lsl_get_desc: 'void *lsl_get_desc(void *info)',
  lsl_append_child: 'void *lsl_append_child(void *element, const char *name)',
  lsl_append_child_value:
    'void *lsl_append_child_value(void *element, const char *name, const char *value)',
  lsl_create_outlet: 'void *lsl_create_outlet(void *info, int chunk, int seconds)',
  lsl_have_consumers: 'int lsl_have_consumers(void *outlet)',
  lsl_push_chunk_dtnp:
    'int lsl_push_chunk_dtnp(void *outlet, const double *values, unsigned long elements, const double *times, int through)',
  lsl_push_sample_strtp:
    'int lsl_push_sample_strtp(void *outlet, const char **texts, double time, int through)',
  lsl_destroy_outlet: 'void lsl_destroy_outlet(void *outlet)',
} as const;

type Functions = Readonly<Record<keyof typeof declarations, Call>>;

/** Formats of channels, as the library numbers them. */
const formats = { double: 2, text: 3 } as const;

/** Streams that are found at once, at most. */
const mostStreams = 64;

/** Seconds that the library keeps for who is slow, and answers are waited for. */
const kept = 360;
const patience = 5;

/** Numbers that one call takes at most. */
const room = 1 << 14;

/** Has a function called on a thread of its own, since it waits. */
function apart<T>(call: Call, ...given: readonly unknown[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const done = (cause: unknown, result: T): void => (cause ? reject(cause) : resolve(result));
    (call.async as (...args: unknown[]) => void)(...given, done);
  });
}

/** What a number of the library means; nothing if all is well. */
function failure(code: number, what: string): DeviceError | undefined {
  if (code >= 0) return undefined;
  if (code === -1) return new DeviceError('timed-out', `${what}: nothing answers`);
  return code === -2
    ? new DeviceError('disconnected', `${what}: the stream is lost, and cannot be found again`)
    : new DeviceError('protocol', `${what}: liblsl says ${code}`);
}

function describe(call: Functions, info: Handle): LslDescription {
  return {
    name: call.lsl_get_name(info) as string,
    type: call.lsl_get_type(info) as string,
    channels: call.lsl_get_channel_count(info) as number,
    rate: call.lsl_get_nominal_srate(info) as number,
    texts: call.lsl_get_channel_format(info) === formats.text,
    source: call.lsl_get_source_id(info) as string,
  };
}

function inletOf(koffi: Koffi, call: Functions, info: Handle): LslInlet {
  const description = describe(call, info);
  const { channels, texts, name } = description;
  const inlet = call.lsl_create_inlet(info, kept, 0, 1) as Handle;
  call.lsl_destroy_streaminfo(info);
  const samples = Math.max(1, Math.floor(room / channels));
  const values = new Float64Array(samples * channels);
  const times = new Float64Array(samples);
  const error = new Int32Array(1);
  const check = (): void => {
    const wrong = failure(error[0]!, name);
    if (wrong !== undefined) throw wrong;
  };
  const none = new Float64Array(0);
  const pullTexts = () => {
    const found: string[] = [];
    let count = 0;
    for (; count < samples; count++) {
      const pointers = new Array<Handle | null>(channels).fill(null);
      const time = call.lsl_pull_sample_str(inlet, pointers, channels, 0, error) as number;
      check();
      if (time === 0) break;
      times[count] = time;
      found.push(pointers.map((text) => koffi.decode(text, 'char', -1) as string).join('\t'));
      for (const text of pointers) call.lsl_destroy_string(text);
    }
    return count === 0 ? undefined : { times: times.slice(0, count), values: none, texts: found };
  };
  const pullValues = () => {
    const got = Number(
      call.lsl_pull_chunk_d(inlet, values, times, values.length, times.length, 0, error),
    );
    check();
    const count = got / channels;
    return count === 0
      ? undefined
      : { times: times.slice(0, count), values: values.slice(0, got), texts: [] };
  };
  return {
    description,
    pull: texts ? pullTexts : pullValues,
    async correction(): Promise<LslCorrection> {
      const [remote, uncertainty, wrong] = [[0], [0], [0]] as [number[], number[], number[]];
      const offset = await apart<number>(
        ...[call.lsl_time_correction_ex, inlet, remote, uncertainty, patience, wrong],
      );
      const problem = failure(wrong[0]!, name);
      if (problem !== undefined) throw problem;
      return { remote: remote[0]!, offset, uncertainty: uncertainty[0]! };
    },
    restarted: () => call.lsl_was_clock_reset(inlet) !== 0,
    close: () => apart<void>(call.lsl_destroy_inlet, inlet),
  };
}

function outletOf(
  call: Functions,
  description: LslDescription,
  labels: readonly string[],
): LslOutlet {
  const { name, type, channels, rate, texts, source } = description;
  const format = texts ? formats.text : formats.double;
  const info = call.lsl_create_streaminfo(name, type, channels, rate, format, source) as Handle;
  const list = call.lsl_append_child(call.lsl_get_desc(info), 'channels') as Handle;
  for (const label of labels) {
    const channel = call.lsl_append_child(list, 'channel') as Handle;
    call.lsl_append_child_value(channel, 'label', label);
  }
  const outlet = call.lsl_create_outlet(info, 0, kept) as Handle;
  call.lsl_destroy_streaminfo(info);
  const check = (code: number): void => {
    const wrong = failure(code, name);
    if (wrong !== undefined) throw wrong;
  };
  return {
    get heard() {
      return call.lsl_have_consumers(outlet) !== 0;
    },
    send(times, values, said) {
      if (times.length === 0) return;
      if (!texts) {
        check(call.lsl_push_chunk_dtnp(outlet, values, values.length, times, 1) as number);
        return;
      }
      for (const [i, text] of said.entries()) {
        check(call.lsl_push_sample_strtp(outlet, [text], times[i]!, 1) as number);
      }
    },
    close: () => call.lsl_destroy_outlet(outlet),
  };
}

async function koffiLibrary(): Promise<Koffi> {
  try {
    return (await import('koffi')).default;
  } catch (cause) {
    const purpose = 'Lab Streaming Layer is reached with it';
    throw new MissingLibraryError('koffi', purpose, { cause });
  }
}

/** Opens the first library that is there. */
function open(koffi: Koffi, path: string | undefined): ReturnType<Koffi['load']> {
  const own = path ?? process.env['PYLSL_LIB'];
  const tried = own === undefined ? (names[process.platform] ?? []) : [own];
  let last: unknown;
  for (const name of tried) {
    try {
      return koffi.load(name);
    } catch (cause) {
      last = cause;
    }
  }
  throw new DeviceError(
    'not-found',
    `liblsl, the library of Lab Streaming Layer, cannot be opened (tried ${tried.join(', ')}): install it (github.com/sccn/liblsl/releases), or say where it is by \`library\` or PYLSL_LIB`,
    { cause: last },
  );
}

const opened = new Map<string, Promise<LslApi>>();

/**
 * Opens liblsl, once for each path.
 *
 * @param path of the library; that of PYLSL_LIB, or wherever the system has it, if left out
 * @throws MissingLibraryError if koffi is not installed
 * @throws DeviceError if there is no liblsl
 */
export function lslLibrary(path?: string): Promise<LslApi> {
  const key = path ?? '';
  const known = opened.get(key);
  if (known !== undefined) return known;
  const api = load(path);
  opened.set(key, api);
  api.catch(() => opened.delete(key));
  return api;
}

async function load(path: string | undefined): Promise<LslApi> {
  const koffi = await koffiLibrary();
  const library = open(koffi, path);
  const call = Object.fromEntries(
    Object.entries(declarations).map(([name, text]) => [name, library.func(text)]),
  ) as Functions;
  return {
    now: () => call.lsl_local_clock() as number,
    async find(predicate, seconds) {
      const infos = new Array<Handle | null>(mostStreams).fill(null);
      const given = [infos, mostStreams, predicate, 1, seconds];
      const count = await apart<number>(call.lsl_resolve_bypred, ...given);
      const wrong = failure(count, `streams with ${predicate}`);
      if (wrong !== undefined) throw wrong;
      return infos.slice(0, count).map((info) => inletOf(koffi, call, info!));
    },
    outlet: (description, labels) => outletOf(call, description, labels),
  };
}
