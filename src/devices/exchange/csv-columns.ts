import { fromCell } from './csv-cells.js'

/** Columns with a title of their own; labels have one each, `label.<name>`. */
export const PLAIN_COLUMNS = [
  'id',
  'status',
  'name.zh',
  'name.en',
  'site',
  'area',
  'line',
  'device',
  'model',
  'vendor',
  'sector',
  'expectedIntervalMs',
  'survivalTimeMs',
  'identifier',
] as const
export type PlainColumn = (typeof PLAIN_COLUMNS)[number]

const LABEL = 'label.'
const NUMBERS: ReadonlySet<string> = new Set(['expectedIntervalMs', 'survivalTimeMs'])

export interface Column {
  readonly title: string
  /** From 1. */
  readonly number: number
  /** In the fields: `expectedIntervalMs`, `name` and `zh`, `labels` and `owner`. */
  readonly key: string
  readonly subkey: string | undefined
}

/** What a title stands for; undefined for none that is known. */
export function columnOf(title: string, number: number): Column | undefined {
  if (title.startsWith(LABEL) && title.length > LABEL.length) {
    return { title, number, key: 'labels', subkey: title.slice(LABEL.length) }
  }
  if (!PLAIN_COLUMNS.some((known) => known === title)) return undefined
  const [key, subkey] = title.split('.')
  return { title, number, key: key!, subkey }
}

/** As the paths of violations have it. */
export function pathOf({ key, subkey }: Column): string {
  return subkey === undefined ? key : `${key}.${subkey}`
}

export function labelTitle(name: string): string {
  return LABEL + name
}

/** A number where one is wanted and the cell holds one; what else stands there is for the check of the fields. */
export function cellValue(column: Column, cell: string): string | number {
  return NUMBERS.has(column.key) && /^\d{1,15}$/.test(cell) ? Number(cell) : fromCell(cell)
}
