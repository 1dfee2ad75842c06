import type { ConfigChange, ReloadReport } from '../core/reload.js'
import { type ApiOptions, openApi } from './api-access.js'
import { addApiCommand, type CommandSite, jsonOption } from './command.js'
import type { Context } from './context.js'
import { count } from './numbers.js'
import type { Texts } from './texts.js'
import { timeText } from './try-text.js'
import { printable } from './width.js'

export interface ReloadOptions extends ApiOptions {
  readonly dryRun?: true
  readonly json?: true
}

/** A trial of many messages takes its time. */
const TIMEOUT_MS = 60_000

/** Has a running gateway read its configuration again, or say what that would change. */
export async function reload(options: ReloadOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const dryRun = options.dryRun === true
  const report = await openApi(options, context).send<ReloadReport>('POST', '/api/v1/reload', {
    query: { dryRun: String(dryRun) },
    timeoutMs: TIMEOUT_MS,
  })
  terminal.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report!, dryRun, texts))
  return 0
}

function reportText(report: ReloadReport, dryRun: boolean, { reload: words }: Texts): string {
  const { changes, needRestart, trial } = report
  const parts: string[] = []
  if (changes.length + needRestart.length === 0) parts.push(`${words.nothing}\n`)
  if (changes.length > 0) parts.push(`${dryRun ? words.would : words.applied}\n${changesText(changes)}`)
  if (needRestart.length > 0) parts.push(`${words.needRestart}\n${changesText(needRestart)}`)
  if (trial !== undefined) parts.push(trialText(trial, words))
  return parts.join('')
}

type Trial = NonNullable<ReloadReport['trial']>

function trialText({ messages, changedMessages, changed }: Trial, words: Texts['reload']): string {
  const pairs = changed.map(({ before, after }) => {
    return `  ${printable(before.topic)}\n${linesOf(before, '-')}${linesOf(after, '+')}`
  })
  const more = changedMessages > changed.length ? '  …\n' : ''
  return `${words.trial(count(messages), count(changedMessages))}\n${pairs.join('')}${more}`
}

function changesText(changes: readonly ConfigChange[]): string {
  return changes.map(({ path, before, after }) => `  ${path}: ${shown(before)} → ${shown(after)}\n`).join('')
}

function shown(value: unknown): string {
  return value === undefined ? '–' : JSON.stringify(value)
}

/** All that can differ, a line for each point. */
function linesOf({ points, failure, route }: Trial['changed'][number]['before'], mark: string): string {
  const lines = failure === undefined ? points.map(pointText) : [`${failure.reason}: ${failure.message}`]
  if (route === '' || lines.length === 0) lines.splice(0, lines.length, '–')
  return lines.map((line) => `    ${mark} ${printable(line)}\n`).join('')
}

function pointText(point: Trial['changed'][number]['before']['points'][number]): string {
  const { device, measurement, tags, fields, timeNs, outcome, reason, notes } = point
  const own = Object.entries(tags).map(([name, value]) => ` ${name}=${value}`)
  const values = fields.map(
    ({ name, type, text }) => ` ${name}=${type === 'string' ? JSON.stringify(text) : text}`,
  )
  const why = [...(outcome === 'stored' ? [] : [reason]), ...notes]
  const said = why.length === 0 ? '' : ` (${why.join(', ')})`
  return `${device} ${measurement}${own.join('')}${values.join('')} ${timeText(timeNs)}${said}`
}

export function addReloadCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'reload', commands.reload, ['reload --dry-run', 'reload'])
    .option('--dry-run', options.dryRun)
    .addOption(jsonOption(site))
    .action(async (given: ReloadOptions) => finish(await reload(given, context)))
}
