import type { TableBytes } from './rows.js'

/** A spreadsheet has written the table in the code page of its system, such as GBK. */
export class NotUtf8Error extends Error {
  constructor() {
    super('is not UTF-8; save the table as UTF-8')
    this.name = 'NotUtf8Error'
  }
}

/**
 * The pieces as text, without a byte order mark. After a mistake they are still read to their end: whoever sends them
 * reads no answer before that.
 * @throws {NotUtf8Error}
 */
export async function* textOf(bytes: TableBytes): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let isBroken = false
  for await (const piece of bytes) {
    if (isBroken) continue
    const text = decoded(() => decoder.decode(piece, { stream: true }))
    isBroken = text === undefined
    if (text !== undefined) yield text
  }
  const rest = isBroken ? undefined : decoded(() => decoder.decode())
  if (rest === undefined) throw new NotUtf8Error()
  yield rest
}

function decoded(read: () => string): string | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** The lines of the text, without their ends; what follows the last end is a line if it is not empty. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string[]> {
  let rest = ''
  for await (const piece of text) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()!
    yield lines.map(withoutReturn)
  }
  if (rest !== '') yield [withoutReturn(rest)]
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
