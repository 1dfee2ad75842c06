import { readFile } from 'node:fs/promises'
import { causeOf, GatewayError } from '../core/errors.js'
import { fingerprintOfPem } from '../security/credentials/certificate-file.js'
import type { Context } from './context.js'
import type { IssuedRow, Secret } from './credentials-desk.js'
import { newPassword, type PasswordOptions } from './password.js'

export interface SecretOptions extends PasswordOptions {
  readonly certificate?: string
  readonly subject?: string
  readonly alternativeName?: string
}

/** The secret that the operator gives, if any: a password or a certificate. */
export async function givenSecret(options: SecretOptions, context: Context): Promise<Secret> {
  const { certificate: file, subject, alternativeName, passwordStdin } = options
  const fingerprint = file === undefined ? undefined : fingerprintOfPem(await textOf(file))
  const parts = Object.entries({ fingerprint, subject, alternativeName })
  const certificate = Object.fromEntries(parts.filter(([, value]) => value !== undefined))
  return {
    ...(passwordStdin ? { password: await newPassword(options, context) } : {}),
    ...(Object.keys(certificate).length === 0 ? {} : { certificate }),
  }
}

/** Prints a secret once: to standard output it alone, so that a script can keep it. */
export function printSecret({ kind, secret }: IssuedRow, { texts, terminal }: Context): void {
  if (secret === null) return
  terminal.err(`${kind === 'token' ? texts.credentials.onceToken : texts.credentials.oncePassword}\n`)
  terminal.out(`${secret}\n`)
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new GatewayError('LG_CERTIFICATE_UNREADABLE', { cause: causeOf(error) }, { cause: error })
  }
}
