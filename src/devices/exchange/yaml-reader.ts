import { setImmediate } from 'node:timers/promises'
import type { RowSink, TableBytes } from './rows.js'
import { linesOf, NotUtf8Error, textOf } from './utf8.js'
import { fromYamlLine, YAML_HEADING } from './yaml-lines.js'
import { type ParseYaml, readYamlText } from './yaml-text.js'

/** A table up to this size is parsed in one go, so that an anchor (&name) serves all devices of the file. */
export const WHOLE_CHARACTERS = 65_536
/** Of a larger one, this much is parsed in one go: YAML takes a millisecond for a kilobyte. */
const BATCH_CHARACTERS = 16_384
const MAX_DEVICE_CHARACTERS = 262_144
/** Lines as they are exported, between two turns of other work. */
const LINES_PER_TURN = 1_000

/**
 * Reads `devices:`, a map of ids to fields. Whatever its size, other work gets its turn: lines as the export writes them
 * are read one by one, devices written in other ways are parsed a few at a time.
 */
export async function readYaml(
  bytes: TableBytes,
  sink: RowSink,
  parseYaml: ParseYaml,
  wholeCharacters: number = WHOLE_CHARACTERS,
): Promise<void> {
  const rows = new YamlRows(sink, parseYaml)
  /** The lines so far, while the table may still turn out to be small. */
  let waiting: string[] | undefined = []
  let characters = 0
  try {
    for await (const lines of linesOf(textOf(bytes))) {
      for (const line of lines) {
        characters += line.length + 1
        if (waiting === undefined) await rows.take(line)
        else if (waiting.push(line) > 0 && characters > wholeCharacters) {
          for (const early of waiting) await rows.take(early)
          waiting = undefined
        }
      }
    }
  } catch (error) {
    if (!(error instanceof NotUtf8Error)) throw error
    sink.fault({
      line: waiting === undefined ? rows.nextLine : waiting.length + 1,
      path: '',
      message: error.message,
    })
    return
  }
  if (waiting === undefined) rows.end()
  else readYamlText(waiting.join('\n'), 0, sink, parseYaml)
}

/** The lines of a table that is too large to be parsed in one go. */
class YamlRows {
  readonly #sink: RowSink
  readonly #parseYaml: ParseYaml
  nextLine = 1
  #headed = false
  #broken = false
  /** Spaces before the ids; those of the first one. */
  #indent: number | undefined
  /** Lines of whole devices that wait to be parsed, and the number of the first. */
  #batch: string[] = []
  #batchLine = 0
  #batchCharacters = 0

  constructor(sink: RowSink, parseYaml: ParseYaml) {
    this.#sink = sink
    this.#parseYaml = parseYaml
  }

  async take(line: string): Promise<void> {
    const number = this.nextLine++
    if (this.#broken) return
    if (!this.#headed) this.#takeHeading(line, number)
    else if (/^\s*(#|$)/.test(line)) this.#takeComment(line, number)
    else await this.#takeContent(line, number)
  }

  end(): void {
    this.#flush()
    if (!this.#headed && !this.#broken) this.#break(1, 'has no devices: at its beginning')
  }

  #takeHeading(line: string, number: number): void {
    if (/^(---)?\s*(#.*)?$/.test(line)) return
    this.#headed = /^devices:\s*(#.*)?$/.test(line)
    if (!this.#headed) this.#break(number, 'is not expected before devices:')
  }

  /** Or a part of a text of several lines. */
  #takeComment(line: string, number: number): void {
    if (this.#batch.length > 0) this.#add(line, number)
  }

  async #takeContent(line: string, number: number): Promise<void> {
    const indent = line.length - line.trimStart().length
    this.#indent ??= indent
    const goesOn = indent > this.#indent
    if (indent === this.#indent && indent > 0) await this.#takeId(line, number)
    else if (goesOn && this.#batch.length > 0) this.#add(line, number)
    else {
      this.#flush()
      this.#break(
        number,
        'is not expected here: ids below devices: begin in one column, their fields further right',
      )
    }
  }

  async #takeId(line: string, number: number): Promise<void> {
    const device = fromYamlLine(line)
    if (device !== undefined || this.#batchCharacters > BATCH_CHARACTERS) {
      if (this.#flush() || number % LINES_PER_TURN === 0) await setImmediate()
    }
    if (device === undefined) this.#add(line, number)
    else this.#sink.device({ ...device, line: number }, (path) => placeInLine(device.id, path, number))
  }

  #add(line: string, number: number): void {
    if (this.#batch.length === 0) this.#batchLine = number
    this.#batch.push(line)
    this.#batchCharacters += line.length + 1
    if (this.#batchCharacters < BATCH_CHARACTERS + MAX_DEVICE_CHARACTERS) return
    this.#batch = []
    this.#break(number, `goes on with a device of more than ${MAX_DEVICE_CHARACTERS} characters`)
  }

  /** Whether there was anything to parse. */
  #flush(): boolean {
    if (this.#batch.length === 0) return false
    // With a heading of its own it is a table, whose second line is the first of the batch.
    const text = `${YAML_HEADING}\n${this.#batch.join('\n')}`
    readYamlText(text, this.#batchLine - 2, this.#sink, this.#parseYaml)
    this.#batch = []
    this.#batchCharacters = 0
    return true
  }

  #break(line: number, message: string): void {
    this.#sink.fault({ line, path: '', message: `${message}; what follows was not read` })
    this.#broken = true
  }
}

function placeInLine(id: string, path: string, line: number) {
  return { line, path: path === '' ? id : `${id}.${path}` }
}
