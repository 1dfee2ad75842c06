import { GatewayError } from '../../core/errors.js'
import { parseIdentifier } from '../../devices/identifiers/handle.js'
import type { ItemInput } from '../../devices/identifiers/item-rules.js'
import type { ItemAccess, ItemPage, ItemQuery } from '../../devices/identifiers/items.js'
import type { Item } from '../../devices/identifiers/record.js'
import type { IdentifierViews, Registry } from '../inputs.js'

type Resolution = Parameters<IdentifierViews['resolve']>[0]

/**
 * What identifiers of one part of the tree stand for: its devices, and the items that name one of them. An item that names
 * none is of the whole plant. A handle is unique in the whole gateway: one that is in use elsewhere is taken.
 */
export class ScopedIdentifiers implements IdentifierViews {
  readonly items: IdentifierViews['items']
  readonly #identifiers: IdentifierViews
  readonly #registry: Registry

  /** @param registry of the scope. */
  constructor(identifiers: IdentifierViews, registry: Registry) {
    this.#identifiers = identifiers
    this.#registry = registry
    this.items = {
      get: (handle, access) => this.#get(handle, access),
      list: (query, access) => this.#list(query, access),
      put: (handle, input, access) => this.#put(handle, input, access),
      remove: (handle, access) => this.#remove(handle, access),
    }
  }

  resolve(question: Resolution): ReturnType<IdentifierViews['resolve']> {
    return this.#identifiers.resolve({ ...question, isHidden: this.#isHidden(question.handle) })
  }

  devicesOf(handle: string): readonly string[] | undefined {
    return this.#isHidden(handle) ? undefined : this.#identifiers.devicesOf(handle)
  }

  deviceLabel(id: string, origin?: string): ReturnType<IdentifierViews['deviceLabel']> {
    return this.#isHere(id) ? this.#identifiers.deviceLabel(id, origin) : undefined
  }

  itemLabel(handle: string, origin?: string): ReturnType<IdentifierViews['itemLabel']> {
    return this.#isHidden(handle) ? undefined : this.#identifiers.itemLabel(handle, origin)
  }

  #get(handle: string, access: ItemAccess): Item {
    const item = this.#identifiers.items.get(handle, access)
    if (this.#isHidden(handle)) throw new GatewayError('LG_HANDLE_UNKNOWN', { handle })
    return item
  }

  #list(query: ItemQuery, access: ItemAccess): ItemPage {
    const isIn = ({ handle }: Item) => !this.#isHidden(handle)
    return this.#identifiers.items.list({ ...query, isIn }, access)
  }

  async #put(handle: string, input: ItemInput, access: ItemAccess): Promise<Item> {
    const expect = (current: Item | undefined) => {
      if (this.#isHidden(handle))
        throw new GatewayError('LG_HANDLE_TAKEN', { handle, holder: 'it is in use' })
      access.expect?.(current)
      this.#refuseElsewhere(handle, input.device)
    }
    return this.#identifiers.items.put(handle, input, { ...access, expect })
  }

  async #remove(handle: string, access: ItemAccess): Promise<void> {
    const expect = (current: Item | undefined) => {
      const { text } = parseIdentifier(handle) ?? { text: handle }
      if (this.#isHidden(handle)) throw new GatewayError('LG_HANDLE_UNKNOWN', { handle: text })
      access.expect?.(current)
    }
    await this.#identifiers.items.remove(handle, { ...access, expect })
  }

  #refuseElsewhere(handle: string, device: string | undefined): void {
    if (device !== undefined && this.#isHere(device)) return
    const cause =
      device === undefined
        ? 'it must name a device of the part of the plant that you see'
        : `the device ${device} is not registered`
    throw new GatewayError('LG_ITEM_INVALID', { handle, cause })
  }

  /** It stands for something, of which not all is here. */
  #isHidden(handle: string): boolean {
    const devices = this.#identifiers.devicesOf(handle)
    if (devices === undefined) return false
    return devices.length === 0 || !devices.every((id) => this.#isHere(id))
  }

  #isHere(id: string): boolean {
    return this.#registry.byId(id) !== undefined
  }
}
