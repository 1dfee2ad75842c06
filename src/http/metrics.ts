import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { MessageCounts, PointCounts, SinkStatus } from '../core/counts.js'
import type { CountsByReason } from '../core/views.js'
import type { RemovalCause } from '../spool/letters/removals.js'
import type { GatewayViews } from './inputs.js'

/** They list every open connection on the main thread at each scrape; the numbers of clients are metrics of ours. */
const COSTLY = [
  'process_open_fds',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
]

const REASONS_HELP =
  'Messages and points that did not simply pass, or not as they came; falls when letters are replayed.'

const CAUSES: Readonly<Record<RemovalCause, string>> = {
  byAge: 'age',
  byBytes: 'bytes',
  byHeldBytes: 'held_bytes',
  byHeldPerDevice: 'held_per_device',
  purged: 'purged',
}

type Labels = Readonly<Record<string, string>>

/**
 * Prometheus metrics, read from the views when they are scraped; nothing is counted twice on the way of a message.
 * Outcomes of a name add up: `sum(linegate_messages_total)` is what was received, and what was decoded is
 * `sum(linegate_points_total) + linegate_points_pending`. Names follow prometheus.io/docs/practices/naming.
 */
export class Metrics {
  readonly #views: GatewayViews
  readonly #registry = new Registry()
  readonly #readers: (() => void)[] = []

  constructor(views: GatewayViews) {
    this.#views = views
    this.#describeGateway()
    this.#describeLedger()
    this.#describeDeadLetters()
    this.#describeSparkplug()
    this.#describeSinks()
    this.#describeSpool()
    this.#describeClients()
    this.#describeAudit()
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** Begins to watch the process: event loop, garbage collection, memory. */
  start(): void {
    collectDefaultMetrics({ register: this.#registry })
    for (const name of COSTLY) this.#registry.removeSingleMetric(name)
  }

  /** The exposition text; everything of ours in it is of one instant. */
  render(): Promise<string> {
    for (const read of this.#readers) read()
    return this.#registry.metrics()
  }

  #describeGateway(): void {
    const { about, registry, connections, isReady } = this.#views
    const info = this.#gauge('linegate_info', 'Always 1; the labels say what runs.', ['gateway', 'version'])
    info.set({ gateway: about.gatewayId, version: about.version }, 1)
    this.#read('linegate_ready', 'Whether messages are accepted.', () => (isReady() ? 1 : 0))
    this.#read('linegate_devices', 'Devices known, rejected ones included.', () => registry.count)
    const { quality } = this.#views
    if (quality !== undefined) {
      this.#read('linegate_series', 'Series: measurement, tag set and field.', () => quality.series.count)
    }
    this.#read('linegate_mqtt_clients', 'MQTT clients connected.', () => connections.mqtt())
    this.#read('linegate_live_connections', 'Operators connected to /live.', () => connections.live())
  }

  #describeLedger(): void {
    const { ledger } = this.#views
    const messages = this.#counter('linegate_messages_total', 'Messages received, by what became of them.', [
      'outcome',
    ])
    const points = this.#counter(
      'linegate_points_total',
      'Points that are settled, by what became of them.',
      ['outcome'],
    )
    const reasons = this.#gauge('linegate_reasons', REASONS_HELP, ['reason'])
    const pending = this.#gauge('linegate_points_pending', 'Points that the primary sink has not settled.')
    this.#readers.push(() => {
      const totals = ledger.totals()
      setOutcomes(messages, messageOutcomes(totals.messages))
      setOutcomes(points, pointOutcomes(totals.points))
      pending.set(totals.points.pending)
      setReasons(reasons, ledger.reasons())
    })
  }

  #describeDeadLetters(): void {
    const { deadLetters, replay } = this.#views
    this.#read('linegate_dead_letters', 'Dead letters kept on disk.', () => deadLetters.count)
    this.#read('linegate_dead_letters_bytes', 'What they take on disk.', () => deadLetters.bytes)
    const removed = this.#counter(
      'linegate_dead_letters_removed_total',
      'Dead letters removed without a replay.',
      ['cause'],
    )
    const replayed = this.#counter(
      'linegate_dead_letters_replayed_total',
      'Replays, by what became of them.',
      ['outcome'],
    )
    this.#readers.push(() => {
      removed.reset()
      for (const [cause, { count }] of Object.entries(deadLetters.removed)) {
        removed.inc({ cause: CAUSES[cause as RemovalCause] }, count)
      }
      const { replayed: decoded = 0, refusedAgain = 0, unroutable = 0 } = replay?.replaying.counts ?? {}
      setOutcomes(replayed, { decoded, refused: refusedAgain, unroutable })
    })
  }

  #describeSparkplug(): void {
    const { sparkplug } = this.#views
    if (sparkplug === undefined) return
    const events = this.#counter('linegate_sparkplug_events_total', 'What the Sparkplug host met and did.', [
      'event',
    ])
    this.#readers.push(() => {
      setBy(events, 'event', sparkplug.counters)
    })
  }

  #describeSinks(): void {
    const labels = ['sink', 'type']
    const stored = this.#counter('linegate_sink_points_stored_total', 'Points stored by the sink.', labels)
    const refused = this.#counter(
      'linegate_sink_points_dead_lettered_total',
      'Points that the sink refused for good.',
      labels,
    )
    const pending = this.#gauge('linegate_sink_points_pending', 'Points not settled by the sink.', labels)
    const lag = this.#gauge('linegate_sink_lag_seconds', 'Age of its oldest unsettled block.', labels)
    const up = this.#gauge('linegate_sink_up', 'Whether the sink takes points.', labels)
    this.#readers.push(() => {
      for (const metric of [stored, refused, pending, lag, up]) metric.reset()
      for (const sink of this.#views.sinks.statuses()) {
        const of = labelsOf(sink)
        stored.inc(of, sink.storedPoints)
        refused.inc(of, sink.deadLetteredPoints)
        pending.set(of, sink.pendingPoints)
        lag.set(of, sink.lagMs / 1_000)
        up.set(of, sink.state === 'ok' ? 1 : 0)
      }
    })
  }

  #describeSpool(): void {
    const bytes = this.#gauge('linegate_spool_bytes', 'Blocks on disk that not every sink has settled.')
    const blocks = this.#gauge('linegate_spool_blocks', 'The number of these blocks.')
    const unflushed = this.#gauge('linegate_unflushed_bytes', 'Accepted and on the way to the disk.')
    const holding = this.#gauge(
      'linegate_spool_holding',
      'Whether acknowledgements wait, because the spool is full or the disk takes nothing.',
    )
    this.#readers.push(() => {
      const status = this.#views.spoolStatus()
      bytes.set(status.bytes)
      blocks.set(status.blocks)
      unflushed.set(status.unflushedBytes)
      holding.set(status.state === 'ok' ? 0 : 1)
    })
  }

  #describeClients(): void {
    const { clientCounts, credentials } = this.#views
    if (credentials !== undefined) {
      this.#read('linegate_credentials', 'Credentials of MQTT clients.', () => credentials.size)
    }
    if (clientCounts === undefined) return
    const faults = this.#counter('linegate_mqtt_faults_total', 'What MQTT clients did that they may not.', [
      'fault',
    ])
    const limits = this.#counter('linegate_mqtt_limits_total', 'Limits of mqtt.limits that bit.', ['limit'])
    this.#readers.push(() => {
      setBy(faults, 'fault', clientCounts.faults())
      // As the configuration names them.
      setBy(limits, 'limit', clientCounts.limits(), String)
    })
  }

  #describeAudit(): void {
    const { auditStatistics } = this.#views
    if (auditStatistics === undefined) return
    const events = this.#counter('linegate_audit_events_total', 'Events of the audit trail.', [
      'category',
      'result',
    ])
    const unwritten = this.#counter(
      'linegate_audit_unwritten_total',
      'Events without a record of their own: counted in that of another, or lost while the disk took nothing.',
      ['cause'],
    )
    this.#read('linegate_audit_failing', 'Whether the disk takes no records.', () =>
      auditStatistics().failing ? 1 : 0,
    )
    this.#readers.push(() => {
      const { events: counted, suppressed, lost } = auditStatistics()
      setBy(unwritten, 'cause', { suppressed, lost })
      events.reset()
      for (const [category, results] of Object.entries(counted)) {
        for (const [result, count] of Object.entries(results)) events.inc({ category, result }, count)
      }
    })
  }

  #read(name: string, help: string, value: () => number): void {
    const gauge = this.#gauge(name, help)
    this.#readers.push(() => gauge.set(value()))
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] })
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] })
  }
}

function setReasons(gauge: Gauge, reasons: CountsByReason): void {
  gauge.reset()
  for (const [reason, count] of Object.entries(reasons)) gauge.set({ reason }, count)
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function setBy(
  counter: Counter,
  label: string,
  counts: Readonly<Record<string, number>>,
  spell: (name: string) => string = snakeCase,
): void {
  counter.reset()
  for (const [name, count] of Object.entries(counts)) counter.inc({ [label]: spell(name) }, count)
}

function setOutcomes(counter: Counter, outcomes: Readonly<Record<string, number>>): void {
  counter.reset()
  for (const [outcome, count] of Object.entries(outcomes)) counter.inc({ outcome }, count)
}

function messageOutcomes({ decoded, ignored, deadLettered, refused }: MessageCounts) {
  return { decoded, ignored, dead_lettered: deadLettered, refused }
}

function pointOutcomes({ stored, filtered, deadLettered }: PointCounts) {
  return { stored, filtered, dead_lettered: deadLettered }
}

function labelsOf({ name, type }: SinkStatus): Labels {
  return { sink: name, type }
}
