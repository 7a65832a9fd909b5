// The sinks: where streams end.

export type { LslCounts } from '../src/lsl/sending.ts';
export type { NatsSending } from '../src/nats/sending.ts';
export type { PublisherCounts } from '../src/nats/stream.ts';
export { collect } from './collect.ts';
export { type NatsPublisher, natsPublisher } from './nats-publisher.ts';
export { type ToFileConfig, toFile } from './to-file.ts';
export { type FpgaReport, type ToFpgaConfig, toFpga } from './to-fpga.ts';
export { type ToLslConfig, toLsl } from './to-lsl.ts';
export { type ToNatsConfig, toNats } from './to-nats.ts';
export { type ByteStream, type ToStdoutConfig, toStdout } from './to-stdout.ts';
export { type ToUdpConfig, toUdp } from './to-udp.ts';
export { type SendReport, type ToWebSocketConfig, toWebSocket } from './to-web-socket.ts';
export type { WriteConfig, WriteReport } from './writing.ts';
