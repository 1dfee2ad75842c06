import { closeSync, openSync, writeSync } from 'node:fs'
import { Option } from 'commander'
import { connectAsync, type IClientPublishOptions, type MqttClient } from 'mqtt'
import { causeOf, GatewayError } from '../core/errors.js'
import { captureLine } from '../intake/capture-file.js'
import { addCommand, type CommandSite } from './command.js'
import type { Context } from './context.js'
import { count as shown } from './numbers.js'
import type { Terminal } from './terminal.js'

export interface CaptureOptions {
  readonly topic: readonly string[]
  readonly out: string
  readonly broker: string
  /** Messages after which it ends. */
  readonly count?: number
  /** In milliseconds. */
  readonly duration?: number
}

const DEFAULT_BROKER = 'mqtt://127.0.0.1:1883'

/** Writes the messages of some topics to a file, until it has enough of them, the time is over, or it is stopped. */
export async function capture(options: CaptureOptions, context: Context): Promise<number> {
  const { texts, terminal, signal } = context
  const client = await connect(options.broker)
  try {
    const captured = await collect(client, options, terminal, AbortSignal.any(endsOf(options, signal)))
    await client.endAsync()
    terminal.err(`${texts.capture.done(shown(captured), options.out)}\n`)
    return captured > 0 ? 0 : 1
  } catch (error) {
    client.end(true)
    throw error instanceof GatewayError
      ? error
      : new GatewayError('LG_CAPTURE_FAILED', { file: options.out, cause: causeOf(error) }, { cause: error })
  }
}

async function connect(broker: string): Promise<MqttClient> {
  try {
    return await connectAsync(broker, { reconnectPeriod: 0, clean: true })
  } catch (error) {
    throw new GatewayError('LG_BROKER_UNREACHABLE', { url: broker, cause: causeOf(error) }, { cause: error })
  }
}

function endsOf({ duration }: CaptureOptions, signal: AbortSignal): AbortSignal[] {
  return duration === undefined ? [signal] : [signal, AbortSignal.timeout(duration)]
}

/** Resolves with how many were captured. */
async function collect(
  client: MqttClient,
  options: CaptureOptions,
  terminal: Terminal,
  end: AbortSignal,
): Promise<number> {
  const { topic, out } = options
  const file = out === '-' ? undefined : openSync(out, 'w')
  // One after the other: while the disk is busy, nothing more is read from the broker.
  const write = (line: string) => void (file === undefined ? terminal.out(line) : writeSync(file, line))
  try {
    const captured = received(client, options, write, end)
    // The connection may end before the broker has answered.
    await Promise.race([captured, client.subscribeAsync([...topic], { qos: 1 })])
    return await captured
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function received(
  client: MqttClient,
  { count = Number.POSITIVE_INFINITY, broker }: CaptureOptions,
  write: (line: string) => void,
  end: AbortSignal,
): Promise<number> {
  let captured = 0
  return new Promise((resolve, reject) => {
    const take = (topic: string, payload: Buffer, { qos, retain }: IClientPublishOptions) => {
      try {
        write(captureLine({ topic, payload, qos: qos ?? 0, retain: retain ?? false }))
      } catch (error) {
        reject(error)
        return stop()
      }
      captured++
      if (captured === count) stop()
    }
    const stop = () => {
      client.off('message', take)
      resolve(captured)
    }
    client.on('message', take)
    client.on('error', reject)
    client.once('close', () =>
      reject(new GatewayError('LG_BROKER_UNREACHABLE', { url: broker, cause: 'the connection was closed' })),
    )
    end.addEventListener('abort', stop, { once: true })
    if (end.aborted) stop()
  })
}

export function addCaptureCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  addCommand(site, 'capture', commands.capture, [
    "capture --topic 'plant/#' --out plant.jsonl --duration 60s",
    "capture --topic 'ie/d/#' --topic 'ie/m/#' --out siemens.jsonl --count 100",
  ])
    .requiredOption('--topic <filter...>', options.captureTopic)
    .requiredOption('--out <file>', options.captureOut)
    .option('--broker <url>', options.broker, DEFAULT_BROKER)
    .addOption(new Option('--count <messages>', options.captureCount).argParser(parse.positiveInteger))
    .addOption(new Option('--duration <time>', options.duration).argParser(parse.duration))
    .action(async (given: CaptureOptions) => finish(await capture(given, context)))
}
