import type { ApiOptions } from './api-access.js'
import type { Context } from './context.js'
import { atDesk, type CredentialDesk, type Selection } from './credentials-desk.js'
import { selectionOf } from './credentials-list.js'
import { intoFile } from './credentials-many.js'
import { givenSecret, printSecret, type SecretOptions } from './credentials-secret.js'
import { count } from './numbers.js'

export interface CredentialRotateOptions extends ApiOptions, SecretOptions {
  readonly grace?: number
  readonly profile?: string
  readonly scope?: string
  readonly text?: string
  readonly out?: string
  readonly json?: true
}

/** Whether it is said which ones. */
export function choosesAny(names: readonly string[], { profile, scope, text }: Selection): boolean {
  return names.length > 0 || profile !== undefined || scope !== undefined || text !== undefined
}

/** Gives one credential a new secret, and prints it once. */
export async function rotateCredential(
  name: string,
  options: CredentialRotateOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const secret = await givenSecret(options, context)
  const rotation = { graceMs: options.grace ?? 0, ...secret }
  const issued = await atDesk(options, context, (desk) => desk.rotate(name, rotation))
  if (options.json) {
    terminal.out(`${JSON.stringify(issued, null, 2)}\n`)
    return 0
  }
  terminal.err(`${texts.credentials.rotated(name)}\n`)
  if (issued.previousUntil !== null) terminal.err(`${texts.credentials.graceUntil(issued.previousUntil)}\n`)
  printSecret(issued, context)
  return 0
}

/** Gives many credentials new secrets, which go into a file; certificates, whose secrets others make, are left out. */
export async function rotateMany(
  names: readonly string[],
  options: CredentialRotateOptions & { readonly out: string },
  context: Context,
): Promise<number> {
  const { grace = 0, out } = options
  const { made, failed } = await intoFile(options, context, async (desk, issue) => {
    const chosen = names.length > 0 ? names : await namesOf(desk, options)
    for (const name of chosen) await issue(name, () => desk.rotate(name, { graceMs: grace }))
  })
  const { rotatedMany } = context.texts.credentials
  context.terminal.out(`${rotatedMany(count(made), count(failed), out)}\n`)
  return failed === 0 ? 0 : 1
}

async function namesOf(desk: CredentialDesk, options: CredentialRotateOptions): Promise<string[]> {
  const selection = { ...selectionOf(options), state: 'active' } as const
  const { rows } = await desk.list(selection, Number.MAX_SAFE_INTEGER)
  return rows.filter(({ kind }) => kind !== 'certificate').map(({ name }) => name)
}
