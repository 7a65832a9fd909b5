import { join } from 'node:path';
import { writeWhole } from '../store.ts';
import { renderPng } from './png.ts';

/** Writes pictures by their names, each as SVG and PNG. */
export function writePictures(folder: string, pictures: Readonly<Record<string, string>>): void {
  for (const [name, svg] of Object.entries(pictures)) {
    writeWhole(join(folder, `${name}.svg`), svg);
    writeWhole(join(folder, `${name}.png`), renderPng(svg));
  }
}
