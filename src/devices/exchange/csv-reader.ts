import { setImmediate } from 'node:timers/promises'
import { CsvError, type Parser, parse } from 'csv-parse'
import { type Column, cellValue, columnOf, PLAIN_COLUMNS, pathOf } from './csv-columns.js'
import type { RowSink, TableBytes } from './rows.js'
import { NotUtf8Error, textOf } from './utf8.js'

/** One device with all its labels is far smaller. */
const MAX_ROW_CHARACTERS = 262_144
const LINE_ENDS = /\r\n|\n|\r/g

/**
 * Reads RFC 4180 with a header, UTF-8 with or without byte order mark, any line ends. Between two pieces of the table
 * other work gets its turn.
 */
export async function readCsv(bytes: TableBytes, sink: RowSink): Promise<void> {
  const rows = new CsvRows(sink)
  const parser = createParser(rows)
  let isBroken = false
  try {
    for await (const piece of textOf(bytes)) {
      if (isBroken) continue
      const mistake = await new Promise<unknown>((resolve) => parser.write(piece, resolve))
      isBroken = mistake instanceof Error
      if (isBroken) rows.breakOff(mistakeIn(mistake))
      await setImmediate()
    }
    if (!isBroken) await ended(parser)
  } catch (error) {
    rows.breakOff(mistakeIn(error))
  }
  rows.end()
}

function createParser(rows: CsvRows): Parser {
  const parser = parse({
    bom: true,
    relax_column_count: true,
    max_record_size: MAX_ROW_CHARACTERS,
    // Called within `write`, so that the rows before a mistake are looked at; nothing is handed on.
    on_record: (cells: string[]) => rows.take(cells),
  })
  // A mistake is given to the write that meets it.
  parser.on('error', () => undefined)
  return parser.resume()
}

function ended(parser: Parser): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject).once('end', resolve).end()
  })
}

const MISTAKES: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'has a quote that is not closed',
  CSV_INVALID_CLOSING_QUOTE: 'has a quoted value that goes on after its closing quote',
  INVALID_OPENING_QUOTE: 'has a quote within a value that is not quoted',
  CSV_MAX_RECORD_SIZE: `is longer than ${MAX_ROW_CHARACTERS} characters; a quote may be missing`,
}

/** What is wrong with the table itself; what follows cannot be read then. */
function mistakeIn(error: unknown): string {
  if (error instanceof NotUtf8Error) return error.message
  if (error instanceof CsvError) return MISTAKES[error.code] ?? 'is not CSV as RFC 4180 has it'
  throw error
}

/** The rows in order. csv-parse counts lines, but CR LF within quotes twice: they are counted here. */
class CsvRows {
  readonly #sink: RowSink
  #line = 1
  #columns: readonly (Column | undefined)[] | undefined

  constructor(sink: RowSink) {
    this.#sink = sink
  }

  take(cells: readonly string[]): null {
    const line = this.#line
    this.#line += 1
    for (const cell of cells) this.#line += lineEndsIn(cell)
    if (cells.length === 1 && cells[0] === '') return null
    if (this.#columns === undefined) this.#columns = this.#readHeader(cells, line)
    else this.#readDevice(cells, line, this.#columns)
    return null
  }

  breakOff(message: string): void {
    this.#sink.fault({ line: this.#line, path: '', message: `${message}; what follows was not read` })
  }

  end(): void {
    if (this.#columns !== undefined) return
    this.#sink.fault({ line: 1, path: '', message: 'has no header; the first row names the columns' })
  }

  #readHeader(titles: readonly string[], line: number): readonly (Column | undefined)[] {
    const columns = titles.map((title, at) => columnOf(title, at + 1) ?? columnOf(title.trim(), at + 1))
    titles.forEach((title, at) => {
      const message = faultOfTitle(columns, at)
      if (message !== undefined) this.#sink.fault({ line, column: at + 1, path: title, message })
    })
    if (columns.some((column) => column?.title === 'id')) return columns
    this.#sink.fault({ line, path: 'id', message: 'is missing: the column that says which device it is' })
    return columns
  }

  #readDevice(cells: readonly string[], line: number, columns: readonly (Column | undefined)[]): void {
    if (cells.length > columns.length) {
      const message = `has ${cells.length} values for ${columns.length} columns`
      this.#sink.fault({ line, column: columns.length + 1, path: '', message })
      return
    }
    const { id, fields } = fieldsOf(cells, columns)
    if (id === undefined) {
      if (columns.some((column) => column?.title === 'id'))
        this.#sink.fault({ line, path: 'id', message: 'is missing' })
      return
    }
    this.#sink.device({ id, fields, line }, (path) => placeOf(path, line, columns))
  }
}

function lineEndsIn(cell: string): number {
  return cell.includes('\n') || cell.includes('\r') ? cell.match(LINE_ENDS)!.length : 0
}

function faultOfTitle(columns: readonly (Column | undefined)[], at: number): string | undefined {
  const column = columns[at]
  if (column === undefined)
    return `is not a known column; there are ${PLAIN_COLUMNS.join(', ')} and label.<name>`
  const first = columns.findIndex((other) => other?.title === column.title)
  return first === at ? undefined : `is the title of column ${first + 1} too`
}

function fieldsOf(cells: readonly string[], columns: readonly (Column | undefined)[]) {
  const fields: Record<string, unknown> = {}
  let id: string | undefined
  for (let at = 0; at < cells.length; at++) {
    const column = columns[at]
    // An empty cell states nothing.
    if (column === undefined || cells[at] === '') continue
    const value = cellValue(column, cells[at]!)
    if (column.key === 'id') id = String(value)
    else if (column.subkey === undefined) fields[column.key] = value
    else set(fields, column.key, column.subkey, value)
  }
  return { id, fields }
}

function set(fields: Record<string, unknown>, key: string, subkey: string, value: unknown): void {
  if (fields[key] === undefined) fields[key] = {}
  const part = fields[key]
  // As a property of its own, also when it is called __proto__.
  Object.defineProperty(part, subkey, { value, enumerable: true, configurable: true, writable: true })
}

function placeOf(path: string, line: number, columns: readonly (Column | undefined)[]) {
  const column = columns.find((candidate) => candidate !== undefined && pathOf(candidate) === path)
  return column === undefined ? { line, path } : { line, column: column.number, path: column.title }
}
