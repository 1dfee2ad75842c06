/** One thing that is wrong with a configuration. */
export interface Violation {
  /** Path of the key, such as `sinks[0].database`; empty for the file as a whole. */
  readonly path: string
  /** What is wrong, in words that go on from the path. */
  readonly message: string
  /** Where in the file, both from 1; absent for a configuration that did not come from a file. */
  readonly line?: number
  readonly column?: number
  /** The file, where it is not that of the configuration but of a preset. */
  readonly file?: string
}

export type Path = readonly string[]

const PLAIN_KEY = /^[\w-]+$/
const INDEX = /^\d+$/
const SEGMENT = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([\w-]+)/g

export function formatPath(path: Path): string {
  return path.reduce((whole, key) => {
    if (INDEX.test(key)) return `${whole}[${key}]`
    if (!PLAIN_KEY.test(key)) return `${whole}[${JSON.stringify(key)}]`
    return whole === '' ? key : `${whole}.${key}`
  }, '')
}

/** The inverse of `formatPath`. */
export function parsePath(text: string): Path {
  return Array.from(text.matchAll(SEGMENT), ([, index, quoted, plain]) => {
    return index ?? plain ?? (JSON.parse(`"${quoted}"`) as string)
  })
}

/** `path: message`, with the place in the file where it is known. */
export function describeViolation({ path, message, line, column, file }: Violation): string {
  const place = line === undefined ? '' : ` (line ${line}, column ${column ?? 1})`
  return `${file === undefined ? '' : `${file}: `}${path === '' ? 'file' : path}: ${message}${place}`
}
