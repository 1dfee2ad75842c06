import { Argument, type Command, Option } from 'commander'
import { CREDENTIAL_KINDS, CREDENTIAL_STATES } from '../security/credentials/credential.js'
import type { ApiOptions } from './api-access.js'
import { addApiCommand, addCommand, type CommandSite, jsonOption } from './command.js'
import { addCredential, type CredentialAddOptions } from './credentials-add.js'
import { credentialParsers } from './credentials-arguments.js'
import {
  type CredentialChangeOptions,
  changeCredential,
  ENDINGS,
  endCredentials,
} from './credentials-change.js'
import { type EnrolOptions, makeEnrolmentCode } from './credentials-enrol.js'
import {
  type CredentialListOptions,
  type CredentialShowOptions,
  listCredentials,
  showCredential,
} from './credentials-list.js'
import { addManyCredentials, type CredentialsManyOptions } from './credentials-many.js'
import {
  type CredentialRotateOptions,
  choosesAny,
  rotateCredential,
  rotateMany,
} from './credentials-rotate.js'

const DEFAULT_LIMIT = 100

export function addCredentialsCommand(site: CommandSite): void {
  const { credentialCommands: words } = site.context.texts
  const examples = [
    'credentials add imm-01 --place ningbo/moulding/line1/imm-01',
    'credentials list',
    'credentials revoke imm-01',
  ]
  const parent = addCommand(site, 'credentials', words.credentials, examples)
  addAddCommand({ ...site, parent })
  addManyCommand({ ...site, parent })
  addListCommand({ ...site, parent })
  addShowCommand({ ...site, parent })
  addChangeCommand({ ...site, parent })
  addRotateCommand({ ...site, parent })
  addEndingCommands({ ...site, parent })
  addEnrolCommand({ ...site, parent })
}

function nameArgument({ context }: CommandSite): Argument {
  return new Argument('<name>', context.texts.credentialOptions.name)
}

/** Options of what a credential allows. */
function withStated(command: Command, { context }: CommandSite): Command {
  const { credentialOptions: words } = context.texts
  const parsers = credentialParsers(context.texts)
  return command
    .option('--profile <name>', words.profile)
    .addOption(new Option('--attribute <name=value>', words.attribute).argParser(parsers.attribute))
    .addOption(new Option('--expires <time>', words.expires).argParser(parsers.expiry))
}

/** Options of the secret that is given. */
function withSecret(command: Command, { context }: CommandSite): Command {
  const { credentialOptions: words } = context.texts
  return command
    .option('--password-stdin', words.passwordStdin)
    .option('--certificate <file>', words.certificate)
    .option('--subject <subject>', words.subject)
    .option('--alternative-name <name>', words.alternativeName)
}

function addAddCommand(site: CommandSite): void {
  const { context, finish } = site
  const { credentialCommands, credentialOptions: words } = context.texts
  const command = addApiCommand(site, 'add', credentialCommands.add, [
    'credentials add imm-01 --place ningbo/moulding/line1/imm-01',
    'credentials add plc-7 --kind password --place ningbo/moulding/line1/plc-7 --expires 365d',
    'credentials add robot-3 --kind certificate --certificate robot-3.crt --place ningbo/welding/cell2/robot-3',
  ])
    .addArgument(nameArgument(site))
    .addOption(new Option('--kind <kind>', words.kind).choices(CREDENTIAL_KINDS).default('token'))
    .option('--place <path>', words.place)
  withSecret(withStated(command, site), site)
    .addOption(jsonOption(site))
    .action(async (name: string, given: CredentialAddOptions) =>
      finish(await addCredential(name, given, context)),
    )
}

function addManyCommand(site: CommandSite): void {
  const { context, finish } = site
  const { credentialCommands, credentialOptions: words } = context.texts
  const command = addApiCommand(site, 'add-many', credentialCommands.addMany, [
    'credentials add-many --out tokens.csv',
    'credentials add-many --scope ningbo/moulding --out tokens.csv',
    'credentials add-many --table devices.csv --out tokens.csv',
  ])
    .requiredOption('--out <file>', words.out)
    .option('--table <file>', words.table)
    .option('--scope <path>', words.ofScope)
  withStated(command, site).action(async (given: CredentialsManyOptions) =>
    finish(await addManyCredentials(given, context)),
  )
}

function addListCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { credentialCommands, credentialOptions: words } = context.texts
  addApiCommand(site, 'list', credentialCommands.list, [
    'credentials list --scope ningbo/moulding',
    'credentials list --state expired --json',
  ])
    .option('--text <text>', words.ofText)
    .option('--profile <name>', words.ofProfile)
    .option('--scope <path>', words.ofScope)
    .addOption(new Option('--kind <kind>', words.ofKind).choices(CREDENTIAL_KINDS))
    .addOption(new Option('--state <state>', words.ofState).choices(CREDENTIAL_STATES))
    .addOption(
      new Option('--limit <count>', words.limit).argParser(parse.positiveInteger).default(DEFAULT_LIMIT),
    )
    .addOption(jsonOption(site))
    .action(async (given: CredentialListOptions) => finish(await listCredentials(given, context)))
}

function addShowCommand(site: CommandSite): void {
  const { context, finish } = site
  addApiCommand(site, 'show', context.texts.credentialCommands.show, ['credentials show imm-01'])
    .addArgument(nameArgument(site))
    .addOption(jsonOption(site))
    .action(async (name: string, given: CredentialShowOptions) =>
      finish(await showCredential(name, given, context)),
    )
}

function addChangeCommand(site: CommandSite): void {
  const { context, finish } = site
  const { credentialCommands, credentialOptions: words } = context.texts
  const command = addApiCommand(site, 'change', credentialCommands.change, [
    'credentials change imm-01 --place ningbo/moulding/line2/imm-01',
    'credentials change imm-01 --expires 2027-06-30',
  ])
    .addArgument(nameArgument(site))
    .option('--place <path>', words.place)
  withStated(command, site).action(async (name: string, given: CredentialChangeOptions) =>
    finish(await changeCredential(name, given, context)),
  )
}

function addRotateCommand(site: CommandSite): void {
  const { context, finish } = site
  const { credentialCommands, credentialOptions: words, credentials } = context.texts
  const { length } = credentialParsers(context.texts)
  const command = addApiCommand(site, 'rotate', credentialCommands.rotate, [
    'credentials rotate imm-01',
    'credentials rotate imm-01 --grace 12h',
    'credentials rotate --profile device --grace 7d --out tokens.csv',
  ])
    .addArgument(new Argument('[names...]', words.names))
    .addOption(new Option('--grace <length>', words.grace).argParser(length))
    .option('--profile <name>', words.ofProfile)
    .option('--scope <path>', words.ofScope)
    .option('--text <text>', words.ofText)
    .option('--out <file>', words.out)
  withSecret(command, site).addOption(jsonOption(site))
  command.action(async (names: string[], given: CredentialRotateOptions) => {
    if (!choosesAny(names, given)) command.error(credentials.namesNothing)
    const { out } = given
    if (out !== undefined) finish(await rotateMany(names, { ...given, out }, context))
    else if (names.length !== 1) command.error(credentials.needsOut)
    else finish(await rotateCredential(names[0]!, given, context))
  })
}

function addEndingCommands(site: CommandSite): void {
  const { context, finish } = site
  const { credentialCommands, credentialOptions: words } = context.texts
  for (const ending of ENDINGS) {
    addApiCommand(site, ending, credentialCommands[ending], [`credentials ${ending} imm-01`])
      .addArgument(new Argument('<names...>', words.names))
      .action(async (names: string[], given: ApiOptions) =>
        finish(await endCredentials(ending, names, given, context)),
      )
  }
}

function addEnrolCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { credentialCommands, credentialOptions: words } = context.texts
  const parsers = credentialParsers(context.texts)
  addApiCommand(site, 'enrol', credentialCommands.enrol, [
    'credentials enrol imm-01 --place ningbo/moulding/line1/imm-01',
    "credentials enrol --place 'ningbo/moulding/line1/{name}' --uses 20 --valid 8h",
  ])
    .addArgument(new Argument('[name]', words.codeName))
    .option('--place <path>', words.codePlace)
    .option('--profile <name>', words.profile)
    .addOption(new Option('--attribute <name=value>', words.attribute).argParser(parsers.attribute))
    .addOption(new Option('--uses <count>', words.uses).argParser(parse.positiveInteger).default(1))
    .addOption(
      new Option('--valid <length>', words.valid).argParser(parsers.length).default(86_400_000, '24h'),
    )
    .addOption(jsonOption(site))
    .action(async (name: string | undefined, given: EnrolOptions) =>
      finish(await makeEnrolmentCode(name, given, context)),
    )
}
