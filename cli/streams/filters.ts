/** Filters of events as options of commands, in the order in which they are applied. */
import type { Observable } from 'rxjs';
import { type AerPacket, downsample, InvalidArgumentError, type PixelSpace } from 'spikeline';
import type { StreamItem } from 'spikeline/events';
import {
  crop,
  denoise,
  type EventOperator,
  flip,
  hotPixels,
  polarity,
  refractory,
  transpose,
} from 'spikeline/operators';
import { problem } from 'spikeline/problems';
import { decimal, type OptionSpecs } from '../arguments.ts';
import type { OptionReader } from './options.ts';
import { between } from './time-window.ts';

type Pixels = AerPacket<PixelSpace>;
type Operator = EventOperator<Pixels, Pixels>;

/** A filter that is an option: what it takes, and what makes it. */
interface FilterOption {
  readonly name: string;
  readonly value?: string;
  readonly help: string;
  make(text: string): Operator;
}

/** A number, with the text that was given if it is none. */
function real(text: string): number {
  return decimal(text) ?? refuse(text, 'a number is needed');
}

function refuse(text: string, needed: string): never {
  throw new InvalidArgumentError('this is no filter', [problem('', 'wrong-type', text, needed)]);
}

const milliseconds = (text: string): number => real(text) / 1000;

/** The filters in the order in which they are applied. */
const filters: readonly FilterOption[] = [
  {
    name: 'crop',
    value: 'X,Y,W,H',
    help: 'keep W × H pixels, of which the upper left is (X, Y)',
    make(text) {
      const parts = text.split(',').flatMap((part) => decimal(part) ?? []);
      if (parts.length !== 4 || text.split(',').length !== 4) {
        refuse(text, 'X,Y,W,H is needed: four whole numbers of pixels');
      }
      const [x, y, width, height] = parts as [number, number, number, number];
      return crop({ x, y, width, height });
    },
  },
  {
    name: 'polarity',
    value: 'WHICH',
    help: 'keep what became brighter (on) or darker (off); make all one (merge), or exchange them (invert)',
    make: (text) => polarity(text as 'on'),
  },
  {
    name: 'hot-pixels',
    value: 'RATE',
    help: 'leave out pixels that have more events a second',
    make: (text) => hotPixels({ rate: real(text) }),
  },
  {
    name: 'denoise',
    value: 'MS',
    help: 'leave out events without a neighbour in so many milliseconds before',
    make: (text) => denoise({ window: milliseconds(text) }),
  },
  {
    name: 'refractory',
    value: 'MS',
    help: 'leave out events of a pixel within so many milliseconds after one',
    make: (text) => refractory<PixelSpace>({ period: milliseconds(text) }),
  },
  {
    name: 'flip',
    value: 'HOW',
    help: 'mirror the picture: horizontal, vertical or both',
    make: (text) => flip(text as 'both'),
  },
  { name: 'transpose', help: 'exchange rows and columns', make: () => transpose() },
  {
    name: 'downsample',
    value: 'N',
    help: 'make one pixel of N × N',
    make: (text) => downsample(real(text)),
  },
];

/** Options of all filters. */
export const filterOptions: OptionSpecs = {
  from: { value: 'S', help: 'begin so many seconds after the first event' },
  to: { value: 'S', help: 'end so many seconds after the first event' },
  ...Object.fromEntries(filters.map(({ name, make: _, ...spec }) => [name, spec])),
};

/** Filters that were asked for. */
export interface Filters {
  /** Applies all. */
  through(items$: Observable<StreamItem>): Observable<StreamItem>;
  /** What they could not place, by filter and reason. */
  losses(): Record<string, number>;
}

/** Reads the filters; the reader knows what is wrong with them. */
export function readFilters(reader: OptionReader): Filters {
  const needed = 'a number of seconds is needed, 0 or more';
  const from = reader.number('from', needed, (value) => value >= 0);
  const after = `a number of seconds is needed, above ${from === undefined ? '0' : `${from}, where --from begins`}`;
  const to = reader.number('to', after, (value) => value > (from ?? 0));
  const operators = filters.flatMap(({ name, value, make }) => {
    const text = value === undefined ? reader.flag(name) || undefined : reader.text(name);
    if (text === undefined) return [];
    const operator = reader.attempt(`--${name}`, () => make(`${text}`));
    return operator === undefined ? [] : [{ name, operator }];
  });
  return {
    through(items$) {
      let filtered$ =
        from === undefined && to === undefined ? items$ : items$.pipe(between(from, to));
      for (const { operator } of operators) {
        filtered$ = operator(filtered$ as Observable<Pixels>);
      }
      return filtered$;
    },
    losses: () =>
      Object.fromEntries(
        operators.flatMap(({ name, operator }) =>
          Object.entries(operator.losses.byReason).map(([reason, count]) => [
            `${name}: ${reason}`,
            count,
          ]),
        ),
      ),
  };
}
