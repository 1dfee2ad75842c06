/**
 * A device in the ISA-95 tree site (factory) / area (workshop) / line / device.
 *
 * `path` joins the levels that are known with `/` and identifies the device; `device` alone is what people
 * call it and may repeat in another line. `slot` indexes the ledger's arrays and never changes.
 */
export interface Device {
  readonly slot: number
  readonly path: string
  readonly site: string
  readonly area: string
  readonly line: string
  readonly device: string
}

/** The levels of the tree, from the top, as they appear in topic patterns and as tags. */
export const LEVELS = ['site', 'area', 'line', 'device'] as const
export type Level = (typeof LEVELS)[number]

/** Where a topic or a payload says that a device is; '' for a level that it does not name. */
export type TopicLevels = Readonly<Record<Level, string>>

/** Messages that belong to no device (no route matches their topic) are counted in this slot. */
export const NO_DEVICE_SLOT = 0
