/** Packets that are taken in parts: whoever is given enough for now has the rest later. */

/** Takes packets one after the other. */
export interface InParts<Packet, Use> {
  /** Takes the next packet; what is left of one before it is dropped. */
  push(packet: Packet, use: Use): void;
  /** Goes on with the packet that was not done with; whether that is so again. */
  goOn(use: Use): boolean;
}

/** Keeps where a packet is to go on: `takeFrom` takes its events from one on, and gives that if there was enough before its end. */
export function inParts<Packet, Use>(
  takeFrom: (packet: Packet, first: number, use: Use) => number | undefined,
): InParts<Packet, Use> {
  let left: Packet | undefined;
  let leftAt: number | undefined;
  const take = (packet: Packet, first: number, use: Use): boolean => {
    left = undefined;
    leftAt = takeFrom(packet, first, use);
    if (leftAt !== undefined) left = packet;
    return leftAt !== undefined;
  };
  return {
    push: (packet, use) => void take(packet, 0, use),
    goOn: (use) => left !== undefined && take(left, leftAt!, use),
  };
}
