/** Runs programs under the emulator, beside software devices in this process. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program } from '#test/support/programs';
import { descriptors, type Setup, type SoftwareDevice } from './software-device.ts';

const source = fileURLToPath(new URL('usbfs_emu.c', import.meta.url));

/** The emulator, compiled once for each text of it; a reason if that cannot be. */
function compiled(): { readonly path: string } | { readonly why: string } {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return {
      why: `it runs on Linux on x86-64, and this is ${process.platform} on ${process.arch}`,
    };
  }
  const folder = join(tmpdir(), `spikeline-usbfs-${process.getuid?.() ?? 0}`);
  const path = join(
    folder,
    `usbfs_emu-${createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16)}`,
  );
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const there = spawnSync(path, []);
  if (there.error === undefined) return { path };
  // Others may compile at the same time: each renames a file of its own.
  const own = `${path}.${process.pid}`;
  const made = spawnSync('gcc', ['-O2', '-o', own, source], { encoding: 'utf8' });
  if (made.error !== undefined) return { why: 'gcc is not installed' };
  if (made.status !== 0) return { why: `gcc fails: ${made.stderr.slice(0, 300)}` };
  renameSync(own, path);
  return { path };
}

/** Why programs cannot be run under the emulator here; undefined if they can. */
export function emulatorObstacle(): string | undefined {
  const emulator = compiled();
  if ('why' in emulator) return emulator.why;
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-usb-'));
  const file = join(folder, 'none');
  writeFileSync(file, new Uint8Array(18));
  const tried = spawnSync(emulator.path, ['--desc', file, '--', 'true'], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return tried.status === 0 ? undefined : `it fails here: ${tried.stderr.trim()}`;
}

/** A program under the emulator. */
export interface Emulated {
  readonly child: ChildProcess;
  /** Pulls the plug of a device. */
  unplug(device: SoftwareDevice): void;
  /** Files of devices that are open, by what the emulator saw. */
  readonly open: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly out: string;
    readonly err: string;
  }>;
}

/** How a program is run. */
export interface EmulatedConfig {
  readonly devices: readonly SoftwareDevice[];
  /** Devices that the system forbids to open. */
  readonly denied?: readonly SoftwareDevice[];
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Is told each line that the program prints. */
  line?(text: string, run: Emulated): void;
}

/** The command line for a program of ours, by its path from the root. */
export function ours(path: string, ...args: string[]): string[] {
  return [process.execPath, ...program(path, ...args)];
}

/** A device that is served. */
interface Served {
  unplug(): void;
  /** Resolves when all that the emulator said of it has been heard, after the emulator has ended. */
  close(): Promise<void>;
}

/** Serves a device to the emulator. */
function serve(device: SoftwareDevice, path: string, files: (change: number) => void): Served {
  let peer: Socket | undefined;
  interface Waiting {
    readonly id: number;
    readonly length: number;
  }
  let waiting: Waiting[] = [];
  let halted = false;
  const complete = (id: number, status: number, data: Uint8Array, actual = data.length): void => {
    const head = Buffer.alloc(17);
    head.writeUInt32LE(13 + data.length, 0);
    head[4] = 1;
    head.writeUInt32LE(id, 5);
    head.writeInt32LE(status, 9);
    head.writeUInt32LE(actual, 13);
    peer?.write(head);
    if (data.length > 0) peer?.write(data);
  };
  const none = new Uint8Array();
  const stalled = -32;
  const pump = (): void => {
    while (waiting.length > 0) {
      const answer = halted ? 'stall' : device.pull(waiting[0]!.length);
      if (answer === undefined || answer === 'silence') return;
      const { id } = waiting.shift()!;
      if (answer === 'stall') {
        halted = true;
        complete(id, stalled, none);
      } else complete(id, 0, answer);
    }
  };
  device.onReady(pump);
  const standard = (setup: Setup): Uint8Array | undefined => {
    if (setup.kind !== 0x80 || setup.request !== 6) return undefined;
    const [kind, index] = [setup.value >> 8, setup.value & 255];
    const all = descriptors(device.identity);
    if (kind === 1) return all.subarray(0, 18);
    if (kind === 2) return all.subarray(18);
    if (kind !== 3) return undefined;
    const { manufacturer, product, serial } = device.identity;
    const text = ['', manufacturer, product, serial][index];
    const bytes = index === 0 ? Buffer.from([9, 4]) : Buffer.from(text ?? '', 'utf16le');
    return Buffer.concat([Buffer.from([bytes.length + 2, 3]), bytes]);
  };
  const control = (id: number, bytes: Buffer): void => {
    const setup: Setup = {
      kind: bytes[0]!,
      request: bytes[1]!,
      value: bytes.readUInt16LE(2),
      index: bytes.readUInt16LE(4),
      length: bytes.readUInt16LE(6),
    };
    const answer = standard(setup) ?? device.control(setup, bytes.subarray(8));
    if (answer === 'silence') return;
    if (answer === 'stall') complete(id, stalled, none);
    else if (setup.kind & 0x80) complete(id, 0, answer.subarray(0, setup.length));
    else complete(id, 0, none, setup.length);
  };
  const take = (frame: Buffer): void => {
    const [kind, id, type, endpoint] = [frame[0]!, frame.readUInt32LE(1), frame[5]!, frame[6]!];
    const length = frame.readUInt32LE(7);
    if (kind === 1 && type === 2) control(id, frame.subarray(11));
    else if (kind === 1 && endpoint & 0x80) {
      waiting.push({ id, length });
      pump();
    } else if (kind === 1) complete(id, 0, none, frame.length - 11);
    else if (kind === 2) waiting = waiting.filter((one) => one.id !== id);
    else if (kind === 3) files(1);
    else if (kind === 4 && type === 21) {
      halted = false;
      device.clearHalt?.();
      pump();
    } else if (kind === 5) {
      files(-1);
      waiting = [];
      device.closed?.();
    }
  };
  let rest = Buffer.alloc(0);
  const server: Server = createServer((socket) => {
    peer = socket;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE(0)) {
        const end = 4 + rest.readUInt32LE(0);
        take(rest.subarray(4, end));
        rest = rest.subarray(end);
      }
    });
  });
  server.listen(path);
  return {
    unplug() {
      const frame = Buffer.alloc(17);
      frame.writeUInt32LE(13, 0);
      frame[4] = 2;
      peer?.write(frame);
    },
    async close() {
      server.close();
      if (peer?.closed === false) await once(peer, 'close');
    },
  };
}

/** Runs a program that sees software devices. */
export function emulated({ devices, denied = [], command, line }: EmulatedConfig): Emulated {
  const emulator = compiled();
  if ('why' in emulator) throw new Error(emulator.why);
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-usb-'));
  let open = 0;
  const served = new Map(
    devices.map((device, i) => {
      const path = join(folder, `${i}.sock`);
      writeFileSync(join(folder, `${i}.desc`), descriptors(device.identity));
      return [
        device,
        serve(device, path, (change) => {
          open += change;
        }),
      ];
    }),
  );
  const options = devices.flatMap((device, i) => [
    ...['--desc', join(folder, `${i}.desc`), '--model', join(folder, `${i}.sock`)],
    ...['--serial', device.identity.serial, '--product', device.identity.product],
    ...['--manufacturer', device.identity.manufacturer],
    ...['--denied', denied.includes(device) ? '1' : '0'],
  ]);
  const child = spawn(emulator.path, [...options, '--', ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let [out, err, rest] = ['', '', ''];
  const ended: Emulated['ended'] = new Promise((resolve) => {
    child.stderr.on('data', (bytes: Buffer) => {
      err += bytes.toString();
    });
    child.stdout.on('data', (bytes: Buffer) => {
      out += bytes.toString();
      const lines = (rest + bytes.toString()).split('\n');
      rest = lines.pop()!;
      for (const text of lines) line?.(text, run);
    });
    child.on('close', async (code) => {
      for (const [device, one] of served) {
        await one.close();
        device.dispose();
      }
      rmSync(folder, { recursive: true, force: true });
      resolve({ code, out, err });
    });
  });
  const run: Emulated = {
    child,
    ended,
    get open() {
      return open;
    },
    unplug: (device) => served.get(device)?.unplug(),
  };
  return run;
}
