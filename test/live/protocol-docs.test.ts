import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { Ajv, type ValidateFunction } from 'ajv'
import { WebSocket } from 'ws'
import { parse } from 'yaml'
import { ERRORS } from '../../src/core/errors.js'
import { FRAMES } from '../../src/live/protocol.js'
import { startLive } from '../support/live.js'
import { packageRoot } from '../support/page-server.js'
import { ViewsInMemory } from '../support/views.js'

type FrameType = keyof typeof FRAMES

interface Schema {
  readonly $ref?: string
  readonly $defs?: Record<string, Schema>
  readonly required?: string[]
  readonly properties?: Record<string, Schema>
  readonly items?: Schema
  readonly oneOf?: Schema[]
  readonly anyOf?: Schema[]
}

interface AsyncApi {
  readonly channels: { readonly live: { readonly messages: object } }
  readonly operations: Record<'fromClient' | 'toClient', { readonly messages: { readonly $ref: string }[] }>
  readonly components: {
    readonly messages: Record<string, { readonly payload: Schema }>
    readonly schemas: Record<string, Schema>
  }
}

const GUIDES = ['live-protocol.md', 'live-protocol.zh-CN.md'] as const
const asyncapi = parse(readDoc('asyncapi.yaml')) as AsyncApi
const types = Object.keys(FRAMES) as FrameType[]

function readDoc(name: string): string {
  return readFileSync(join(packageRoot(), 'docs', name), 'utf8')
}

function blocks(guide: string, language: string): string[] {
  return [...readDoc(guide).matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(
    ([, code]) => code!,
  )
}

function examples(guide: string): { type: FrameType; topic?: string }[] {
  return blocks(guide, 'json').map((code) => JSON.parse(code))
}

function validator(type: FrameType): ValidateFunction {
  return new Ajv({ strict: false }).compile(FRAMES[type])
}

/** The payload as the document describes it, with the document's own definitions at hand. */
function documented(type: FrameType): ValidateFunction {
  const ajv = new Ajv({ strict: false }).addSchema({ $id: 'asyncapi', ...asyncapi })
  return ajv.compile({ $ref: `asyncapi#/components/messages/${type}/payload` })
}

for (const guide of GUIDES) {
  test(`every example in ${guide} is a frame of the protocol, and every frame and topic has one`, () => {
    const shown = examples(guide)
    for (const frame of shown) {
      const validate = validator(frame.type)
      assert.ok(validate(frame), `${frame.type}: ${JSON.stringify(validate.errors)}`)
    }
    assert.deepEqual(new Set(shown.map(({ type }) => type)), new Set(types))
    const topics = new Set(shown.flatMap(({ topic }) => topic ?? []))
    assert.deepEqual(topics, new Set(['counts', 'values', 'deadLetters', 'presence']))
  })

  test(`${guide} explains every error of live streams`, () => {
    const codes = Object.keys(ERRORS).filter((code) => code.startsWith('LG_LIVE_'))
    const explained = readDoc(guide)
    const refusals = new Set(['LG_LIVE_CONNECTIONS_EXCEEDED', 'LG_LIVE_CLOSING'])
    for (const code of codes) assert.ok(refusals.has(code) || explained.includes(code), code)
  })
}

test('both guides show the same examples', () => {
  const [english, chinese] = GUIDES
  assert.deepEqual(examples(english), examples(chinese))
  assert.deepEqual(blocks(english, 'js'), blocks(chinese, 'js'))
})

test('the AsyncAPI document names the frames of the protocol, in the direction that they go', () => {
  const { channels, operations, components } = asyncapi
  assert.deepEqual(Object.keys(channels.live.messages).sort(), [...types].sort())
  assert.deepEqual(Object.keys(components.messages).sort(), [...types].sort())
  const names = ({ messages }: { messages: { $ref: string }[] }) =>
    messages.map(({ $ref }) => $ref.split('/').at(-1))
  assert.deepEqual(names(operations.fromClient), ['subscribe', 'unsubscribe'])
  assert.deepEqual(names(operations.toClient), ['hello', 'snapshot', 'update', 'heartbeat', 'error'])
})

test('the AsyncAPI document requires of each frame, at every depth, what the schemas require', () => {
  for (const type of types) {
    const { payload } = asyncapi.components.messages[type]!
    const schema = JSON.parse(JSON.stringify(FRAMES[type])) as Schema
    assert.deepEqual(required(payload), required(schema), type)
  }
  const letter = '|2/data/letters/[]/reason.code'
  assert.ok(required(asyncapi.components.messages.update!.payload).includes(letter), 'it looks deep')
})

test('the AsyncAPI document accepts the examples', () => {
  for (const frame of examples('live-protocol.md')) {
    const validate = documented(frame.type)
    assert.ok(validate(frame), `${frame.type}: ${JSON.stringify(validate.errors)}`)
  }
})

test('the browser example shows counts of a running gateway', async () => {
  const views = new ViewsInMemory()
  views.receive(views.addDevice('ningbo/moulding/line1/imm-01'), 7)
  const live = await startLive(views)
  const [code] = blocks('live-protocol.md', 'js')
  assert.ok(code!.trim().split('\n').length <= 15)
  const line = await new Promise((resolve, reject) => {
    const location = { host: `127.0.0.1:${live.port}` }
    runInContext(code!, createContext({ WebSocket, location, console: { log: resolve, error: reject } }))
  })
  assert.equal(line, '7 received, 0 per second')
  await live.close()
})

/** The required keys of every object in a schema, by where it stands; recursion is followed once. */
function required(schema: Schema, path = '', seen: readonly Schema[] = []): string[] {
  const resolved = resolve(schema)
  if (seen.includes(resolved)) return []
  const below: Record<string, Schema> = {
    ...resolved.properties,
    ...(resolved.items && { '[]': resolved.items }),
  }
  for (const [i, alternative] of (resolved.oneOf ?? resolved.anyOf ?? []).entries())
    below[`|${i}`] = alternative
  const own = (resolved.required ?? []).map((key) => `${path}.${key}`)
  const nested = Object.entries(below).flatMap(([key, inner]) =>
    required(inner, `${path}${key.startsWith('|') ? '' : '/'}${key}`, [...seen, resolved]),
  )
  return [...own, ...nested].sort()
}

/** Follows a reference into the document, or to the definitions beside a recursive schema. */
function resolve(schema: Schema): Schema {
  const { $ref, $defs } = schema
  if ($ref === undefined) return schema
  if ($defs !== undefined) return $defs[$ref]!
  const name = $ref.split('/').at(-1)!
  return asyncapi.components.schemas[name] ?? {}
}
