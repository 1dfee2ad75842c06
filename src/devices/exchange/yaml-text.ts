import type { RowFault, RowSink } from './rows.js'

interface Place {
  readonly line: number
  readonly column: number
}

/** A YAML text as plain values with the places of its keys. */
export interface YamlText {
  readonly value: unknown
  /** Mistakes of YAML itself; with any, `value` means nothing. */
  readonly violations: readonly {
    readonly message: string
    readonly line?: number
    readonly column?: number
  }[]
  /** The place of a key, or of the nearest one above it that is there. */
  locate(path: readonly string[]): Place | undefined
}
export type ParseYaml = (text: string) => YamlText

/** The devices of a whole YAML text; `before` is the number of lines of the table that come before it. */
export function readYamlText(text: string, before: number, sink: RowSink, parseYaml: ParseYaml): void {
  const source = parseYaml(text)
  const at = (keys: readonly string[]) => {
    const { line, column } = source.locate(keys) ?? { line: 1, column: 1 }
    return { line: line + before, column }
  }
  for (const { message, line = 1, column = 1 } of source.violations) {
    sink.fault({ line: line + before, column, path: '', message })
  }
  if (source.violations.length > 0) return
  const devices = devicesOf(source.value, (fault) => sink.fault({ ...fault, ...at([fault.path]) }))
  const found = Object.entries(devices).map(([id, fields]) => ({ id, fields, ...at(['devices', id]) }))
  // Keys that are whole numbers come first in an object, wherever they stand in the text.
  found.sort((a, b) => a.line - b.line || a.column - b.column)
  for (const { id, fields, line } of found) {
    sink.device({ id, fields: fields ?? {}, line }, (path) => {
      return { path: path === '' ? id : `${id}.${path}`, ...at(['devices', id, ...keysOf(path)]) }
    })
  }
}

function devicesOf(value: unknown, fault: (fault: Omit<RowFault, 'line'>) => void): object {
  if (!isMap(value)) {
    fault({ path: '', message: 'must be devices: with a map of ids to fields' })
    return {}
  }
  for (const key of Object.keys(value)) {
    if (key !== 'devices') fault({ path: key, message: 'is not known here; devices is the only key' })
  }
  const { devices } = value as { devices?: unknown }
  if (isMap(devices)) return devices
  if (devices !== null) fault({ path: 'devices', message: 'must be a map of ids to fields' })
  return {}
}

/** `labels.a.b` is the label `a.b`. */
function keysOf(path: string): string[] {
  const end = path.indexOf('.')
  return end < 0 ? [path] : [path.slice(0, end), path.slice(end + 1)]
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
