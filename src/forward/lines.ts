/**
 * Where the lines of a chunk of line protocol end, and what their tags are. A newline inside a quoted string value is
 * part of the line, so the quotes have to be followed; quotes in names and tags mean nothing.
 */
const NEWLINE = 0x0a
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const EQUALS = 0x3d
const BACKSLASH = 0x5c

/** Offset behind the newline of each line. The chunk ends with a newline. */
export function lineEnds(chunk: Buffer): number[] {
  const ends: number[] = []
  for (let at = 0; at < chunk.length; ) {
    at = endOfLine(chunk, at)
    ends.push(at)
  }
  return ends
}

function endOfLine(chunk: Buffer, from: number): number {
  let at = find(chunk, from, SPACE) + 1
  do at = endOfField(chunk, at) + 1
  while (chunk[at - 1] === COMMA)
  const newline = chunk.indexOf(NEWLINE, at - 1)
  return newline === -1 ? chunk.length : newline + 1
}

/** Offset of the comma or the space after the field that begins at `from`. */
function endOfField(chunk: Buffer, from: number): number {
  let at = find(chunk, from, EQUALS) + 1
  if (chunk[at] === QUOTE) at = endOfString(chunk, at + 1)
  while (at < chunk.length && chunk[at] !== COMMA && chunk[at] !== SPACE && chunk[at] !== NEWLINE) at++
  return at
}

function endOfString(chunk: Buffer, from: number): number {
  let at = from
  while (at < chunk.length && chunk[at] !== QUOTE) at += chunk[at] === BACKSLASH ? 2 : 1
  return at + 1
}

/** The next `byte` with no backslash before it. */
function find(chunk: Buffer, from: number, byte: number): number {
  let at = chunk.indexOf(byte, from)
  while (at > from && chunk[at - 1] === BACKSLASH) at = chunk.indexOf(byte, at + 1)
  return at === -1 ? chunk.length : at
}

/** Tags of a line by name, both as they are written, with their escapes. */
export function rawTags(line: string): Map<string, string> {
  const series = line.split(/(?<!\\) /, 1)[0]!
  const tags = new Map<string, string>()
  for (const tag of series.split(/(?<!\\),/).slice(1)) {
    const [name, value] = tag.split(/(?<!\\)=/)
    tags.set(name!, value ?? '')
  }
  return tags
}
