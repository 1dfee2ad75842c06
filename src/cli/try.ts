import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { causeOf, GatewayError } from '../core/errors.js'
import { silentLogger } from '../core/logger.js'
import type { TrialMessage } from '../core/trial.js'
import { readCapture } from '../intake/capture-file.js'
import { freshTrial } from '../intake/configured.js'
import { addCommand, type CommandSite, configOption, jsonOption } from './command.js'
import { type ConfigOption, loadChecked } from './configuration.js'
import type { Context } from './context.js'
import { summaryText, trialText } from './try-text.js'

export interface TryOptions extends ConfigOption {
  readonly topic?: string
  /** A file, or - for standard input. */
  readonly payload?: string
  readonly capture?: string
  readonly json?: true
}

/** Shows what a configuration makes of messages, without a gateway; 1 if any of them could not be read. */
export async function tryMessages(options: TryOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const config = loadChecked(options, context)
  const messages = await messagesOf(options)
  const trial = freshTrial(config, silentLogger)
  try {
    const results = trial.run(messages)
    if (options.json) terminal.out(`${JSON.stringify(results, null, 2)}\n`)
    else {
      for (const [i, result] of results.entries()) terminal.out(trialText(result, messages[i]!, texts))
      if (results.length !== 1) terminal.out(summaryText(results, texts))
    }
    return results.every(({ route, failure }) => route !== '' && failure === undefined) ? 0 : 1
  } finally {
    await trial.close()
  }
}

async function messagesOf({ topic, payload, capture }: TryOptions): Promise<TrialMessage[]> {
  const isCapture = capture !== undefined && topic === undefined && payload === undefined
  if (isCapture) return readCapture((await read(capture)).toString(), capture)
  if (capture !== undefined || topic === undefined || payload === undefined)
    throw new GatewayError('LG_TRY_INPUT_MISSING')
  return [{ topic, payload: await read(payload), clientId: 'try', arrivalMs: Date.now() }]
}

async function read(file: string): Promise<Buffer> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file)
  } catch (error) {
    throw new GatewayError('LG_CAPTURE_UNREADABLE', { file, cause: causeOf(error) }, { cause: error })
  }
}

export function addTryCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  addCommand(site, 'try', commands.try, [
    'try --config plant-1.yaml --topic plant/imm-01/data --payload message.json',
    'try --config plant-1.yaml --capture plant.jsonl',
    'try --topic plant/imm-01/temperature --payload - < value.txt',
  ])
    .addOption(configOption(site))
    .option('--topic <topic>', options.tryTopic)
    .option('--payload <file>', options.tryPayload)
    .option('--capture <file>', options.tryCapture)
    .addOption(jsonOption(site))
    .action(async (given: TryOptions) => finish(await tryMessages(given, context)))
}
