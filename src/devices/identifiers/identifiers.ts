import type { Logger } from '../../core/logger.js'
import type { StateStore } from '../../core/state.js'
import type { LatestValues } from '../../core/views.js'
import { failure, type HandleAnswer, ResponseCode } from './answer.js'
import { deviceValues, itemValues, type PresenceFact } from './built-in-values.js'
import { DeviceIndex, type DeviceRecords, deviceById } from './device-index.js'
import { identifierFault, isUnder, type ParsedIdentifier, parseIdentifier, toUrlPath } from './handle.js'
import { hopName, readHops } from './hops.js'
import { ItemTable } from './item-table.js'
import { Items } from './items.js'
import type { LabelText } from './label.js'
import type { HandleValue, Item, KnownDevice, Permission } from './record.js'
import { type Referral, Referrals, rank } from './referrals.js'
import { narrow, type Selection, select } from './selection.js'
import { Tokens } from './tokens.js'

export interface IdentifiersOptions {
  /** Prefixes whose handles are registered here: what is not found under them is found nowhere. */
  readonly prefixes: readonly string[]
  readonly referrals: readonly Referral[]
  /** For private values. */
  readonly tokens: readonly string[]
  readonly cacheSeconds: number
  readonly negativeCacheSeconds: number
  readonly cacheEntries: number
  readonly gatewayId: string
  /** Origin under which people reach the gateway; that of the request when absent. */
  readonly publicUrl?: string
}

export interface IdentifiersInputs {
  readonly registry: DeviceRecords
  readonly state: StateStore
  readonly latest: LatestValues
  readonly presence?: (slot: number) => PresenceFact | undefined
  readonly options: IdentifiersOptions
  readonly now?: () => number
  readonly logger: Logger
}

/** A question about a handle, as it came in. */
export interface Resolution {
  readonly handle: string
  readonly selection: Selection
  /** The header of that name. */
  readonly authorization?: string | undefined
  /** The header `x-linegate-hops`. */
  readonly hops?: string | undefined
  /** Leave private values out, or ask for them too; out by default without a token, in with one. */
  readonly publicOnly?: boolean | undefined
  /** Ask other resolvers, whatever they answered before. */
  readonly fresh?: boolean
  /** Such as `http://10.0.0.5:8080`; undefined if the request does not say. */
  readonly origin?: string | undefined
  /** What this gateway has under the handle is not for who asks: as if there were nothing. */
  readonly isHidden?: boolean
}

interface OwnValue {
  readonly value: HandleValue
  readonly permissions: Permission
}

/** What identifiers stand for: devices, items registered here, and what other resolvers know. */
export class Identifiers {
  /** What people registered, to be read and written. */
  readonly items: Items
  readonly #inputs: IdentifiersInputs
  readonly #index: DeviceIndex
  readonly #table: ItemTable
  readonly #tokens: Tokens
  readonly #referrals: Referrals

  constructor(inputs: IdentifiersInputs) {
    const { registry, state, options, now = Date.now, logger } = inputs
    this.#inputs = inputs
    this.#index = new DeviceIndex(registry, logger)
    this.#table = new ItemTable(state)
    this.#tokens = new Tokens(options.tokens)
    this.items = new Items({ table: this.#table, index: this.#index, registry, tokens: this.#tokens, now })
    const { referrals, cacheSeconds, negativeCacheSeconds, cacheEntries: maxEntries } = options
    const cache = { cacheSeconds, negativeCacheSeconds, maxEntries, now }
    this.#referrals = new Referrals({ ...cache, referrals, self: hopName(options.gatewayId), logger })
  }

  /** Reads the identifiers of the registry and follows its changes. */
  start(): void {
    this.#index.start()
  }

  /** Ends questions to others, and waits for writes to be on disk. */
  async close(): Promise<void> {
    await this.#referrals.close()
    await this.#table.close()
  }

  /**
   * What an identifier is taken by, in words such as "the device imm-01"; undefined if it is free for the device `id`.
   * For the checks of the registry, which knows its own devices: here it is the items.
   */
  takenBy(identifier: string, id: string): string | undefined {
    const key = parseIdentifier(identifier)?.key
    if (key === undefined) return undefined
    const holder = this.#index.get(key)
    if (holder !== undefined && holder.record.id !== id) return `the device ${holder.record.id}`
    const item = this.#table.get(key)
    return item === undefined || item.kind === 'device' ? undefined : `an item of the kind ${item.kind}`
  }

  /** Answers every question, whatever is asked. */
  async resolve(question: Resolution): Promise<HandleAnswer> {
    const { handle, selection } = question
    const identifier = parseIdentifier(handle)
    if (identifier === undefined) {
      return failure(handle, 'LG_HANDLE_INVALID', { cause: identifierFault(handle) })
    }
    const credential = this.#tokens.check(question.authorization)
    if (credential === 'bad') return failure(handle, 'LG_HANDLE_TOKEN_REFUSED')
    const values = question.isHidden ? undefined : this.#own(identifier.key, question.origin)
    if (values === undefined) return narrow(await this.#elsewhere(identifier, question), selection)
    const { publicOnly = credential === 'none' } = question
    return answerOf(handle, values, { selection, publicOnly, trusted: credential === 'good' })
  }

  /**
   * Ids of the devices that a handle stands for here, or belongs to; none for an item that names no device, undefined where
   * there is nothing.
   */
  devicesOf(handle: string): readonly string[] | undefined {
    const key = parseIdentifier(handle)?.key
    if (key === undefined) return undefined
    const holder = this.#index.get(key)
    const item = this.#table.get(key)
    if (holder === undefined && item === undefined) return undefined
    return [holder?.record.id, item?.device].filter((id) => id !== undefined)
  }

  /** What the label of a device shows; undefined if there is no such device. */
  deviceLabel(id: string, requestOrigin?: string): LabelText | undefined {
    const device = deviceById(this.#inputs.registry, id)
    if (device === undefined) return undefined
    const { name, identifier, id: deviceId } = device.record
    const url = this.#pageOf(device, requestOrigin)
    return url === undefined ? undefined : { url, names: [name.zh, name.en], code: identifier || deviceId }
  }

  /** What the label of an item shows; undefined if there is no such item. Its code leads to its record. */
  itemLabel(handle: string, requestOrigin?: string): LabelText | undefined {
    const identifier = parseIdentifier(handle)
    if (identifier === undefined) return undefined
    const device = this.#device(identifier.key)
    if (device !== undefined) return this.deviceLabel(device.record.id, requestOrigin)
    const item = this.items.find(identifier.key)
    const origin = this.#origin(requestOrigin)
    if (item === undefined || origin === undefined) return undefined
    const url = `${origin}/api/handles/${toUrlPath(identifier)}`
    return { url, names: [item.name.zh, item.name.en], code: item.handle }
  }

  /** All values that this gateway has for the key; undefined if it means nothing here. A device goes before an item. */
  #own(key: string, requestOrigin: string | undefined): OwnValue[] | undefined {
    const device = this.#device(key)
    const item = this.items.find(key)
    if (device !== undefined) {
      const builtIn = this.#deviceValues(device, requestOrigin)
      return [...asPublic(builtIn), ...(item?.kind === 'device' ? addedValues(item) : [])]
    }
    return item === undefined || item.kind === 'device'
      ? undefined
      : [...asPublic(itemValues(item)), ...addedValues(item)]
  }

  /** A device that was rejected is refused everywhere: nor does it resolve. */
  #device(key: string): KnownDevice | undefined {
    const device = this.#index.get(key)
    return device?.record.status === 'rejected' ? undefined : device
  }

  #deviceValues(device: KnownDevice, requestOrigin: string | undefined): HandleValue[] {
    const { latest, presence } = this.#inputs
    return deviceValues(device, {
      url: this.#pageOf(device, requestOrigin),
      presence: presence?.(device.slot),
      latest: latest.of(device.slot),
    })
  }

  #pageOf({ record }: KnownDevice, requestOrigin: string | undefined): string | undefined {
    const origin = this.#origin(requestOrigin)
    return origin === undefined ? undefined : `${origin}/#/devices/${encodeURIComponent(record.id)}`
  }

  #origin(requestOrigin: string | undefined): string | undefined {
    return this.#inputs.options.publicUrl ?? requestOrigin
  }

  /** The longest prefix decides, of those that are this gateway's and those that are referred. */
  async #elsewhere(identifier: ParsedIdentifier, question: Resolution): Promise<HandleAnswer> {
    const { prefixes } = this.#inputs.options
    const own = identifier.form === 'handle' ? ownRank(identifier.prefix, prefixes) : 0
    const referral = this.#referrals.find(identifier)
    if (referral !== undefined && rank(referral) >= own) {
      const { hops, fresh = false } = question
      return this.#referrals.resolve(referral, { identifier, hops: readHops(hops), fresh })
    }
    if (identifier.form !== 'handle' || own > 0 || prefixes.length === 0) {
      return failure(identifier.text, 'LG_HANDLE_UNKNOWN')
    }
    return failure(identifier.text, 'LG_HANDLE_FOREIGN', { prefix: identifier.prefix })
  }
}

/** Length of the longest of these prefixes that `prefix` is under; 0 if there is none. */
function ownRank(prefix: string, prefixes: readonly string[]): number {
  return Math.max(0, ...prefixes.filter((own) => isUnder(prefix, own)).map((own) => own.length))
}

function asPublic(values: readonly HandleValue[]): OwnValue[] {
  return values.map((value) => ({ value, permissions: 'public' }))
}

function addedValues({ values }: Item): OwnValue[] {
  return values.map(({ permissions, ...value }) => ({ value, permissions }))
}

interface Asking {
  readonly selection: Selection
  readonly publicOnly: boolean
  /** With a token that is known. */
  readonly trusted: boolean
}

function answerOf(handle: string, values: readonly OwnValue[], asking: Asking): HandleAnswer {
  const { selection, publicOnly, trusted } = asking
  const selected = values.filter(({ value }) => select([value], selection).length > 0)
  const readable = selected.filter(({ permissions }) => permissions === 'public' || !publicOnly)
  if (!trusted && readable.some(({ permissions }) => permissions === 'private')) {
    return failure(handle, 'LG_HANDLE_TOKEN_REQUIRED')
  }
  if (readable.length === 0) return failure(handle, 'LG_HANDLE_VALUES_UNKNOWN')
  return { responseCode: ResponseCode.success, handle, values: readable.map(({ value }) => value) }
}
