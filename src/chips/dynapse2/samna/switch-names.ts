/** How samna spells the switches of converters. */

/** samna of 2022 misspells one. */
const misspelt: Readonly<Record<string, string>> = { SoifRefractory: 'SoifRefectory' };

/** The name in a configuration of the field that is called so here: `soifMem` is `SoifMem`. */
export function switchName(name: string): string {
  return fieldName(`${name.charAt(0).toUpperCase()}${name.slice(1)}`);
}

/** One name for a field that some samna spells in another way. */
export function fieldName(name: string): string {
  return misspelt[name] ?? name;
}
