import { DecodeError } from '../../decoder.js'
import { Cursor } from './cursor.js'
import { MetricTable } from './metric-table.js'

const MAX_DEPTH = 8

/** A `Template` and its members. */
export class TemplateTable extends MetricTable {
  /** It says what instances look like; its values are defaults, and nobody has measured them. */
  isDefinition = false
  /** Name of the definition that an instance follows; '' where none is said. */
  templateRef = ''
  version = ''
  /** Where its parameters stand. */
  readonly parameterStarts: number[] = []
  readonly parameterEnds: number[] = []
  readonly #template = new Cursor()

  /** @throws {DecodeError} */
  readTemplate(bytes: Buffer, start: number, end: number): void {
    this.clear(bytes)
    this.isDefinition = false
    this.templateRef = ''
    this.version = ''
    this.parameterStarts.length = 0
    this.parameterEnds.length = 0
    const cursor = this.#template
    cursor.open(bytes, start, end)
    while (cursor.next()) this.#templateField(cursor)
  }

  #templateField(cursor: Cursor): void {
    switch (cursor.field) {
      case 1:
        this.version = cursor.text()
        return
      case 2: {
        const end = cursor.length()
        this.add(cursor.at, end)
        cursor.at = end
        return
      }
      case 3: {
        const end = cursor.length()
        this.parameterStarts.push(cursor.at)
        this.parameterEnds.push(end)
        cursor.at = end
        return
      }
      case 4:
        this.templateRef = cursor.text()
        return
      case 5:
        this.isDefinition = cursor.bool()
        return
      default:
        return cursor.skip()
    }
  }
}

/** One table for each level of templates in each other, reused. */
export class TemplateTables {
  readonly #tables: TemplateTable[] = []

  /** The table of that level, which may be read into. @throws {DecodeError} beyond the deepest. */
  at(depth: number): TemplateTable {
    if (depth >= MAX_DEPTH)
      throw new DecodeError('too_deep', `more than ${MAX_DEPTH} templates in each other`)
    const table = this.#tables[depth] ?? new TemplateTable()
    this.#tables[depth] = table
    return table
  }
}
