import type { RowFault, RowSink, StatedDevice } from '../../src/devices/exchange/rows.js'

/** Keeps what a reader of tables finds. */
export class CollectedRows implements RowSink {
  readonly devices: StatedDevice[] = []
  readonly faults: RowFault[] = []
  /** A path whose place is noted for each device. */
  readonly places: Omit<RowFault, 'message'>[] = []
  readonly #path: string | undefined

  constructor(path?: string) {
    this.#path = path
  }

  device(device: StatedDevice, locate: (path: string) => Omit<RowFault, 'message'>): void {
    this.devices.push(device)
    if (this.#path !== undefined) this.places.push(locate(this.#path))
  }

  fault(fault: RowFault): void {
    this.faults.push(fault)
  }
}

/** The bytes of a text, cut into pieces of `size`, also within characters. */
export function* inPieces(text: string, size = 7): Generator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
