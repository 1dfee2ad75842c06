import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { DecodeError } from '../../../src/decode/decoder.js'
import { Expression, ExpressionWorker } from '../../../src/decode/expression/index.js'

const folder = mkdtempSync(join(tmpdir(), 'linegate-cage-'))
const witness = join(folder, 'ran')
const worker = new ExpressionWorker()
after(async () => {
  await worker.close()
  rmSync(folder, { recursive: true, force: true })
})

const CODE = `require('node:fs').writeFileSync('${witness}','')`
const IMPORT = `process.getBuiltinModule('node:fs').writeFileSync('${witness}','')`

/** Ways from a value to the function that makes functions of text, and to objects of the process. */
const ATTEMPTS = [
  ...[CODE, IMPORT].flatMap((code) => [
    `"".constructor.constructor(${JSON.stringify(code)})()`,
    `$string.constructor(${JSON.stringify(code)})`,
    `($c := $lookup($lookup({}, "constructor"), "constructor"); $c(${JSON.stringify(code)}))`,
    `$map([1], $lookup($string, "constructor"))`,
    `$lookup($lookup($sum, "constructor"), "constructor")(${JSON.stringify(code)})()`,
    `$eval(${JSON.stringify(`"".constructor.constructor(${JSON.stringify(code)})()`)})`,
    `$.__proto__.constructor.constructor(${JSON.stringify(code)})()`,
    `$match("a", {"exec": 1})`,
  ]),
  '$process.exit(1)',
  '$require("node:fs")',
  '$globalThis.process',
  '$environment',
]

/** What it gives as JSON, or the code of its failure. */
function outcome(source: string): string {
  try {
    return JSON.stringify(new Expression(source, worker).evaluate({ a: 1 }))
  } catch (error) {
    if (error instanceof DecodeError) return error.code
    throw error
  }
}

test('an expression comes neither to the process nor to files, whichever way it tries', () => {
  for (const source of ATTEMPTS) {
    const result = outcome(source)
    assert.ok(['null', 'expression_failed', 'expression_timeout'].includes(result), `${source}: ${result}`)
    assert.equal(existsSync(witness), false, source)
  }
  assert.equal(outcome('a + 1'), '2')
})

test('an expression that changes a prototype changes nothing for the next one', () => {
  for (const source of [
    '$merge([{}, {"__proto__": {"polluted": 1}}])',
    '$ ~> | $ | {"__proto__": {"polluted": 1}} |',
    '{"__proto__": {"polluted": 1}}',
    '$ ~> | __proto__ | {"polluted": 1} |',
    '$ ~> | constructor.prototype | {"polluted": 1} |',
  ])
    outcome(source)
  assert.equal(outcome('polluted'), 'null')
  assert.equal(outcome('{}.polluted'), 'null')
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})
