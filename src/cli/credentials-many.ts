import { causeOf, GatewayError } from '../core/errors.js'
import { isWithin } from '../core/identity.js'
import { ApiError } from './api.js'
import type { ApiOptions } from './api-access.js'
import type { Context } from './context.js'
import { type StatedOptions, statedOf } from './credentials-add.js'
import { atDesk, type CredentialDesk, type IssuedRow } from './credentials-desk.js'
import { devicesOfRegistry, devicesOfTable } from './device-sources.js'
import { count } from './numbers.js'
import { SecretFile } from './secret-file.js'

export interface CredentialsManyOptions extends ApiOptions, Omit<StatedOptions, 'place'> {
  readonly table?: string
  readonly scope?: string
  readonly out: string
}

/** What came of many. */
export interface Tally {
  made: number
  skipped: number
  failed: number
}

/** What is wrong with one of many, and does not concern the others. */
const OF_ONE = new Set(['LG_CREDENTIAL_INVALID', 'LG_REQUEST_INVALID', 'LG_CREDENTIAL_REVOKED'])
const SKIPPED = 'LG_CREDENTIAL_NAME_TAKEN'

/** Adds a token for each device that has no credential of its name; the tokens go into a file. */
export async function addManyCredentials(options: CredentialsManyOptions, context: Context): Promise<number> {
  const { table, scope = '', out } = options
  const stated = statedOf(options)
  const listed = table === undefined ? undefined : await devicesOfTable(table)
  const tally = await intoFile(options, context, async (desk, issue) => {
    const devices = listed ?? (await devicesOfRegistry(desk.source))
    for (const { id, place } of devices.filter((device) => isWithin(device.place, scope))) {
      await issue(id, () => desk.add({ name: id, kind: 'token', place, ...stated }))
    }
  })
  const { made, skipped, failed } = tally
  const { written } = context.texts.credentials
  context.terminal.out(`${written(count(made), count(skipped), count(failed), out)}\n`)
  return failed === 0 ? 0 : 1
}

type Issue = (name: string, make: () => Promise<IssuedRow>) => Promise<void>

/** Does `work`, each of whose secrets goes into the file; what is wrong with one of them is told, and the others go on. */
export async function intoFile(
  options: ApiOptions & { readonly out: string },
  context: Context,
  work: (desk: CredentialDesk, issue: Issue) => Promise<void>,
): Promise<Tally> {
  const tally: Tally = { made: 0, skipped: 0, failed: 0 }
  const file = await SecretFile.create(options.out)
  const issue: Issue = async (name, make) => {
    try {
      const { place, secret } = await make()
      await file.write([name, place ?? '', secret ?? ''])
      tally.made++
    } catch (error) {
      settle(error, name, tally, context)
    }
  }
  try {
    await atDesk(options, context, (desk) => work(desk, issue))
  } finally {
    await file.close()
  }
  return tally
}

function settle(error: unknown, name: string, tally: Tally, { texts, terminal }: Context): void {
  const code = error instanceof GatewayError || error instanceof ApiError ? error.code : ''
  if (code === SKIPPED) tally.skipped++
  else if (OF_ONE.has(code)) {
    tally.failed++
    terminal.err(`${texts.credentials.failed(name, causeOf(error))}\n`)
  } else throw error
}
