const PER_LINE = 16
const HALF = PER_LINE / 2

/** Sixteen bytes a line: place, hexadecimal, and the characters that ASCII shows. Each line ends with a newline. */
export function hexDump(bytes: Buffer): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += PER_LINE)
    lines.push(dumpLine(at, bytes.subarray(at, at + PER_LINE)))
  return lines.join('')
}

function dumpLine(at: number, bytes: Buffer): string {
  const cells = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
  const hex = `${cells
    .slice(0, HALF)
    .join(' ')
    .padEnd(3 * HALF)} ${cells.slice(HALF).join(' ')}`
  const shown = bytes.toString('latin1').replace(/[^\x20-\x7e]/g, '.')
  return `${at.toString(16).padStart(8, '0')}  ${hex.padEnd(3 * PER_LINE)}  |${shown}|\n`
}
