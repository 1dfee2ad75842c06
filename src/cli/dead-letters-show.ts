import { type ApiOptions, openApi } from './api-access.js'
import type { Context } from './context.js'
import { LETTERS_PATH } from './dead-letters-filter.js'
import type { Letter } from './dead-letters-list.js'
import { hexDump } from './hex-dump.js'
import { bytes } from './numbers.js'
import { displayWidth, printable } from './width.js'

export interface DeadLetterShowOptions extends ApiOptions {
  readonly json?: true
}

interface WholeLetter extends Letter {
  readonly payload: {
    readonly encoding: 'utf8' | 'base64'
    readonly text: string
    readonly bytes: number
  }
}

/** Prints all of one dead letter. */
export async function showDeadLetter(
  id: number,
  options: DeadLetterShowOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const letter = await openApi(options, context).get<WholeLetter>(`${LETTERS_PATH}/${id}`)
  if (options.json) {
    terminal.out(`${JSON.stringify(letter, null, 2)}\n`)
    return 0
  }
  const words = texts.deadLetters
  const facts: (readonly [string, string])[] = [
    [words.id, String(letter.id)],
    [words.time, letter.time],
    [words.kind, words.kinds[letter.kind]],
    [words.device, letter.device],
    [words.topic, letter.topic],
    ['QoS', String(letter.qos)],
    [words.client, letter.clientId],
    [words.sink, letter.sink],
    [words.reason, `${letter.reason.code}: ${letter.reason.message}`],
    [words.size, bytes(letter.payload.bytes)],
    [words.payload, words.encodings[letter.payload.encoding]],
  ]
  const shown = facts.filter(([, value]) => value !== '')
  const width = Math.max(...shown.map(([name]) => displayWidth(name)))
  const lines = shown.map(([name, value]) => {
    return `${name}${' '.repeat(width - displayWidth(name))}  ${printable(value)}\n`
  })
  terminal.out(`${lines.join('')}\n${shownPayload(letter)}`)
  return 0
}

/** What devices send must not drive the terminal. */
function shownPayload({ payload: { encoding, text } }: WholeLetter): string {
  if (encoding === 'base64') return hexDump(Buffer.from(text, 'base64'))
  return `${text.split('\n').map(printable).join('\n')}\n`
}
