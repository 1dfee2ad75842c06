import type { SinkStatus } from '../core/counts.js'
import { type ApiOptions, openApi } from './api-access.js'
import { addApiCommand, type CommandSite, jsonOption } from './command.js'
import type { Context } from './context.js'
import { sinkTable } from './ledger.js'
import { bytes, count } from './numbers.js'
import { table } from './table.js'

export interface SpoolOptions extends ApiOptions {
  readonly json?: true
}

interface SpoolAnswer {
  readonly spoolId: string
  readonly firstSequence: number
  readonly lastSequence: number
  readonly blocks: number
  readonly bytes: number
  readonly unflushedBytes: number
  readonly state: 'ok' | 'full' | 'failing'
  readonly pendingPoints: number
  readonly sinks: readonly SinkStatus[]
}

/** Prints what waits on disk, and how far each sink is. */
export async function spool(options: SpoolOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const answer = await openApi(options, context).get<SpoolAnswer>('/api/v1/spool')
  if (options.json) {
    terminal.out(`${JSON.stringify(answer, null, 2)}\n`)
    return 0
  }
  const words = texts.spool
  const rows = [
    [words.id, answer.spoolId],
    [words.state, words.states[answer.state]],
    [words.blocks, count(answer.blocks)],
    [words.sequences, answer.blocks === 0 ? '–' : `${answer.firstSequence} … ${answer.lastSequence}`],
    [words.size, bytes(answer.bytes)],
    [words.unflushed, bytes(answer.unflushedBytes)],
    [words.pending, count(answer.pendingPoints)],
  ]
  const facts = table([{ title: words.title }, { title: '' }], rows)
  terminal.out(`${facts}\n${sinkTable(answer.sinks, texts)}`)
  return 0
}

export function addSpoolCommand(site: CommandSite): void {
  const { context, finish } = site
  addApiCommand(site, 'spool', context.texts.commands.spool, ['spool', 'spool --json'])
    .addOption(jsonOption(site))
    .action(async (options: SpoolOptions) => finish(await spool(options, context)))
}
