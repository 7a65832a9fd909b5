/** Work that others have a hand in: what they throw is told, and goes no further. */

/** What work is given: few things, by themselves, since a list of them would be garbage each time. */
type Few =
  | readonly []
  | readonly [unknown]
  | readonly [unknown, unknown]
  | readonly [unknown, unknown, unknown];

/** Does something whose failure is told. */
export type Guard = <Given extends Few>(work: (...given: Given) => void, ...given: Given) => void;

/** Makes what does things unless it is over, and tells what they throw. */
export function guarding(isOver: () => boolean, failed: (cause: unknown) => void): Guard {
  const guard = (
    work: (first: unknown, second: unknown, third: unknown) => void,
    first: unknown,
    second: unknown,
    third: unknown,
  ): void => {
    if (isOver()) return;
    try {
      work(first, second, third);
    } catch (cause) {
      failed(cause);
    }
  };
  return guard as Guard;
}
