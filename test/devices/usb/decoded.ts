/** How many events a second are made of what devices send, and whether they are all there. */
import { lastValueFrom, takeWhile } from 'rxjs';
import { dynapse1Board } from 'spikeline/devices';
import { fromCamera, type UsbAccess } from 'spikeline/sources';

/** Million events a second of processor time, of a DAVIS346. */
export async function decodedPixels(count: number, access?: UsbAccess): Promise<number> {
  const config = access === undefined ? {} : { access };
  let seen = 0;
  let begin: NodeJS.CpuUsage | undefined;
  await lastValueFrom(
    fromCamera('davis346', config).pipe(
      takeWhile(({ addresses }) => {
        begin ??= process.cpuUsage();
        seen += addresses.length;
        return seen < count;
      }),
    ),
    { defaultValue: undefined },
  );
  const { user, system } = process.cpuUsage(begin);
  return seen / (user + system);
}

/** Million spikes a second of processor time, of a DYNAP-SE1 with one in every microsecond; fails if one is missing or out of order. */
export async function decodedSpikes(count: number, access?: UsbAccess): Promise<number> {
  const config = access === undefined ? {} : { access };
  const link = await dynapse1Board({ ...config, reset: false }).open();
  const begin = process.cpuUsage();
  let seen = 0;
  let before = -1;
  let wrong = 0;
  await new Promise<void>((resolve) => {
    const stop = link.listen({
      events({ timestamps }) {
        for (let i = 0; i < timestamps.length; i++) {
          if (before >= 0 && timestamps[i]! - before !== 1) wrong++;
          before = timestamps[i]!;
        }
        seen += timestamps.length;
        if (seen < count) return;
        stop();
        resolve();
      },
    });
  });
  const { user, system } = process.cpuUsage(begin);
  await link.close();
  if (wrong > 0) throw new Error(`${wrong} of ${seen} spikes were not where they belong`);
  return seen / (user + system);
}
