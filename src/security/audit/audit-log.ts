/**
 * The audit trail: what happened, and who tried what, in files that show when something was changed in them.
 *
 * Constraints: `record` returns at once and never throws; nothing that a device sends may fill the disk or the memory; a
 * disk that takes nothing does not stop the gateway.
 *
 * Format: `<dataDirectory>/audit/audit-<first seq>-<day>.jsonl`, one record a line (line.ts), each with the hash of the one
 * before, over all files; `head.json` with the last of them (head.ts). A file ends at its size or with the day (UTC); the
 * next begins with a record `rotated`. What retention removes is recorded before (`expired`).
 *
 * Invariants: sequence numbers have no gap. A line, once made, is written, or its like is made by nobody. The head is never
 * ahead of the disk. One worker at a time touches files; what it writes was recorded in this order.
 *
 * Recovery: recovery.ts.
 */
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { AuditEvent, AuditTrail } from '../../core/audit.js'
import type { Logger } from '../../core/logger.js'
import { AuditFile } from './audit-file.js'
import type { AuditReport } from './damage.js'
import { AUDIT_FOLDER, dayOf, KEY_FILE } from './files.js'
import { keyAt, writeHead } from './head.js'
import { type Link, NO_RECORD, writeLine } from './line.js'
import { AuditReader, type AuditRecords } from './reader.js'
import { gatewayEvent, type PendingEvent, toPending } from './record.js'
import { recover } from './recovery.js'
import { expiredEvent, expiredFiles, removeExpired } from './retention.js'
import { type AuditStatistics, EventCounts } from './statistics.js'
import { SyslogForwarder, type SyslogOptions } from './syslog.js'
import { DEFAULT_THROTTLE, RefusalThrottle, type ThrottleOptions } from './throttle.js'
import { AuditTrouble } from './trouble.js'
import { verifyAudit } from './verify.js'

export interface AuditLogOptions {
  /** The trail is in its folder `audit`, the key of its head beside that. */
  readonly dataDirectory: string
  readonly retentionDays: number
  readonly maxFileBytes: number
  readonly logger: Logger
  /** Where a copy of each record goes. */
  readonly syslog?: SyslogOptions | undefined
  readonly now?: () => number
  readonly throttle?: Partial<ThrottleOptions>
  /** Records that wait in memory, at the most. */
  readonly maxWaiting?: number
}

const TICK_MS = 500
const RETENTION_EVERY_MS = 3_600_000
const DEFAULT_MAX_WAITING = 10_000
/** Lines of one write. */
const BATCH = 256

export class AuditLog implements AuditTrail, AuditRecords {
  readonly #options: AuditLogOptions
  readonly #folder: string
  readonly #now: () => number
  readonly #throttle: RefusalThrottle
  readonly #counts = new EventCounts()
  readonly #trouble: AuditTrouble
  readonly #syslog: SyslogForwarder | undefined
  #waiting: PendingEvent[] = []
  #key: string | undefined
  #link: Link = NO_RECORD
  #file: AuditFile | undefined
  /** The file before the one that is to be begun. */
  #endedFile: { readonly name: string; readonly reason: string } | undefined
  #isHeadDue = false
  #isSyncDue = false
  #nextRetentionMs = 0
  #worker: Promise<void> | undefined
  #ticks: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: AuditLogOptions) {
    const { dataDirectory, now = Date.now, logger, throttle, syslog } = options
    this.#options = options
    this.#folder = join(dataDirectory, AUDIT_FOLDER)
    this.#now = now
    this.#throttle = new RefusalThrottle({ ...DEFAULT_THROTTLE, ...throttle })
    this.#trouble = new AuditTrouble(this.#folder, logger, now)
    const tell = (count: number) => this.#tellOfLostCopies(count)
    this.#syslog = syslog === undefined ? undefined : new SyslogForwarder(syslog, logger, tell)
  }

  get reader(): AuditReader {
    return new AuditReader(this.#folder)
  }

  /** With what was recorded until now. */
  async verify(): Promise<AuditReport> {
    await this.flush()
    return verifyAudit(this.#options.dataDirectory)
  }

  get statistics(): AuditStatistics {
    const { byCategory, suppressed, lost } = this.#counts
    return {
      events: byCategory,
      suppressed,
      lost,
      failing: this.#trouble.isFailing,
      waiting: this.#waiting.length,
      ...(this.#syslog === undefined ? {} : { syslog: this.#syslog.statistics }),
    }
  }

  /**
   * Mends what a crash has left and goes on from there. Resolves also when the disk takes nothing: that is in the log, and
   * tried again.
   */
  async open(): Promise<void> {
    this.#syslog?.start()
    this.#ticks = setInterval(() => this.#tick(), TICK_MS)
    this.#ticks.unref()
    await this.#wake()
  }

  record(event: AuditEvent): void {
    this.#counts.add(event.id, event.result)
    const now = this.#now()
    if (event.result === 'success') {
      this.#enqueue(toPending(event, now))
      return
    }
    const pending = this.#throttle.admit(event, now)
    if (pending === undefined) this.#counts.suppressed++
    else this.#enqueue(pending)
  }

  /** Resolves when all that was recorded until now is on disk; or could not be written, which is in the log then. */
  async flush(): Promise<void> {
    do {
      await this.#worker
      this.#isSyncDue = true
      await this.#wake()
    } while (this.#waiting.length > 0 && !this.#trouble.isFailing)
  }

  /** Writes what is left, with the counts of what was left out, and the head that nothing may follow. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    clearInterval(this.#ticks)
    for (const pending of this.#throttle.sweep(this.#now(), true)) this.#enqueue(pending)
    this.#syslog?.tellOfDropped()
    await this.flush()
    this.#isClosed = true
    try {
      if (!this.#trouble.isFailing && this.#key !== undefined) await this.#writeHead(true)
    } catch (error) {
      this.#trouble.failed(error, this.#waiting.length)
    }
    if (this.#waiting.length > 0) this.#trouble.gaveUp(this.#waiting.length)
    await this.#file?.close()
    await this.#syslog?.close()
  }

  #enqueue(pending: PendingEvent): void {
    if (this.#waiting.length >= (this.#options.maxWaiting ?? DEFAULT_MAX_WAITING) || this.#isClosed) {
      const lost = 1 + pending.suppressed
      this.#counts.lost += lost
      this.#trouble.lost += lost
      return
    }
    this.#waiting.push(pending)
    // A disk that takes nothing is tried again with the ticks.
    if (!this.#trouble.isFailing && this.#ticks !== undefined) void this.#wake()
  }

  #tellOfLostCopies(count: number): void {
    this.#enqueue(gatewayEvent('forwarding_lost', 'failure', 'syslog', { count }, this.#now()))
  }

  #tick(): void {
    for (const pending of this.#throttle.sweep(this.#now())) this.#enqueue(pending)
    this.#isSyncDue = true
    void this.#wake()
  }

  #wake(): Promise<void> {
    this.#worker ??= this.#work().finally(() => {
      this.#worker = undefined
    })
    return this.#worker
  }

  async #work(): Promise<void> {
    // What is recorded in one turn of the event loop becomes one write.
    await setImmediate()
    try {
      if (this.#key === undefined) await this.#recover()
      await this.#settle()
      if (this.#now() >= this.#nextRetentionMs) await this.#expire()
      if (this.#trouble.ended()) this.#tellOfLoss()
    } catch (error) {
      this.#trouble.failed(error, this.#waiting.length)
    }
  }

  async #settle(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeSome()
    if (this.#isSyncDue || this.#trouble.isFailing) await this.#sync()
  }

  /** After an outage. */
  #tellOfLoss(): void {
    const { lost } = this.#trouble
    this.#trouble.lost = 0
    if (lost === 0) return
    this.#waiting.unshift(gatewayEvent('lost', 'failure', 'audit', { count: lost }, this.#now()))
  }

  async #recover(): Promise<void> {
    const { dataDirectory } = this.#options
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await chmod(this.#folder, 0o700)
    const key = await keyAt(join(dataDirectory, KEY_FILE))
    const { link, file, mendedBytes, damage } = await recover(this.#folder, key)
    const time = new Date(this.#now()).toISOString()
    await writeHead(this.#folder, { ...link, file: file?.name ?? '', closed: false, time }, key)
    if (file !== undefined) this.#file = await AuditFile.reopen(this.#folder, file.name, file.day)
    this.#link = { seq: link.seq, hash: link.hash }
    this.#key = key
    const now = this.#now()
    const place = file?.name ?? AUDIT_FOLDER
    for (const cause of damage) this.#trouble.damaged(cause)
    const first = damage.map((cause) => gatewayEvent('damaged', 'failure', place, { cause }, now))
    if (mendedBytes > 0) first.push(gatewayEvent('mended', 'success', place, { bytes: mendedBytes }, now))
    this.#waiting.unshift(...first)
  }

  async #writeSome(): Promise<void> {
    const file = await this.#fileFor(this.#waiting[0]!)
    const lines: string[] = []
    let bytes = file.bytes
    while (lines.length < BATCH && this.#waiting.length > 0) {
      const isFull = bytes >= this.#options.maxFileBytes && bytes > 0
      if (isFull || dayOf(this.#waiting[0]!.timeMs) > file.day) break
      const line = writeLine(this.#waiting.shift()!, this.#link)
      this.#link = { seq: line.seq, hash: line.hash }
      lines.push(line.text)
      bytes += Buffer.byteLength(line.text)
      this.#syslog?.send(line.record)
    }
    await file.append(Buffer.from(lines.join('')))
  }

  /** The file that the event goes to: another one if this one is full, or of an earlier day. */
  async #fileFor(event: PendingEvent): Promise<AuditFile> {
    const day = dayOf(event.timeMs)
    const current = this.#file
    if (current !== undefined) {
      const isFull = current.bytes >= this.#options.maxFileBytes
      if (!isFull && day <= current.day) return current
      await this.#sync()
      await current.close()
      this.#file = undefined
      this.#endedFile = { name: current.name, reason: isFull ? 'size' : 'day' }
      this.#nextRetentionMs = 0
    }
    const file = await AuditFile.create(this.#folder, this.#link.seq + 1, day)
    this.#file = file
    const ended = this.#endedFile
    if (ended === undefined) return file
    this.#endedFile = undefined
    const { name, reason } = ended
    this.#waiting.unshift(gatewayEvent('rotated', 'success', name, { reason }, event.timeMs))
    return file
  }

  async #sync(): Promise<void> {
    const file = this.#file
    if (file !== undefined && !file.isSynced) {
      await file.sync()
      this.#isHeadDue = true
    }
    if (this.#isHeadDue) await this.#writeHead(false)
    this.#isSyncDue = false
  }

  async #writeHead(closed: boolean): Promise<void> {
    const time = new Date(this.#now()).toISOString()
    await writeHead(this.#folder, { ...this.#link, file: this.#file?.name ?? '', closed, time }, this.#key!)
    this.#isHeadDue = false
  }

  async #expire(): Promise<void> {
    const now = this.#now()
    const expired = await expiredFiles(this.#folder, this.#options.retentionDays, now)
    if (expired.length > 0) {
      this.#waiting.push(...expired.map((file) => expiredEvent(file, now)))
      this.#isSyncDue = true
      await this.#settle()
      await removeExpired(this.#folder, expired)
    }
    this.#nextRetentionMs = now + RETENTION_EVERY_MS
  }
}
