// The sinks: where streams end.

export type { NatsSending } from '../src/nats/sending.ts';
export { collect } from './collect.ts';
export { type NatsPublisher, natsPublisher } from './nats-publisher.ts';
export { type FpgaReport, type ToFpgaConfig, toFpga } from './to-fpga.ts';
export { type NatsReport, type ToNatsConfig, toNats } from './to-nats.ts';
