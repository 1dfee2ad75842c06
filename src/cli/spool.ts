import type { SinkStatus } from '../core/counts.js'
import { GatewayApi } from './api.js'
import { addCommand, type CommandSite, jsonOption, urlOption } from './command.js'
import type { Context } from './context.js'
import { sinkTable } from './ledger.js'
import { bytes, count } from './numbers.js'
import { table } from './table.js'

export interface SpoolOptions {
  readonly url: string
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
export async function spool(options: SpoolOptions, { texts, terminal, signal }: Context): Promise<number> {
  const answer = await new GatewayApi(options.url, signal).get<SpoolAnswer>('/api/v1/spool')
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
  addCommand(site, 'spool', context.texts.commands.spool, ['spool', 'spool --json'])
    .addOption(urlOption(site))
    .addOption(jsonOption(site))
    .action(async (options: SpoolOptions) => finish(await spool(options, context)))
}
