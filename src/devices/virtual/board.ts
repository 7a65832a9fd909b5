/** The virtual board: memory words in, spikes with board times out. */
import type { DefaultConfiguration } from '../../chips/families.ts';
import { DeviceError } from '../../errors.ts';
import type { Board } from '../link.ts';
import { completeBoard, type VirtualBoardConfig } from './board-config.ts';
import { openVirtualLink, type VirtualLink } from './virtual-link.ts';

/** A virtual board: it can be opened by one owner at a time. */
export type VirtualBoard<Configuration = DefaultConfiguration> = Board<VirtualLink<Configuration>>;

/**
 * Makes a virtual board of a chip family, the DYNAP-SE2 if none is named. It decodes only memory words and bias
 * codes, draws the mismatch of its silicon from its seed, stamps events with microseconds that wrap at 2^32, and
 * has FIFOs that overflow. In real time it follows the clock; otherwise it runs to the bin of the last event it
 * was sent, and through the time that it is asked for.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const link = await virtualBoard({ seed: 3 }).open();
 * await link.close();
 * ```
 */
export function virtualBoard<Configuration = DefaultConfiguration>(
  config: VirtualBoardConfig<Configuration> = {},
): VirtualBoard<Configuration> {
  const complete = completeBoard(config);
  let open = false;
  return {
    async open() {
      if (open) throw new DeviceError('busy', 'the virtual board is open already; close it first');
      open = true;
      try {
        return openVirtualLink(complete, () => {
          open = false;
        });
      } catch (cause) {
        open = false;
        throw cause;
      }
    },
  };
}
