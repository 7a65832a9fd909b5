/** The table of chip families that Spikeline knows: a line for each. */
export { dynapse1 } from './dynapse1/family.ts';
export { dynapse2 } from './dynapse2/family.ts';
