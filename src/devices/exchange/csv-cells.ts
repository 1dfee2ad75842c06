/**
 * Spreadsheets take a cell that begins with one of these for a formula, and run it; some also its full-width form. Such a
 * value is written with an apostrophe before it; so is an empty text, as an empty cell states nothing. Reading takes one
 * apostrophe off whatever would have got one, so that a value that itself begins with apostrophes comes back as it was.
 */
const MARKED = /^'*($|[=+\-@\t\r＝＋－＠])/

export function toCell(value: string): string {
  return MARKED.test(value) ? `'${value}` : value
}

export function fromCell(cell: string): string {
  return cell.startsWith("'") && MARKED.test(cell) ? cell.slice(1) : cell
}
