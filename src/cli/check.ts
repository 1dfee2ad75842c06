import { stringify } from 'yaml'
import { redact } from '../config/redact.js'
import { ConfigInvalidError } from '../config/validate.js'
import { describeViolation } from '../config/violation.js'
import { YamlSource } from '../config/yaml-source.js'
import { readDevicesFile } from '../devices/exchange/devices-file.js'
import { addCommand, type CommandSite, configOption } from './command.js'
import { type ConfigOption, configFile, loadChecked } from './configuration.js'
import type { Context } from './context.js'

/** Prints the configuration in force, secrets masked, or every violation. */
export async function check(options: ConfigOption, context: Context): Promise<number> {
  const { texts, terminal } = context
  const file = configFile(options, context)
  try {
    const config = loadChecked(options, context)
    if (config.devices.file !== undefined) await readDevicesFile(config.devices.file, YamlSource.parse)
    terminal.out(`${texts.check.ok(file)}\n\n${stringify(redact(config))}`)
    return 0
  } catch (error) {
    if (!(error instanceof ConfigInvalidError)) throw error
    const lines = error.violations.map((violation) => `  ${describeViolation(violation)}\n`)
    terminal.err(`${texts.check.invalid(file, lines.length)}\n${lines.join('')}${texts.check.action}\n`)
    return error.row.exitCode ?? 1
  }
}

export function addCheckCommand(site: CommandSite): void {
  const { context, finish } = site
  addCommand(site, 'check', context.texts.commands.check, ['check', 'check --config plant-1.yaml'])
    .addOption(configOption(site))
    .action(async (options: ConfigOption) => finish(await check(options, context)))
}
