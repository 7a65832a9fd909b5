/** The cameras of iniVation by their names. */

/** A camera. */
interface Camera {
  readonly name: string;
  /** Its class in jAER. */
  readonly jaer: string;
  readonly width: number;
  readonly height: number;
}

const davis = 'eu.seebetter.ini.chips.davis';

const cameras: readonly Camera[] = [
  { name: 'DVS128', jaer: 'ch.unizh.ini.jaer.chip.retina.DVS128', width: 128, height: 128 },
  { name: 'DAVIS240C', jaer: `${davis}.DAVIS240C`, width: 240, height: 180 },
  { name: 'DAVIS346B', jaer: `${davis}.DAVIS346B`, width: 346, height: 260 },
  { name: 'DAVIS128', jaer: `${davis}.DAVIS128`, width: 128, height: 128 },
  { name: 'DAVIS208', jaer: `${davis}.DAVIS208PixelParade`, width: 208, height: 192 },
  { name: 'SBRET10', jaer: 'eu.seebetter.ini.chips.sbret10.SBret10', width: 240, height: 180 },
  { name: 'TMPDIFF128', jaer: 'ch.unizh.ini.jaer.chip.retina.Tmpdiff128', width: 128, height: 128 },
  { name: 'DAVIS640', jaer: `${davis}.DAVIS640`, width: 640, height: 480 },
  { name: 'DAVISRGB', jaer: `${davis}.DavisRGBW640`, width: 640, height: 480 },
];

/** What names begin with, letters after the number left out. */
const family = /^[A-Z]+\d*/;

/** Width and height that a text tells: the name of a camera, or `dvsSizeX=…,dvsSizeY=…`, or `240x180`. */
export function sizeOf(
  text: string,
): { readonly width: number; readonly height: number } | undefined {
  const upper = text.toUpperCase();
  const camera = cameras.find(({ name }) => upper.includes(family.exec(name)![0]));
  if (camera !== undefined) return { width: camera.width, height: camera.height };
  const [, x, y] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? [];
  const width = Number(x ?? /dvsSizeX=(\d{1,5})(?!\d)/.exec(text)?.[1]);
  const height = Number(y ?? /dvsSizeY=(\d{1,5})(?!\d)/.exec(text)?.[1]);
  return width > 0 && height > 0 && width <= 32_768 && height <= 32_768
    ? { width, height }
    : undefined;
}

/** The camera that has a size. */
export function cameraOfSize(width: number, height: number): Camera | undefined {
  return cameras.find((camera) => camera.width === width && camera.height === height);
}
