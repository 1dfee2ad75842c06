import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
  /** What to know when reading it. */
  readonly note?: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The report, as Markdown: where and with what it was measured, then the tables. */
export function toMarkdown(tables: readonly Table[], versions: readonly string[]): string {
  const lines = [
    '# Benchmark results',
    '',
    'Written by `npm run bench`. Absolute figures drift with the machine; read the ratios, which were measured side by side.',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, commit ${git('rev-parse', '--short', 'HEAD')}${dirty()}`,
    `- ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
    `- Node ${process.version}; ${versions.join('; ')}`,
    '- The load generator, the gateway and the store share this one machine.',
  ]
  for (const table of tables) lines.push('', ...section(table))
  return `${lines.join('\n')}\n`
}

function section({ title, columns, rows, note }: Table): string[] {
  return [
    `## ${title}`,
    '',
    `| ${columns.join(' | ')} |`,
    `|${columns.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`,
    ...rows.map((row) => `| ${row.map(format).join(' | ')} |`),
    ...(note === undefined ? [] : ['', note]),
  ]
}

function format(value: string | number): string {
  if (typeof value === 'string') return value
  if (Number.isNaN(value)) return '–'
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' }).trim()
}

function dirty(): string {
  return git('status', '--porcelain', '--', 'src', 'bench') === '' ? '' : ' with uncommitted changes'
}
