import type { Counts, SinkStatus } from '../core/counts.js'
import { REASON_TEXTS } from '../core/reason-texts.js'
import type { ReasonCode } from '../core/reasons.js'
import type { CountsByReason } from '../core/views.js'
import type { GatewayApi } from './api.js'
import { type ApiOptions, openApi } from './api-access.js'
import { addApiCommand, type CommandSite, jsonOption } from './command.js'
import type { Context } from './context.js'
import { count, milliseconds } from './numbers.js'
import { type Column, table } from './table.js'
import type { Texts } from './texts.js'

export interface LedgerOptions extends ApiOptions {
  readonly device?: string
  readonly json?: true
}

interface DeviceCounts extends Counts {
  /** Empty for the messages that belong to no device, and for a device that was removed. */
  readonly path: string
  readonly removed?: true
}

export interface LedgerAnswer {
  readonly time: string
  readonly totals: Counts & { readonly reasons: CountsByReason }
  readonly sinks: readonly SinkStatus[]
  readonly devices: readonly DeviceCounts[]
  readonly nextCursor?: string | null
}

const PATH = '/api/v1/ledger'
const PAGE_SIZE = 1_000

/** Prints the counts of the gateway, of its sinks and of its devices (or of one device). */
export async function ledger(options: LedgerOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const answer = await fetchLedger(openApi(options, context), options.device)
  terminal.out(options.json ? `${JSON.stringify(answer, null, 2)}\n` : ledgerText(answer, texts))
  return 0
}

/** All pages as one answer; the totals are those of the first. */
export async function fetchLedger(api: GatewayApi, device?: string): Promise<LedgerAnswer> {
  const first = await api.get<LedgerAnswer>(PATH, { device, limit: PAGE_SIZE })
  const devices = [...first.devices]
  let cursor = first.nextCursor
  while (cursor) {
    const page = await api.get<LedgerAnswer>(PATH, { device, limit: PAGE_SIZE, cursor })
    devices.push(...page.devices)
    cursor = page.nextCursor
  }
  const { time, totals, sinks } = first
  return { time, totals, sinks, devices }
}

export function ledgerText({ totals, sinks, devices }: LedgerAnswer, texts: Texts): string {
  const rows = devices.map((row) => {
    if (row.removed) return { ...row, path: texts.ledger.removed }
    return row.path === '' ? { ...row, path: texts.ledger.noDevice } : row
  })
  const parts = [countsTable([{ ...totals, path: texts.ledger.all }, ...rows], texts)]
  if (Object.keys(totals.reasons).length > 0) parts.push(reasonsTable(totals.reasons, texts))
  if (sinks.length > 0) parts.push(sinkTable(sinks, texts))
  return parts.join('\n')
}

/** Messages, then points: each line adds up by itself. */
function countsTable(rows: readonly DeviceCounts[], { ledger: words }: Texts): string {
  const titles = [words.received, words.decoded, words.ignored, words.deadLettered, words.refused]
  const pointTitles = [words.points, words.stored, words.filtered, words.deadLettered, words.pending]
  const columns: Column[] = [
    { title: words.device },
    ...[...titles, ...pointTitles].map((title) => ({ title, align: 'right' as const })),
  ]
  return table(
    columns,
    rows.map(({ path, messages, points }) => [
      path,
      ...[messages.received, messages.decoded, messages.ignored, messages.deadLettered, messages.refused].map(
        count,
      ),
      ...[points.decoded, points.stored, points.filtered, points.deadLettered, points.pending].map(count),
    ]),
  )
}

/** What did not simply pass, most of it first. */
function reasonsTable(reasons: CountsByReason, { ledger: words, language }: Texts): string {
  const columns: Column[] = [
    { title: words.reason },
    { title: words.count, align: 'right' },
    { title: words.meaning },
  ]
  const rows = (Object.entries(reasons) as [ReasonCode, number][])
    .sort(([, a], [, b]) => b - a)
    .map(([code, number]) => [code, count(number), REASON_TEXTS[code][language]])
  return table(columns, rows)
}

export function sinkTable(sinks: readonly SinkStatus[], { ledger: words, sink: sinkWords }: Texts): string {
  const columns: Column[] = [
    { title: sinkWords.name },
    { title: sinkWords.type },
    { title: sinkWords.state },
    { title: words.stored, align: 'right' },
    { title: words.deadLettered, align: 'right' },
    { title: words.pending, align: 'right' },
    { title: sinkWords.lag, align: 'right' },
    { title: sinkWords.lastError },
  ]
  const rows = sinks.map((sink) => [
    sink.primary ? `${sink.name} *` : sink.name,
    sink.type,
    sinkWords.states[sink.state],
    ...[sink.storedPoints, sink.deadLetteredPoints, sink.pendingPoints].map(count),
    milliseconds(sink.lagMs),
    sink.lastError,
  ])
  return table(columns, rows)
}

export function addLedgerCommand(site: CommandSite): void {
  const { context, finish } = site
  addApiCommand(site, 'ledger', context.texts.commands.ledger, [
    'ledger',
    'ledger --device imm-01',
    'ledger --url http://10.0.0.5:8080 --json',
  ])
    .option('--device <device>', context.texts.options.device)
    .addOption(jsonOption(site))
    .action(async (options: LedgerOptions) => finish(await ledger(options, context)))
}
