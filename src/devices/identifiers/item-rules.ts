import { GatewayError } from '../../core/errors.js'
import {
  DEFAULT_TTL_S,
  FIRST_LATEST_INDEX,
  FIRST_OWN_INDEX,
  type Item,
  type ItemKind,
  type KnownDevice,
  type Permission,
  type StoredValue,
} from './record.js'

/** A value as people write it; the rest has defaults. */
export interface ValueInput {
  readonly index: number
  readonly type: string
  readonly data: { readonly format: 'string'; readonly value: string }
  readonly ttl?: number
  readonly permissions?: Permission
}

/** An item as people write it. */
export interface ItemInput {
  readonly kind: ItemKind
  readonly name: { readonly zh: string; readonly en: string }
  readonly device?: string
  readonly values: readonly ValueInput[]
}

/** What the handle and the device of an item stand for now. */
export interface ItemSurroundings {
  /** The device that carries the handle as its identifier. */
  readonly holder: KnownDevice | undefined
  /** The device that the item names. */
  readonly named: KnownDevice | undefined
  /** What is kept under the handle. */
  readonly current: Item | undefined
}

/**
 * One handle means one thing: a device, a part, a batch or an order.
 * @throws {GatewayError} LG_HANDLE_TAKEN, LG_ITEM_INVALID
 */
export function checkItem(handle: string, input: ItemInput, surroundings: ItemSurroundings): void {
  const { holder, current } = surroundings
  checkDevice(handle, input, surroundings)
  if (holder !== undefined && input.kind !== 'device') {
    throw new GatewayError('LG_HANDLE_TAKEN', { handle, holder: `the device ${holder.record.id}` })
  }
  if (current !== undefined && current.kind !== input.kind && !isAbandoned(current, holder)) {
    throw new GatewayError('LG_HANDLE_TAKEN', { handle, holder: `an item of the kind ${current.kind}` })
  }
  checkValues(handle, input.values)
}

/** Values that were added to a device which has gone, or carries another identifier now: they belong to nothing. */
export function isAbandoned({ kind, device }: Item, holder: KnownDevice | undefined): boolean {
  return kind === 'device' && holder?.record.id !== device
}

function checkDevice(handle: string, { kind, device }: ItemInput, { holder, named }: ItemSurroundings): void {
  if (kind === 'device' && (device === undefined || holder?.record.id !== device)) {
    const cause =
      holder === undefined
        ? 'no device has it as its identifier'
        : `its device is ${holder.record.id}: say so in device`
    throw new GatewayError('LG_ITEM_INVALID', { handle, cause })
  }
  if (device !== undefined && named === undefined) {
    throw new GatewayError('LG_ITEM_INVALID', { handle, cause: `the device ${device} is not registered` })
  }
}

function checkValues(handle: string, values: readonly ValueInput[]): void {
  const indexes = new Set<number>()
  for (const { index } of values) {
    if (index < FIRST_OWN_INDEX || index >= FIRST_LATEST_INDEX) {
      const cause = `the index ${index} is the gateway's; yours run from ${FIRST_OWN_INDEX} to ${FIRST_LATEST_INDEX - 1}`
      throw new GatewayError('LG_ITEM_INVALID', { handle, cause })
    }
    if (indexes.has(index)) {
      throw new GatewayError('LG_ITEM_INVALID', { handle, cause: `the index ${index} is given twice` })
    }
    indexes.add(index)
  }
}

/** The item as it is kept; a value that says what it said before keeps its timestamp. */
export function toItem(handle: string, input: ItemInput, current: Item | undefined, nowMs: number): Item {
  const { kind, name, device, values } = input
  return {
    handle,
    kind,
    name: { zh: name.zh, en: name.en },
    ...(device === undefined ? {} : { device }),
    values: values.map((value) => toStored(value, current?.values ?? [], nowMs)),
    revision: (current?.revision ?? 0) + 1,
    updatedAtMs: nowMs,
  }
}

function toStored(value: ValueInput, before: readonly StoredValue[], nowMs: number): StoredValue {
  const { index, type, data, ttl = DEFAULT_TTL_S, permissions = 'public' } = value
  const same = before.find(
    (old) => old.index === index && old.type === type && old.data.value === data.value && old.ttl === ttl,
  )
  const timestamp = same?.timestamp ?? new Date(nowMs).toISOString()
  return { index, type, data: { format: 'string', value: data.value }, ttl, permissions, timestamp }
}

export function hasPrivate({ values }: { values: readonly { permissions?: Permission }[] }): boolean {
  return values.some(({ permissions }) => permissions === 'private')
}
