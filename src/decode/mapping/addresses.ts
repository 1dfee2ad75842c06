import type { Level, TopicLevels } from '../../core/device.js'
import type { Frame } from './frame.js'
import { Interned, type NamedText, type TextPick } from './interned.js'
import type { Places } from './places.js'

const NOWHERE: TopicLevels = { site: '', area: '', line: '', device: '' }

/** Where records say that their devices are; equal addresses are one object, and undefined is no address. */
export class DeviceAddresses extends Interned<TopicLevels | undefined> {
  readonly #levels: readonly TextPick<Level>[]

  constructor(levels: readonly TextPick<Level>[], { devices, noDevice }: Places) {
    super(devices, noDevice)
    this.#levels = levels
  }

  protected collect(frame: Frame): void {
    for (const level of this.#levels) this.addPicked(level, frame)
  }

  protected create(texts: readonly NamedText[]): TopicLevels {
    return { ...NOWHERE, ...Object.fromEntries(texts) }
  }
}
