import { renderPng } from './png.ts';

/** Pictures by their names as files, each as SVG and PNG. */
export function pictureFiles(
  pictures: Readonly<Record<string, string>>,
): Record<string, string | Uint8Array> {
  return Object.fromEntries(
    Object.entries(pictures).flatMap(([name, svg]) => [
      [`${name}.svg`, svg],
      [`${name}.png`, renderPng(svg)],
    ]),
  );
}

/** Names of the files that pictures of these names become. */
export function pictureNames(names: readonly string[]): string[] {
  return names.flatMap((name) => [`${name}.svg`, `${name}.png`]);
}
