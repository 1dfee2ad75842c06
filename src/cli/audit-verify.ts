import type { AuditReport, Damage } from '../security/audit/damage.js'
import type { Link } from '../security/audit/line.js'
import { verifyAudit } from '../security/audit/verify.js'
import { type ConfigOption, loadChecked } from './configuration.js'
import type { Context } from './context.js'
import { count } from './numbers.js'

export interface AuditVerifyOptions extends ConfigOption {
  /** A data directory, or a copy of the folder of the trail. */
  readonly data?: string
  /** Records that are known from elsewhere. */
  readonly known: readonly Link[]
  readonly json?: true
}

const DAMAGED = 1

/** Prints whether the trail is as it was written; the exit code is 1 if it is not. */
export async function verifyTrail(options: AuditVerifyOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const directory = options.data ?? loadChecked(options, context).gateway.dataDirectory
  const report = await verifyAudit(directory, options.known)
  if (options.json) terminal.out(`${JSON.stringify(report, null, 2)}\n`)
  else terminal.out(reportText(report, texts))
  return report.ok ? 0 : DAMAGED
}

function reportText(report: AuditReport, { audit: words }: Context['texts']): string {
  const { ok, damage, damageCount, unfinishedBytes, head } = report
  const facts = words.range(count(report.records), count(report.files), report.firstSeq, report.lastSeq)
  const lines = [facts]
  if (report.lastSeq > 0) lines.push(words.lastHash(report.lastHash))
  if (head === 'unchecked') lines.push(words.headUnchecked)
  if (unfinishedBytes > 0 && ok) lines.push(words.unfinished(unfinishedBytes))
  lines.push(ok ? words.sound : words.damaged(count(damageCount)))
  lines.push(...damage.map((one) => damageText(one, words)))
  if (damageCount > damage.length) lines.push(words.moreDamage(count(damageCount - damage.length)))
  return `${lines.join('\n')}\n`
}

function damageText(
  { kind, file, line, firstSeq, lastSeq }: Damage,
  words: Context['texts']['audit'],
): string {
  const place = line === 0 ? file : `${file}:${line}`
  const numbers = firstSeq === 0 ? '' : ` (${firstSeq === lastSeq ? firstSeq : `${firstSeq}–${lastSeq}`})`
  return `  ${place}${numbers}  ${words.kinds[kind]}`
}
