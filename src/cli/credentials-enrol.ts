import type { ApiOptions } from './api-access.js'
import type { Context } from './context.js'
import { type StatedOptions, statedOf } from './credentials-add.js'
import { atDesk } from './credentials-desk.js'
import { count } from './numbers.js'

export interface EnrolOptions extends ApiOptions, Omit<StatedOptions, 'expires'> {
  readonly uses: number
  readonly valid?: number
  readonly json?: true
}

/** Makes an enrolment code, and prints it once: to standard output it alone. */
export async function makeEnrolmentCode(
  name: string | undefined,
  options: EnrolOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const { uses, valid } = options
  const input = {
    ...(name === undefined ? {} : { name }),
    ...statedOf(options),
    uses,
    ...(valid === undefined ? {} : { validMs: valid }),
  }
  const made = await atDesk(options, context, (desk) => desk.makeCode(input))
  if (options.json) {
    terminal.out(`${JSON.stringify(made, null, 2)}\n`)
    return 0
  }
  terminal.err(`${texts.credentials.code(made.expiresAt, count(made.uses))}\n`)
  terminal.out(`${made.code}\n`)
  const shown = terminal.outIsTty ? made.code : '…'
  const body = { code: shown, ...(made.name.includes('{name}') ? { name: 'imm-01' } : {}) }
  const address = options.url ?? 'https://GATEWAY'
  const request = `curl ${address}/api/v1/enrol -H 'content-type: application/json' -d '${JSON.stringify(body)}'`
  terminal.err(`${texts.credentials.useIt}\n  ${request}\n`)
  return 0
}
