import type { ApiOptions } from './api-access.js'
import type { Context } from './context.js'
import { atDesk, type CredentialRow, type Selection } from './credentials-desk.js'
import { count } from './numbers.js'
import { table } from './table.js'
import type { Texts } from './texts.js'

export interface CredentialListOptions extends ApiOptions, Selection {
  readonly limit: number
  readonly json?: true
}

export interface CredentialShowOptions extends ApiOptions {
  readonly json?: true
}

/** What of options chooses credentials. */
export function selectionOf({ text, profile, scope, kind, state }: Selection): Selection {
  const stated = Object.entries({ text, profile, scope, kind, state }).filter(
    ([, value]) => value !== undefined,
  )
  return Object.fromEntries(stated)
}

/** Prints credentials, one a line. */
export async function listCredentials(options: CredentialListOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const { rows, more } = await atDesk(options, context, (desk) =>
    desk.list(selectionOf(options), options.limit),
  )
  if (options.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`)
  else if (rows.length === 0) terminal.out(`${texts.credentials.none}\n`)
  else terminal.out(credentialTable(rows, texts))
  if (more && !options.json) terminal.err(`${texts.credentials.more(count(rows.length))}\n`)
  return 0
}

function credentialTable(rows: readonly CredentialRow[], { credentials: words }: Texts): string {
  const titles = [
    words.name,
    words.kind,
    words.state,
    words.profile,
    words.place,
    words.expiresAt,
    words.lastUsedAt,
  ]
  const lines = rows.map(({ name, kind, state, profile, place, expiresAt, lastUsedAt }) => [
    name,
    words.kinds[kind],
    words.states[state],
    profile,
    place ?? '',
    expiresAt ?? '',
    lastUsedAt ?? '',
  ])
  return table(
    titles.map((title) => ({ title })),
    lines,
  )
}

/** Prints all of one credential. */
export async function showCredential(
  name: string,
  options: CredentialShowOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const row = await atDesk(options, context, (desk) => desk.get(name))
  if (options.json) terminal.out(`${JSON.stringify(row, null, 2)}\n`)
  else {
    const facts = factsOf(row, texts).filter(([, value]) => value !== '')
    const [first, ...rest] = facts
    terminal.out(table([{ title: first![0] }, { title: first![1] }], rest))
  }
  return 0
}

function factsOf(row: CredentialRow, { credentials: words }: Texts): (readonly [string, string])[] {
  const { certificate, attributes } = row
  const pairs = Object.entries(attributes).map(([key, value]) => `${key}=${value}`)
  return [
    [words.name, row.name],
    [words.kind, words.kinds[row.kind]],
    [words.state, words.states[row.state]],
    [words.profile, row.profile],
    [words.place, row.place ?? ''],
    [words.attributes, pairs.join(', ')],
    [words.tokenId, row.tokenId ?? ''],
    [words.certificate, certificate === null ? '' : `${certificate.part} ${certificate.value}`],
    [words.createdAt, row.createdAt],
    [words.expiresAt, row.expiresAt ?? ''],
    [words.lastUsedAt, row.lastUsedAt ?? ''],
    [words.revokedAt, row.revokedAt ?? ''],
    [words.previousUntil, row.previousUntil ?? ''],
  ]
}
