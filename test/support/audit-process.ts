/**
 * A process with an audit trail in the directory that it is given. It records on and on, in small files, until it is
 * killed; or, told {count}, so many records, and answers with its statistics.
 */
import { auditLog, change } from './audit-rig.js'

export interface AuditCommand {
  readonly count?: number
  readonly forever?: boolean
  readonly close?: boolean
}

const log = auditLog(process.argv[2]!, { maxFileBytes: 8_192, maxWaiting: 2_000 })
await log.open()
let n = 0

process.on('message', async ({ count = 0, forever, close }: AuditCommand) => {
  for (let i = 0; i < count; i++) log.record(change(++n))
  if (forever === true) setInterval(() => log.record(change(++n)), 0)
  if (close === true) {
    await log.close()
    process.disconnect()
    return
  }
  process.send!(log.statistics)
})
process.send!('ready')
