/**
 * The form in which devices are exported: YAML of one line a device, whose part after the id is JSON (of which YAML 1.2
 * is a superset). What is written so, and so only, is read line by line; YAML in general costs a hundred times as much.
 */
export const YAML_HEADING = 'devices:'

const LINE = /^ {2}("(?:[^"\\]|\\.){1,1024}"): (\{.*\})$/

export function toYamlLine(id: string, fields: object): string {
  return `  ${JSON.stringify(id)}: ${JSON.stringify(fields)}`
}

/**
 * Undefined for a line that is not exactly what `toYamlLine` writes: a key that stands twice, for one, is a mistake in
 * YAML and none in JSON.
 */
export function fromYamlLine(line: string): { id: string; fields: object } | undefined {
  const match = LINE.exec(line)
  if (match === null) return undefined
  try {
    const id = JSON.parse(match[1]!) as string
    const fields = JSON.parse(match[2]!) as object
    return toYamlLine(id, fields) === line ? { id, fields } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
