import type { CredentialKind } from '../security/credentials/credential.js'
import type { ApiOptions } from './api-access.js'
import type { Context } from './context.js'
import { NEVER } from './credentials-arguments.js'
import { atDesk, type IssuedRow } from './credentials-desk.js'
import { givenSecret, printSecret, type SecretOptions } from './credentials-secret.js'

export interface StatedOptions {
  readonly profile?: string
  readonly place?: string
  readonly attribute?: Readonly<Record<string, string>>
  /** RFC 3339, or `never`. */
  readonly expires?: string
}

export interface CredentialAddOptions extends ApiOptions, SecretOptions, StatedOptions {
  readonly kind: CredentialKind
  readonly json?: true
}

/** What is stated of a credential, as the API takes it. */
export function statedOf({ profile, place, attribute, expires }: StatedOptions) {
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(place === undefined || place === '' ? {} : { place }),
    ...(attribute === undefined ? {} : { attributes: attribute }),
    ...(expires === undefined || expires === NEVER ? {} : { expiresAt: expires }),
  }
}

/** Adds a credential, and prints its secret once. */
export async function addCredential(
  name: string,
  options: CredentialAddOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const secret = await givenSecret(options, context)
  const addition = { name, kind: options.kind, ...statedOf(options), ...secret }
  const { issued, urls } = await atDesk(options, context, async (desk) => ({
    issued: await desk.add(addition),
    urls: await desk.mqttUrls(),
  }))
  if (options.json) {
    terminal.out(`${JSON.stringify(issued, null, 2)}\n`)
    return 0
  }
  terminal.err(`${texts.credentials.added(name)}\n`)
  printSecret(issued, context)
  if (issued.secret === null) return 0
  // Where standard output goes into a file, the secret is to be in that file alone.
  const password = terminal.outIsTty ? issued.secret : '…'
  terminal.err(`${texts.credentials.tryIt}\n  ${publishCommand(issued, urls, password)}\n`)
  return 0
}

/** For the shell; with TLS, mosquitto_pub needs the authority that signed the certificate of the gateway. */
function publishCommand({ name, place }: IssuedRow, urls: readonly string[], password: string): string {
  const url = new URL(urls.find((each) => each.startsWith('mqtts:')) ?? urls[0] ?? 'mqtt://127.0.0.1:1883')
  const tls = url.protocol === 'mqtts:' ? ' --cafile ca.crt' : ''
  const topic = `factory/${place ?? name}/telemetry`
  const host = ['0.0.0.0', '[::]'].includes(url.hostname) ? '127.0.0.1' : url.hostname
  const address = `-h ${host} -p ${url.port || '1883'}${tls}`
  return `mosquitto_pub ${address} -u ${quoted(name)} -P '${password}' -q 1 -t ${quoted(topic)} -m '{"temperature":21.5}'`
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
