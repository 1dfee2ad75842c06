import { connectAsync } from 'mqtt'
import WebSocket from 'ws'
import { Histogram } from '../histogram.js'
import type { Table } from '../report.js'
import { GatewayTarget } from '../targets/gateway.js'

const INTERVAL_MS = 100

interface Frame {
  readonly type: string
  readonly data?: { readonly messages?: { readonly received: number } }
}

/** Time from publishing a message until an operator's stream shows it as received, at the shortest interval. */
export async function liveLatency(messages: number): Promise<Table> {
  const gateway = await GatewayTarget.start()
  const latency = new Histogram()
  const client = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.httpPort}/live`)
  try {
    await new Promise((resolve) => socket.once('open', resolve))
    let received = 0
    let seen: () => void = () => undefined
    socket.on('message', (text) => {
      const frame = JSON.parse(String(text)) as Frame
      received = frame.data?.messages?.received ?? received
      seen()
    })
    socket.send(
      JSON.stringify({
        type: 'subscribe',
        id: 'a',
        topic: 'counts',
        scope: '',
        intervalMs: INTERVAL_MS,
        depth: 0,
      }),
    )
    for (let n = 1; n <= messages; n++) {
      // Spread over the interval, as devices are.
      await new Promise((resolve) => setTimeout(resolve, (n * 37) % INTERVAL_MS))
      const start = performance.now()
      await client.publishAsync('factory/ningbo/moulding/line1/imm-01/telemetry', `{"n":${n}}`, { qos: 1 })
      while (received < n) await new Promise<void>((resolve) => (seen = resolve))
      latency.add(performance.now() - start)
    }
  } finally {
    socket.terminate()
    await client.endAsync()
    await gateway.stop()
  }
  const { p50, p99, max } = latency.summary()
  return {
    title: `From publish to the operator’s WebSocket, updates every ${INTERVAL_MS} ms`,
    columns: ['', 'messages', 'p50 ms', 'p99 ms', 'max ms'],
    rows: [['Linegate', messages, p50, p99, max]],
  }
}
