/**
 * The thread in which expressions are evaluated. JSONata is asynchronous and may never end; the gateway waits here for its
 * answer, and ends the thread if none comes.
 */
import { serialize } from 'node:v8'
import { workerData } from 'node:worker_threads'
import jsonata from 'jsonata'
import { Generations } from '../../core/generations.js'
import { DecodeError } from '../decoder.js'
import { faultText } from './fault-text.js'
import type { Answer, Question, ThreadStart } from './messages.js'
import { resultDocument } from './result-document.js'

const REMEMBERED_EXPRESSIONS = 64
const MAX_RESULT_BYTES = 16 * 1024 * 1024
/** Without limits, one expression could use up the memory of the process before any limit of the thread takes hold. */
const MAX_SEQUENCE = 100_000
const MAX_STACK = 2_000
const JSONATA_TIMEOUT = 'D1012'

const { port, answers } = workerData as ThreadStart
const given = new Int32Array(answers)
const parsed = new Generations<jsonata.Expression>(REMEMBERED_EXPRESSIONS)

async function answerTo({ source, document, timeoutMs }: Question): Promise<Answer> {
  try {
    const result = await expressionOf(source, timeoutMs).evaluate(document)
    const bytes = serialize(resultDocument(result))
    if (bytes.length <= MAX_RESULT_BYTES) return { kind: 'result', bytes }
    return fault('expression_failed', `the result is larger than ${MAX_RESULT_BYTES} bytes`)
  } catch (error) {
    if (error instanceof DecodeError) return fault(error.code, error.message)
    const isTimeout = (error as { code?: unknown } | undefined)?.code === JSONATA_TIMEOUT
    return fault(isTimeout ? 'expression_timeout' : 'expression_failed', faultText(error))
  }
}

function fault(code: DecodeError['code'], message: string): Answer {
  return { kind: 'fault', code, message }
}

function expressionOf(source: string, timeoutMs: number): jsonata.Expression {
  const key = `${timeoutMs} ${source}`
  const known = parsed.get(key)
  if (known !== undefined) return known
  const expression = jsonata(source, { timeout: timeoutMs, stack: MAX_STACK, sequence: MAX_SEQUENCE })
  parsed.set(key, expression)
  return expression
}

/** The answer is in the port before the one who waits is woken. */
function wake(): void {
  Atomics.add(given, 0, 1)
  Atomics.notify(given, 0)
}

port.on('message', (question: Question) => {
  void answerTo(question).then((answer) => {
    port.postMessage(answer)
    wake()
  })
})
wake()
