import type { ApiOptions } from './api-access.js'
import type { Context } from './context.js'
import { type StatedOptions, statedOf } from './credentials-add.js'
import { NEVER } from './credentials-arguments.js'
import { atDesk } from './credentials-desk.js'

export interface CredentialChangeOptions extends ApiOptions, StatedOptions {}

export const ENDINGS = ['revoke', 'remove'] as const
export type Ending = (typeof ENDINGS)[number]

export async function changeCredential(
  name: string,
  options: CredentialChangeOptions,
  context: Context,
): Promise<number> {
  const patch = {
    ...statedOf(options),
    ...(options.place === '' ? { place: null } : {}),
    ...(options.expires === NEVER ? { expiresAt: null } : {}),
  }
  await atDesk(options, context, (desk) => desk.change(name, patch))
  context.terminal.out(`${context.texts.credentials.changed(name)}\n`)
  return 0
}

/** Revokes or removes credentials, one after the other; stops at the first that there is not. */
export async function endCredentials(
  ending: Ending,
  names: readonly string[],
  options: ApiOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const told = { revoke: texts.credentials.revoked, remove: texts.credentials.removed }
  await atDesk(options, context, async (desk) => {
    for (const name of names) {
      await desk[ending](name)
      terminal.out(`${told[ending](name)}\n`)
    }
  })
  return 0
}
