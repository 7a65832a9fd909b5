/** Everything that the experiment leaves in its folder. */
import { pictureNames } from '../pictures/index.ts';
import { drawnNames } from './draw.ts';

/** Names of the files, in the order in which they are written. */
export const fileNames: readonly string[] = [
  'pipeline.json',
  'training.json',
  'quantised.json',
  'configuration.json',
  'chip.json',
  'result.json',
  'unfinished.json',
  ...pictureNames(drawnNames),
];
