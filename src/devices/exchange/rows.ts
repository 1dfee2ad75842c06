/** What tables of devices are written in. */
export const EXCHANGE_FORMATS = ['yaml', 'csv'] as const
export type ExchangeFormat = (typeof EXCHANGE_FORMATS)[number]

/** What a table says of a device, before it is checked; what it does not state is absent. */
export interface StatedDevice {
  readonly id: string
  readonly fields: unknown
  /** Of the table, from 1. */
  readonly line: number
}

/** Something wrong with a row. */
export interface RowFault {
  /** Of the table, from 1. */
  readonly line: number
  /** CSV: the number of the column, YAML: that of the character; both from 1. */
  readonly column?: number
  /** CSV: the title of the column, YAML: the path of the key; empty for the row or the table as a whole. */
  readonly path: string
  /** In words that go on from the path. */
  readonly message: string
}

/** Where a field stands: by its path in the fields, such as `labels.owner`; empty for the device itself. */
export type Locate = (path: string) => Omit<RowFault, 'message'>

/** Takes what a reader finds, in the order of the table. */
export interface RowSink {
  device(device: StatedDevice, locate: Locate): void
  fault(fault: RowFault): void
}

/** The bytes of a table, UTF-8, in pieces of any size. */
export type TableBytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>
