import type { DeviceRecord } from '../../core/registry.js'

/** The value of an index, as Handle servers write it in JSON; what gateways write is always text. */
export interface ValueContent {
  readonly format: string
  readonly value: unknown
}

/** One value of a record (RFC 3651), as it is answered. */
export interface HandleValue {
  readonly index: number
  readonly type: string
  readonly data: ValueContent
  /** Seconds for which it may be kept by those who asked. */
  readonly ttl: number
  /** When it last changed, RFC 3339. */
  readonly timestamp: string
}

export type Permission = 'public' | 'private'

/** A value that a person wrote. */
export interface StoredValue extends HandleValue {
  readonly data: { readonly format: 'string'; readonly value: string }
  readonly permissions: Permission
}

export type ItemKind = 'part' | 'batch' | 'order' | 'device'
export const ITEM_KINDS: readonly ItemKind[] = ['part', 'batch', 'order', 'device']

/** What is kept under a handle: an item, or (kind device) the values that were added to the record of a device. */
export interface Item {
  readonly handle: string
  readonly kind: ItemKind
  readonly name: { readonly zh: string; readonly en: string }
  /** Id: the device that the handle stands for (kind device), or the one that the item belongs to. */
  readonly device?: string
  readonly values: readonly StoredValue[]
  /** 1, 2, 3, … with every change. */
  readonly revision: number
  /** Epoch milliseconds. */
  readonly updatedAtMs: number
}

/** Indexes up to here are those of the gateway; then come those of people; from `FIRST_LATEST_INDEX` the latest values. */
export const FIRST_OWN_INDEX = 100
export const FIRST_LATEST_INDEX = 10_000

/** The usual one of Handle records: a day. */
export const DEFAULT_TTL_S = 86_400

/** A device with the slot under which its latest values are found. */
export interface KnownDevice {
  readonly slot: number
  readonly record: DeviceRecord
}
