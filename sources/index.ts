// The sources: where streams begin.

export type { CameraConfig } from '../src/devices/usb/cameras/camera.ts';
export type {
  CoarseFine,
  DavisBiases,
  DavisVoltage,
} from '../src/devices/usb/cameras/davis-biases.ts';
export type { Dvs128Biases } from '../src/devices/usb/cameras/dvs128.ts';
export type { CameraName } from '../src/devices/usb/known.ts';
export type {
  UsbAccess,
  UsbControlSetup,
  UsbDevice,
  UsbInResult,
  UsbOutResult,
  UsbStatus,
} from '../src/devices/usb/web-usb.ts';
export type { NatsAccess, Reconnect } from '../src/nats/access.ts';
export type { Gap } from '../src/nats/envelope.ts';
export type { NatsHearing } from '../src/nats/hearing.ts';
export { natsPosition } from '../src/nats/read-kept.ts';
export type { ListenAt } from '../src/sockets/web-socket.ts';
export type { CountingSource } from './counting-source.ts';
export { type EvaluateConfig, evaluate, type Samples } from './evaluate.ts';
export { fromCamera } from './from-camera.ts';
export { type FromFileConfig, fromFile } from './from-file.ts';
export { type FromHardwareConfig, fromHardware } from './from-hardware.ts';
export { type FromLslConfig, fromLsl } from './from-lsl.ts';
export { type FromNatsConfig, fromNats } from './from-nats.ts';
export { type FromPullConfig, fromPull } from './from-pull.ts';
export { type FromRasterConfig, fromRaster } from './from-raster.ts';
export { type FromSeriesConfig, fromSeries, type Numbers } from './from-series.ts';
export { type ByteInput, type FromStdinConfig, fromStdin } from './from-stdin.ts';
export { type FromUdpConfig, fromUdp } from './from-udp.ts';
export { type FromWebSocketConfig, fromWebSocket } from './from-web-socket.ts';
export { type FrozenNoiseConfig, frozenNoise } from './frozen-noise.ts';
export { type NatsItemsConfig, natsItems } from './nats-items.ts';
export { type PoissonSourceConfig, poisson } from './poisson.ts';
export type { ReadConfig } from './reading.ts';
export { type TrainConfig, type TrainingProgress, train } from './train.ts';
