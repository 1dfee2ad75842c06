/** A place in a text, both from 1; columns count UTF-16 code units, as editors do. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

/** Lines end as editors have it: LF, CR LF or a lone CR. */
export function textPlace(text: string, at: number): TextPlace {
  const lines = text.slice(0, at).split(/\r\n|\n|\r/)
  return { line: lines.length, column: lines[lines.length - 1]!.length + 1 }
}
