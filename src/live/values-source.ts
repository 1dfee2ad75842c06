import { isDeepStrictEqual } from 'node:util'
import type { DeviceValues } from './protocol.js'
import { ScopeDevices } from './scope-devices.js'
import type { FeedRequest, Instant, Source, SourceOptions, Views } from './source.js'

/** Two blocks may carry the same millisecond, so what was heard shortly before the last sample is looked at again. */
const LOOK_AGAIN_MS = 1000

/**
 * The newest point per field of the devices in scope, the first `maxDevices` of them.
 *
 * Only devices heard since the last sample are read again, and only those whose values differ are in the change.
 */
export class ValuesSource implements Source {
  readonly incremental = true
  readonly #views: Views
  readonly #devices: ScopeDevices
  readonly #maxDevices: number
  /** By position in the scope's slots: when the device was heard, and its values as JSON, empty without any. */
  #heardMs: number[] = []
  #texts: string[] = []
  #isAnew = false
  #revision = -1
  #omitted = -1
  #sampledAtMs = 0
  #whole: string | undefined
  #change = ''

  constructor(views: Views, request: FeedRequest, options: SourceOptions) {
    this.#views = views
    this.#devices = new ScopeDevices(views.tree, views.devices, request.scope)
    this.#maxDevices = options.maxDevices
  }

  sample({ wallMs }: Instant): boolean {
    const isAnew = this.#devices.look()
    const omitted = Math.max(0, this.#devices.slots.length - this.#maxDevices)
    const { revision } = this.#views.ledger
    if (!isAnew && revision === this.#revision && omitted === this.#omitted) return false
    const texts = this.#texts
    if (isAnew) this.#forget()
    const changed = this.#readHeard()
    const isOther = isAnew ? !isDeepStrictEqual(texts, this.#texts) : changed.length > 0
    const differs = isOther || omitted !== this.#omitted
    this.#revision = revision
    this.#omitted = omitted
    this.#sampledAtMs = wallMs
    if (!differs) return false
    this.#isAnew = isAnew
    this.#change = this.#json(changed)
    this.#whole = undefined
    return true
  }

  /** A device that went leaves nothing that could be told as its change. */
  get isAnew(): boolean {
    return this.#isAnew
  }

  whole(): string {
    this.#whole ??= this.#json(this.#texts.filter((text) => text !== ''))
    return this.#whole
  }

  change(): string {
    return this.#change
  }

  deadLettered(): undefined {
    return undefined
  }

  #forget(): void {
    this.#heardMs = []
    this.#texts = []
  }

  /** The values, as JSON, of the devices in which something is new. */
  #readHeard(): string[] {
    const { ledger } = this.#views
    const { slots } = this.#devices
    const count = Math.min(slots.length, this.#maxDevices)
    const changed: string[] = []
    for (let i = 0; i < count; i++) {
      const heardMs = ledger.lastReceivedMs(slots[i]!)
      if (heardMs === this.#heardMs[i] && heardMs < this.#sampledAtMs - LOOK_AGAIN_MS) continue
      this.#heardMs[i] = heardMs
      const text = this.#read(slots[i]!)
      if (text === (this.#texts[i] ?? '')) continue
      this.#texts[i] = text
      changed.push(text)
    }
    return changed
  }

  #read(slot: number): string {
    const values = this.#views.latest.of(slot)
    if (values.length === 0) return ''
    const row: DeviceValues = { device: this.#views.devices.get(slot)?.path ?? '', values }
    return JSON.stringify(row)
  }

  #json(devices: readonly string[]): string {
    return `{"devices":[${devices.join(',')}],"omitted":${this.#omitted}}`
  }
}
