/**
 * What cannot be left out: reading frames, JSON.parse, one flush of LMDB per block, one write of PUBACKs per connection and
 * block. No Aedes, no sessions, no ledger, no store: `node dist/bench/targets/raw-floor.js PORT DIRECTORY`.
 */
import { createServer, type Socket } from 'node:net'
import { open } from 'lmdb'

const FLUSH_MS = 2
const CONNACK = Buffer.from([0x20, 2, 0, 0])
const PUBACK_BYTES = 4

const [port, directory] = process.argv.slice(2)
const blocks = open<Buffer, number>({ path: directory!, encoding: 'binary', eventTurnBatching: false })
let sequence = 0
let payloads: Buffer[] = []
let waiting = new Map<Socket, number[]>()
let isDue = false

async function flush(): Promise<void> {
  isDue = false
  const block = Buffer.concat(payloads)
  const due = waiting
  payloads = []
  waiting = new Map()
  await blocks.put(++sequence, block)
  await blocks.flushed
  blocks.remove(sequence)
  for (const [socket, ids] of due) socket.write(pubacks(ids))
}

function pubacks(ids: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(ids.length * PUBACK_BYTES)
  ids.forEach((id, i) => {
    bytes.writeUInt32BE(((0x4002 << 16) >>> 0) | id, i * PUBACK_BYTES)
  })
  return bytes
}

function accept(socket: Socket, frame: Buffer, bodyStart: number): void {
  if (frame[0] === 0x10) socket.write(CONNACK)
  if (frame[0]! >> 4 !== 3) return
  const idAt = bodyStart + 2 + frame.readUInt16BE(bodyStart)
  const payload = frame.subarray(idAt + 2)
  JSON.parse(payload.toString())
  payloads.push(payload)
  const ids = waiting.get(socket)
  if (ids === undefined) waiting.set(socket, [frame.readUInt16BE(idAt)])
  else ids.push(frame.readUInt16BE(idAt))
  if (isDue) return
  isDue = true
  setTimeout(flush, FLUSH_MS)
}

/** Takes the whole frames and returns the rest. */
function takeFrames(socket: Socket, bytes: Buffer): Buffer {
  let at = 0
  while (at + 2 <= bytes.length) {
    let length = 0
    let next = at + 1
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[next++]
      if (byte === undefined) return bytes.subarray(at)
      length += (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    if (next + length > bytes.length) break
    accept(socket, bytes.subarray(at, next + length), next - at)
    at = next + length
  }
  return bytes.subarray(at)
}

createServer({ noDelay: true }, (socket) => {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    rest = takeFrames(socket, rest.length === 0 ? chunk : Buffer.concat([rest, chunk]))
  })
}).listen(Number(port), '127.0.0.1')
