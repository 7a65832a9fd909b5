/** Names of which each is used once: one that is taken gets a number. */

/**
 * Makes what gives free names: `input`, `input 2`, `input 3`, … It remembers how far it has counted, since names may be many.
 *
 * @param isTaken whether somebody has a name already
 * @param numbered the name of a number
 */
export function freeNames(
  isTaken: (name: string) => boolean,
  numbered: (name: string, number: number) => string = (name, number) => `${name} ${number}`,
): (name: string) => string {
  const next = new Map<string, number>();
  return (name) => {
    if (!isTaken(name)) return name;
    let number = next.get(name) ?? 2;
    while (isTaken(numbered(name, number))) number++;
    next.set(name, number + 1);
    return numbered(name, number);
  };
}
