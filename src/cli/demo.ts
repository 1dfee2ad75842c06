import { setMaxListeners } from 'node:events'
import { mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { GatewayConfig } from '../config/schema.js'
import { parseConfig } from '../config/validate.js'
import type { Counts } from '../core/counts.js'
import { writeTable } from '../devices/exchange/write-table.js'
import { GatewayApi } from './api.js'
import { CLOSE_WITHIN_MS, endsWithin } from './closing.js'
import { addCommand, type CommandSite } from './command.js'
import { CHECKS } from './configuration.js'
import { type Context, interrupted } from './context.js'
import { demoLines } from './demo-screen.js'
import { fetchLedger, type LedgerAnswer, ledgerText } from './ledger.js'
import { followLive } from './live-stream.js'
import { createLogger } from './logger.js'
import { count } from './numbers.js'
import { Screen } from './screen.js'
import { demoFleet } from './simulate.js'
import { displayWidth } from './width.js'

const DATA_DIRECTORY = './data/demo'
const REDRAW_MS = 1_000
/** How long the factory waits for its last acknowledgements. */
const FACTORY_DRAIN_MS = 1_000
const DRAIN_POLL_MS = 50
/** Of the five seconds, what is left to the gateway to close. */
const CLOSE_RESERVE_MS = 2_000
const ROUTE = {
  topic: 'factory/{site}/{area}/{line}/{device}/telemetry',
  decoder: 'json',
  production: {
    counters: { good: 'good_count', bad: 'bad_count' },
    state: { field: 'state', running: ['running'], plannedStop: ['idle'] },
  },
}
const SAMPLE_TOPIC = 'factory/ningbo/moulding/line1/imm-01/telemetry'

interface RunningGateway {
  readonly addresses: { readonly mqtt: readonly string[]; readonly http: string }
  close(): Promise<void>
}

/** What the demo is made of; tests put their own in. */
export interface DemoParts {
  readonly dataDirectory: string
  startGateway(config: GatewayConfig, options: { logger: Logger }): Promise<RunningGateway>
  /** The devices of the factory, as a table in YAML. */
  table(): AsyncIterable<string>
  /** Publishes until the signal is aborted, then resolves. */
  runFactory(brokerUrl: string, signal: AbortSignal): Promise<unknown>
}

export function addDemoCommand(site: CommandSite): void {
  const { context, finish } = site
  addCommand(site, 'demo', context.texts.commands.demo, ['demo']).action(async () =>
    finish(await demo(context, await shippedParts(context))),
  )
}

/** Loaded here, so that commands that need no gateway start without its stores. */
async function shippedParts({ packageRoot }: Context): Promise<DemoParts> {
  const { startGateway } = await import('../gateway.js')
  const [{ simulate }, { loadFleet }, { registryOf }] = await Promise.all([
    import('../../simulators/run.js'),
    import('../../simulators/fleet.js'),
    import('../../simulators/fleet-registry.js'),
  ])
  const fleet = demoFleet(packageRoot)
  return {
    dataDirectory: DATA_DIRECTORY,
    startGateway,
    async *table() {
      yield* writeTable('yaml', registryOf(await loadFleet(fleet)))
    },
    runFactory: (brokerUrl, signal) =>
      simulate({ fleet, brokerUrl, speed: 1, qos: 1, drainTimeoutMs: FACTORY_DRAIN_MS, signal }),
  }
}

/** Gateway, factory and live counts until a signal; then silence, a drained spool, the ledger, and the end. */
export async function demo(context: Context, parts: DemoParts): Promise<number> {
  const { texts, terminal } = context
  terminal.out(`${texts.demo.starting}\n`)
  const config = await configure(parts)
  const logFile = join(config.gateway.dataDirectory, 'gateway.log')
  const logger = createLogger({ level: 'info', format: 'json' }, config.gateway.id, logFile)
  const gateway = await parts.startGateway(config, { logger })
  terminal.out(introduction(gateway.addresses, logFile, context))
  const silence = new AbortController()
  // Each device of the factory listens for it: many listeners are no leak here.
  setMaxListeners(0, silence.signal)
  const factory = parts.runFactory(gateway.addresses.mqtt[0]!, silence.signal)
  try {
    await Promise.race([interrupted(context.signal), factory, showCounts(gateway.addresses.http, context)])
    silence.abort()
    return await windDown(gateway, factory, context)
  } catch (error) {
    silence.abort()
    await endsWithin(Promise.allSettled([factory, gateway.close()]), CLOSE_WITHIN_MS)
    throw error
  }
}

/** The factory's devices are registered, and what its machines make is counted. */
async function configure({ dataDirectory, table }: DemoParts): Promise<GatewayConfig> {
  const file = resolve(dataDirectory, 'devices.yaml')
  mkdirSync(dataDirectory, { recursive: true })
  await writeFile(file, table())
  const input = { gateway: { id: 'demo', dataDirectory }, devices: { file }, routes: [ROUTE] }
  return parseConfig(input, { checks: CHECKS })
}

function introduction(
  { mqtt, http }: RunningGateway['addresses'],
  logFile: string,
  { texts }: Context,
): string {
  const { demo: words } = texts
  const { hostname, port } = new URL(mqtt[0]!)
  const example = `mosquitto_pub -h ${hostname} -p ${port} -t ${SAMPLE_TOPIC} -m '{"temperature":213.4}'`
  const facts = [
    [words.open, http],
    [words.publish, mqtt.join('  ')],
    [words.try, example],
    [words.log, logFile],
  ] as const
  const width = Math.max(...facts.map(([name]) => displayWidth(name)))
  const lines = facts.map(([name, value]) => `  ${name}${' '.repeat(width - displayWidth(name))}  ${value}\n`)
  return `\n${lines.join('')}\n${words.stop}\n\n`
}

/** Draws the live counts until the signal. */
function showCounts(url: string, { texts, terminal, signal }: Context): Promise<void> {
  const screen = new Screen(terminal)
  return followLive({
    reach: () => ({ url, access: {} }),
    subscribe: { topic: 'counts', scope: '', intervalMs: REDRAW_MS },
    signal,
    onState: (frame) => {
      if (frame.topic === 'counts') screen.draw(demoLines(frame.data, texts))
    },
    onError: ({ code, message }) => terminal.err(`${code}: ${message}\n`),
    onLost: (cause) => terminal.err(`${texts.tail.lost(cause)}\n`),
    onBack: () => screen.leave(),
  })
}

/** All within five seconds: the factory ends, what is pending is stored, the ledger is shown, the gateway closes. */
async function windDown(
  gateway: RunningGateway,
  factory: Promise<unknown>,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const endAtMs = performance.now() + CLOSE_WITHIN_MS
  const left = (reserveMs: number): number => Math.max(0, endAtMs - reserveMs - performance.now())
  terminal.out(`\n${texts.demo.stopping}\n`)
  await endsWithin(factory, left(CLOSE_RESERVE_MS + 1_000))
  const api = new GatewayApi(gateway.addresses.http, AbortSignal.timeout(CLOSE_WITHIN_MS))
  const { totals, sinks } = await drained(api, left(CLOSE_RESERVE_MS))
  terminal.out(`\n${texts.demo.final}\n\n${ledgerText({ time: '', totals, sinks, devices: [] }, texts)}\n`)
  if (totals.points.pending > 0) terminal.out(`${texts.demo.pending(count(totals.points.pending))}\n`)
  const isBalanced = balances(totals)
  terminal.out(`${isBalanced ? texts.demo.balanced : texts.demo.unbalanced}\n`)
  const inTime = await endsWithin(gateway.close(), left(0))
  terminal.out(`${inTime ? texts.run.closed : texts.run.closeLate}\n`)
  return inTime && isBalanced ? 0 : 1
}

/** The ledger once nothing is pending, or as it is after `ms`. */
async function drained(api: GatewayApi, ms: number): Promise<LedgerAnswer> {
  const untilMs = performance.now() + ms
  for (;;) {
    const answer = await fetchLedger(api)
    if (answer.totals.points.pending === 0 || performance.now() >= untilMs) return answer
    await sleep(DRAIN_POLL_MS)
  }
}

function balances({ messages, points }: Counts): boolean {
  const { decoded, ignored, deadLettered, refused } = messages
  return (
    messages.received === decoded + ignored + deadLettered + refused &&
    points.decoded === points.stored + points.filtered + points.deadLettered + points.pending
  )
}
