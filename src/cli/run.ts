import { dirname, resolve } from 'node:path'
import { causeOf, GatewayError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { Gateway } from '../gateway.js'
import { CLOSE_WITHIN_MS, endsWithin } from './closing.js'
import { addCommand, type CommandSite, configOption } from './command.js'
import { type ConfigOption, configFile, loadChecked } from './configuration.js'
import { type Context, interrupted } from './context.js'
import { createLogger } from './logger.js'

/** Runs the gateway until a signal; then settles what it has accepted and ends within five seconds. */
export async function run(options: ConfigOption, context: Context): Promise<number> {
  const { texts, terminal, signal } = context
  const config = loadChecked(options, context)
  // Loaded here, so that commands that need no gateway start without its stores.
  const { startGateway } = await import('../gateway.js')
  const logger = createLogger(config.log, config.gateway.id)
  const directory = dirname(resolve(configFile(options, context)))
  const gateway = await startGateway(config, {
    logger,
    load: () => loadChecked(options, context),
    directory,
  })
  context.onHangUp(() => void reload(gateway, logger))
  const { mqtt, http } = gateway.addresses
  terminal.out(`${texts.run.ready(config.gateway.id, mqtt.join('  '), http)}\n`)
  await interrupted(signal)
  terminal.out(`${texts.run.closing}\n`)
  const inTime = await endsWithin(gateway.close(), CLOSE_WITHIN_MS)
  terminal.out(`${inTime ? texts.run.closed : texts.run.closeLate}\n`)
  return inTime ? 0 : 1
}

/** A configuration that is not valid changes nothing, and the log says what is wrong with it. */
async function reload(gateway: Pick<Gateway, 'reloadOnSignal'>, logger: Logger): Promise<void> {
  try {
    await gateway.reloadOnSignal()
  } catch (error) {
    if (error instanceof GatewayError) logger.error({ code: error.code, action: error.action }, error.message)
    // A defect of ours, and no reason to end: messages are read as before.
    else logger.error({ error, cause: causeOf(error) }, 'The configuration could not be reloaded.')
  }
}

export function addRunCommand(site: CommandSite): void {
  const { context, finish } = site
  addCommand(site, 'run', context.texts.commands.run, ['run', 'run --config config/influxdb.example.yaml'])
    .addOption(configOption(site))
    .action(async (options: ConfigOption) => finish(await run(options, context)))
}
