import { displayWidth, printable } from './width.js'

export interface Column {
  readonly title: string
  /** Left when absent. */
  readonly align?: 'left' | 'right'
}

const GAP = '  '

/** Rows under their titles, aligned also where characters take two columns. Each line ends with a newline. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows].map((row) => row.map(printable))
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => displayWidth(line[at] ?? ''))))
  return lines.map((line) => `${alignLine(line, columns, widths)}\n`).join('')
}

function alignLine(line: readonly string[], columns: readonly Column[], widths: readonly number[]): string {
  const cells = columns.map(({ align }, at) => pad(line[at] ?? '', widths[at]!, align ?? 'left'))
  return cells.join(GAP).trimEnd()
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'left' ? text + space : space + text
}
