import { Option } from 'commander'
import type {
  CountsState,
  DeadLettersState,
  PresenceState,
  Snapshot,
  Topic,
  Update,
  ValuesState,
} from '../live/protocol.js'
import { TOPICS } from '../live/protocol.js'
import { type ApiOptions, reach } from './api-access.js'
import { addApiCommand, type CommandSite, jsonOption } from './command.js'
import type { Context } from './context.js'
import { followLive } from './live-stream.js'
import { count, rate } from './numbers.js'
import type { Texts } from './texts.js'
import { printable } from './width.js'

export interface TailOptions extends ApiOptions {
  readonly topic: Topic
  readonly scope: string
  readonly intervalMs: number
  readonly json?: true
}

/** Prints each frame of a live stream until a signal; reconnects as long as it takes. */
export async function tail(options: TailOptions, context: Context): Promise<number> {
  const { texts, terminal, signal } = context
  const describe = new TailLines(texts)
  let exitCode = 0
  const refused = new AbortController()
  await followLive({
    reach: () => reach(options, context),
    subscribe: { topic: options.topic, scope: options.scope, intervalMs: options.intervalMs },
    signal: AbortSignal.any([signal, refused.signal]),
    onState: (frame) => {
      const lines = options.json ? [JSON.stringify(frame)] : describe.lines(frame).map(printable)
      terminal.out(lines.map((line) => `${line}\n`).join(''))
    },
    onError: ({ code, message }) => {
      terminal.err(`${code}: ${printable(message)}\n`)
      exitCode = 1
      refused.abort()
    },
    onLost: (cause) => terminal.err(`${texts.tail.lost(printable(cause))}\n`),
    onBack: () => terminal.err(`${texts.tail.back}\n`),
  })
  return exitCode
}

/** Frames as lines for people. Remembers the last dead letter and transition, so that each is printed once. */
export class TailLines {
  readonly #texts: Texts
  #lastLetterId = 0
  #lastTransitionId = 0

  constructor(texts: Texts) {
    this.#texts = texts
  }

  lines(frame: Snapshot | Update): string[] {
    const time = clockTime(frame.time)
    switch (frame.topic) {
      case 'counts':
        return [`${time}  ${this.#counts(frame.data)}`]
      case 'values':
        return values(frame.data)
      case 'deadLetters':
        return this.#letters(frame.data)
      case 'presence':
        return [`${time}  ${this.#presence(frame.data)}`, ...this.#transitions(frame.data)]
    }
  }

  #counts({ messages, points, rates, devices }: CountsState): string {
    const { ledger, tail: words } = this.#texts
    return [
      `${ledger.received} ${count(messages.received)} (${rate(rates.messagesReceived)}/s)`,
      `${ledger.stored} ${count(points.stored)} (${rate(rates.pointsStored)}/s)`,
      `${ledger.pending} ${count(points.pending)}`,
      `${ledger.deadLettered} ${count(messages.deadLettered + points.deadLettered)}`,
      words.devices(count(devices.active), count(devices.seen)),
    ].join('  ')
  }

  #presence({ sums }: PresenceState): string {
    const words = this.#texts.tail.presence
    return [
      `${words.fresh(count(sums.fresh), count(sums.registered))}`,
      `${words.connected} ${count(sums.connected)}`,
      `${words.stale} ${count(sums.stale)}`,
      `${words.offline} ${count(sums.offline)}`,
      `${words.unknown} ${count(sums.unknown)}`,
    ].join('  ')
  }

  #transitions({ transitions }: PresenceState): string[] {
    const fresh = transitions.filter(({ id }) => id > this.#lastTransitionId)
    this.#lastTransitionId = Math.max(this.#lastTransitionId, ...fresh.map(({ id }) => id))
    return fresh.map(({ time, device, reason }) => {
      return `${clockTime(time)}  ${device}  ${reason[this.#texts.language]}`
    })
  }

  #letters({ letters }: DeadLettersState): string[] {
    const fresh = letters.filter(({ id }) => id > this.#lastLetterId)
    this.#lastLetterId = Math.max(this.#lastLetterId, ...fresh.map(({ id }) => id))
    return fresh.toReversed().map(({ id, time, device, topic, reason }) => {
      return `${clockTime(time)}  #${id}  ${device === '' ? topic : device}  ${reason.code}: ${reason.message}`
    })
  }
}

function values({ devices }: ValuesState): string[] {
  return devices.flatMap(({ device, values: latest }) =>
    latest.map(
      ({ time, measurement, field, value }) =>
        `${clockTime(time)}  ${device}  ${measurement}.${field} = ${value}`,
    ),
  )
}

/** The time of day on this machine's clock. */
function clockTime(time: string): string {
  return new Date(time).toTimeString().slice(0, 8)
}

const DEFAULT_INTERVAL = '1s'

export function addTailCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'tail', commands.tail, [
    'tail',
    'tail --scope ningbo/moulding --interval 5s',
    'tail --topic values --scope ningbo/moulding/line1/imm-01',
    'tail --topic presence --scope ningbo',
    'tail --topic deadLetters --json',
  ])
    .addOption(new Option('--topic <topic>', options.topic).choices(TOPICS).default('counts'))
    .option('--scope <path>', options.scope, '')
    .addOption(
      new Option('--interval <time>', options.interval)
        .argParser(parse.duration)
        .default(parse.duration(DEFAULT_INTERVAL), DEFAULT_INTERVAL),
    )
    .addOption(jsonOption(site))
    .action(async ({ interval, ...rest }: Omit<TailOptions, 'intervalMs'> & { interval: number }) =>
      finish(await tail({ ...rest, intervalMs: interval }, context)),
    )
}
