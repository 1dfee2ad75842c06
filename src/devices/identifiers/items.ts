import { GatewayError } from '../../core/errors.js'
import { type DeviceIndex, type DeviceRecords, deviceById } from './device-index.js'
import { identifierFault, type ParsedIdentifier, parseIdentifier } from './handle.js'
import { checkItem, hasPrivate, type ItemInput, isAbandoned, toItem } from './item-rules.js'
import type { ItemTable } from './item-table.js'
import type { Item, ItemKind, KnownDevice } from './record.js'
import type { Tokens } from './tokens.js'

export interface ItemsInputs {
  readonly table: ItemTable
  readonly index: DeviceIndex
  readonly registry: DeviceRecords
  readonly tokens: Tokens
  readonly now: () => number
}

/** Who asks: the header `authorization`, and what the item must be like for the change to be made. */
export interface ItemAccess {
  readonly authorization: string | undefined
  /** Throws if what is there is not what the writer has seen. */
  readonly expect?: (current: Item | undefined) => void
}

export interface ItemPage {
  readonly items: readonly Item[]
  /** Where the next page begins; undefined on the last one. */
  readonly afterKey: string | undefined
}

export interface ItemQuery {
  readonly kind?: ItemKind
  readonly afterKey: string
  readonly limit: number
  /** Who asks may see no other, nor learn by a place in the list that there are others. */
  readonly isIn?: (item: Item) => boolean
}

/** A list that few items pass is answered in parts: so many are looked at for one page. */
const MAX_LOOKED_AT = 5_000

/** The parts, batches and orders, and the values added to devices, as those who look after them read and write them. */
export class Items {
  readonly #inputs: ItemsInputs

  constructor(inputs: ItemsInputs) {
    this.#inputs = inputs
  }

  /** @throws {GatewayError} LG_HANDLE_INVALID, LG_HANDLE_UNKNOWN, LG_HANDLE_TOKEN_REFUSED */
  get(handle: string, access: ItemAccess): Item {
    const mayReadPrivate = this.#isTrusted(access)
    const item = this.#inputs.table.get(parse(handle).key)
    if (item === undefined) throw new GatewayError('LG_HANDLE_UNKNOWN', { handle })
    return mayReadPrivate ? item : withoutPrivate(item)
  }

  /** @throws {GatewayError} LG_HANDLE_TOKEN_REFUSED */
  list({ kind, afterKey, limit, isIn }: ItemQuery, access: ItemAccess): ItemPage {
    const mayReadPrivate = this.#isTrusted(access)
    const items: Item[] = []
    let lookedAt = 0
    let last = afterKey
    for (const { key, item } of this.#inputs.table.after(afterKey)) {
      if (isIn !== undefined && !isIn(item)) continue
      if (items.length === limit || lookedAt === MAX_LOOKED_AT) return { items, afterKey: last }
      lookedAt++
      last = key
      if (kind === undefined || item.kind === kind) items.push(mayReadPrivate ? item : withoutPrivate(item))
    }
    return { items, afterKey: undefined }
  }

  /**
   * Registers an item, or replaces it as a whole.
   * @throws {GatewayError} LG_HANDLE_INVALID, LG_HANDLE_TAKEN, LG_ITEM_INVALID, LG_HANDLE_TOKEN_REQUIRED,
   * LG_HANDLE_TOKEN_REFUSED, and what `expect` throws
   */
  async put(handle: string, input: ItemInput, access: ItemAccess): Promise<Item> {
    const { key, text } = parse(handle)
    const { table, now } = this.#inputs
    const trusted = this.#isTrusted(access)
    return table.write(key, (current) => {
      access.expect?.(current)
      checkItem(text, input, { ...this.#devicesOf(key, input), current })
      if (!trusted) refusePrivate(text, input, current)
      return toItem(text, input, current, now())
    })
  }

  /** @throws {GatewayError} LG_HANDLE_INVALID, LG_HANDLE_UNKNOWN, LG_HANDLE_TOKEN_REQUIRED, LG_HANDLE_TOKEN_REFUSED */
  async remove(handle: string, access: ItemAccess): Promise<void> {
    const { key, text } = parse(handle)
    const trusted = this.#isTrusted(access)
    await this.#inputs.table.write(key, (current) => {
      if (current === undefined) throw new GatewayError('LG_HANDLE_UNKNOWN', { handle: text })
      access.expect?.(current)
      if (!trusted) refusePrivate(text, current)
      return undefined
    })
  }

  /** The item that resolves under the key; values added to a device that is not there any more do not. */
  find(key: string): Item | undefined {
    const item = this.#inputs.table.get(key)
    return item === undefined || isAbandoned(item, this.#inputs.index.get(key)) ? undefined : item
  }

  #devicesOf(
    key: string,
    { device }: ItemInput,
  ): { holder: KnownDevice | undefined; named: KnownDevice | undefined } {
    const { index, registry } = this.#inputs
    return { holder: index.get(key), named: device === undefined ? undefined : deviceById(registry, device) }
  }

  #isTrusted({ authorization }: ItemAccess): boolean {
    const credential = this.#inputs.tokens.check(authorization)
    if (credential === 'bad') throw new GatewayError('LG_HANDLE_TOKEN_REFUSED')
    return credential === 'good'
  }
}

function parse(handle: string): ParsedIdentifier {
  const identifier = parseIdentifier(handle)
  if (identifier !== undefined) return identifier
  throw new GatewayError('LG_HANDLE_INVALID', { handle, cause: identifierFault(handle) })
}

/** Who may not read private values may not replace or remove them either, nor write what only others can read. */
function refusePrivate(handle: string, ...versions: (Parameters<typeof hasPrivate>[0] | undefined)[]): void {
  if (versions.some((version) => version !== undefined && hasPrivate(version))) {
    throw new GatewayError('LG_HANDLE_TOKEN_REQUIRED', { handle })
  }
}

function withoutPrivate(item: Item): Item {
  return { ...item, values: item.values.filter(({ permissions }) => permissions === 'public') }
}
