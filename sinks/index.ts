// The sinks: where streams end.
export { collect } from './collect.ts';
export { type FpgaReport, type ToFpgaConfig, toFpga } from './to-fpga.ts';
