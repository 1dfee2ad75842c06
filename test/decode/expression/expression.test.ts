import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { DecodeError } from '../../../src/decode/decoder.js'
import type { Document } from '../../../src/decode/documents/index.js'
import { Expression, ExpressionWorker, expressionFault } from '../../../src/decode/expression/index.js'

const ENDLESS = '($f := function($x) { $f($x + 1) }; $f(0))'

describe('an expression', () => {
  const worker = new ExpressionWorker()
  after(() => worker.close())

  const evaluate = (source: string, document: Document) => new Expression(source, worker).evaluate(document)
  const refused = (expression: Expression, document: Document): DecodeError => {
    try {
      throw new Error(`accepted: ${String(expression.evaluate(document))}`)
    } catch (error) {
      if (error instanceof DecodeError) return error
      throw error
    }
  }

  test('makes one document of another', () => {
    const readings = {
      readings: [
        { n: 'a', v: 1 },
        { n: 'b', v: 2.5 },
      ],
    }
    assert.deepEqual(evaluate('readings{n: v}', readings), { a: 1, b: 2.5 })
    assert.deepEqual(evaluate('readings.{"name": n}', readings), [{ name: 'a' }, { name: 'b' }])
    assert.equal(evaluate('$sum(readings.v)', readings), 3.5)
  })

  test('that finds nothing gives null', () => {
    assert.equal(evaluate('x.y', {}), null)
  })

  test('passes integers beyond 2^53 and bytes on, and does not calculate with them', () => {
    const document = { n: 9007199254740993n, bytes: new Uint8Array([1, 2]) }
    assert.deepEqual(evaluate('{"m": n, "b": bytes}', document), {
      m: 9007199254740993n,
      b: new Uint8Array([1, 2]),
    })
    for (const source of ['n + 1', 'n > 1', '$string(n)']) {
      assert.equal(refused(new Expression(source, worker), document).code, 'expression_failed', source)
    }
  })

  test("fails with JSONata's own message and place", () => {
    const error = refused(new Expression('a + "x"', worker), { a: 1 })
    assert.equal(error.code, 'expression_failed')
    assert.match(
      error.message,
      /right side of the "\+" operator must evaluate to a number \(T2002, at character 3/,
    )
    assert.equal(refused(new Expression('a[', worker), {}).code, 'expression_failed')
  })

  test('fails if its result is no document', () => {
    for (const source of ['function($x) { $x }', '$sum', '/a/'])
      assert.equal(refused(new Expression(source, worker), {}).code, 'expression_failed', source)
    const deep = '($f := function($n) { $n = 0 ? 1 : {"a": $f($n - 1)} }; $f(40))'
    assert.equal(refused(new Expression(deep, worker), {}).code, 'too_deep')
  })

  test('fails if its result is too large', () => {
    const source = '[1..100000].($pad("", 200, "0") & $)'
    const error = refused(new Expression(source, worker, { timeoutMs: 60_000 }), {})
    assert.equal(error.code, 'expression_failed')
    assert.match(error.message, /larger than/)
  })

  test('that wants memory without end fails', () => {
    for (const source of [
      '($f := function($x) { $f($append($x, $x)) }; $f([1..1000]))',
      '($f := function($x) { $f($x & $x) }; $f("0123456789"))',
      '($f := function($x) { 1 + $f($x + 1) }; $f(0))',
      '[1..10000000]',
    ]) {
      const expression = new Expression(source, worker, { timeoutMs: 10_000 })
      assert.equal(refused(expression, {}).code, 'expression_failed', source)
    }
    assert.equal(evaluate('a', { a: 5 }), 5)
  })

  test('that does not end is ended, and the next one has its result', () => {
    const error = refused(new Expression(ENDLESS, worker, { timeoutMs: 100 }), {})
    assert.equal(error.code, 'expression_timeout')
    assert.match(error.message, /timeout after 100 milliseconds/)
    assert.equal(evaluate('a', { a: 5 }), 5)
  })

  test('that does not even come to its next step is ended with its thread', () => {
    const expression = new Expression('$contains(a, /^(x+x+)+y/)', worker, { timeoutMs: 100 })
    const error = refused(expression, { a: 'x'.repeat(40) })
    assert.equal(error.code, 'expression_timeout')
    assert.match(error.message, /within 100 ms/)
    assert.equal(expression.evaluate({ a: 'xxy' }), true)
  })

  test('that fails leaves the thread as it was', () => {
    refused(new Expression('a + "x"', worker), { a: 1 })
    for (let i = 0; i < 200; i++) assert.equal(evaluate(`a + ${i}`, { a: i }), 2 * i)
  })

  test('sees no more of one message in the next', () => {
    evaluate('($x := a; $x)', { a: 5 })
    assert.equal(evaluate('$x', { a: 6 }), null)
  })

  test('reads members called like those of every object', () => {
    const document = JSON.parse('{"__proto__":{"polluted":1},"constructor":2}') as Document
    assert.deepEqual(evaluate('constructor', document), 2)
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
  })
})

describe('the thread of expressions', () => {
  test('is replaced after a close', async () => {
    const worker = new ExpressionWorker()
    assert.equal(new Expression('a', worker).evaluate({ a: 1 }), 1)
    await worker.close()
    assert.equal(new Expression('a', worker).evaluate({ a: 2 }), 2)
    await worker.close()
    await worker.close()
  })

  test('does not keep the process alive', async () => {
    const program = `
      import { Expression, ExpressionWorker } from ${JSON.stringify(new URL('../../../src/decode/expression/index.js', import.meta.url))}
      const worker = new ExpressionWorker()
      process.stdout.write(String(new Expression('a', worker).evaluate({ a: 1 })))`
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 30_000,
    })
    assert.equal((await run).stdout, '1')
  })
})

test('a fault in the text of an expression is found without a thread', () => {
  assert.equal(expressionFault('a.b[c > 1]'), undefined)
  assert.match(expressionFault('a.(b')!, /Expected "\)" before end of expression \(S0203, at character 4/)
})
