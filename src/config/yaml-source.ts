import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml'
import type { Path, Violation } from './violation.js'

interface Place {
  readonly line: number
  readonly column: number
}

/** The common mistakes in plain words; the parser's own words may quote the file, and with it a secret. */
const MISTAKES: Readonly<Record<string, string>> = {
  BAD_INDENT: 'the indentation does not fit the lines above, or a bracket is not closed',
  TAB_AS_INDENT: 'a tab is used for indentation; use spaces',
  DUPLICATE_KEY: 'a key is given twice in one section',
  MISSING_CHAR: 'a character is missing, such as a space after ":" or a closing quote or bracket',
  BAD_ALIAS: 'an alias (*name) is not written correctly; quote a text that begins with *',
  BLOCK_AS_IMPLICIT_KEY: 'a key is followed by more than one value; quote a text that contains ": "',
  MULTILINE_IMPLICIT_KEY: 'a line is neither a key with a value nor the continuation of one',
  MULTIPLE_DOCS: 'the file holds more than one document (---)',
  TAG_RESOLVE_FAILED: 'a tag (!name) is not known; quote a text that begins with !',
  UNEXPECTED_TOKEN:
    'something is not expected here; a text with any of { } [ ] , in it must be quoted inside braces',
  BAD_SCALAR_START: 'a text begins with a character that has a meaning in YAML; quote it',
}

const TOO_MANY_ALIASES: Violation = {
  path: '',
  message: 'is not valid YAML: aliases (*name) repeat too much',
}

/** A YAML file as plain values, with the place of each of its keys. */
export class YamlSource {
  readonly value: unknown
  /** Mistakes of YAML itself; with any, `value` means nothing. */
  readonly violations: readonly Violation[]
  readonly #document: Document
  readonly #lines: LineCounter

  private constructor(
    value: unknown,
    violations: readonly Violation[],
    document: Document,
    lines: LineCounter,
  ) {
    this.value = value
    this.violations = violations
    this.#document = document
    this.#lines = lines
  }

  static parse(text: string): YamlSource {
    const lines = new LineCounter()
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
    const violations = [...mistakesOf(document, lines), ...unresolvedAliases(document, lines)]
    if (violations.length > 0) return new YamlSource(undefined, violations, document, lines)
    try {
      return new YamlSource(document.toJS({ maxAliasCount: 100 }), [], document, lines)
    } catch (error) {
      // The only thing left that toJS throws: aliases that repeat each other without end.
      if (!(error instanceof ReferenceError)) throw error
      return new YamlSource(undefined, [TOO_MANY_ALIASES], document, lines)
    }
  }

  /** The place of a key, or of the nearest section above it that is in the file. */
  locate(path: Path): Place | undefined {
    let node: unknown = this.#document.contents
    let offset: number | undefined
    for (const key of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        if (pair === undefined) break
        offset = startOf(pair.key) ?? offset
        node = pair.value
      } else if (isSeq(node)) {
        node = node.items[Number(key)]
        offset = startOf(node) ?? offset
      } else break
    }
    return offset === undefined ? undefined : placeAt(this.#lines, offset)
  }
}

/** Mistakes that leave the rest of the file readable; after any other, what follows is reported wrongly. */
const CONTAINED = new Set(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED'])

function mistakesOf(document: Document, lines: LineCounter): Violation[] {
  const all = [...document.errors, ...document.warnings]
  const first = all.find(({ code }) => !CONTAINED.has(code))
  return all
    .filter((mistake) => mistake === first || CONTAINED.has(mistake.code))
    .map(({ code, pos }) => ({
      path: '',
      message: `is not valid YAML: ${MISTAKES[code] ?? code.toLowerCase().replaceAll('_', ' ')}`,
      ...placeAt(lines, pos[0]),
    }))
}

function unresolvedAliases(document: Document, lines: LineCounter): Violation[] {
  const violations: Violation[] = []
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return
      const place = placeAt(lines, startOf(alias) ?? 0)
      violations.push({
        path: '',
        message: 'is not valid YAML: an alias (*name) has no anchor (&name) above it',
        ...place,
      })
    },
  })
  return violations
}

function startOf(node: unknown): number | undefined {
  return isNode(node) || isAlias(node) ? node.range?.[0] : undefined
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}
