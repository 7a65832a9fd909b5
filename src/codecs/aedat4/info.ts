/** What the header of an AEDAT4 file says of its streams, in XML. */

/** A stream of a file. */
export interface StreamInfo {
  /** EVTS, FRME, IMUS, TRIG or something else. */
  readonly type: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** All that is said of it, by name. */
  readonly fields: Readonly<Record<string, string>>;
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

function plain(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name]!);
}

/** Tags and the text after each; none is longer, so that no text takes long. */
const tags = /<([^<>]{1,2000})>([^<]*)/g;

function attribute(tag: string, name: string): string | undefined {
  const from = tag.indexOf(` ${name}="`) + name.length + 3;
  const to = tag.indexOf('"', from);
  return from < name.length + 3 || to < 0 ? undefined : plain(tag.slice(from, to));
}

/** Reads the streams out of the XML, by number. What is not understood is passed over. */
export function streamInfos(xml: string): Map<number, StreamInfo> {
  const said = new Map<number, Record<string, string>>();
  const path: string[] = [];
  for (const [, tag = '', value = ''] of xml.matchAll(tags)) {
    if (tag === '/node') path.pop();
    else if (tag.startsWith('node ') && !tag.endsWith('/')) path.push(attribute(tag, 'name') ?? '');
    else if (tag.startsWith('attr ')) {
      const key = attribute(tag, 'key');
      const at = path.findIndex((name) => /^\d{1,9}$/.test(name));
      if (at < 0 || key === undefined) continue;
      const id = Number(path[at]);
      const fields = said.get(id) ?? {};
      said.set(id, fields);
      fields[[...path.slice(at + 1), key].join('.')] = plain(value);
    }
  }
  const infos = new Map<number, StreamInfo>();
  for (const [id, fields] of said) {
    const [width, height] = ['info.sizeX', 'info.sizeY'].map((name) => {
      const side = Number(fields[name]);
      return Number.isInteger(side) && side >= 1 && side <= 32_768 ? side : undefined;
    });
    infos.set(id, { type: fields['typeIdentifier'] ?? '', width, height, fields });
  }
  return infos;
}

/** The XML of a file with one stream of events. */
export function eventsInfo(width: number, height: number, compression: string): string {
  const attr = (key: string, type: string, value: string | number): string =>
    `<attr key="${key}" type="${type}">${value}</attr>`;
  const root = '/mainloop/Recorder/outInfo/';
  return [
    `<dv version="2.0"><node name="outInfo" path="${root}"><node name="0" path="${root}0/">`,
    attr('compression', 'string', compression),
    attr('originalModuleName', 'string', 'spikeline'),
    attr('originalOutputName', 'string', 'events'),
    attr('typeDescription', 'string', 'Array of events (polarity ON/OFF).'),
    attr('typeIdentifier', 'string', 'EVTS'),
    `<node name="info" path="${root}0/info/">`,
    attr('sizeX', 'int', width),
    attr('sizeY', 'int', height),
    attr('source', 'string', 'spikeline'),
    '</node></node></node></dv>',
  ].join('');
}
